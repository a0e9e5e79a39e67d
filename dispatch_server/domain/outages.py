"""What may be decided about an outage: the calls thought to share a cause, and one clock over them."""

from datetime import datetime, timedelta

from dispatch_server.domain.outage_facts import Approval as Approval
from dispatch_server.domain.outage_facts import (
    ArrivalAtRisk,
    ArrivalMissed,
    ArrivalRecorded,
    CallJoined,
    CallLeft,
    DangerReported,
    DangerRuledOut,
    ExemptionDecided,
    ExemptionProposed,
    FaultKindSaid,
    FirstTargetKept,
    MadeSafe,
    OutageCancelled,
    OutageClosed,
    OutageId,
    OutageRestored,
    PriorityLowered,
    RelaxationDecided,
    RelaxationProposed,
    TargetSet,
)
from dispatch_server.domain.outage_facts import Joined as Joined
from dispatch_server.domain.outage_facts import OutageFact as OutageFact
from dispatch_server.domain.outage_facts import OutageOpened as OutageOpened
from dispatch_server.domain.outage_facts import Priority as Priority
from dispatch_server.domain.outage_facts import PriorityRaised as PriorityRaised
from dispatch_server.domain.outage_facts import StopMoved as StopMoved
from dispatch_server.domain.outage_fold import HazardStop as HazardStop
from dispatch_server.domain.outage_fold import Outage as Outage
from dispatch_server.domain.outage_fold import after as after
from dispatch_server.domain.outage_fold import wider
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.targets import Stop, target_over
from dispatch_server.protocol.words import FaultKind, Grade, Hazard, OutageState


def priority_of(hazard: Hazard, important: bool, customers: int, policy: Policy) -> Priority:
    """紧急/一般: raised by danger to life, important customers, and the number of customers out."""
    if hazard is not Hazard.NONE:
        return Priority.DANGER
    return Priority.URGENT if important or customers >= policy.urgent_customers else Priority.ORDINARY


def join(
    outage: Outage,
    stop: Stop,
    how: Joined,
    hazard: Hazard,
    reason: str,
    policy: Policy,
    from_outage_id: OutageId | None = None,
    fault_kind: FaultKind | None = None,
) -> list[OutageFact]:
    """A further call of the same cause. Its deadline counts: the earliest over all calls holds."""
    if not _was_open_at(outage, stop.received_at):
        state = OutageState.RESTORED if outage.is_open else outage.state
        raise Refused(f"Outage {outage.number} is {state.value}; a call after that opens a new outage.")
    facts: list[OutageFact] = [CallJoined(stop, how, hazard, reason, from_outage_id, fault_kind)]
    facts += _raised_by(hazard, outage)
    # A further call can only bring the deadline forward: it proposes no later one, nor one that was rejected again.
    moved = _retarget(outage, (*outage.stops, stop), "a call joined", policy)
    return facts + [f for f in moved if not _is_later(f, outage)]


def _raised_by(hazard: Hazard, outage: Outage) -> list[OutageFact]:
    if hazard is Hazard.NONE or outage.priority is Priority.DANGER:
        return []
    return [PriorityRaised(Priority.DANGER, f"A caller reports danger to life: {hazard.value}.")]


def report_again(
    outage: Outage, call_id: int, hazard: Hazard, fault_kind: FaultKind | None, now: datetime
) -> list[OutageFact]:
    """A call of this outage came again. A danger that it reports now stands like one that was reported at first."""
    facts: list[OutageFact] = []
    if hazard is not Hazard.NONE:
        facts = [DangerReported(call_id, hazard, now), *_raised_by(hazard, outage)]
    if fault_kind is not None and wider(outage.fault_kind, fault_kind) is not outage.fault_kind:
        facts.append(FaultKindSaid(call_id, fault_kind))
    return facts


def follow_dangers(outage: Outage, otherwise: Priority) -> list[OutageFact]:
    """Danger to life comes first while it stands; `otherwise` is how pressing the outage is without it.

    One that has ended keeps the word for a danger that there was.
    """
    was_real = any(h.ruled_out is None for h in outage.hazards)
    if outage.priority is not Priority.DANGER or outage.in_danger or (was_real and not outage.is_open):
        return []
    return [PriorityLowered(otherwise, "No danger to life stands any more.")]


def _is_later(fact: OutageFact, outage: Outage) -> bool:
    return isinstance(fact, TargetSet | RelaxationProposed) and fact.target.arrive_by > outage.arrive_by


def move_stop(outage: Outage, moved: StopMoved, policy: Policy) -> list[OutageFact]:
    """A pin was moved; the stop's class may change the clock."""
    stops = tuple(moved.stop if s.call_id == moved.stop.call_id else s for s in outage.stops)
    return [moved, *_retarget(outage, stops, "a pin was moved", policy)]


def require_settled_target(outage: Outage) -> None:
    """While a second person has not agreed to a later target, no merge or split may bring it about instead."""
    if outage.later_not_agreed:
        word = "waits for a second person" if outage.relaxation_state is Approval.PROPOSED else "was rejected"
        raise Refused(f"A later target of outage {outage.number} {word}: move the pin back or have it approved first.")


def part_with(outage: Outage, call_ids: frozenset[int], to: OutageId, policy: Policy) -> list[OutageFact]:
    """Calls leave for another outage; at least one must stay."""
    if not call_ids or call_ids - {s.call_id for s in outage.stops}:
        raise BadInput(f"Name calls that belong to outage {outage.number}, and no others.")
    staying = tuple(s for s in outage.stops if s.call_id not in call_ids)
    if not staying:
        raise Refused(f"Outage {outage.number} would be left without a call; merge it instead of splitting it.")
    require_settled_target(outage)
    if outage.arrived_at is not None and min(outage.stops, key=lambda s: s.received_at).call_id in call_ids:
        raise Refused(
            f"A crew has arrived at outage {outage.number} on the clock of its earliest call; "
            "split the later calls off instead."
        )
    facts: list[OutageFact] = [CallLeft(call_id, to) for call_id in sorted(call_ids)]
    return facts + _retarget(outage, staying, "calls were split off", policy)


def _was_open_at(outage: Outage, moment: datetime) -> bool:
    """A call that was transferred late may still belong to an outage that was restored meanwhile."""
    if outage.state in (OutageState.OPEN, OutageState.RESTORED) and outage.restored_at is not None:
        return moment <= outage.restored_at
    return outage.is_open


def _retarget(outage: Outage, stops: tuple[Stop, ...], because: str, policy: Policy) -> list[OutageFact]:
    target = target_over(stops)
    waits = outage.relaxation_state is Approval.PROPOSED
    if target == outage.target:
        # Set again, on record, so that nobody can approve a later target whose reason has gone.
        return [TargetSet(target, f"{because}; the later target proposed before falls away", policy.version)] * waits
    if target == outage.relaxation and outage.relaxation_state in (Approval.PROPOSED, Approval.REJECTED):
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


def restore(
    outage: Outage,
    restored_at: datetime,
    job_id: int | None,
    customers: int | None,
    elsewhere: frozenset[int] = frozenset(),
) -> list[OutageFact]:
    """Power is back. The earliest restoration stands, and what its crew had put back by then, whatever we hear last.

    `elsewhere` are the calls that reported danger at another place than the one this crew was sent to.
    """
    stands = outage.restored_at is not None and outage.restored_at < restored_at
    if stands or (outage.restored_at, outage.customers_restored) == (restored_at, customers):
        return []
    restored = OutageRestored(restored_at, job_id, customers, restates=outage.restored_at)
    if job_id is None:
        return [restored]
    # A crew puts power back on no line that still lies on the ground before it; of another place it knows nothing.
    here = [h.call_id for h in outage.hazards if h.call_id not in elsewhere]
    return [restored, *(fact for call_id in here for fact in make_safe(outage, restored_at, job_id, call_id))]


def make_safe(outage: Outage, made_safe_at: datetime, job_id: int, call_id: int | None = None) -> list[OutageFact]:
    """One hazard's stop, or (`call_id` None) all of them. The earliest word stands.

    What a call reported only afterwards nobody can have made safe then.
    """
    known = [h for h in outage.hazards if h.reported_at is None or h.reported_at <= made_safe_at]
    asked = [h for h in known if call_id in (None, h.call_id)]
    news = [h for h in asked if h.made_safe_at is None or made_safe_at < h.made_safe_at]
    return [MadeSafe(made_safe_at, job_id, h.call_id) for h in news]


def rule_out_danger(outage: Outage, call_id: int, now: datetime, reason: str) -> list[OutageFact]:
    """A report of danger that was none (a telephone wire, a caller who took it back) ends without a crew, on record."""
    if outage.state in (OutageState.CLOSED, OutageState.CANCELLED):
        raise Refused(f"Outage {outage.number} is already {outage.state.value}.")
    if not reason.strip():
        raise BadInput("Say in a few words how you know that there is no danger.")
    hazard = next((h for h in outage.hazards if h.call_id == call_id), None)
    if hazard is None:
        raise BadInput(f"Name a call of outage {outage.number} that reported danger to life.")
    if hazard.made_safe_at is not None:
        raise Refused("This danger is over already; there is nothing to rule out.")
    return [DangerRuledOut(now, call_id, reason)]


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


def close(outage: Outage, reason: str, now: datetime, *, by_phone: bool = False) -> list[OutageFact]:
    """Ends an outage: closed after an arrival or a restoration, cancelled without one."""
    if outage.state in (OutageState.CLOSED, OutageState.CANCELLED):
        raise Refused(f"Outage {outage.number} is already {outage.state.value}.")
    if not reason.strip():
        raise BadInput("Say in a few words why the outage is closed.")
    if outage.restored_at is None and outage.arrived_at is None:
        return [OutageCancelled(reason, by_phone=by_phone, cancelled_at=now)]
    return [OutageClosed(reason)]


def merge_away(outage: Outage, into: Outage) -> list[OutageFact]:
    if outage.id == into.id:
        raise Refused("An outage cannot be merged into itself; choose another one.")
    for one in (outage, into):
        if not one.is_open or one.restored_at is not None:
            state = OutageState.RESTORED if one.is_open else one.state
            raise Refused(f"Outage {one.number} is {state.value}; only open outages can be merged.")
        require_settled_target(one)
        if one.exemption in (Approval.PROPOSED, Approval.APPROVED):
            raise Refused(f"Outage {one.number} has an exemption; others would leave the figures with it.")
    facts: list[OutageFact] = [CallLeft(s.call_id, into.id) for s in outage.stops]
    return [*facts, OutageCancelled(f"merged into outage {into.number}", merged_into=into.id)]


def keep_first_target(outage: Outage, gone_to: Outage) -> list[OutageFact]:
    """A relaxation that was approved stays visible in the figures wherever its calls go."""
    earlier = outage.first_target.arrive_by < min(outage.arrive_by, gone_to.first_target.arrive_by)
    went_along = any(s.call_id == outage.first_target.call_id for s in gone_to.stops)
    return [FirstTargetKept(outage.first_target, outage.id)] if earlier and went_along else []


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
    # An author is "role:user"; whoever changed his role in between is still the same person.
    if said_by.rpartition(":")[2] == proposed_by.rpartition(":")[2]:
        raise Refused("Another person must decide this; whoever proposed it cannot approve it.")
