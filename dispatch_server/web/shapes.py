"""What is sent in.

Bodies are frozen dataclasses checked by pydantic at the door; a field that none of them has is refused by name.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from dispatch_server.domain.calls import CallBackAnswer
from dispatch_server.protocol.codec import Malformed, decode
from dispatch_server.protocol.words import (
    Category,
    Channel,
    FaultKind,
    Hazard,
)

LARGEST_ID = 2**63 - 1
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a clock that was never set says 1970; year 1 is in no time zone


def _moment(value: Any) -> datetime:
    try:
        moment = decode(datetime, value)
    except Malformed as error:
        raise PydanticCustomError("moment", str(error)) from None
    if moment < EARLIEST:
        raise PydanticCustomError("too_early", "before the year 2000")
    return moment


Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="The `next` of the page before.")]
IdSaid = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=2000)]
Because = Annotated[str, Field(min_length=1, max_length=2000)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Crs = Annotated[str, Field(min_length=1, max_length=40, description="EPSG:4326 (WGS-84), gcj02 or bd09.")]


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457. `detail` is a sentence to act on."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    fields: list[dict[str, str]] = field(default_factory=list)


# What is sent in


class Said:
    """A wrong letter in the name of a field must not lose an address."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class SignIn(Said):
    name: Short
    password: Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class CallSaid(Said):
    """A call as a desk or another system sends it. `lon`, `lat` and `crs` come together or not at all."""

    channel: Channel
    external_ref: Annotated[Short | None, Field(description="Same channel and ref again: the same call.")] = None
    received_at: Annotated[Moment | None, Field(description="A transferred call's own time; not in the future.")] = None
    category: Category = Category.FAULT
    caller_name: Short | None = None
    caller_phone: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    account_no: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    crs: Crs | None = None
    fault_kind: FaultKind | None = None
    hazard: Hazard = Hazard.NONE
    words: Words | None = None
    recording_id: Short | None = None


@dataclass(frozen=True, slots=True)
class PlaceSaid(Said):
    """A pin (`lon`, `lat`, `crs`) or one of the candidates."""

    lon: Lon | None = None
    lat: Lat | None = None
    crs: Crs | None = None
    candidate_id: Short | None = None


@dataclass(frozen=True, slots=True)
class Reason(Said):
    reason: Because


@dataclass(frozen=True, slots=True)
class NoDanger(Said):
    call_id: Annotated[IdSaid, Field(description="The call that reported the danger.")]
    reason: Because


@dataclass(frozen=True, slots=True)
class CallBackSaid(Said):
    answer: CallBackAnswer
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Clues(Said):
    account_no: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    phone: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    q: Annotated[str, Field(max_length=500)] | None = None


@dataclass(frozen=True, slots=True)
class Into(Said):
    into: Annotated[IdSaid, Field(description="The outage that takes over every call.")]


@dataclass(frozen=True, slots=True)
class CallIds(Said):
    call_ids: Annotated[list[IdSaid], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class ExemptionSaid(Said):
    """`reason` (with `evidence`) proposes; `approved` decides what another person proposed."""

    reason: Words | None = None
    evidence: Words = ""
    approved: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision(Said):
    approved: bool


@dataclass(frozen=True, slots=True)
class OfferSaid(Said):
    outage_id: IdSaid
    crew_id: IdSaid
    reason: Annotated[Words | None, Field(description="Needed when the crew is not fit, and with instead_of.")] = None
    instead_of: Annotated[IdSaid | None, Field(description="The running offer that is withdrawn for this one.")] = None
