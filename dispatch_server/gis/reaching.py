"""One place to all seats: minutes along the roads, and which seats lie within the limit of their class."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch_server.domain.coverage import Seat, SeatSet
from dispatch_server.domain.rules import Policy, RoadClass
from dispatch_server.gis.plane import Plane
from dispatch_server.gis.roads import Entrances, Floats, Numbers, RoadGraph
from dispatch_server.gis.speeds import minutes_per_metre
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

_LEAST_MIN = 1e-6  # a zero would mean "no road" to a sparse matrix


class Reaching:
    """`roads` None: a territory without a road layer, where straight lines have to do."""

    def __init__(self, seats: Sequence[Seat], roads: RoadGraph | None, policy: Policy) -> None:
        self._seats = seats
        self._lonlats = np.array([(s.at.lon, s.at.lat) for s in seats], dtype=np.float64).reshape(-1, 2)
        self._classes = np.array([list(AreaClass).index(s.area_class) for s in seats], dtype=np.intp)
        self._straight_min_per_m = np.array(
            [policy.detour[c] * minutes_per_metre(policy.speed_kmh[c]) for c in AreaClass]
        )
        self._off_road_min_per_m = minutes_per_metre(policy.track_kmh)
        self._roads = roads
        if roads is not None:
            self._lay_roads(roads, policy)

    def _lay_roads(self, roads: RoadGraph, policy: Policy) -> None:
        min_per_m = np.array([minutes_per_metre(policy.road_kmh[c]) for c in RoadClass])
        self._minutes = np.maximum(roads.metres * min_per_m[roads.road_class], _LEAST_MIN)
        back = ~roads.oneway
        a = np.concatenate([roads.start, roads.end[back]])
        b = np.concatenate([roads.end, roads.start[back]])
        self._out = _quickest(a, b, np.concatenate([self._minutes, self._minutes[back]]), len(roads.at))
        self._entrances = roads.entrances([s.at for s in self._seats])

    def reached(self, at: LonLat, limits_min: Mapping[AreaClass, float]) -> SeatSet:
        limits = np.array([limits_min[c] for c in AreaClass])[self._classes]
        return _as_set(self._minutes_from(at, float(limits.max(initial=0.0))) <= limits)

    def _minutes_from(self, at: LonLat, limit_min: float) -> Floats:
        """To every seat; by a straight line where no road leads or the line is quicker than the way round."""
        straight = self._straight(at)
        if self._roads is None:
            return straight
        entrances = self._roads.entrances([at])
        if not len(entrances.edge):
            return straight
        by_node = self._search(entrances, limit_min)
        by_road = self._to_seats(by_node)
        return np.where(np.isfinite(by_road), by_road, np.where(self._by_no_road(), straight, np.inf))

    def _straight(self, at: LonLat) -> Floats:
        plane = Plane.around(at)
        metres = np.hypot(*((self._lonlats - (at.lon, at.lat)) * (plane.x_m, plane.y_m)).T)
        minutes: Floats = metres * self._straight_min_per_m[self._classes]
        return minutes

    def _by_no_road(self) -> npt.NDArray[np.bool_]:
        """Seats that no road comes near."""
        away = np.ones(len(self._seats), dtype=np.bool_)
        away[self._entrances.place] = False
        return away

    def _search(self, entrances: Entrances, limit_min: float) -> Floats:
        """Minutes to every node from a place beside these roads."""
        roads = self._at_ends(entrances)
        found = np.full(len(self._roads_at), np.inf)
        for node, minutes in roads.items():
            if minutes < limit_min:
                found = np.minimum(found, minutes + dijkstra(self._out, indices=node, limit=limit_min - minutes))
        return found

    @property
    def _roads_at(self) -> Sequence[LonLat]:
        assert self._roads is not None
        return self._roads.at

    def _at_ends(self, entrances: Entrances) -> dict[int, float]:
        """Minutes from a place to the nodes at the ends of its roads; against a one-way road nobody leaves."""
        assert self._roads is not None
        ends: dict[int, float] = {}
        for edge, share, metres in zip(entrances.edge, entrances.share, entrances.metres, strict=True):
            off, whole = float(metres) * self._off_road_min_per_m, float(self._minutes[edge])
            ways = [(int(self._roads.end[edge]), off + whole * (1 - float(share)))]
            if not self._roads.oneway[edge]:
                ways.append((int(self._roads.start[edge]), off + whole * float(share)))
            for node, minutes in ways:
                ends[node] = min(minutes, ends.get(node, minutes))
        return ends

    def _to_seats(self, by_node: Floats) -> Floats:
        assert self._roads is not None
        at, edge = self._entrances, self._entrances.edge
        whole = self._minutes[edge]
        onward = by_node[self._roads.start[edge]] + whole * at.share
        back = np.where(self._roads.oneway[edge], np.inf, by_node[self._roads.end[edge]] + whole * (1 - at.share))
        minutes = np.full(len(self._seats), np.inf)
        np.minimum.at(minutes, at.place, np.minimum(onward, back) + at.metres * self._off_road_min_per_m)
        return minutes


def _quickest(a: Numbers, b: Numbers, minutes: Floats, count: int) -> csr_array:
    """Of parallel roads the quickest counts; a sparse matrix would add them up."""
    order = np.lexsort((minutes, b, a))
    a, b, minutes = a[order], b[order], minutes[order]
    first = np.ones(len(a), dtype=np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return csr_array((minutes[first], (a[first], b[first])), shape=(count, count))


def _as_set(within: npt.NDArray[np.bool_]) -> SeatSet:
    return int.from_bytes(np.packbits(within, bitorder="little").tobytes(), "little")
