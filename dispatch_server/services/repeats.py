"""A call that comes again under its `external_ref`: what it says, held against what was said before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from dispatch_server.domain import calls, outages, repeats
from dispatch_server.domain.calls import Call, CallTaken
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.repeats import OF_THE_CALLER, OF_THE_FACT, Said
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.words import Category, FaultKind, Hazard
from dispatch_server.services import enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import keep_said_again, said_again, said_at_first
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Reading, Work


@dataclass(frozen=True, slots=True)
class Differs:
    """What a repeat says otherwise than the call at first, and what was done about it.

    `filed_call_id` is the call that was filed for a danger which could not stand, or not there alone, at this one.
    """

    fields: tuple[str, ...]
    sentence: str
    filed_call_id: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """`otherwise` are the fields that differ from the first time, `news` those that no repeat said before either."""

    said: Said
    otherwise: tuple[str, ...]
    news: tuple[str, ...]

    @property
    def is_danger(self) -> bool:
        return "hazard" in self.news


def as_said(
    received_at: datetime | None,
    category: Category,
    fault_kind: FaultKind | None,
    hazard: Hazard,
    of_the_caller: Mapping[str, str | None],
) -> Said:
    """By the name of the field, as it can be compared. A blank says nothing."""
    own = {name: text if (text or "").strip() else None for name, text in of_the_caller.items()}
    return {
        **own,
        "received_at": None if received_at is None else encode(received_at.astimezone(UTC)),
        "category": category.value,
        "fault_kind": None if fault_kind is None else fault_kind.value,
        "hazard": None if hazard is Hazard.NONE else hazard.value,
    }


def heard_again(reading: Reading, call_id: int, said: Said) -> Heard:
    call = reading.call(call_id)
    taken, own = said_at_first(reading, call_id)
    if own is None:  # deleted by age, and what is said now would be deleted next: only what facts hold is compared
        said = {name: said.get(name) for name in OF_THE_FACT}
    first = _first(taken, own)
    since = [one["said"] for one in said_again(reading, call_id)]
    return Heard(said, repeats.otherwise(said, first), repeats.news(said, [first, *since, _as_it_stands(call)]))


def keep(work: Work, call: Call, heard: Heard, hazard: Hazard, fault_kind: FaultKind | None) -> Call:
    """What is new goes to the caller's particulars, and its fields' names on record."""
    if not heard.news:
        return call
    keep_said_again(work, call.id, {name: heard.said[name] for name in heard.news})
    category = Category(heard.said["category"] or call.category)
    kept: Call = work.record(Subject("call", call.id), calls.say_again(call, heard.news, hazard, fault_kind, category))
    return kept


def raise_danger(work: Work, territory: Territory, call: Call, outage: Outage, heard: Heard) -> Outage:
    """The outage that the call belongs to learns of the danger, and of the kind of fault, as from a call that joins."""
    hazard = call.hazard if heard.is_danger else Hazard.NONE
    kind = call.fault_kind if "fault_kind" in heard.news else None
    facts = outages.report_again(outage, call.id, hazard, kind, work.now)
    raised: Outage = work.record(Subject("outage", outage.id), facts)
    if facts:
        enforcement.needs_a_crew(work, territory, raised)
    return raised


def _as_it_stands(call: Call) -> Said:
    """Without what the caller said of himself, and without the time, which no repeat moves."""
    return as_said(None, call.category, call.fault_kind, call.hazard, {})


def _first(taken: CallTaken, own: Said | None) -> Said:
    blank: Said = dict.fromkeys(OF_THE_CALLER)
    return as_said(taken.received_at, taken.category, taken.fault_kind, taken.hazard, own or blank)
