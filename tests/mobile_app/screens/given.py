"""The device as a test hands it to the app: readings, photos and a bell that counts."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import Provider
from mobile_app.core.clock import Clocks
from tests.clock import FakeClock

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


class Device:
    """One tablet's clocks, receiver, camera and bell, on the town's time."""

    def __init__(self, clock: FakeClock, folder: Path) -> None:
        self._clock, self._folder = clock, folder
        self._booted_at = clock.now - timedelta(hours=3)
        self._heard: Callable[[Fix], None] | None = None
        self._photos = 0
        self.picture = PIXEL
        self.is_ringing = False
        self.rung = 0

    def clocks(self) -> Clocks:
        now = self._clock.now
        return Clocks(now, int((now - self._booted_at) / timedelta(milliseconds=1)), "boot-1")

    # The receiver

    def start(self, heard: Callable[[Fix], None], every_s: float) -> None:
        self._heard = heard

    def stop(self) -> None:
        self._heard = None

    def trouble(self) -> str:
        return ""

    def is_at(self, at: LonLat, accuracy_m: float = 6.0) -> None:
        """Off duty nobody listens."""
        if self._heard is not None:
            now = self.clocks()
            self._heard(Fix(at.lon, at.lat, accuracy_m, now.wall, Provider.GPS, elapsed_ms=now.elapsed_ms))

    # The camera

    def take(self, done: Callable[[Path | None], None]) -> None:
        self._photos += 1
        path = self._folder / f"photo-{self._photos}.png"
        path.write_bytes(self.picture)
        done(path)

    # The bell

    def ring(self) -> None:
        self.is_ringing = True
        self.rung += 1

    def hush(self) -> None:
        self.is_ringing = False
