"""The journal as it grows, read once per process and handed to every feed and every held-open pull.

Nobody holds a database connection while waiting. A reader that is behind what is kept here reads the journal itself.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

from dispatch_server.domain.people import User
from dispatch_server.protocol.words import Role
from dispatch_server.services.feed import Heard, facts_for, heard_since, may_hear
from dispatch_server.store.feed import Cursor, end_of_journal, holds
from dispatch_server.store.people import versions
from dispatch_server.store.store import Store, StoreBusy
from dispatch_server.store.work import Reading
from dispatch_server.web.sessions import Sessions

# Other processes' facts and rights that were taken away are noticed within this time; our own commits wake us.
POLL_S = 0.5
GATHER_S = 0.02  # a burst of commits is read together
PAGE = 500
BATCHES_KEPT = 200

_log = logging.getLogger("relight.live")


@dataclass(frozen=True)
class Batch:
    """Facts in (since, upto], encoded once."""

    since: Cursor
    upto: Cursor
    heard: Sequence[Heard]

    @cached_property
    def for_desks(self) -> bytes:
        return b"".join(frame_of(h) for h in self.heard)

    @cached_property
    def crews(self) -> frozenset[int]:
        return frozenset().union(*(h.crews for h in self.heard))

    def for_user(self, user: User, after: Cursor) -> bytes:
        if after <= self.since:
            if user.role is not Role.CREW:
                return self.for_desks
            if user.crew_id not in self.crews:
                return b""
        return b"".join(frame_of(h) for h in self.heard if h.cursor > after and may_hear(user, h))


def frame_of(heard: Heard) -> bytes:
    return f"id: {heard.cursor}\ndata: {heard.text}\n\n".encode()


class Live:
    def __init__(self, store: Store, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions
        self._batches: deque[Batch] = deque(maxlen=BATCHES_KEPT)
        self.tail: Cursor | None = None
        self.restores = 0  # how often the journal was found shorter than before: then every feed ends
        self._listeners = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._grown = asyncio.Event()
        self.read_at: float | None = None
        self.is_closing = False
        store.on_change(self._committed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._loop = None
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    def close(self) -> None:
        """The server stops: whoever waits is let go."""
        self.is_closing = True
        self._tell()

    @property
    def is_running(self) -> bool:
        return self._loop is not None and self.read_at is not None and monotonic() - self.read_at < 10 * POLL_S

    def _committed(self) -> None:
        """On a writer thread, after a commit."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop closes while the last commits come in
                loop.call_soon_threadsafe(self._wake.set)

    async def _watch(self) -> None:
        while True:
            try:
                await self._read()
            except StoreBusy:
                _log.warning("The database does not answer; feeds wait.")
            except Exception:
                _log.exception("The journal could not be read; feeds wait.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)
                await asyncio.sleep(GATHER_S)
            self._wake.clear()

    async def _read(self) -> None:
        began, tail = monotonic(), self.tail
        # Nobody listens: what nobody reads is not encoded.
        skips = tail is None or not self._listeners
        people, upto, heard = await self._store.aread(lambda reading: _news(reading, tail, skips))
        self._sessions.watched(began, people)
        self.read_at = began
        if skips and tail is not None and self._listeners:
            self._wake.set()  # somebody came while we skipped: he hears from the old end on
            return
        if tail is not None and upto < tail:
            self._begin_anew()
        self.tail = upto
        if heard:
            assert tail is not None
            self._batches.append(Batch(tail, upto, heard))
            self._tell()
        if len(heard) == PAGE:
            self._wake.set()

    def _begin_anew(self) -> None:
        """A backup was restored under us: what is kept here is of another journal."""
        self.restores += 1
        self._batches.clear()
        self._tell()

    def _tell(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[Cursor | None]:
        """Gives the end of the journal as it is known here; from now on every batch is kept."""
        self._listeners += 1
        try:
            yield self.tail
        finally:
            self._listeners -= 1

    async def next_frames(self, user: User, after: Cursor, wait_s: float) -> tuple[bytes, Cursor]:
        """What this user may hear after a cursor, and where to go on; waits for it when there is nothing yet."""
        grown, tail = self._grown, self.tail
        batch = self._batch_after(after)
        if batch is not None:
            return batch.for_user(user, after), batch.upto
        if tail is not None and after < tail:
            heard, upto = await self._store.aread(lambda reading: facts_for(reading, user, after, PAGE))
            return b"".join(map(frame_of, heard)), upto if upto > after else tail
        await _wait(grown, wait_s)
        return b"", after

    def _batch_after(self, after: Cursor) -> Batch | None:
        for batch in reversed(self._batches):
            if batch.since <= after:
                return batch if after < batch.upto else None
        return None

    async def concerns_crew(self, crew_id: int, after: Cursor | None, until: float) -> bool:
        """Waits for a fact after `after` that concerns this crew. False at `until` (monotonic seconds)."""
        while True:
            grown = self._grown
            if any(crew_id in b.crews for b in self._batches if after is None or b.upto > after):
                return True
            left = until - monotonic()
            if left <= 0 or self.is_closing:
                return False
            await _wait(grown, left)


def _news(reading: Reading, tail: Cursor | None, skips: bool) -> tuple[int, Cursor, list[Heard]]:
    people = versions(reading).get("people", 0)
    if tail is None or skips:
        return people, end_of_journal(reading), []
    heard = heard_since(reading, tail, PAGE)
    if not heard and not holds(reading, tail):
        return people, end_of_journal(reading), []
    return people, heard[-1].cursor if heard else tail, heard


async def _wait(grown: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(grown.wait(), seconds)
