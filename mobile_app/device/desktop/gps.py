"""A receiver that reads its positions from a file: one "lon,lat" a line, one at each reading; the last stays."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import Provider
from mobile_app.core.clock import ReadClocks

NO_TRACK = "This computer has no GPS. Start the app with --track FILE: one lon,lat a line."
ACCURACY_M = 8.0


def read_track(file: Path) -> list[LonLat]:
    """Raises ValueError with a sentence for a line that is no position."""
    points = []
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                lon, lat = (float(part) for part in line.split(","))
                points.append(LonLat(lon, lat))
            except ValueError:
                raise ValueError(f"{file} line {n} must be a position such as 112.01,27.72.") from None
    return points


class ScriptedGps:
    """Every reading says that it is a mock: no arrival is proved by a file."""

    def __init__(self, read_clocks: ReadClocks, points: Sequence[LonLat]) -> None:
        self._read_clocks = read_clocks
        self._points = list(points)
        self._stopped = threading.Event()

    def start(self, heard: Callable[[Fix], None], every_s: float) -> None:
        self.stop()
        self._stopped = stopped = threading.Event()
        if self._points:
            threading.Thread(target=self._read, args=(heard, every_s, stopped), name="gps", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def trouble(self) -> str:
        return "" if self._points else NO_TRACK

    def _read(self, heard: Callable[[Fix], None], every_s: float, stopped: threading.Event) -> None:
        while not stopped.is_set():
            at, clocks = self._points[0], self._read_clocks()
            if len(self._points) > 1:
                del self._points[0]
            heard(
                Fix(at.lon, at.lat, ACCURACY_M, clocks.wall, Provider.GPS, is_mock=True, elapsed_ms=clocks.elapsed_ms)
            )
            stopped.wait(every_s)
