"""Minutes to drive: over the road graph, and by a straight line where it does not reach. The answer says which."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.rules import Policy
from dispatch_server.gis.roads import HORIZON_MIN, RoadGraph, minutes_per_metre
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass

ROAD_GRAPH = "road graph"
# Closer than this the nodes of the graph say less than the straight line: both ends may stand on one stretch of road.
_NEIGHBOURS_M = 800.0


@dataclass(frozen=True, slots=True)
class Waypoint:
    at: LonLat
    minutes: float  # from the start of the route


class RoadTravel:
    """`roads` is None for a territory without a road layer."""

    def __init__(self, roads: RoadGraph | None, policy: Policy) -> None:
        self._roads = roads
        self._policy = policy

    def estimates(self, to: LonLat, froms: Sequence[LonLat], area_class: AreaClass | None) -> list[TravelEstimate]:
        straight = [self._straight(start, to, area_class) for start in froms]
        if self._roads is None or not froms:
            return straight
        by_road = self._roads.minutes_to(to, froms, self._off_road_min_per_m(area_class))
        return [
            line if metres_between(start, to) < _NEIGHBOURS_M else _by_road(float(minutes), line)
            for start, line, minutes in zip(froms, straight, by_road, strict=True)
        ]

    def route(self, start: LonLat, end: LonLat, area_class: AreaClass | None = None) -> list[Waypoint]:
        """Where a crew is along its way, and when. A straight line where no road leads."""
        if self._roads is not None and metres_between(start, end) >= _NEIGHBOURS_M:
            way = self._roads.way(start, end, self._off_road_min_per_m(area_class))
            if way:
                return [Waypoint(at, minutes) for at, minutes in way]
        return [Waypoint(start, 0.0), Waypoint(end, self._straight(start, end, area_class).minutes)]

    def _straight(self, start: LonLat, end: LonLat, area_class: AreaClass | None) -> TravelEstimate:
        minutes = metres_between(start, end) * self._off_road_min_per_m(area_class)
        return TravelEstimate(minutes, f"straight line × {self._policy.detour[_class(area_class)]:g}")

    def _off_road_min_per_m(self, area_class: AreaClass | None) -> float:
        known = _class(area_class)
        return self._policy.detour[known] * minutes_per_metre(self._policy.speed_kmh[known])


def _class(area_class: AreaClass | None) -> AreaClass:
    """An outage that is not placed yet is reckoned as rural: between the other two."""
    return area_class or AreaClass.RURAL


def _by_road(minutes: float, line: TravelEstimate) -> TravelEstimate:
    return TravelEstimate(minutes, ROAD_GRAPH) if minutes <= HORIZON_MIN else line
