"""The only reading of the tablet's clocks: the wall's, and the counter since the boot, which counts through sleep."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_THIS_RUN = uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Clocks:
    """Read at one moment. `elapsed_ms` of two readings can be compared where their boot ids agree."""

    wall: datetime
    elapsed_ms: int
    boot_id: str


ReadClocks = Callable[[], Clocks]


@dataclass(frozen=True, slots=True)
class Contact:
    """The server's time as it last told it, and the tablet's clocks at that moment."""

    server_time: datetime
    clocks: Clocks

    def server_now(self, now: Clocks) -> datetime:
        """By the counter, however the wall clock was set; after a reboot by the wall clock less its last error."""
        if (since_ms := self._since_ms(now)) is not None:
            return self.server_time + timedelta(milliseconds=since_ms)
        return max(self.server_time, now.wall - (self.clocks.wall - self.server_time))

    def age_s(self, now: Clocks) -> float:
        return (self.server_now(now) - self.server_time).total_seconds()

    def _since_ms(self, now: Clocks) -> int | None:
        since_ms = now.elapsed_ms - self.clocks.elapsed_ms
        return since_ms if now.boot_id == self.clocks.boot_id and since_ms >= 0 else None


def server_now(contact: Contact | None, now: Clocks) -> datetime:
    """Before the first contact the wall clock must do."""
    return now.wall if contact is None else contact.server_now(now)


def reader(elapsed_ms: Callable[[], int] | None = None, boot_id: Callable[[], str] | None = None) -> ReadClocks:
    """Android hands in `elapsedRealtime` and its boot count where the kernel's own are out of reach for an app."""
    count, name = elapsed_ms or _elapsed_ms, (boot_id or _boot_id)()
    return lambda: Clocks(datetime.now(UTC), count(), name)


def _elapsed_ms() -> int:
    """Where no clock counts through sleep, a monotonic one must do; its boot id then ends with this run."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def _boot_id() -> str:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return _THIS_RUN
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return _THIS_RUN
