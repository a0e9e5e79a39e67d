"""What a track says of speeds: its fixes are matched to roads, and stretches driven without a stop are timed.

Only what is plain counts: both fixes beside a road, and a way from one to the other over roads of one class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heappop, heappush
from itertools import pairwise

from dispatch_server.domain.rules import RoadClass
from dispatch_server.domain.speeds import FASTEST_KMH, Driven, TrackPoint
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.protocol.geo import metres_between

_BESIDE_M = 40.0  # a fix farther from every road was not taken on one
_DOUBT_M = 10.0
_GAP = timedelta(minutes=2)  # fixes come every 10 to 15 s under way; between two far apart anything may have happened
_STANDING_M = 15.0  # a van at rest seems to move that far
_HALT = timedelta(seconds=90)  # a crossing or a jam belongs to the drive; a longer stop is work
_LEAST_M = 400.0  # over less, the doubt of both fixes is too much of it
_STRAY_M = 200.0  # a way that is much longer than the straight line was not driven between two fixes

_CLASSES = list(RoadClass)


@dataclass(frozen=True, slots=True)
class _OnRoad:
    edge: int
    share: float


@dataclass(frozen=True, slots=True)
class _Leg:
    """From one fix to the next; None where no plain way leads."""

    road_class: int | None
    metres: float
    took: timedelta


def stretches_of(graph: RoadGraph, track: Sequence[TrackPoint]) -> list[Driven]:
    """`track` in the order of time, of one crew."""
    if len(track) < 2:
        return []
    return list(_stretches(list(_legs(graph, track))))


def _legs(graph: RoadGraph, track: Sequence[TrackPoint]) -> Iterator[_Leg]:
    entrances = graph.found_near([point.at for point in track], _BESIDE_M, _DOUBT_M)
    beside: list[list[_OnRoad]] = [[] for _ in track]
    for place, edge, share in zip(
        entrances.place.tolist(), entrances.edge.tolist(), entrances.share.tolist(), strict=True
    ):
        beside[place].append(_OnRoad(edge, share))
    for (a, b), (near_a, near_b) in zip(pairwise(track), pairwise(beside), strict=True):
        took = b.moment - a.moment
        straight_m = metres_between(a.at, b.at)
        if not timedelta(0) < took <= _GAP:
            yield _Leg(None, 0.0, took)
        elif straight_m < _STANDING_M:
            yield _Leg(None, straight_m, took)
        else:
            yield _leg(graph, near_a, near_b, 1.5 * straight_m + _STRAY_M, took)


def _leg(graph: RoadGraph, starts: list[_OnRoad], ends: list[_OnRoad], most_m: float, took: timedelta) -> _Leg:
    ways = [
        (metres, int(graph.road_class[end.edge]))
        for end in ends
        for metres in _metres_to(graph, starts, end, most_m)
        if 3.6 * metres <= FASTEST_KMH * took.total_seconds()
    ]
    if not ways:
        return _Leg(None, most_m, took)
    metres, road_class = min(ways)
    return _Leg(road_class, metres, took)


def _metres_to(graph: RoadGraph, starts: list[_OnRoad], end: _OnRoad, most_m: float) -> Iterator[float]:
    """Over roads of the class of `end`, never against a one-way; nothing where it is farther than `most_m`."""
    road_class, length = int(graph.road_class[end.edge]), float(graph.metres[end.edge])
    starts = [s for s in starts if int(graph.road_class[s.edge]) == road_class]
    for start in starts:
        if start.edge == end.edge and (start.share <= end.share or not graph.oneway[end.edge]):
            yield abs(end.share - start.share) * length
    if not starts:
        return
    ahead = {int(graph.start[end.edge]): end.share * length}
    if not graph.oneway[end.edge]:
        ahead[int(graph.end[end.edge])] = (1 - end.share) * length
    to_end = _search(graph, ahead, road_class, most_m)
    for start in starts:
        length = float(graph.metres[start.edge])
        exits = [(int(graph.end[start.edge]), (1 - start.share) * length)]
        if not graph.oneway[start.edge]:
            exits.append((int(graph.start[start.edge]), start.share * length))
        yield from (metres + to_end[node] for node, metres in exits if metres + to_end.get(node, most_m) < most_m)


def _search(graph: RoadGraph, ahead: dict[int, float], road_class: int, most_m: float) -> dict[int, float]:
    """Metres to the end from the nodes around it; a handful of them."""
    arcs, found = graph.against, dict[int, float]()
    waiting = [(metres, node) for node, metres in ahead.items()]
    waiting.sort()
    while waiting:
        metres, node = heappop(waiting)
        if node in found or metres > most_m:
            continue
        found[node] = metres
        for arc in range(int(arcs.start_of[node]), int(arcs.start_of[node + 1])):
            edge = int(arcs.edge[arc])
            if int(graph.road_class[edge]) == road_class:
                heappush(waiting, (metres + float(graph.metres[edge]), int(arcs.to[arc])))
    return found


def _stretches(legs: Sequence[_Leg]) -> Iterator[Driven]:
    """Short halts between legs of one class belong to the drive."""
    road_class: int | None = None
    metres, took, halt = 0.0, timedelta(0), timedelta(0)
    for leg in [*legs, _Leg(None, _STRAY_M, _GAP)]:
        if leg.road_class is None and leg.metres < _STANDING_M and halt + leg.took <= _HALT:
            halt += leg.took
            continue
        if leg.road_class is None or leg.road_class != road_class:
            if road_class is not None and metres >= _LEAST_M:
                yield Driven(_CLASSES[road_class], metres, took.total_seconds())
            road_class, metres, took, halt = leg.road_class, 0.0, timedelta(0), timedelta(0)
        if leg.road_class is not None:
            metres, took, halt = metres + leg.metres, took + halt + leg.took, timedelta(0)
