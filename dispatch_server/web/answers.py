"""What the API answers, and how an answer is written.

Answers are written as JSON texts by the routes; the shapes here describe them, and a test holds real answers against
them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.responses import Response

from dispatch_server.domain.coverage import CoverLost
from dispatch_server.domain.outage_facts import Priority
from dispatch_server.domain.places import Area, PlaceCandidate, PlaceNames, Premises
from dispatch_server.protocol.words import (
    AreaClass,
    Grade,
    JobState,
    OutageState,
    PlaceMethod,
    Role,
    Sure,
)
from dispatch_server.store.texts import text_of

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class SessionShown:
    """`timezone` is the utility's: a desk shows its times and days, wherever the browser stands."""

    role: Role
    name: str
    crew_id: int | None
    expires_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """`token` is null for the console, which is given it as an HttpOnly cookie."""

    token: str | None
    role: Role
    name: str
    crew_id: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """`radius_m` bounds the doubt around the position; `note` is a sentence when a person should look."""

    method: PlaceMethod
    sure: Sure
    lon: float | None
    lat: float | None
    radius_m: float
    names: PlaceNames | None
    area: Area | None
    other_areas: list[Area]
    candidates: list[PlaceCandidate]
    transformer: str | None
    feeder: str | None
    layers_version: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class JobShown:
    id: int
    outage_id: int
    crew_id: int
    state: JobState
    offered_at: datetime
    delivered_at: datetime | None
    seen_at: datetime | None
    accept_by: datetime
    accepted_at: datetime | None
    departed_at: datetime | None
    arrive_by: datetime
    arrived_at: datetime | None
    grade: Grade | None
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class StopShown:
    id: int
    received_at: datetime
    area_class: AreaClass | None
    arrive_by: datetime


@dataclass(frozen=True, slots=True)
class FactShown:
    cursor: str
    subject: str
    n: int
    kind: str
    said_by: str
    happened_at: datetime
    measured_at: datetime | None
    recorded_at: datetime
    seal: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutageShown:
    id: int
    number: str
    state: OutageState
    area_class: AreaClass | None
    priority: str
    opened_at: datetime
    first_call_at: datetime
    arrive_by: datetime
    arrived_at: datetime | None
    call_count: int
    lon: float | None
    lat: float | None
    district: str | None
    township: str | None
    village: str | None
    jobs: list[JobShown]
    calls: list[StopShown]


@dataclass(frozen=True, slots=True)
class TargetShown:
    """One deadline over all calls of the outage: the one enforced, the one before relaxations, and each limit set."""

    name: str
    arrive_by: datetime
    enforced: bool


@dataclass(frozen=True, slots=True)
class OutageOpenedUp(OutageShown):
    targets: list[TargetShown]
    facts: list[FactShown]


@dataclass(frozen=True, slots=True)
class OutagesShown:
    outages: list[OutageShown]
    next: int | None
    cursor: str
    server_time: datetime


@dataclass(frozen=True, slots=True)
class PlaceFound:
    place: PlaceShown


@dataclass(frozen=True, slots=True)
class PlaceLookedUp:
    place: PlaceShown
    premises: list[Premises]


@dataclass(frozen=True, slots=True)
class ReasonShown:
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class JobInHandShown:
    """`number` and `priority` are its outage's."""

    job_id: int
    outage_id: int
    state: JobState
    priority: Priority
    number: str
    etr_at: datetime | None


@dataclass(frozen=True, slots=True)
class CandidateShown:
    """`leave_by` is the last moment at which this crew still arrives in time, four times out of five. `free_in_min` is
    how long other work keeps it first. `cover_lost` is null for a crew that is not free, or while cover is unknown."""

    crew_id: int
    name: str
    fit: bool
    in_time: bool
    minutes_away: float
    free_in_min: float
    arrives_at: datetime
    leave_by: datetime
    cover_lost: CoverLost | None
    turned_round: JobInHandShown | None
    reasons: list[ReasonShown]


@dataclass(frozen=True, slots=True)
class LastChanceShown:
    """The crew that may leave last of all and still be in time, and when."""

    crew_id: int
    name: str
    leave_by: datetime


@dataclass(frozen=True, slots=True)
class CandidatesShown:
    """`last_chance` is null when nobody can be in time any more."""

    crews: list[CandidateShown]
    last_chance: LastChanceShown | None
    why_not: str
    server_time: datetime


@dataclass(frozen=True, slots=True)
class CrewShown:
    """`lon`, `lat` are where it was last heard (`position_at`), else its depot (`position_at` null)."""

    crew_id: int
    code: str
    name: str
    squad: str
    county: str
    on_duty: bool
    aboard: int
    in_shift: bool
    suspended: bool
    skills: list[str]
    lon: float
    lat: float
    position_at: datetime | None
    heard_at: datetime | None
    state: str
    jobs: list[JobInHandShown]


@dataclass(frozen=True, slots=True)
class CrewsShown:
    crews: list[CrewShown]
    server_time: datetime
    cursor: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    action_id: str | None
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PushAnswered:
    server_time: datetime
    answers: list[AnswerShown]
    positions_refused: int
    ignored: list[str]


@dataclass(frozen=True, slots=True)
class Pulled:
    """`cards` is empty and `unchanged` true when the tablet's cursor already names them."""

    cursor: str
    cards: list[dict[str, Any]]
    unchanged: bool
    on_duty: bool
    aboard: int
    server_time: datetime
    ignored: list[str]


@dataclass(frozen=True, slots=True)
class FigureShown:
    group: str
    definition: str
    count: int
    mean_min: float | None
    median_min: float | None
    p90_min: float | None
    within: dict[str, float | None]
    within_first_target: float | None
    late_nobody_there: int
    excluded: dict[str, int]
    pending: int
    restated: int
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class FiguresShown:
    figures: list[FigureShown]
    limits: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RowShown:
    outage_id: int
    number: str
    area_class: AreaClass | None
    district: str | None
    crew_id: int | None
    month: str
    first_call_at: datetime
    arrive_by: datetime
    first_arrive_by: datetime
    arrived_at: datetime | None
    grade: Grade | None
    restated: bool
    excluded: str | None
    due: dict[str, datetime]
    cancelled_at: datetime | None
    minutes: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RowsShown:
    rows: list[RowShown]
    next: int | None


def answered(status: int, shape: Any, description: str, example: Any = None) -> dict[int | str, Any]:
    """What a route answers when all is well, for the documentation."""
    shown: dict[str, Any] = {"model": shape, "description": description}
    if example is not None:
        shown["content"] = {JSON: {"example": example}}
    return {status: shown}


def as_json(value: Any, status: int = 200) -> Response:
    """The public JSON of anything the codec knows."""
    return json_text(text_of(value), status)


def json_text(text: str, status: int = 200) -> Response:
    return Response(text.encode(), status, media_type=JSON)


def last_id(texts: list[str]) -> int:
    return int(json.loads(texts[-1])["id"])
