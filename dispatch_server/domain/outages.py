"""An outage: the calls thought to share a cause, one clock over them, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from dispatch_server.domain.outage_facts import Approval as Approval
from dispatch_server.domain.outage_facts import (
    ArrivalAtRisk,
    ArrivalMissed,
    ArrivalRecorded,
    ArrivalUnproved,
    CallJoined,
    CallLeft,
    Escalated,
    ExemptionDecided,
    ExemptionProposed,
    MadeSafe,
    NoCrewLeft,
    NotIssued,
    OutageCancelled,
    OutageClosed,
    OutageId,
    OutageOpened,
    OutageRestored,
    PriorityRaised,
    RelaxationDecided,
    RelaxationProposed,
    RepairDisputed,
    TargetSet,
)
from dispatch_server.domain.outage_facts import Joined as Joined
from dispatch_server.domain.outage_facts import OutageFact as OutageFact
from dispatch_server.domain.outage_facts import Priority as Priority
from dispatch_server.domain.outage_facts import StopMoved as StopMoved
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.targets import Stop, Target, target_over
from dispatch_server.protocol.words import AreaClass, FaultKind, Grade, Hazard, OutageState


@dataclass(frozen=True, slots=True)
class Outage:
    id: OutageId
    number: str
    state: OutageState
    opened_at: datetime
    first_call_at: datetime
    fault_kind: FaultKind | None
    hazard: Hazard
    priority: Priority
    transformer: str | None
    feeder: str | None
    place_id: int | None
    stops: tuple[Stop, ...]
    target: Target
    first_target: Target
    policy_version: str
    arrived_at: datetime | None = None
    arrived_job_id: int | None = None
    arrival_grade: Grade | None = None
    arrival_restated: bool = False
    at_risk_at: datetime | None = None
    missed_at: datetime | None = None
    no_crew_at: datetime | None = None
    restored_at: datetime | None = None
    customers_restored: int | None = None
    made_safe_at: datetime | None = None
    closed_reason: str | None = None
    merged_into: OutageId | None = None
    exemption: Approval | None = None
    exemption_reason: str | None = None
    relaxation: Target | None = None
    relaxation_state: Approval | None = None

    @property
    def arrive_by(self) -> datetime:
        return self.target.arrive_by

    @property
    def area_class(self) -> AreaClass | None:
        return self.target.area_class

    @property
    def is_open(self) -> bool:
        return self.state is OutageState.OPEN


def priority_of(hazard: Hazard, important: bool, customers: int, policy: Policy) -> Priority:
    """紧急/一般: raised by danger to life, important customers, and the number of customers out."""
    if hazard is not Hazard.NONE:
        return Priority.DANGER
    return Priority.URGENT if important or customers >= policy.urgent_customers else Priority.ORDINARY


def join(outage: Outage, stop: Stop, how: Joined, hazard: Hazard, reason: str, policy: Policy) -> list[OutageFact]:
    """A further call of the same cause. Its deadline counts: the earliest over all calls holds."""
    facts: list[OutageFact] = [CallJoined(stop, how, hazard, reason)]
    if hazard is not Hazard.NONE and outage.priority is not Priority.DANGER:
        facts.append(PriorityRaised(Priority.DANGER, f"A caller reports danger to life: {hazard.value}."))
    return facts + _retarget(outage, (*outage.stops, stop), "a call joined", policy)


def move_stop(outage: Outage, moved: StopMoved, policy: Policy) -> list[OutageFact]:
    """A pin was moved; the stop's class may change the clock."""
    stops = tuple(moved.stop if s.call_id == moved.stop.call_id else s for s in outage.stops)
    return [moved, *_retarget(outage, stops, "a pin was moved", policy)]


def part_with(outage: Outage, call_ids: frozenset[int], to: OutageId, policy: Policy) -> list[OutageFact]:
    """Calls leave for another outage; at least one must stay."""
    staying = tuple(s for s in outage.stops if s.call_id not in call_ids)
    if not staying:
        raise Refused(f"Outage {outage.number} would be left without a call; merge it instead of splitting it.")
    facts: list[OutageFact] = [CallLeft(call_id, to) for call_id in sorted(call_ids)]
    return facts + _retarget(outage, staying, "calls were split off", policy)


def _retarget(outage: Outage, stops: tuple[Stop, ...], because: str, policy: Policy) -> list[OutageFact]:
    target = target_over(stops)
    if target == outage.target:
        return []
    settled = outage.arrived_at is not None or outage.missed_at is not None
    if target.arrive_by > outage.arrive_by and settled:
        return [RelaxationProposed(target, because)]
    return [TargetSet(target, because, policy.version)]


def relax_when_due(outage: Outage, now: datetime, facts: list[OutageFact]) -> list[OutageFact]:
    """A later deadline set after the standing one has passed needs a second person, ticker or no ticker."""
    if now <= outage.arrive_by:
        return facts
    return [
        RelaxationProposed(f.target, f.because)
        if isinstance(f, TargetSet) and f.target.arrive_by > outage.arrive_by
        else f
        for f in facts
    ]


def decide_relaxation(outage: Outage, approved: bool, said_by: str, proposed_by: str) -> list[OutageFact]:
    if outage.relaxation is None or outage.relaxation_state is not Approval.PROPOSED:
        raise Refused(f"Outage {outage.number} has no later target waiting for approval.")
    _require_second_person(said_by, proposed_by)
    facts: list[OutageFact] = [RelaxationDecided(approved)]
    if approved:
        facts.append(TargetSet(outage.relaxation, "a relaxation was approved", outage.policy_version, said_by))
    return facts


def record_arrival(
    outage: Outage,
    arrived_at: datetime,
    job_id: int,
    grade: Grade,
    recorded_at: datetime,
    confirmed: bool = False,
) -> list[OutageFact]:
    """An official arrival, unless an earlier one already stands."""
    if outage.arrived_at is not None and outage.arrived_at <= arrived_at:
        return []
    return [
        ArrivalRecorded(
            arrived_at=arrived_at,
            job_id=job_id,
            grade=grade,
            late_by=max(timedelta(0), arrived_at - outage.arrive_by),
            heard_late=arrived_at <= outage.arrive_by < recorded_at,
            restates=outage.arrived_at,
            confirmed=confirmed,
        )
    ]


def restore(outage: Outage, restored_at: datetime, job_id: int | None, customers: int | None) -> list[OutageFact]:
    """Power is back. The earliest restoration stands, whatever the order in which we hear of it."""
    if outage.restored_at is not None and outage.restored_at <= restored_at:
        return []
    return [OutageRestored(restored_at, job_id, customers, restates=outage.restored_at)]


def watch_arrival(outage: Outage, now: datetime) -> list[OutageFact]:
    """Exactly on the minute is in time."""
    if not outage.is_open or outage.arrived_at or outage.missed_at or now <= outage.arrive_by:
        return []
    return [ArrivalMissed(outage.arrive_by)]


def watch_risk(outage: Outage, now: datetime, expected_at: datetime | None, sentence: str) -> list[OutageFact]:
    """At risk once, before it is missed."""
    if not outage.is_open or outage.arrived_at or outage.missed_at or outage.at_risk_at:
        return []
    return [ArrivalAtRisk(now, outage.arrive_by, expected_at, sentence)]


def close(outage: Outage, reason: str) -> list[OutageFact]:
    """Ends an outage: closed after restoration, cancelled without one."""
    if outage.state in (OutageState.CLOSED, OutageState.CANCELLED):
        raise Refused(f"Outage {outage.number} is already {outage.state.value}.")
    if not reason.strip():
        raise BadInput("Say in a few words why the outage is closed.")
    if outage.restored_at is None and outage.arrived_at is None:
        return [OutageCancelled(reason)]
    return [OutageClosed(reason)]


def merge_away(outage: Outage, into: Outage) -> list[OutageFact]:
    if outage.id == into.id:
        raise Refused("An outage cannot be merged into itself; choose another one.")
    for one in (outage, into):
        if not one.is_open:
            raise Refused(f"Outage {one.number} is {one.state.value}; only open outages can be merged.")
    facts: list[OutageFact] = [CallLeft(s.call_id, into.id) for s in outage.stops]
    return [*facts, OutageCancelled(f"merged into outage {into.number}", merged_into=into.id)]


def propose_exemption(outage: Outage, reason: str, evidence: str) -> list[OutageFact]:
    if outage.exemption in (Approval.PROPOSED, Approval.APPROVED):
        raise Refused(f"Outage {outage.number} already has an exemption ({outage.exemption.value}).")
    if not reason.strip():
        raise BadInput("An exemption needs its reason.")
    return [ExemptionProposed(reason, evidence)]


def decide_exemption(outage: Outage, approved: bool, said_by: str, proposed_by: str) -> list[OutageFact]:
    if outage.exemption is not Approval.PROPOSED:
        raise Refused(f"Outage {outage.number} has no exemption waiting for approval.")
    _require_second_person(said_by, proposed_by)
    return [ExemptionDecided(approved)]


def _require_second_person(said_by: str, proposed_by: str) -> None:
    if said_by == proposed_by:
        raise Refused("Another person must decide this; whoever proposed it cannot approve it.")


def after(outage: Outage | None, fact: OutageFact) -> Outage:
    if isinstance(fact, OutageOpened):
        return _opened(fact)
    assert outage is not None, "an outage's first fact is OutageOpened"
    match fact:
        case CallJoined() | CallLeft() | StopMoved() | TargetSet() | RelaxationProposed() | RelaxationDecided():
            return _after_clock(outage, fact)
        case PriorityRaised():
            return replace(outage, priority=fact.priority)
        case NotIssued() | Escalated() | RepairDisputed():
            return outage
        case ArrivalAtRisk():
            return replace(outage, at_risk_at=fact.noticed_at)
        case ArrivalMissed():
            return replace(outage, missed_at=fact.arrive_by)
        case NoCrewLeft():
            return replace(outage, no_crew_at=fact.noticed_at)
        case _:
            return _after_outcome(outage, fact)


def _opened(fact: OutageOpened) -> Outage:
    target = target_over([fact.stop])
    return Outage(
        id=fact.outage_id,
        number=fact.number,
        state=OutageState.OPEN,
        opened_at=fact.opened_at,
        first_call_at=fact.stop.received_at,
        fault_kind=fact.fault_kind,
        hazard=fact.hazard,
        priority=fact.priority,
        transformer=fact.transformer,
        feeder=fact.feeder,
        place_id=fact.place_id,
        stops=(fact.stop,),
        target=target,
        first_target=target,
        policy_version=fact.policy_version,
    )


ClockFact = CallJoined | CallLeft | StopMoved | TargetSet | RelaxationProposed | RelaxationDecided


def _after_clock(outage: Outage, fact: ClockFact) -> Outage:
    match fact:
        case CallJoined():
            hazard = outage.hazard if fact.hazard is Hazard.NONE else fact.hazard
            return _with_stops(replace(outage, hazard=hazard), (*outage.stops, fact.stop))
        case CallLeft():
            return _with_stops(outage, tuple(s for s in outage.stops if s.call_id != fact.call_id))
        case StopMoved():
            stops = tuple(fact.stop if s.call_id == fact.stop.call_id else s for s in outage.stops)
            return _with_stops(
                replace(outage, transformer=fact.transformer, feeder=fact.feeder, place_id=fact.place_id), stops
            )
        case TargetSet():
            missed_at = outage.missed_at
            if fact.target.arrive_by > outage.arrive_by or outage.arrived_at is not None:
                missed_at = None  # the old moment no longer counts; the watch looks again
            return replace(outage, target=fact.target, missed_at=missed_at, at_risk_at=None)
        case RelaxationProposed():
            return replace(outage, relaxation=fact.target, relaxation_state=Approval.PROPOSED)
        case RelaxationDecided():
            return replace(outage, relaxation_state=Approval.APPROVED if fact.approved else Approval.REJECTED)
        case _:
            assert_never(fact)


def _with_stops(outage: Outage, stops: tuple[Stop, ...]) -> Outage:
    if not stops:
        return replace(outage, stops=())
    return replace(outage, stops=stops, first_call_at=min(s.received_at for s in stops))


OutcomeFact = (
    ArrivalRecorded
    | ArrivalUnproved
    | MadeSafe
    | OutageRestored
    | OutageClosed
    | OutageCancelled
    | ExemptionProposed
    | ExemptionDecided
)


def _after_outcome(outage: Outage, fact: OutcomeFact) -> Outage:
    match fact:
        case ArrivalRecorded():
            in_time = fact.arrived_at <= outage.arrive_by
            return replace(
                outage,
                arrived_at=fact.arrived_at,
                arrived_job_id=fact.job_id,
                arrival_grade=fact.grade,
                arrival_restated=outage.arrival_restated or fact.restates is not None,
                missed_at=None if in_time else outage.missed_at,
            )
        case ArrivalUnproved():
            return replace(outage, arrived_at=None, arrived_job_id=None, arrival_grade=None, arrival_restated=True)
        case MadeSafe():
            return replace(outage, made_safe_at=fact.made_safe_at)
        case OutageRestored():
            state = OutageState.RESTORED if outage.is_open else outage.state
            return replace(
                outage,
                state=state,
                restored_at=fact.restored_at,
                customers_restored=fact.customers_restored,
            )
        case OutageClosed():
            return replace(outage, state=OutageState.CLOSED, closed_reason=fact.reason)
        case OutageCancelled():
            return replace(
                outage,
                state=OutageState.CANCELLED,
                closed_reason=fact.reason,
                merged_into=fact.merged_into,
            )
        case ExemptionProposed():
            return replace(outage, exemption=Approval.PROPOSED, exemption_reason=fact.reason)
        case ExemptionDecided():
            return replace(outage, exemption=Approval.APPROVED if fact.approved else Approval.REJECTED)
        case _:
            assert_never(fact)
