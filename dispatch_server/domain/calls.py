"""A fault call: one customer's report, from the first word to the call-back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from dispatch_server.domain.places import Place
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.protocol.words import (
    AreaClass,
    Category,
    Channel,
    FaultKind,
    Hazard,
    PlaceMethod,
    Sure,
)

CallId = int

# A transferred call's own clock may run a little ahead of ours; more than this is the future.
TRANSFER_CLOCK_SLACK = timedelta(seconds=5)


class CallState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CallBackAnswer(StrEnum):
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    STILL_OUT = "still_out"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class CallTaken:
    """`received_at` starts the clock; `entered_at` is when it reached us."""

    call_id: CallId
    number: str
    channel: Channel
    category: Category
    received_at: datetime
    entered_at: datetime
    fault_kind: FaultKind | None
    hazard: Hazard
    about_call_id: CallId | None = None


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """The result of locating, with the map it came from; the position itself lives in `places`, outside the journal.

    `source` names the geocoder where it was another's.
    """

    place_id: int
    method: PlaceMethod
    sure: Sure
    radius_m: float
    area_code: str | None
    limit_class: AreaClass | None
    transformer: str | None
    feeder: str | None
    layers_version: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PlaceProposed:
    """Another geocoder's answer that only a person may take: it stands among the candidates of `place_id`."""

    place_id: int
    source: str
    radius_m: float
    area_code: str | None


@dataclass(frozen=True, slots=True)
class CallUnplaced:
    why: str


@dataclass(frozen=True, slots=True)
class CallFiled:
    """The outage this call belongs to from now on."""

    outage_id: int
    how: str


@dataclass(frozen=True, slots=True)
class CallSaidAgain:
    """The call came again under its `external_ref` and said something new: which fields, not what a caller said.

    `hazard` and `fault_kind` are what is new of them, `category` is what the call is from now on.
    """

    fields: tuple[str, ...]
    hazard: Hazard
    fault_kind: FaultKind | None
    category: Category


@dataclass(frozen=True, slots=True)
class CallChased:
    """催办: the customer asked again."""

    count: int


@dataclass(frozen=True, slots=True)
class CallClosed:
    reason: str


@dataclass(frozen=True, slots=True)
class CallBackMade:
    answer: CallBackAnswer
    note: str
    new_call_id: CallId | None


CallFact = (
    CallTaken
    | CallPlaced
    | PlaceProposed
    | CallUnplaced
    | CallFiled
    | CallSaidAgain
    | CallChased
    | CallClosed
    | CallBackMade
)


@dataclass(frozen=True, slots=True)
class Call:
    id: CallId
    number: str
    channel: Channel
    category: Category
    received_at: datetime
    entered_at: datetime
    fault_kind: FaultKind | None
    hazard: Hazard
    about_call_id: CallId | None
    state: CallState = CallState.OPEN
    place_id: int | None = None
    area_code: str | None = None
    limit_class: AreaClass | None = None
    transformer: str | None = None
    feeder: str | None = None
    outage_id: int | None = None
    chases: int = 0
    closed_reason: str | None = None
    call_back: CallBackAnswer | None = None


def take(taken: CallTaken) -> list[CallFact]:
    """A call as it comes in. Refuses a `received_at` from the future: it would move the target."""
    if taken.received_at > taken.entered_at + TRANSFER_CLOCK_SLACK:
        raise BadInput("received_at lies in the future; send the time the customer called, or leave it out.")
    return [taken]


def place(placed: Place, place_id: int) -> list[CallFact]:
    if placed.area is None:
        return [CallUnplaced(placed.note or "No clue in the call leads to a place in the service territory.")]
    return [
        CallPlaced(
            place_id=place_id,
            method=placed.method,
            sure=placed.sure,
            radius_m=placed.radius_m,
            area_code=placed.area.code,
            limit_class=placed.limit_class,
            transformer=placed.transformer,
            feeder=placed.feeder,
            layers_version=placed.layers_version,
            source=placed.source,
        )
    ]


def say_again(
    call: Call, fields: tuple[str, ...], hazard: Hazard, fault_kind: FaultKind | None, category: Category
) -> list[CallFact]:
    """`fields` are those that say something new. A repeat makes a fault of an enquiry, and no enquiry of a fault."""
    if not fields:
        return []
    is_fault = "category" in fields and category is Category.FAULT
    return [
        CallSaidAgain(
            fields,
            hazard if "hazard" in fields else Hazard.NONE,
            fault_kind if "fault_kind" in fields else None,
            Category.FAULT if is_fault else call.category,
        )
    ]


def require_movable(call: Call) -> None:
    """A case that has ended has no clock left that a place could move, and nobody drives there."""
    if call.state is CallState.CLOSED:
        raise Refused(
            f"Call {call.number} is closed and its place stays as it is. "
            "If it is dark there, take a new call; an arrival is vouched for by confirming it."
        )


def chase(call: Call) -> list[CallFact]:
    _require_open(call)
    return [CallChased(call.chases + 1)]


def close_by_phone(call: Call, reason: str) -> list[CallFact]:
    _require_open(call)
    if not reason.strip():
        raise BadInput("Say in a few words how the call was settled by phone.")
    return [CallClosed(reason)]


def _require_open(call: Call) -> None:
    if call.state is CallState.CLOSED:
        raise Refused(f"Call {call.number} is already closed ({call.closed_reason}).")


def after(call: Call | None, fact: CallFact) -> Call:
    if isinstance(fact, CallTaken):
        return Call(
            id=fact.call_id,
            number=fact.number,
            channel=fact.channel,
            category=fact.category,
            received_at=fact.received_at,
            entered_at=fact.entered_at,
            fault_kind=fact.fault_kind,
            hazard=fact.hazard,
            about_call_id=fact.about_call_id,
        )
    assert call is not None, "a call's first fact is CallTaken"
    match fact:
        case CallPlaced():
            return replace(
                call,
                place_id=fact.place_id,
                area_code=fact.area_code,
                limit_class=fact.limit_class,
                transformer=fact.transformer,
                feeder=fact.feeder,
            )
        case CallUnplaced() | PlaceProposed():
            return call
        case CallFiled():
            return replace(call, outage_id=fact.outage_id)
        case CallSaidAgain():
            return replace(
                call,
                category=fact.category,
                hazard=call.hazard if fact.hazard is Hazard.NONE else fact.hazard,
                fault_kind=fact.fault_kind or call.fault_kind,
            )
        case CallChased():
            return replace(call, chases=fact.count)
        case CallClosed():
            return replace(call, state=CallState.CLOSED, closed_reason=fact.reason)
        case CallBackMade():
            return replace(call, call_back=fact.answer)
        case _:
            assert_never(fact)
