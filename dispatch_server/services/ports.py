"""What the services need from the map and the policy, as seen by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.coverage import Seats, SeatSet
from dispatch_server.domain.places import Area, Clues, Place, PlaceNames
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.speeds import Driven, Learned, TrackPoint
from dispatch_server.gis.travel import Waypoint
from dispatch_server.planning.board import Board, Plan, Prices
from dispatch_server.planning.search import Spent
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure
from dispatch_server.store.crews import CrewRecord


class Locator(Protocol):
    """Everything in memory; nothing here waits."""

    @property
    def version(self) -> str: ...
    def locate(self, clues: Clues) -> Place: ...
    def candidate(self, candidate_id: str) -> Place | None: ...
    def circle(self, at: LonLat, radius_m: float, method: PlaceMethod, sure: Sure) -> Place: ...
    def knows_plate(self, code: str) -> bool: ...
    def area(self, code: str) -> Area | None: ...
    def names_at(self, at: LonLat) -> PlaceNames: ...
    def in_territory(self, at: LonLat) -> bool: ...
    def areas_geojson(self) -> bytes: ...


class Travel(Protocol):
    """Minutes to drive to one place from many, in the order given. May take milliseconds: never inside a Work.

    `prepare` gets ready ahead of the first question, which otherwise waits for it. `at` is when they set out: learned
    speeds hold for some hours of the day, and without it the policy's are taken.
    """

    def prepare(self) -> None: ...
    def take_up(self, learned: Iterable[Learned]) -> None: ...
    def estimates(
        self, to: LonLat, froms: Sequence[LonLat], area_class: AreaClass | None, at: datetime | None = None
    ) -> list[TravelEstimate]: ...
    def route(
        self, start: LonLat, end: LonLat, area_class: AreaClass | None = None, at: datetime | None = None
    ) -> list[Waypoint]:
        """The way itself, with the minutes at each of its points."""

    def stretches(self, track: Sequence[TrackPoint]) -> list[Driven]:
        """What the track of one crew, in the order of time, says of speeds."""


class Reach(Protocol):
    """Which areas are reached within their limits. May take milliseconds for a new place: never inside a Work."""

    @property
    def seats(self) -> Seats: ...
    def prepare(self, places: Iterable[LonLat], limits_min: Mapping[AreaClass, float]) -> None: ...
    def reached_from(self, places: Sequence[LonLat], limits_min: Mapping[AreaClass, float]) -> list[SeatSet] | None:
        """In the order given; None while there are more new places than a person should wait for."""


class Planner(Protocol):
    """The whole board at once, for as long as it is given: never inside a Work. What turning a crew round must gain at
    least is one of the `prices`."""

    @property
    def prices(self) -> Prices: ...
    def plan(self, board: Board, spent: Spent) -> Plan: ...
    def plan_again(self, board: Board, former: Plan, spent: Spent) -> Plan:
        """After a change: from the former plan, so that little changes without a reason."""


@dataclass(frozen=True, slots=True)
class Territory:
    """The ground a Work is judged on: the map, the crews' register and the policy in force."""

    locator: Locator
    travel: Travel
    policy: Policy
    crews: Mapping[int, CrewRecord]
    reach: Reach
