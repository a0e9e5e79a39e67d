"""What the tablet needs of the device. Android and a desktop implement it in `mobile_app.device`."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from dispatch_server.protocol.messages import Fix


class Gps(Protocol):
    def start(self, heard: Callable[[Fix], None], every_s: float) -> None:
        """Readings as they come, on any thread, about this often; called again when the pace changes.

        `Fix.elapsed_ms` is of the counter that the clocks read; provider, accuracy and mock flag are the device's own.
        """

    def stop(self) -> None:
        """Nothing is read any more: off duty nobody is followed."""

    def trouble(self) -> str:
        """Why nothing comes, in a sentence that says what to do; empty where nothing is known to be wrong."""


class Camera(Protocol):
    def take(self, done: Callable[[Path | None], None]) -> None:
        """A photo into a file of its own, or None where the crew gave up; `done` is called on any thread."""


class Shrink(Protocol):
    def __call__(self, source: Path, target: Path, longest_px: int) -> bool:
        """Writes a smaller copy; False where this device cannot, and the original is sent."""


class Bell(Protocol):
    def ring(self) -> None:
        """Sounds and shakes until it is hushed, screen locked or not."""

    def hush(self) -> None: ...


class Battery(Protocol):
    def percent(self) -> int | None: ...

    def is_charging(self) -> bool: ...
