"""Routing services first, our own roads when they fail: there is always an answer, and it says whose it is."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.speeds import Driven, Learned, TrackPoint
from dispatch_server.gis.routing_http import Asked, NoAnswer, RoutingService
from dispatch_server.gis.speeds import minutes_per_metre
from dispatch_server.gis.travel import AND, RoadTravel, Waypoint
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

T = TypeVar("T")

FAILURES = 3  # in a row; then nobody waits for it
PAUSE_S = 30.0  # after which one question tries again


class _Guarded:
    """A service that is left alone for a while after it has failed several times."""

    def __init__(self, service: RoutingService, seconds: Callable[[], float]) -> None:
        self.name = service.name
        self._service = service
        self._seconds = seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._silent_until = 0.0

    def ask(self, question: Callable[[RoutingService], T]) -> T | None:
        """None when it did not answer, or is not asked."""
        if not self._may_be_asked():
            return None
        try:
            answer = question(self._service)
        except NoAnswer:
            with self._lock:
                self._failures += 1
                self._silent_until = self._seconds() + PAUSE_S
            return None
        with self._lock:
            self._failures = 0
        return answer

    def _may_be_asked(self) -> bool:
        """Of all who ask after a pause, the first one tries and the others wait no longer than before."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._seconds() < self._silent_until:
                return False
            self._silent_until = self._seconds() + PAUSE_S
            return True


class ServicesFirst:
    """Asks each service in turn, then `roads`; of a crew for which a service knows no way, `roads` are asked alone."""

    def __init__(
        self,
        roads: RoadTravel,
        services: Sequence[RoutingService],
        policy: Policy,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = roads
        self._services = [_Guarded(service, seconds) for service in services]
        self._policy = policy

    def prepare(self) -> None:
        self._own.prepare()

    def take_up(self, learned: Iterable[Learned]) -> None:
        self._own.take_up(learned)

    def stretches(self, track: Sequence[TrackPoint]) -> list[Driven]:
        return self._own.stretches(track)

    def estimates(
        self, to: LonLat, froms: Sequence[LonLat], area_class: AreaClass | None, at: datetime | None = None
    ) -> list[TravelEstimate]:
        silent: list[str] = []
        for service in self._services if froms else ():
            drives = service.ask(lambda one: one.drives(to, froms))
            if drives is not None:
                return self._completed(drives, service.name, silent, to, froms, area_class, at)
            silent.append(f"{service.name} did not answer")
        return [_since(estimate, silent) for estimate in self._own.estimates(to, froms, area_class, at)]

    def _completed(
        self,
        drives: Sequence[Asked | None],
        name: str,
        silent: Sequence[str],
        to: LonLat,
        froms: Sequence[LonLat],
        area_class: AreaClass | None,
        at: datetime | None,
    ) -> list[TravelEstimate]:
        left = [start for start, drive in zip(froms, drives, strict=True) if drive is None]
        ours = iter(self._own.estimates(to, left, area_class, at) if left else ())
        unknown = [*silent, f"{name} knows no way"]
        return [
            _since(next(ours), unknown) if drive is None else _since(self._asked(drive, name), silent)
            for drive in drives
        ]

    def _asked(self, drive: Asked, name: str) -> TravelEstimate:
        off_min = drive.off_road_m * minutes_per_metre(self._policy.track_kmh)
        estimate = TravelEstimate(drive.minutes + off_min, name, self._policy.service_spread)
        if drive.off_road_m <= self._policy.snap_within_m:
            return estimate
        return _since(estimate, [f"{drive.off_road_m / 1000:.1f} km off the road"])

    def route(
        self, start: LonLat, end: LonLat, area_class: AreaClass | None = None, at: datetime | None = None
    ) -> list[Waypoint]:
        for service in self._services:
            way = service.ask(lambda one: one.way(start, end))
            if way:
                inside = [Waypoint(where, minutes) for where, minutes in way]
                return [Waypoint(start, 0.0), *inside[1:-1], Waypoint(end, inside[-1].minutes)]
        return self._own.route(start, end, area_class, at)


def _since(estimate: TravelEstimate, why: Sequence[str]) -> TravelEstimate:
    return replace(estimate, source=AND.join([estimate.source, *why])) if why else estimate
