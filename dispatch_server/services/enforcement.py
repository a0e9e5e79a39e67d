"""Targets that cannot be forgotten: every promise is a row, and what falls due is acted on once, on record."""

from datetime import datetime, timedelta

from dispatch_server.domain import jobs, outages
from dispatch_server.domain.job_facts import OfferLapsed
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import ArrivalMissed, Escalated, NotIssued
from dispatch_server.domain.outages import Outage, OutageFact
from dispatch_server.domain.refusals import Refused
from dispatch_server.domain.rules import Mode, Remedy, Trigger
from dispatch_server.protocol.words import MOVING_JOB, TAKEN_JOB, UNRESTORED_JOB, JobState, OutageState
from dispatch_server.services.ports import Territory
from dispatch_server.services.pressing import follow_dangers
from dispatch_server.store.deadlines import (
    Deadline,
    Kind,
    bring_offers_forward,
    bring_rung_forward,
    clear_deadlines,
    set_deadline,
    take,
)
from dispatch_server.store.jobs import (
    heard_at,
    jobs_behind,
    jobs_of_outage,
    off_duty_since,
    outage_id_of,
    somebody_has,
)
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import outage_behind
from dispatch_server.store.work import Work

# One crew that becomes free takes few jobs. In a storm hundreds wait: ranking them all would hold up the next call.
LOOKED_AT_AGAIN = 10

_OF_OUTAGE = (
    Kind.ISSUE_BY,
    Kind.ARRIVE_BY,
    Kind.WATCH,
    Kind.OFFER_NEXT,
    Kind.OFFER_WIDER,
    Kind.RUNG,
    Kind.CALL_BACK_BY,
)
_OF_JOB = (Kind.ACCEPT_BY, Kind.DEPART_BY, Kind.SURVEY_BY, Kind.HEARD_BY)
_SAY = {
    Remedy.OFFER_WIDER: "offer the job to further crews",
    Remedy.TELL_DISPATCHER: "the dispatcher is told",
    Remedy.TELL_DUTY_MANAGER: "the duty manager is told",
    Remedy.TELL_CONTROL_ROOM: "the control room is told",
}


def arm_outage(work: Work, territory: Territory, outage: Outage) -> None:
    """The rows a new outage begins with."""
    set_deadline(work, Kind.ISSUE_BY, outage.id, outage.opened_at + territory.policy.issue_within)
    arm_arrival(work, territory, outage)
    ask_for_offer(work, territory, outage)


def arm_arrival(work: Work, territory: Territory, outage: Outage) -> None:
    """The watch on the arrival, as far as it has not come; also after the clock moved."""
    if not outage.is_open or outage.arrived_at is not None:
        return
    if outage.missed_at is None:
        set_deadline(work, Kind.ARRIVE_BY, outage.id, outage.arrive_by)
    if outage.at_risk_at is None:
        set_deadline(work, Kind.WATCH, outage.id, risk_begins_at(territory, outage))


def risk_begins_at(territory: Territory, outage: Outage) -> datetime:
    """From here on an outage that no crew has taken is at risk."""
    return outage.arrive_by - timedelta(minutes=outage.target.limit_min * territory.policy.at_risk_share)


def ask_for_offer(work: Work, territory: Territory, outage: Outage) -> None:
    """In auto mode the offering worker takes it from here; in suggest mode nothing is offered by itself."""
    if territory.policy.mode is Mode.AUTO and outage.is_open:
        set_deadline(work, Kind.OFFER_NEXT, outage.id, work.now)


def needs_a_crew(work: Work, territory: Territory, outage: Outage) -> None:
    """The last crew gave the outage up. Unless another has it, the clock for issuing it runs again."""
    if not outage.is_open or somebody_has(work, outage.id):
        return
    set_deadline(work, Kind.ISSUE_BY, outage.id, work.now + territory.policy.issue_within)
    ask_for_offer(work, territory, outage)


def watch_crew(work: Work, territory: Territory, outage: Outage, job: Job) -> None:
    """From now on the crew's own arrival is watched, and it is to be heard of until power is back, whoever arrives."""
    watch_soon(work, territory, outage, job)
    set_deadline(work, Kind.HEARD_BY, job.id, work.now + territory.policy.silent_within)
    give_back(work, territory, outage, job)


def give_back(work: Work, territory: Territory, outage: Outage, job: Job) -> None:
    """The crew went off duty. What it was offered ends with that; of a job in hand the dispatcher is told at once, and
    another crew may be asked."""
    off_since = off_duty_since(work, job.crew_id)
    if job.state is JobState.OFFERED and off_since is not None:
        work.record(Subject("job", job.id), [OfferLapsed(max(off_since, job.offered_at))])
        clear_job(work, job.id)
        needs_a_crew(work, territory, outage)
        return
    facts = jobs.watch_duty(job, off_since)
    if facts and outage.is_open:
        work.record(Subject("job", job.id), facts)
        needs_a_crew(work, territory, outage)
        escalate(work, territory, outage, Trigger.CREW_OFF_DUTY, work.now)


def arrival_is_safe(work: Work, outage: Outage) -> None:
    """Somebody was officially there: the watch on the arrival ends. Whether a crew still has the outage is another
    question: of an arrival that is heard after the crew's leaving, the outage still waits for the next crew."""
    clear_deadlines(work, outage.id, Kind.ARRIVE_BY, Kind.WATCH, Kind.OFFER_WIDER)


def crew_became_free(work: Work, territory: Territory) -> None:
    """The most pressing of the outages that wait for a crew are looked at again at once."""
    if territory.policy.mode is Mode.AUTO:
        bring_offers_forward(work, LOOKED_AT_AGAIN)


def power_is_back(work: Work, territory: Territory, outage: Outage) -> None:
    """Nobody else need come, and the customers are to be asked within their time."""
    clear_deadlines(work, outage.id, *_OF_OUTAGE)
    nobody_need_come(work, outage)
    crew_became_free(work, territory)
    if outage.state is OutageState.RESTORED and outage.restored_at is not None:
        set_deadline(work, Kind.CALL_BACK_BY, outage.id, outage.restored_at + territory.policy.call_back_within)


def nobody_need_come(work: Work, outage: Outage) -> None:
    """Once power is back the others stand down as of that moment; asked again whenever more is heard of a job."""
    known = jobs_behind(work, outage)
    first = jobs.first_restored(known)
    for job in known:
        if outage.over_at is None or (first is not None and job.id == first.job_id):
            continue
        if facts := jobs.stand_down(job, outage.over_at, "Power is back."):
            job = work.record(Subject("job", job.id), facts, happened_at=outage.over_at)
        if not job.is_live:
            clear_job(work, job.id)


def danger_stands(work: Work, territory: Territory, outage: Outage) -> None:
    """Power is back, but a danger that was reported at another place is not made safe: somebody must go there."""
    needs_a_crew(work, territory, outage)
    escalate(work, territory, outage, Trigger.DANGER_STANDS, work.now)


def rule_out_danger(work: Work, territory: Territory, outage_id: int, call_id: int, reason: str) -> Outage:
    """A dispatcher ends a false report of danger."""
    outage = work.outage(outage_id)
    facts = outages.rule_out_danger(outage, call_id, work.now, reason)
    return it_is_safe(work, territory, outage, facts, work.now)


def it_is_safe(work: Work, territory: Territory, outage: Outage, facts: list[OutageFact], at: datetime) -> Outage:
    """Records that a danger is over; where power was back before, that ends the outage."""
    after: Outage = work.record(Subject("outage", outage.id), facts, happened_at=at)
    if outage.is_open and not after.is_open:
        power_is_back(work, territory, after)
    return follow_dangers(work, territory, after)


def stand_down(work: Work, outage_id: int, reason: str) -> None:
    """Nobody need come any more: jobs not yet on site are withdrawn, the rows cleared."""
    clear_deadlines(work, outage_id, *_OF_OUTAGE)
    for job in jobs_of_outage(work, outage_id):
        if job.state in (JobState.OFFERED, JobState.ACCEPTED, JobState.EN_ROUTE):
            work.record(Subject("job", job.id), jobs.withdraw(job, work.now, reason))
            clear_job(work, job.id)


def require_nobody_on_site(work: Work, outage: Outage) -> None:
    """An open outage is not ended over the heads of people who work on it; who went off duty does not."""
    on_site = [job for job in jobs_of_outage(work, outage.id) if job.state is JobState.ON_SITE]
    if outage.is_open and any(off_duty_since(work, job.crew_id) is None for job in on_site):
        raise Refused(f"A crew is on site at outage {outage.number}; let it report, or ask it to leave.")


def require_no_danger(outage: Outage, call_id: int | None = None) -> None:
    """A desk cannot see that a wire on the ground is safe: somebody who stands beside it says so."""
    if any(h.made_safe_at is None for h in outage.hazards if call_id in (None, h.call_id)):
        raise Refused(
            f"Outage {outage.number} has a danger to life that nobody has made safe; send a crew and let it report."
        )


def clear_job(work: Work, job_id: int) -> None:
    clear_deadlines(work, job_id, *_OF_JOB)


def enforce(work: Work, territory: Territory, deadline: Deadline, expected: tuple[datetime, str] | None) -> bool:
    """Acts on one row that has fallen due; False when another ticker has it.

    `expected` is the best crew's estimated arrival with its sentence, computed outside the Work.
    """
    if not take(work, deadline):
        return False
    if deadline.kind in _OF_JOB:
        _enforce_job(work, territory, deadline)
    else:
        _enforce_outage(work, territory, deadline, expected)
    return True


def _enforce_job(work: Work, territory: Territory, deadline: Deadline) -> None:
    outage = outage_behind(work, outage_id_of(work, deadline.subject_id))  # before its job: always in one order
    job = work.job(deadline.subject_id)
    subject = Subject("job", job.id)
    match deadline.kind:
        case Kind.ACCEPT_BY:
            if facts := jobs.watch_acceptance(job, max(work.now, _just_after(deadline.due_at))):
                work.record(subject, facts, happened_at=job.accept_by)
                needs_a_crew(work, territory, outage)
        case Kind.DEPART_BY:
            if facts := jobs.watch_departure(job, _just_after(deadline.due_at)):
                work.record(subject, facts, happened_at=deadline.due_at)
                escalate(work, territory, outage, Trigger.NOT_DEPARTED, deadline.due_at)
        case Kind.HEARD_BY:
            _watch_silence(work, territory, outage, job)
        case _:
            if facts := jobs.watch_survey(job, _just_after(deadline.due_at)):
                work.record(subject, facts, happened_at=deadline.due_at)
                escalate(work, territory, outage, Trigger.NO_SURVEY, deadline.due_at)


def _watch_silence(work: Work, territory: Territory, outage: Outage, job: Job) -> None:
    """The row goes on until the job is done: a crew may fall silent more than once."""
    if job.state not in UNRESTORED_JOB or not outage.is_open:
        return
    last = heard_at(work, job.crew_id) or job.offered_at
    facts = jobs.watch_silence(job, work.now, last, territory.policy)
    if facts and off_duty_since(work, job.crew_id) is None:  # of one that went home the desk was told
        work.record(Subject("job", job.id), facts)
        escalate(work, territory, outage, Trigger.CREW_SILENT, work.now)
    again = last + territory.policy.silent_within
    set_deadline(work, Kind.HEARD_BY, job.id, again if again > work.now else work.now + territory.policy.silent_within)


def _enforce_outage(
    work: Work, territory: Territory, deadline: Deadline, expected: tuple[datetime, str] | None
) -> None:
    outage = work.outage(deadline.subject_id)
    match deadline.kind:
        case Kind.ISSUE_BY:
            if outage.is_open and not somebody_has(work, outage.id):
                work.record(Subject("outage", outage.id), [NotIssued(deadline.due_at)], happened_at=deadline.due_at)
                escalate(work, territory, outage, Trigger.NOT_ISSUED, deadline.due_at)
        case Kind.CALL_BACK_BY:
            escalate(work, territory, outage, Trigger.NO_CALL_BACK, deadline.due_at)
        case Kind.ARRIVE_BY:
            _watch_arrival(work, territory, outage)
        case Kind.WATCH:
            _watch_risk(work, territory, outage, expected)
        case Kind.RUNG:
            for index, rung in enumerate(territory.policy.ladder):
                if rung.key == deadline.rung:
                    _climb(work, territory, outage, index, deadline.due_at)
        case _:
            raise AssertionError(f"{deadline.kind} is the offering worker's")


def _watch_arrival(work: Work, territory: Territory, outage: Outage) -> None:
    facts = outages.watch_arrival(outage, max(work.now, _just_after(outage.arrive_by)))
    if not facts:
        return
    assert isinstance(facts[0], ArrivalMissed)
    work.record(Subject("outage", outage.id), facts, happened_at=outage.arrive_by)
    clear_deadlines(work, outage.id, Kind.WATCH)
    escalate(work, territory, outage, Trigger.MISSED, outage.arrive_by)


def _watch_risk(work: Work, territory: Territory, outage: Outage, expected: tuple[datetime, str] | None) -> None:
    if not outage.is_open or outage.arrived_at or outage.missed_at or outage.at_risk_at:
        return
    begins_at = risk_begins_at(territory, outage)
    taken = any(j.state in TAKEN_JOB for j in jobs_of_outage(work, outage.id)) and somebody_has(work, outage.id)
    if taken and expected is not None:
        expected_at, sentence = expected
        at_risk = expected_at > outage.arrive_by
    else:
        minutes = max(0.0, (outage.arrive_by - work.now) / timedelta(minutes=1))
        word = "The crew under way has fallen silent" if taken else "No crew is under way"
        expected_at, sentence = None, f"{word} and {minutes:.0f} min are left."
        at_risk = work.now >= begins_at
    if at_risk:
        work.record(Subject("outage", outage.id), outages.watch_risk(outage, work.now, expected_at, sentence))
        escalate(work, territory, outage, Trigger.AT_RISK, work.now)
        return
    soon = work.now + territory.policy.watch_every
    set_deadline(work, Kind.WATCH, outage.id, soon if taken else max(soon, begins_at))


def escalate(work: Work, territory: Territory, outage: Outage, trigger: Trigger, at: datetime) -> None:
    """Sets the ladder going: rungs without a wait at once, the others as rows."""
    for index, rung in enumerate(territory.policy.ladder):
        if rung.after is not trigger:
            continue
        if rung.wait > timedelta(0):
            set_deadline(work, Kind.RUNG, outage.id, at + rung.wait, rung=rung.key)
        else:
            _climb(work, territory, outage, index, at)


def _climb(work: Work, territory: Territory, outage: Outage, index: int, at: datetime) -> None:
    rung = territory.policy.ladder[index]
    outage = work.outage(outage.id)  # with the mark that set the ladder going
    if not _still_stands(work, rung.after, outage):
        return
    sentence = f"Outage {outage.number}: {rung.after.value.replace('_', ' ')}; {_SAY[rung.do]}."
    work.record(Subject("outage", outage.id), [Escalated(rung.after, index, rung.do, sentence)], happened_at=at)
    if rung.do is Remedy.OFFER_WIDER and territory.policy.mode is Mode.AUTO:
        set_deadline(work, Kind.OFFER_WIDER, outage.id, work.now)


def _still_stands(work: Work, trigger: Trigger, outage: Outage) -> bool:
    known = jobs_behind(work, outage)
    match trigger:
        case Trigger.NOT_ISSUED | Trigger.NO_CREW | Trigger.CREW_OFF_DUTY:
            return outage.is_open and not somebody_has(work, outage.id)
        case Trigger.DANGER_STANDS:
            return outage.is_open and outage.restored_at is not None and outage.in_danger
        case Trigger.CREW_SILENT:
            silent = [j for j in known if j.state in UNRESTORED_JOB and j.silent_since is not None]
            return outage.is_open and any(heard_at(work, j.crew_id) == j.silent_since for j in silent)
        case Trigger.NOT_DEPARTED:
            return any(j.departed_late and j.state is JobState.ACCEPTED for j in known)
        case Trigger.NO_SURVEY:
            return any(j.survey_late and j.surveyed_at is None and j.is_live for j in known)
        case Trigger.NO_CALL_BACK:
            return outage.state is OutageState.RESTORED  # the last answer closes it
        case Trigger.AT_RISK:
            return outage.is_open and outage.arrived_at is None and outage.at_risk_at is not None
        case Trigger.MISSED:
            return outage.is_open and outage.arrived_at is None and outage.missed_at is not None


def skip_empty_step(work: Work, territory: Territory, outage: Outage) -> None:
    """Nobody was left to ask beside the others: what the ladder does after that it does now."""
    ladder = territory.policy.ladder
    for step in (rung for rung in ladder if rung.do is Remedy.OFFER_WIDER):
        later = (rung for rung in ladder if rung.after is step.after and rung.wait > step.wait)
        if (following := min(later, key=lambda rung: rung.wait, default=None)) is not None:
            bring_rung_forward(work, outage.id, following.key)


def watch_soon(work: Work, territory: Territory, outage: Outage, job: Job) -> None:
    """A crew has taken the job: from now on its own estimated arrival is watched."""
    if outage.is_open and outage.arrived_at is None and outage.at_risk_at is None and outage.missed_at is None:
        every = territory.policy.watch_every
        set_deadline(work, Kind.WATCH, outage.id, work.now if job.state in MOVING_JOB else work.now + every)


def _just_after(due_at: datetime) -> datetime:
    # A row is due at its instant; the rules say that exactly on the minute is still in time.
    return due_at + timedelta(microseconds=1)
