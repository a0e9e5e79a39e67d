"""Which crew, and why: every crew is in the answer, best first, each with its reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.crews import CrewId, CrewNow
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import FaultKind

LATE_BAND_MIN = 5.0
STALE_POSITION = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class TravelEstimate:
    """Minutes to drive, with where the number came from ("road graph", "straight line × 1.4").

    Of five such drives four take at most `minutes` times `spread`.
    """

    minutes: float
    source: str
    spread: float = 1.0

    @property
    def at_most_min(self) -> float:
        return self.minutes * self.spread


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for (`ok`) or against."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One crew judged for one outage. `leave_by` is the last moment at which it still arrives in time."""

    crew_id: CrewId
    name: str
    fit: bool
    minutes_away: float
    arrives_at: datetime
    leave_by: datetime
    in_time: bool
    order: tuple[float, ...]
    reasons: tuple[Reason, ...]


def skill_for(outage: Outage, policy: Policy) -> str | None:
    """The skill an outage asks for; None while nobody has said what kind of fault it is."""
    kind: FaultKind | None = outage.fault_kind
    return None if kind is None else policy.skills.get(kind)


def rank(
    outage: Outage,
    crews: Sequence[CrewNow],
    travel: Mapping[CrewId, TravelEstimate],
    refused: frozenset[CrewId],
    now: datetime,
    policy: Policy,
) -> list[Candidate]:
    """Fit before unfit, then an ordered tuple, never a weighted sum: a dispatcher can read why."""
    judged = [_judge(outage, crew, travel[crew.crew.id], refused, now, policy) for crew in crews]
    return sorted(judged, key=lambda c: c.order)


def _judge(
    outage: Outage,
    crew: CrewNow,
    travel: TravelEstimate,
    refused: frozenset[CrewId],
    now: datetime,
    policy: Policy,
) -> Candidate:
    tests = [test(outage, crew, policy) for test in FITNESS]
    fit = all(test.ok for test in tests)
    arrives_at = now + timedelta(minutes=travel.minutes)
    late_min = (arrives_at - outage.arrive_by).total_seconds() / 60
    busy = crew.busy_on is not None
    return Candidate(
        crew_id=crew.crew.id,
        name=crew.crew.name,
        fit=fit,
        minutes_away=travel.minutes,
        arrives_at=arrives_at,
        leave_by=outage.arrive_by - timedelta(minutes=travel.minutes),
        in_time=late_min <= 0,
        order=_order(outage, crew, travel.minutes, late_min, fit, crew.crew.id in refused, busy),
        reasons=(
            *tests,
            _arrival_reason(travel, late_min),
            *_soft_reasons(crew, crew.crew.id in refused),
        ),
    )


def _order(
    outage: Outage, crew: CrewNow, minutes: float, late_min: float, fit: bool, refused: bool, busy: bool
) -> tuple[float, ...]:
    if outage.priority is Priority.DANGER:
        return (not fit, refused, busy, minutes, crew.crew.id)
    late_band = max(0.0, -(-late_min // LATE_BAND_MIN))
    return (
        not fit,
        refused,
        busy,
        late_min > 0,
        late_band,
        not crew.in_shift,
        crew.in_hand,
        minutes,
        crew.crew.id,
    )


def _on_duty(_: Outage, crew: CrewNow, __: Policy) -> Reason:
    return Reason(crew.on_duty, "on duty" if crew.on_duty else "off duty")


def _has_skill(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    skill = skill_for(outage, policy)
    if skill is None:
        return Reason(True, "kind of fault not known yet: any skill will do")
    ok = skill in crew.crew.skills
    return Reason(ok, f"{'has' if ok else 'lacks'} the skill {skill}")


def _not_alone(_: Outage, crew: CrewNow, policy: Policy) -> Reason:
    ok = crew.aboard >= policy.crew_people_min
    return Reason(ok, f"{crew.aboard} aboard" if ok else f"only {crew.aboard} aboard; nobody works alone")


def _not_suspended(_: Outage, crew: CrewNow, __: Policy) -> Reason:
    return Reason(not crew.crew.suspended, "suspended" if crew.crew.suspended else "not suspended")


def _has_room(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    if any(job.outage_id == outage.id for job in crew.jobs):
        return Reason(False, "already has this outage")
    ok = crew.in_hand < policy.jobs_in_hand_max
    return Reason(ok, f"{crew.in_hand} jobs in hand" + ("" if ok else f"; the most is {policy.jobs_in_hand_max}"))


FITNESS: tuple[Callable[[Outage, CrewNow, Policy], Reason], ...] = (
    _on_duty,
    _has_skill,
    _not_alone,
    _not_suspended,
    _has_room,
)


def fit_to_arrive(outage: Outage, crew: CrewNow, policy: Policy) -> bool:
    """Whether this crew's arrival can count: room in hand does not matter to a crew that is there."""
    tests = (_has_skill, _not_alone, _not_suspended)
    return all(test(outage, crew, policy).ok for test in tests)


def _arrival_reason(travel: TravelEstimate, late_min: float) -> Reason:
    away = f"{travel.minutes:.0f} min away ({travel.source}; up to {travel.at_most_min:.0f} min)"
    if late_min <= 0:
        return Reason(True, f"{away}: in time, {-late_min:.0f} min to spare")
    return Reason(False, f"{away}: {late_min:.0f} min late")


def _soft_reasons(crew: CrewNow, refused: bool) -> list[Reason]:
    reasons = []
    if refused:
        reasons.append(Reason(False, "was asked before and did not take it"))
    if crew.busy_on is not None:
        reasons.append(Reason(False, f"busy: {crew.busy_on.state.value.replace('_', ' ')} on another job"))
    if not crew.in_shift:
        reasons.append(Reason(False, "outside its shift"))
    if crew.position_age is None:
        reasons.append(Reason(False, "no position heard today: counted from its depot"))
    elif crew.position_age > STALE_POSITION:
        minutes = crew.position_age.total_seconds() / 60
        reasons.append(Reason(False, f"last heard {minutes:.0f} min ago, may be offline"))
    return reasons
