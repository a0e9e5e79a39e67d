"""Minutes to drive: over the road graph, and by a straight line where it does not reach. The answer says which."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.rules import Policy
from dispatch_server.gis.speeds import HORIZON_MIN, minutes_per_metre
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass

if TYPE_CHECKING:
    from dispatch_server.gis.roads import RoadGraph

ROAD_GRAPH = "road graph"
# Closer than this the nodes of the graph say less than the straight line: both ends may stand on one stretch of road.
_NEIGHBOURS_M = 800.0


@dataclass(frozen=True, slots=True)
class Waypoint:
    at: LonLat
    minutes: float  # from the start of the route


class RoadTravel:
    """`build` makes the road graph when the first drive is asked for: a server is up before that.

    It is None for a territory without a road layer.
    """

    def __init__(self, build: "Callable[[], RoadGraph] | None", policy: Policy) -> None:
        self._build = build
        self._policy = policy
        self._building = threading.Lock()

    def prepare(self) -> None:
        """Builds the road graph now, so that the first drive asked for need not wait for it."""
        with self._building:
            _ = self._roads

    @cached_property
    def _roads(self) -> "RoadGraph | None":
        return None if self._build is None else self._build()

    def estimates(self, to: LonLat, froms: Sequence[LonLat], area_class: AreaClass | None) -> list[TravelEstimate]:
        self.prepare()
        metres = [metres_between(start, to) for start in froms]
        if self._roads is None or not froms:
            return [self._straight(m, area_class) for m in metres]
        by_road = self._roads.minutes_to(to, froms, self._off_road_min_per_m(area_class))
        return [
            TravelEstimate(float(minutes), ROAD_GRAPH)
            if m >= _NEIGHBOURS_M and minutes <= HORIZON_MIN
            else self._straight(m, area_class)
            for m, minutes in zip(metres, by_road, strict=True)
        ]

    def route(self, start: LonLat, end: LonLat, area_class: AreaClass | None = None) -> list[Waypoint]:
        """Where a crew is along its way, and when. A straight line where no road leads."""
        self.prepare()
        if self._roads is not None and metres_between(start, end) >= _NEIGHBOURS_M:
            way = self._roads.way(start, end, self._off_road_min_per_m(area_class))
            if way:
                return [Waypoint(at, minutes) for at, minutes in way]
        return [Waypoint(start, 0.0), Waypoint(end, self._straight(metres_between(start, end), area_class).minutes)]

    def _straight(self, metres: float, area_class: AreaClass | None) -> TravelEstimate:
        minutes = metres * self._off_road_min_per_m(area_class)
        return TravelEstimate(minutes, f"straight line × {self._policy.detour[_class(area_class)]:g}")

    def _off_road_min_per_m(self, area_class: AreaClass | None) -> float:
        known = _class(area_class)
        return self._policy.detour[known] * minutes_per_metre(self._policy.speed_kmh[known])


def _class(area_class: AreaClass | None) -> AreaClass:
    """An outage that is not placed yet is reckoned as rural: between the other two."""
    return area_class or AreaClass.RURAL
