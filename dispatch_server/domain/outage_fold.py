"""What the facts of an outage add up to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from dispatch_server.domain.outage_facts import (
    Approval,
    ArrivalAtRisk,
    ArrivalMissed,
    ArrivalRecorded,
    ArrivalUnproved,
    CallJoined,
    CallLeft,
    CrewTurnedRound,
    DangerReported,
    DangerRuledOut,
    Escalated,
    ExemptionDecided,
    ExemptionProposed,
    FaultKindSaid,
    FirstTargetKept,
    MadeSafe,
    NoCrewLeft,
    NotIssued,
    OutageCancelled,
    OutageClosed,
    OutageFact,
    OutageId,
    OutageOpened,
    OutageRestored,
    Priority,
    PriorityLowered,
    PriorityRaised,
    RelaxationDecided,
    RelaxationProposed,
    RepairDisputed,
    StopMoved,
    TargetSet,
)
from dispatch_server.domain.targets import Stop, Target, target_over
from dispatch_server.protocol.words import AreaClass, FaultKind, Grade, Hazard, OutageState


@dataclass(frozen=True, slots=True)
class HazardStop:
    """A call that reported danger keeps its own stop until it is made safe, or `ruled_out` says why it was none.

    `reported_at` is set where the call said so later than it was taken.
    """

    call_id: int
    hazard: Hazard
    made_safe_at: datetime | None = None
    ruled_out: str | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """`first_target` is the clock without the relaxations that a second person approved; figures show both."""

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
    hazards: tuple[HazardStop, ...] = ()
    made_safe_at: datetime | None = None
    closed_reason: str | None = None
    merged_into: OutageId | None = None
    solved_by_phone: bool = False
    absorbed: tuple[OutageId, ...] = ()
    exemption: Approval | None = None
    exemption_reason: str | None = None
    relaxation: Target | None = None
    relaxation_state: Approval | None = None
    cancelled_at: datetime | None = None

    @property
    def arrive_by(self) -> datetime:
        return self.target.arrive_by

    @property
    def area_class(self) -> AreaClass | None:
        return self.target.area_class

    @property
    def later_not_agreed(self) -> bool:
        """The calls give a later deadline than the one in force, and no second person has agreed to it."""
        return bool(self.stops) and target_over(self.stops).arrive_by > self.arrive_by

    @property
    def is_open(self) -> bool:
        return self.state is OutageState.OPEN

    @property
    def late_by(self) -> timedelta | None:
        """By the target in force, which may have moved since the arrival; None without an arrival."""
        return None if self.arrived_at is None else max(timedelta(0), self.arrived_at - self.arrive_by)

    @property
    def cancelled_late(self) -> bool:
        """Ended without an arrival when its time had run out: nobody takes a missed outage out of the figures alone."""
        after_the_target = self.cancelled_at is not None and self.cancelled_at > self.arrive_by
        return self.state is OutageState.CANCELLED and (self.missed_at is not None or after_the_target)

    @property
    def in_danger(self) -> bool:
        return any(h.made_safe_at is None for h in self.hazards)

    @property
    def over_at(self) -> datetime | None:
        """Since when nobody need come any more: power is back and the last danger over. None while somebody must."""
        if self.restored_at is None or self.is_open:
            return None
        return max(self.restored_at, self.made_safe_at or self.restored_at)

    def hazard_of(self, call_id: int) -> Hazard:
        """The danger that this call reported, while it stands: what is over goes along to no other outage."""
        return next((h.hazard for h in self.hazards if h.call_id == call_id and h.made_safe_at is None), Hazard.NONE)


def after(outage: Outage | None, fact: OutageFact) -> Outage:
    if isinstance(fact, OutageOpened):
        return _opened(fact)
    assert outage is not None, "an outage's first fact is OutageOpened"
    match fact:
        case CallJoined() | CallLeft() | StopMoved():
            return _after_stops(outage, fact)
        case TargetSet() | RelaxationProposed() | RelaxationDecided():
            return _after_clock(outage, fact)
        case FirstTargetKept():
            return replace(outage, first_target=fact.target)
        case PriorityRaised() | PriorityLowered():
            return replace(outage, priority=fact.priority)
        case FaultKindSaid():
            return replace(outage, fault_kind=wider(outage.fault_kind, fact.fault_kind))
        case NotIssued() | CrewTurnedRound() | Escalated() | RepairDisputed():
            return outage
        case ArrivalAtRisk():
            return replace(outage, at_risk_at=fact.noticed_at)
        case ArrivalMissed():
            return replace(outage, missed_at=fact.arrive_by)
        case NoCrewLeft():
            return replace(outage, no_crew_at=fact.noticed_at)
        case ArrivalRecorded() | ArrivalUnproved():
            return _after_arrival(outage, fact)
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
        hazards=_hazard_stops(fact.stop, fact.hazard),
    )


def _hazard_stops(stop: Stop, hazard: Hazard) -> tuple[HazardStop, ...]:
    return () if hazard is Hazard.NONE else (HazardStop(stop.call_id, hazard),)


def _after_stops(outage: Outage, fact: CallJoined | CallLeft | StopMoved) -> Outage:
    match fact:
        case CallJoined():
            outage = _with_hazards(outage, (*outage.hazards, *_hazard_stops(fact.stop, fact.hazard)))
            if fact.from_outage_id is not None and fact.from_outage_id not in outage.absorbed:
                outage = replace(outage, absorbed=(*outage.absorbed, fact.from_outage_id))
            outage = replace(outage, fault_kind=wider(outage.fault_kind, fact.fault_kind))
            return _with_stops(_narrowed(outage, fact.stop), (*outage.stops, fact.stop))
        case CallLeft():
            outage = _with_hazards(outage, tuple(h for h in outage.hazards if h.call_id != fact.call_id))
            return _with_stops(outage, tuple(s for s in outage.stops if s.call_id != fact.call_id))
        case StopMoved():
            stops = tuple(fact.stop if s.call_id == fact.stop.call_id else s for s in outage.stops)
            outage = replace(outage, transformer=fact.transformer, feeder=fact.feeder, place_id=fact.place_id)
            return _with_stops(outage, stops)


def wider(known: FaultKind | None, said: FaultKind | None) -> FaultKind | None:
    """The first word stands, but a caller who speaks of high voltage is sent a crew that may touch it."""
    return said if known is None or said is FaultKind.HV else known


def _narrowed(outage: Outage, joined: Stop) -> Outage:
    """A later target that waits for a second person reaches no further than the call that joined meanwhile."""
    if outage.relaxation is None or outage.relaxation_state is not Approval.PROPOSED:
        return outage
    return replace(outage, relaxation=min(outage.relaxation, target_over([joined]), key=lambda t: t.arrive_by))


def _with_stops(outage: Outage, stops: tuple[Stop, ...]) -> Outage:
    if not stops:
        return replace(outage, stops=())
    return replace(outage, stops=stops, first_call_at=min(s.received_at for s in stops))


def _with_hazards(outage: Outage, hazards: tuple[HazardStop, ...]) -> Outage:
    """The outage is safe when the last of its hazards is."""
    moments = [h.made_safe_at for h in hazards if h.made_safe_at is not None]
    outage = replace(
        outage,
        hazards=hazards,
        hazard=_to_be_told(hazards),
        made_safe_at=max(moments) if hazards and len(moments) == len(hazards) else None,
    )
    return _over(outage)


def _to_be_told(hazards: tuple[HazardStop, ...]) -> Hazard:
    """The one reported last, of those that stand before those that are over; what was ruled out is not told."""
    real = [h for h in hazards if h.ruled_out is None]
    standing = [h for h in real if h.made_safe_at is None]
    return next((h.hazard for h in reversed(standing or real)), Hazard.NONE)


def _over(outage: Outage) -> Outage:
    """Power alone does not end an outage: where a danger stands somebody is still needed."""
    is_over = outage.is_open and outage.restored_at is not None and not outage.in_danger
    return replace(outage, state=OutageState.RESTORED) if is_over else outage


def _after_clock(outage: Outage, fact: TargetSet | RelaxationProposed | RelaxationDecided) -> Outage:
    match fact:
        case TargetSet():
            return _with_target(outage, fact)
        case RelaxationProposed():
            return replace(outage, relaxation=fact.target, relaxation_state=Approval.PROPOSED)
        case RelaxationDecided():
            return replace(outage, relaxation_state=Approval.APPROVED if fact.approved else Approval.REJECTED)


def _with_target(outage: Outage, fact: TargetSet) -> Outage:
    target = fact.target
    if fact.target.arrive_by != outage.arrive_by:
        outage = replace(outage, missed_at=_still_missed(outage, target), at_risk_at=None)
    if outage.relaxation_state is Approval.PROPOSED:
        outage = replace(outage, relaxation=None, relaxation_state=None)
    first = outage.first_target
    if fact.approved_by is None:
        was_relaxed = first.arrive_by < outage.arrive_by
        first = min(first, target, key=lambda t: t.arrive_by) if was_relaxed else target
    return replace(outage, target=target, first_target=first)


def _still_missed(outage: Outage, target: Target) -> datetime | None:
    """With an arrival, the new target says; without one, a later target is watched anew."""
    if outage.arrived_at is not None:
        return outage.missed_at if outage.arrived_at > target.arrive_by else None
    return None if target.arrive_by > outage.arrive_by else outage.missed_at


def _after_arrival(outage: Outage, fact: ArrivalRecorded | ArrivalUnproved) -> Outage:
    if isinstance(fact, ArrivalUnproved):
        return replace(outage, arrived_at=None, arrived_job_id=None, arrival_grade=None, arrival_restated=True)
    in_time = fact.arrived_at <= outage.arrive_by
    heard_after_the_miss = in_time and outage.missed_at is not None
    return replace(
        outage,
        arrived_at=fact.arrived_at,
        arrived_job_id=fact.job_id,
        arrival_grade=fact.grade,
        arrival_restated=outage.arrival_restated or fact.restates is not None or heard_after_the_miss,
        missed_at=None if in_time else outage.missed_at,
    )


OutcomeFact = (
    DangerReported
    | MadeSafe
    | DangerRuledOut
    | OutageRestored
    | OutageClosed
    | OutageCancelled
    | ExemptionProposed
    | ExemptionDecided
)


def _after_outcome(outage: Outage, fact: OutcomeFact) -> Outage:
    match fact:
        case DangerReported():
            others = tuple(h for h in outage.hazards if h.call_id != fact.call_id)
            return _with_hazards(outage, (*others, HazardStop(fact.call_id, fact.hazard, reported_at=fact.reported_at)))
        case MadeSafe():
            return _with_hazards(outage, tuple(_made_safe(h, fact) for h in outage.hazards))
        case DangerRuledOut():
            return _with_hazards(outage, tuple(_ruled_out(h, fact) for h in outage.hazards))
        case OutageRestored():
            return _over(replace(outage, restored_at=fact.restored_at, customers_restored=fact.customers_restored))
        case OutageClosed():
            return replace(outage, state=OutageState.CLOSED, closed_reason=fact.reason)
        case OutageCancelled():
            return replace(
                outage,
                state=OutageState.CANCELLED,
                closed_reason=fact.reason,
                merged_into=fact.merged_into,
                solved_by_phone=fact.by_phone,
                cancelled_at=fact.cancelled_at,
            )
        case ExemptionProposed():
            return replace(outage, exemption=Approval.PROPOSED, exemption_reason=fact.reason)
        case ExemptionDecided():
            return replace(outage, exemption=Approval.APPROVED if fact.approved else Approval.REJECTED)
        case _:
            assert_never(fact)


def _made_safe(hazard: HazardStop, fact: MadeSafe) -> HazardStop:
    if fact.call_id not in (None, hazard.call_id):
        return hazard
    earlier = [m for m in (hazard.made_safe_at, fact.made_safe_at) if m is not None]
    return replace(hazard, made_safe_at=min(earlier))


def _ruled_out(hazard: HazardStop, fact: DangerRuledOut) -> HazardStop:
    if fact.call_id != hazard.call_id or hazard.made_safe_at is not None:
        return hazard
    return replace(hazard, made_safe_at=fact.ruled_out_at, ruled_out=fact.reason)
