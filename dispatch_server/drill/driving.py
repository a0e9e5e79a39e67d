"""Along the roads at a crew's own pace, and what its GPS makes of it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, pi, radians, sin
from random import Random
from typing import Protocol, runtime_checkable

from dispatch_server.gis.travel import Waypoint
from dispatch_server.protocol.geo import EARTH_RADIUS_M, LonLat, metres_between
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import AreaClass, Provider
from dispatch_server.services.ports import Travel

STRAIGHT = 1.4  # metres of road to a metre of straight line, where nothing better is known
STRAIGHT_MPS = 10.0


@runtime_checkable
class Roads(Protocol):
    """Where a crew is along its way, and when. May take milliseconds: never inside a Work."""

    def route(self, start: LonLat, end: LonLat, area_class: AreaClass | None = None) -> Sequence[Waypoint]: ...


class StraightRoads:
    """For a territory whose travel times come without roads."""

    def route(self, start: LonLat, end: LonLat, area_class: AreaClass | None = None) -> Sequence[Waypoint]:
        return [Waypoint(start, 0.0), Waypoint(end, metres_between(start, end) * STRAIGHT / STRAIGHT_MPS / 60)]


def roads_of(travel: Travel) -> Roads:
    return travel if isinstance(travel, Roads) else StraightRoads()


@dataclass(frozen=True, slots=True)
class Drive:
    """One trip. `pace` 1.2 takes a fifth longer than the roads' own estimate."""

    way: tuple[Waypoint, ...]
    left_at: datetime
    pace: float

    @property
    def ends_at(self) -> datetime:
        return self.left_at + timedelta(minutes=self.way[-1].minutes * self.pace)

    @property
    def to(self) -> LonLat:
        return self.way[-1].at

    def share(self, moment: datetime) -> float:
        """How much of it is done, from 0 to 1."""
        whole = (self.ends_at - self.left_at).total_seconds()
        return 1.0 if whole <= 0 else min(1.0, max(0.0, (moment - self.left_at).total_seconds() / whole))

    def at(self, moment: datetime) -> LonLat:
        minutes = (moment - self.left_at).total_seconds() / 60 / self.pace
        later = bisect_right(self.way, minutes, key=lambda point: point.minutes)
        if later == 0:
            return self.way[0].at
        if later == len(self.way):
            return self.to
        a, b = self.way[later - 1], self.way[later]
        return between(a.at, b.at, (minutes - a.minutes) / (b.minutes - a.minutes))

    @property
    def mean_mps(self) -> float:
        metres = sum(metres_between(a.at, b.at) for a, b in pairwise(self.way))
        return metres / max(1.0, (self.ends_at - self.left_at).total_seconds())


def between(a: LonLat, b: LonLat, share: float) -> LonLat:
    return LonLat(a.lon + (b.lon - a.lon) * share, a.lat + (b.lat - a.lat) * share)


def moved(at: LonLat, metres: float, turn: float) -> LonLat:
    """`turn` from 0 to 1 is the direction: east, north, west, south."""
    angle = 2 * pi * turn
    north = metres * sin(angle) / EARTH_RADIUS_M * 180 / pi
    east = metres * cos(angle) / (EARTH_RADIUS_M * cos(radians(at.lat))) * 180 / pi
    return LonLat(at.lon + east, at.lat + north)


def gps_fix(at: LonLat, moment: datetime, elapsed_ms: int, rng: Random, speed_mps: float | None = None) -> Fix:
    """A reading as good as tablets have it under open sky: 4 to 20 m, off by a fitting error."""
    accuracy_m = round(min(20.0, 4 + rng.expovariate(1 / 4)), 1)
    seen = moved(at, abs(rng.gauss(0, accuracy_m / 1.5)), rng.random())
    speed = None if speed_mps is None else round(max(0.0, speed_mps * rng.uniform(0.7, 1.3)), 1)
    return Fix(round(seen.lon, 6), round(seen.lat, 6), accuracy_m, moment, Provider.GPS, False, elapsed_ms, speed)


def poor_fix(at: LonLat, moment: datetime, elapsed_ms: int, rng: Random) -> Fix:
    """From cell towers: hundreds of metres."""
    seen = moved(at, rng.uniform(0, 300), rng.random())
    accuracy_m = round(rng.uniform(300, 1200))
    return Fix(round(seen.lon, 6), round(seen.lat, 6), accuracy_m, moment, Provider.NETWORK, False, elapsed_ms)
