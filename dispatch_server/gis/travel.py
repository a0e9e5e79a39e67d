"""Minutes to drive: over the road graph, and by a straight line where it does not reach. The answer says which."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.speeds import Driven, Learned, Pace, TrackPoint, pace_at
from dispatch_server.gis.speeds import minutes_per_metre
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass

if TYPE_CHECKING:
    from dispatch_server.gis.roads import RoadGraph
    from dispatch_server.gis.routing import PacedRoads
    from dispatch_server.gis.routing_core import RoadCore
    from dispatch_server.gis.routing_tree import Drive

ROAD_GRAPH = "road graph"
LEARNED = "speeds learned"
AND = "; "
_PACES_KEPT = 2  # the hours that are and those just gone


@dataclass(frozen=True, slots=True)
class Waypoint:
    at: LonLat
    minutes: float  # from the start of the route


class RoadTravel:
    """`build` makes the road graph when the first drive is asked for: a server is up before that.

    It is None for a territory without a road layer. What was `learned` of speeds may be taken up anew at any time.
    """

    def __init__(
        self, build: "Callable[[], RoadGraph] | None", policy: Policy, learned: Iterable[Learned] = ()
    ) -> None:
        self._build = build
        self._policy = policy
        self._building = threading.Lock()
        self._paced: OrderedDict[Pace, PacedRoads] = OrderedDict()
        self.take_up(learned)

    def take_up(self, learned: Iterable[Learned]) -> None:
        self._learned = {one.slot: one for one in learned}

    def prepare(self) -> None:
        """Builds the road graph now, so that the first drive asked for need not wait for it."""
        with self._building:
            _ = self._core

    @cached_property
    def roads(self) -> "RoadGraph | None":
        return None if self._build is None else self._build()

    @cached_property
    def _core(self) -> "RoadCore | None":
        if self.roads is None:
            return None
        from dispatch_server.gis.routing_core import RoadCore

        return RoadCore(self.roads)

    def estimates(
        self, to: LonLat, froms: Sequence[LonLat], area_class: AreaClass | None, at: datetime | None = None
    ) -> list[TravelEstimate]:
        """In the order asked. `at` is when they set out: without it the policy's speeds hold, learned or not."""
        metres = [metres_between(start, to) for start in froms]
        pace = pace_at(at, self._learned, self._policy)
        roads = self._roads_at(pace)
        if roads is None:
            return [self._straight(m, area_class) for m in metres]
        return [
            self._straight(m, area_class) if drive is None or m <= drive.off_road_m else self._driven(drive, pace)
            for m, drive in zip(metres, roads.drives(to, froms), strict=True)
        ]

    def route(
        self, start: LonLat, end: LonLat, area_class: AreaClass | None = None, at: datetime | None = None
    ) -> list[Waypoint]:
        """Where a crew is along its way, and when. A straight line where no road leads."""
        roads = self._roads_at(pace_at(at, self._learned, self._policy))
        metres = metres_between(start, end)
        if roads is not None:
            [drive] = roads.drives(end, [start])
            if drive is not None and metres > drive.off_road_m:
                return [Waypoint(where, minutes) for where, minutes in roads.way(start, end)]
        return [Waypoint(start, 0.0), Waypoint(end, self._straight(metres, area_class).minutes)]

    def stretches(self, track: Sequence[TrackPoint]) -> list[Driven]:
        """What the track of one crew, in the order of time, says of speeds."""
        self.prepare()
        if self.roads is None:
            return []
        from dispatch_server.gis.routing_tracks import stretches_of

        return stretches_of(self.roads, track)

    def _roads_at(self, pace: Pace) -> "PacedRoads | None":
        with self._building:
            if self._core is None:
                return None
            if pace not in self._paced:
                from dispatch_server.gis.routing import OffRoad, PacedRoads

                policy = self._policy
                off_road = OffRoad(minutes_per_metre(policy.track_kmh), max(policy.straight_spread.values()))
                self._paced[pace] = PacedRoads(self._core, pace, off_road)
                while len(self._paced) > _PACES_KEPT:
                    self._paced.popitem(last=False)
            self._paced.move_to_end(pace)
            return self._paced[pace]

    def _driven(self, drive: "Drive", pace: Pace) -> TravelEstimate:
        said = [ROAD_GRAPH]
        if pace.is_learned:
            said.append(LEARNED)
        if drive.off_road_m > self._policy.snap_within_m:
            said.append(f"{drive.off_road_m / 1000:.1f} km off the road")
        spread = drive.late_min / drive.minutes if drive.minutes > 0 else 1.0
        return TravelEstimate(drive.minutes, AND.join(said), spread)

    def _straight(self, metres: float, area_class: AreaClass | None) -> TravelEstimate:
        """An outage that is not placed yet is reckoned as rural: between the other two."""
        known, policy = area_class or AreaClass.RURAL, self._policy
        minutes = metres * policy.detour[known] * minutes_per_metre(policy.speed_kmh[known])
        return TravelEstimate(minutes, f"straight line × {policy.detour[known]:g}", policy.straight_spread[known])
