"""A job card as the server tells it, and the thin card of a job that a dispatcher handed over by radio."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from json import loads

from dispatch_server.protocol.codec import Json, Malformed, decode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.grading import Reach
from dispatch_server.protocol.words import AreaClass, FaultKind, Grade, Hazard, JobState, Sure

STRICTEST_WITHIN_M = 200.0  # where a card does not say how near is on site


@dataclass(frozen=True, slots=True)
class Names:
    county: str | None = None
    township: str | None = None
    village: str | None = None

    def __str__(self) -> str:
        return " ".join(name for name in (self.county, self.township, self.village) if name)


@dataclass(frozen=True, slots=True)
class AreaOfJob:
    code: str
    name: str
    area_class: AreaClass


@dataclass(frozen=True, slots=True)
class PlaceOfJob:
    """`sites` are the points where a crew may honestly stand: the pin and the service transformer."""

    lon: float | None = None
    lat: float | None = None
    radius_m: float = 0.0
    sure: Sure | None = None
    names: Names | None = None
    area: AreaOfJob | None = None
    sites: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        _ = self.at, self.site_points  # raises where one is no position

    @property
    def at(self) -> LonLat | None:
        return None if self.lon is None or self.lat is None else LonLat(self.lon, self.lat)

    @property
    def site_points(self) -> tuple[LonLat, ...]:
        return tuple(LonLat(lon, lat) for lon, lat in self.sites)


@dataclass(frozen=True, slots=True)
class WhatIsOut:
    fault_kind: FaultKind | None = None
    hazard: Hazard = Hazard.NONE
    made_safe: bool = False
    priority: str = "ordinary"
    state: str = "open"
    transformer: str | None = None
    transformer_code: str | None = None
    feeder: str | None = None
    customers: int | None = None

    @property
    def is_danger(self) -> bool:
        return self.hazard is not Hazard.NONE and not self.made_safe


@dataclass(frozen=True, slots=True)
class LimitsOfJob:
    area_class: AreaClass | None = None
    limit_min: float | None = None
    accept_by: datetime | None = None
    depart_by: datetime | None = None
    arrive_by: datetime | None = None
    survey_by: datetime | None = None
    within_m: float = STRICTEST_WITHIN_M
    fix_fresh_s: float = 60
    worst_accuracy_m: float = 500

    @property
    def reach(self) -> Reach:
        return Reach(self.within_m, self.fix_fresh_s, self.worst_accuracy_m)


@dataclass(frozen=True, slots=True)
class CallOnCard:
    call_id: int
    number: str
    received_at: datetime
    hazard: Hazard = Hazard.NONE
    chases: int = 0
    address: str | None = None
    words: str | None = None
    caller_name: str | None = None
    caller_phone: str | None = None


@dataclass(frozen=True, slots=True)
class OtherCrew:
    crew: str
    state: JobState


@dataclass(frozen=True, slots=True)
class Told:
    told_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier outage of the same transformer."""

    outage: str
    at: datetime
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    job_id: int
    state: JobState
    outage: str = ""
    outage_id: int | None = None
    offered_at: datetime | None = None
    seen_at: datetime | None = None
    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    grade: Grade | None = None
    restored_at: datetime | None = None
    end_reason: str | None = None
    told: tuple[Told, ...] = ()
    what: WhatIsOut = field(default_factory=WhatIsOut)
    place: PlaceOfJob = field(default_factory=PlaceOfJob)
    limits: LimitsOfJob = field(default_factory=LimitsOfJob)
    calls: tuple[CallOnCard, ...] = ()
    others: tuple[OtherCrew, ...] = ()
    history: tuple[Earlier, ...] = ()


@lru_cache(256)
def read_card(body: str) -> Card | None:
    """None for what a newer server says in words that this app does not know: the others are shown all the same."""
    try:
        return decode(Card, loads(body), "card")
    except (Malformed, ValueError):
        return None


def card_number(said: Mapping[str, Json]) -> int | None:
    number = said.get("job_id")
    return number if isinstance(number, int) else None


def told_by_radio(job_id: int, told_at: datetime) -> Card:
    """All that ten digits can say: there is a job, and its number."""
    return Card(job_id, JobState.OFFERED, offered_at=told_at)


def without_names(card: Card) -> Card:
    """For a tablet that nobody has signed in on for too long: it may lie in a ditch."""
    return replace(card, calls=tuple(replace(call, caller_name=None, caller_phone=None) for call in card.calls))
