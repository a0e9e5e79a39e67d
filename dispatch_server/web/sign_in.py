"""Passwords are compared off the event loop, a few at a time, and not without end."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from fastapi import HTTPException

from dispatch_server.services.people import password_fits
from dispatch_server.store.people import Account

TRIES = 5
TRIES_WITHIN_S = 300.0
REMEMBERED_MOST = 10_000
AT_ONCE = 2  # each comparison takes 19 MiB and a core for some 20 ms


class Turnstile:
    """Counts failed tries by name and address, in this process."""

    def __init__(self) -> None:
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")

    async def lets_in(self, account: Account | None, name: str, address: str, password: str) -> bool:
        self._require_patience(name, address)
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(self._threads, password_fits, account, password):
            self._failed.pop((name, address), None)
            return True
        self._remember_failure(name, address)
        return False

    def _require_patience(self, name: str, address: str) -> None:
        failed = self._recent(name, address)
        if len(failed) < TRIES:
            return
        wait_s = max(1, round(failed[0] + TRIES_WITHIN_S - monotonic()))
        raise HTTPException(
            429, f"Too many failed sign-ins for this name; try again in {wait_s} s.", {"Retry-After": str(wait_s)}
        )

    def _recent(self, name: str, address: str) -> list[float]:
        since = monotonic() - TRIES_WITHIN_S
        return [at for at in self._failed.get((name, address), ()) if at > since]

    def _remember_failure(self, name: str, address: str) -> None:
        self._failed[name, address] = [*self._recent(name, address), monotonic()]
        self._failed.move_to_end((name, address))
        if len(self._failed) > REMEMBERED_MOST:
            self._failed.popitem(last=False)
