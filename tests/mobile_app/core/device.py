"""A tablet in a test's hand: clocks that a test moves, a receiver that it speaks for, and its file."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import Provider
from mobile_app.core.clock import Clocks
from mobile_app.core.tablet import Tablet
from mobile_app.core.view import JobView
from tests.clock import FakeClock
from tests.town import PASSWORD


class Receiver:
    """A GPS that says what a test says."""

    def __init__(self) -> None:
        self.every_s: float | None = None
        self.says = ""
        self._heard: Callable[[Fix], None] | None = None

    def start(self, heard: Callable[[Fix], None], every_s: float) -> None:
        self._heard, self.every_s = heard, every_s

    def stop(self) -> None:
        self._heard, self.every_s = None, None

    def trouble(self) -> str:
        return self.says

    def hear(self, fix: Fix) -> None:
        if self._heard is not None:
            self._heard(fix)


class Device:
    """The true time is the town's; the wall clock may be wrong, the counter begins anew at each boot."""

    def __init__(self, clock: FakeClock, folder: Path, transport: httpx.BaseTransport | None = None) -> None:
        self.clock = clock
        self.folder = folder
        self.transport = transport
        self.gps = Receiver()
        self.wall_error = timedelta(0)
        self.reboot(timedelta(hours=1))
        self.tablet = self._opened()

    def read_clocks(self) -> Clocks:
        elapsed_ms = (self.clock.now - self._booted_at) // timedelta(milliseconds=1)
        return Clocks(self.clock.now + self.wall_error, elapsed_ms, self._boot_id)

    def reboot(self, before: timedelta = timedelta(0)) -> None:
        """The counter restarts and the boot has another name; the app must be opened again."""
        self._booted_at = self.clock.now - before
        self._boot_id = uuid4().hex

    def kill(self) -> None:
        """The app is gone at this instant and opens again from its file; ending writes nothing."""
        self.tablet.end()
        self.gps = Receiver()
        self.tablet = self._opened()

    def fix(self, at: LonLat, accuracy_m: float = 5.0, provider: Provider = Provider.GPS, is_mock: bool = False) -> Fix:
        """A reading made now: the satellites' time is right, whatever the wall clock says."""
        return Fix(
            at.lon, at.lat, accuracy_m, self.clock.now, provider, is_mock, elapsed_ms=self.read_clocks().elapsed_ms
        )

    def sign_in(self, url: str, name: str = "crew1") -> None:
        self.tablet.sign_in(url, name, PASSWORD)

    def job(self, job_id: int) -> JobView:
        return next(job for job in self.tablet.view().jobs if job.card.job_id == job_id)

    def push(self) -> str:
        """Everything that waits, as long as it gets through; gives the trouble."""
        for _ in range(100):
            pause = self.tablet.sync.push.attempt()
            if pause != 0.0:
                break
        return self.tablet.sync.push.trouble

    def pull(self) -> str:
        """The cards as they are now; the cursor then says that they are here."""
        self.tablet.sync.in_the_background = True  # no line is held open
        for _ in range(2):
            self.tablet.sync.pull.attempt()
        return self.tablet.sync.pull.trouble

    def sync(self) -> str:
        return self.push() or self.pull()

    def _opened(self) -> Tablet:
        return Tablet(self.folder, self.read_clocks, self.gps, transport=self.transport, chance=Random(7))
