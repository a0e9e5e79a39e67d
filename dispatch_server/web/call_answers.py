"""What the API answers about calls."""

from dataclasses import dataclass
from datetime import datetime

from dispatch_server.domain.calls import Call
from dispatch_server.domain.grouping import JoinSuggestion
from dispatch_server.services.repeats import Differs
from dispatch_server.web.answers import OutageShown, PlaceShown


@dataclass(frozen=True, slots=True)
class CallFiledShown:
    """`differs` says what a repeat of an `external_ref` says otherwise, and what was done; null where nothing does."""

    call: Call
    place: PlaceShown
    outage: OutageShown | None
    joined: bool
    suggestions: list[JoinSuggestion]
    differs: Differs | None


@dataclass(frozen=True, slots=True)
class CallShown:
    call: Call
    outage: OutageShown | None


@dataclass(frozen=True, slots=True)
class ParticularsShown:
    caller_name: str | None
    caller_phone: str | None
    account_no: str | None
    address: str | None
    words: str | None
    recording_id: str | None


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """`said` holds what a repeat said that was new, by the name of the field; `pin` is "lon,lat" in WGS-84."""

    heard_at: datetime
    said_by: str
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class CallOpenedUp:
    """A caller's number is masked unless it is asked for by `?reveal=phone`, which goes on record."""

    call: Call
    place: PlaceShown | None
    outage: OutageShown | None
    particulars: ParticularsShown
    again: list[SaidAgain]


@dataclass(frozen=True, slots=True)
class CallInQueue:
    call: Call
    place: PlaceShown | None


@dataclass(frozen=True, slots=True)
class CallsShown:
    calls: list[CallInQueue]
    next: int | None
