"""A call finds its outage; outages are merged and split; a moved pin moves the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dispatch_server.domain import grouping, outages
from dispatch_server.domain.calls import Call, CallFiled, CallState
from dispatch_server.domain.grouping import JoinSuggestion, NearbyOutage
from dispatch_server.domain.outage_facts import StopMoved
from dispatch_server.domain.outages import Joined, Outage, OutageOpened, Priority
from dispatch_server.domain.places import Place, Premises
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.targets import stop_for
from dispatch_server.protocol.words import TAKEN_JOB, Hazard
from dispatch_server.services import arrivals, enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.services.pressing import follow_dangers
from dispatch_server.store.calls import place_of, premises_of_call
from dispatch_server.store.jobs import jobs_of_outage
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import nearby
from dispatch_server.store.work import Work


@dataclass(frozen=True, slots=True)
class Grouped:
    call: Call
    outage: Outage
    joined: bool
    suggestions: tuple[JoinSuggestion, ...]


def look_around(work: Work, territory: Territory, place: Place) -> list[NearbyOutage]:
    """The open outages that a call from this place may belong to. Asked before anything of the call is recorded: what
    is recorded is written before the next question, and so each row is written once."""
    if place.area is None:
        return []
    if place.feeder is not None:
        work.lock(f"feeder {place.feeder}")  # two calls of one cause, on two servers, must not open two outages
    policy = territory.policy
    return nearby(work, place.transformer, place.at, max(policy.suggest_within_m, policy.join_within_m))


def suggest_beside(work: Work, territory: Territory, call: Call, place: Place) -> tuple[JoinSuggestion, ...]:
    """What a fresh call from this place would join or be asked about. Nothing joins by itself: nothing is locked."""
    policy = territory.policy
    near = nearby(work, place.transformer, place.at, max(policy.suggest_within_m, policy.join_within_m))
    return grouping.suggest(call, place.at, [o for o in near if o.outage_id != call.outage_id], policy)


def group_call(
    work: Work,
    territory: Territory,
    call: Call,
    place: Place,
    premises: Premises | None,
    near: Sequence[NearbyOutage],
) -> Grouped:
    """By itself only where the contract allows it; what else is near is suggested to a person."""
    at = None if place.area is None else place.at
    choice = grouping.choose(call, at, place.radius_m, near, territory.policy)
    if choice.join is not None:
        outage = work.outage(choice.join)
        if outage.is_open:  # it may have been restored while we waited for its row
            joined = join_outage(work, territory, call, outage, choice.how, premises)
            return Grouped(*joined, joined=True, suggestions=())
    opened = open_outage(work, territory, call, place, premises)
    return Grouped(*opened, joined=False, suggestions=choice.suggestions)


def open_outage(
    work: Work,
    territory: Territory,
    call: Call,
    place: Place | None,
    premises: Premises | None,
    how: Joined = Joined.OPENED,
    hazard: Hazard | None = None,
) -> tuple[Call, Outage]:
    """`hazard` is the danger that still stands; None: what the call reported."""
    hazard = call.hazard if hazard is None else hazard
    outage_id = work.new_id("outage")
    important = premises is not None and premises.important
    customers = premises.customers_on_transformer if premises is not None else 0
    opened = OutageOpened(
        outage_id=outage_id,
        number=f"F{work.now.astimezone(territory.policy.zone):%y%m%d}-{outage_id:05d}",
        opened_at=work.now,
        stop=stop_for(call.id, call.received_at, call.limit_class, territory.policy),
        fault_kind=call.fault_kind,
        hazard=hazard,
        priority=outages.priority_of(hazard, important, customers, territory.policy),
        transformer=call.transformer,
        feeder=call.feeder,
        place_id=call.place_id,
        policy_version=territory.policy.version,
        how=how,
    )
    site = place.at if place is not None and place.area is not None else None
    outage: Outage = work.record(
        Subject("outage", outage_id),
        [opened],
        is_new=True,
        site_lon=site.lon if site else None,
        site_lat=site.lat if site else None,
        district=_county(place),
    )
    call = work.record(Subject("call", call.id), [CallFiled(outage_id, how.value)])
    enforcement.arm_outage(work, territory, outage)
    return call, outage


def join_outage(
    work: Work,
    territory: Territory,
    call: Call,
    outage: Outage,
    how: Joined,
    premises: Premises | None,
    why: str = "",
    hazard: Hazard | None = None,
) -> tuple[Call, Outage]:
    hazard = call.hazard if hazard is None else hazard
    stop = stop_for(call.id, call.received_at, call.limit_class, territory.policy)
    facts = outages.join(outage, stop, how, hazard, why, territory.policy, None, call.fault_kind)
    if premises is not None and premises.important and outage.priority is Priority.ORDINARY:
        facts.append(outages.PriorityRaised(Priority.URGENT, "An important customer is out."))
    outage = _record_clock(work, territory, outage, facts)
    call = work.record(Subject("call", call.id), [CallFiled(outage.id, how.value)])
    enforcement.needs_a_crew(work, territory, outage)  # the one that was there may have left long ago
    return call, outage


def move_call_of_outage(work: Work, territory: Territory, call: Call, place: Place) -> Outage:
    """The pin of one call moved: its class, the clock, the site and the grades of the check-ins follow."""
    assert call.outage_id is not None
    outage = work.outage(call.outage_id)
    stop = stop_for(call.id, call.received_at, call.limit_class, territory.policy)
    is_site = outage.place_id is None or outage.stops[0].call_id == call.id
    moved = StopMoved(
        stop,
        call.transformer if is_site else outage.transformer,
        call.feeder if is_site else outage.feeder,
        call.place_id if is_site else outage.place_id,
    )
    facts = outages.move_stop(outage, moved, territory.policy)
    site = place.at if is_site else None
    beside: dict[str, Any] = {}
    if site is not None:
        beside = {"site_lon": site.lon, "site_lat": site.lat, "district": _county(place)}
    outage = _record_clock(work, territory, outage, facts, **beside)
    enforcement.ask_for_offer(work, territory, outage)  # it may have waited only for a place
    return arrivals.regrade_check_ins(work, territory, outage)


def merge_outages(work: Work, territory: Territory, outage_id: int, into_id: int) -> Outage:
    """Every call of `outage_id` goes to `into_id`; the earliest deadline over all of them holds."""
    first, second = sorted((outage_id, into_id))
    work.outage(first), work.outage(second)  # always locked in one order
    outage, into = work.outage(outage_id), work.outage(into_id)
    facts = outages.merge_away(outage, into)
    _require_no_crew(work, outage, into)
    for stop in outage.stops:
        hazard = outage.hazard_of(stop.call_id)
        why = f"merged from {outage.number}"
        kind = work.call(stop.call_id).fault_kind
        joining = outages.join(into, stop, Joined.BY_PERSON, hazard, why, territory.policy, outage.id, kind)
        into = _record_clock(work, territory, into, joining)
        work.record(Subject("call", stop.call_id), [CallFiled(into.id, Joined.BY_PERSON.value)])
    if outage.priority is Priority.URGENT and into.priority is Priority.ORDINARY:
        raised = outages.PriorityRaised(Priority.URGENT, f"Merged from {outage.number}, which was urgent.")
        into = work.record(Subject("outage", into.id), [raised])
    into = _record_clock(work, territory, into, outages.keep_first_target(outage, into))
    enforcement.stand_down(work, outage.id, f"The outage was merged into {into.number}.")
    work.record(Subject("outage", outage.id), facts)
    arrivals.settle_arrival(work, territory, into.id, "an outage was merged in")
    return _site_follows(work, territory, into.id)


def split_outage(work: Work, territory: Territory, outage_id: int, call_ids: frozenset[int]) -> Outage:
    """The calls named leave for an outage of their own; gives the new one."""
    outage = work.outage(outage_id)
    if not outage.is_open:
        raise Refused(f"Outage {outage.number} is {outage.state.value}; only an open outage can be split.")
    leaving = [s.call_id for s in outage.stops if s.call_id in call_ids]
    outages.require_settled_target(outage)
    if not leaving or len(leaving) != len(call_ids):
        raise BadInput(f"Name calls that belong to outage {outage.number}, and no others.")
    if len(leaving) == len(outage.stops):
        raise Refused(f"Outage {outage.number} would be left without a call; merge it instead of splitting it.")
    first, *others = (work.call(call_id) for call_id in leaving)
    if any(call.state is CallState.CLOSED for call in (first, *others)):
        raise Refused("A call that was solved by phone needs no outage of its own; split the others off.")
    place, premises, danger = (
        place_of(work, first.place_id),
        premises_of_call(work, first.id),
        outage.hazard_of(first.id),
    )
    _, new = open_outage(work, territory, first, place, premises, Joined.SPLIT, danger)
    why = f"split from {outage.number}"
    for call in others:
        premises, danger = premises_of_call(work, call.id), outage.hazard_of(call.id)
        _, new = join_outage(work, territory, call, new, Joined.SPLIT, premises, why, danger)
    new = _record_clock(work, territory, new, outages.keep_first_target(outage, new))
    facts = outages.part_with(outage, frozenset(leaving), new.id, territory.policy)
    outage = _record_clock(work, territory, outage, facts)
    if not outage.is_open:  # the danger that kept it open went with a call
        enforcement.power_is_back(work, territory, outage)
    follow_dangers(work, territory, outage)
    _site_follows(work, territory, outage.id)
    return new


def _site_follows(work: Work, territory: Territory, outage_id: int) -> Outage:
    """The site is that of a call of the outage: of the first that has a place, when the one that gave it has left."""
    outage = work.outage(outage_id)
    placed = [(s, c) for s in outage.stops if (c := work.call(s.call_id)).place_id is not None]
    if not placed or outage.place_id in {call.place_id for _, call in placed}:
        return outage
    stop, call = placed[0]
    place = place_of(work, call.place_id)
    if place is None or place.at is None:  # deleted by age
        return outage
    moved = StopMoved(stop, call.transformer, call.feeder, call.place_id)
    beside: dict[str, Any] = {"site_lon": place.at.lon, "site_lat": place.at.lat, "district": _county(place)}
    outage = work.record(Subject("outage", outage.id), [moved], **beside)
    enforcement.ask_for_offer(work, territory, outage)
    return arrivals.regrade_check_ins(work, territory, outage)


def _record_clock(
    work: Work, territory: Territory, outage: Outage, facts: list[outages.OutageFact], **beside: Any
) -> Outage:
    """Records what moves the clock and re-arms the watch on it."""
    facts = outages.relax_when_due(outage, work.now, facts)
    after: Outage = work.record(Subject("outage", outage.id), facts, **beside)
    if after.arrive_by != outage.arrive_by or after.missed_at != outage.missed_at:
        enforcement.arm_arrival(work, territory, after)
    return after


def _require_no_crew(work: Work, outage: Outage, into: Outage) -> None:
    """The outage that a crew goes to is the one that stays; where crews go to both, no direction is right."""
    if not _has_a_crew(work, outage):
        return
    if _has_a_crew(work, into):
        raise Refused(
            f"Crews are already on their way to both {outage.number} and {into.number}; "
            "withdraw one of the jobs first, or let one crew finish."
        )
    raise Refused(
        f"A crew is already on its way to outage {outage.number}; merge {into.number} into {outage.number} instead."
    )


def _has_a_crew(work: Work, outage: Outage) -> bool:
    return any(job.state in TAKEN_JOB for job in jobs_of_outage(work, outage.id))


def _county(place: Place | None) -> str | None:
    return place.names.county if place is not None and place.names is not None else None
