"""Whether a crew may take an outage at all: small tests with names, each pass or fail with its sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from dispatch_server.domain.crews import CrewNow
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import FaultKind

HOUR = timedelta(hours=1)
NOBODY_WORKS_SO_LONG = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for (`ok`) or against."""

    ok: bool
    sentence: str


@lru_cache(maxsize=4_096)
def because(ok: bool, sentence: str) -> Reason:
    """Hundreds of crews share a handful of sentences: each is made once."""
    return Reason(ok, sentence)


def skill_for(outage: Outage, policy: Policy) -> str | None:
    """The skill an outage asks for; None while nobody has said what kind of fault it is."""
    kind: FaultKind | None = outage.fault_kind
    return None if kind is None else policy.skills.get(kind)


def _on_duty(_: Outage, crew: CrewNow, __: Policy) -> Reason:
    return because(crew.on_duty, "on duty" if crew.on_duty else "off duty")


def _has_skill(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    skill = skill_for(outage, policy)
    if skill is None:
        return because(True, "kind of fault not known yet: any skill will do")
    ok = skill in crew.crew.skills
    return because(ok, f"{'has' if ok else 'lacks'} the skill {skill}")


def _has_permit(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    needed = None if outage.fault_kind is None else policy.ranking.permits_kv.get(outage.fault_kind)
    if needed is None:
        return because(True, "no voltage permit asked for")
    may = crew.crew.permit_kv
    if may is None:
        return because(True, "voltage permit not in the register: its skills speak for it")
    ok = may >= needed
    return because(ok, f"may work up to {may:g} kV" + ("" if ok else f"; this fault asks for {needed:g} kV"))


def _has_hours_left(_: Outage, crew: CrewNow, policy: Policy) -> Reason:
    if policy.ranking.duty_max > NOBODY_WORKS_SO_LONG:
        return because(True, "hours of duty are not limited")
    left = policy.ranking.duty_max - crew.worked
    if left > timedelta(0):
        return because(True, f"{left / HOUR:.0f} h of duty left")
    rest, most = policy.ranking.rest_min / HOUR, policy.ranking.duty_max / HOUR
    return because(False, f"at work for {crew.worked / HOUR:.0f} h without {rest:g} h of rest; the most is {most:g} h")


def _has_gear(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    """The vehicle counts as gear: a fault may ask for a bucket truck."""
    needed = frozenset() if outage.fault_kind is None else policy.ranking.gear.get(outage.fault_kind, frozenset())
    missing = sorted(needed - crew.crew.gear - {crew.crew.vehicle})
    if missing:
        return because(False, f"lacks vehicle or gear: {', '.join(missing)}")
    return because(True, "vehicle and gear as needed" if needed else "no special vehicle or gear asked for")


def _not_alone(_: Outage, crew: CrewNow, policy: Policy) -> Reason:
    ok = crew.aboard >= policy.crew_people_min
    return because(ok, f"{crew.aboard} aboard" if ok else f"only {crew.aboard} aboard; nobody works alone")


def _not_suspended(_: Outage, crew: CrewNow, __: Policy) -> Reason:
    return because(not crew.crew.suspended, "suspended" if crew.crew.suspended else "not suspended")


def _has_room(outage: Outage, crew: CrewNow, policy: Policy) -> Reason:
    if any(job.outage_id == outage.id for job in crew.jobs):
        return because(False, "already has this outage")
    if outage.priority is Priority.DANGER and any(job.priority is not Priority.DANGER for job in crew.jobs):
        return because(True, f"{crew.in_hand} jobs in hand; danger to life comes before")
    ok = crew.in_hand < policy.jobs_in_hand_max
    return because(ok, f"{crew.in_hand} jobs in hand" + ("" if ok else f"; the most is {policy.jobs_in_hand_max}"))


Test = Callable[[Outage, CrewNow, Policy], Reason]

FITNESS: tuple[Test, ...] = (
    _on_duty,
    _has_skill,
    _has_permit,
    _has_hours_left,
    _has_gear,
    _not_alone,
    _not_suspended,
    _has_room,
)


def fit_to_arrive(outage: Outage, crew: CrewNow, policy: Policy) -> bool:
    """Whether this crew's arrival can count: room in hand does not matter to a crew that is there."""
    return all(test(outage, crew, policy).ok for test in (_has_skill, _not_alone, _not_suspended))


def is_fit(outage: Outage, crew: CrewNow, policy: Policy) -> bool:
    return all(test(outage, crew, policy).ok for test in FITNESS)


def is_free(crew: CrewNow, policy: Policy) -> bool:
    """It could be sent anywhere now: what cover is counted by."""
    rested = crew.worked < policy.ranking.duty_max
    return crew.on_duty and rested and not crew.jobs and _may_work(crew, policy)


def _may_work(crew: CrewNow, policy: Policy) -> bool:
    return crew.aboard >= policy.crew_people_min and not crew.crew.suspended


def why_unfit(outage: Outage, crew: CrewNow, policy: Policy) -> list[str]:
    """What each failed test says; empty for a fit crew."""
    return [reason.sentence for test in FITNESS if not (reason := test(outage, crew, policy)).ok]
