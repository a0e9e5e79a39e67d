"""What a crew can reach in time from where it stands: one search over the roads for each place, kept.

NumPy and SciPy are imported by whoever asks first, as for drives.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_server.domain.coverage import Seat, Seats, SeatSet
from dispatch_server.domain.rules import Policy
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

if TYPE_CHECKING:
    from dispatch_server.gis.reaching import Reaching

CELL_DEG = 0.005  # about half a kilometre: a crew that drives about does not ask for a search at every fix
CELLS_KEPT = 4_000
NEW_AT_ONCE = 16  # searches while somebody waits; more of them are left to `prepare`

Cell = tuple[int, int]


class RoadReach:
    """Minutes at the policy's speeds; a place is as good as the middle of its cell."""

    def __init__(self, read_seats: Callable[[], Sequence[Seat]], travel: RoadTravel, policy: Policy) -> None:
        self._read_seats = read_seats
        self._travel = travel
        self._policy = policy
        self._building = threading.Lock()
        self._known: OrderedDict[tuple[Cell, tuple[float, ...]], SeatSet] = OrderedDict()

    @property
    def seats(self) -> Seats:
        with self._building:
            return self._seats

    @cached_property
    def _seats(self) -> Seats:
        read, self._read_seats = self._read_seats, tuple  # lets go of the files
        return Seats(read())

    @cached_property
    def _reaching(self) -> "Reaching":
        from dispatch_server.gis.reaching import Reaching

        self._travel.prepare()
        return Reaching(self._seats.all, self._travel.roads, self._policy)

    def prepare(self, places: Iterable[LonLat], limits_min: Mapping[AreaClass, float]) -> None:
        """Searches from all of them, however long it takes."""
        limits = _limits(limits_min)
        for cell in {_cell(at) for at in places}:
            if (cell, limits) not in self._known:
                self._search(cell, limits)

    def reached_from(self, places: Sequence[LonLat], limits_min: Mapping[AreaClass, float]) -> list[SeatSet] | None:
        """In the order asked. None while more places are new than anybody should wait for."""
        limits = _limits(limits_min)
        known = {cell: self._known.get((cell, limits)) for cell in {_cell(at) for at in places}}
        new = [cell for cell, reached in known.items() if reached is None]
        if len(new) > NEW_AT_ONCE:
            return None
        found = {c: self._search(c, limits) if reached is None else reached for c, reached in known.items()}
        return [found[_cell(at)] for at in places]

    def _search(self, cell: Cell, limits: tuple[float, ...]) -> SeatSet:
        with self._building:
            found = self._known[cell, limits] = self._reaching.reached(
                _middle(cell), dict(zip(AreaClass, limits, strict=True))
            )
            while len(self._known) > CELLS_KEPT:
                self._known.popitem(last=False)
        return found


def _limits(limits_min: Mapping[AreaClass, float]) -> tuple[float, ...]:
    return tuple(limits_min[c] for c in AreaClass)


def _cell(at: LonLat) -> Cell:
    return round(at.lon / CELL_DEG), round(at.lat / CELL_DEG)


def _middle(cell: Cell) -> LonLat:
    return LonLat(cell[0] * CELL_DEG, cell[1] * CELL_DEG)
