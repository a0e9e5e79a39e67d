"""What a crew reports, applied once, in whatever order and however late it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain import evidence, jobs, outages
from dispatch_server.domain.evidence import TimeOfAction
from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    CrewDeparted,
    CrewLeft,
    CrewTold,
    JobClosed,
    JobFact,
    NoteMade,
    OfferSeen,
    PinCorrected,
    SafetyStepTaken,
    Surveyed,
    WorkStopped,
)
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.protocol.codec import Malformed, decode
from dispatch_server.protocol.messages import ActionTaken, Answer, Push
from dispatch_server.protocol.words import DUTY, TAKEN_JOB, CrewAction, JobState, Verdict
from dispatch_server.services import arrivals, duty, enforcement, turning
from dispatch_server.services.duty import JOBS_LOOKED_BACK
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import keep_positions, sign_of_life
from dispatch_server.store.deadlines import Kind, clear_deadlines, set_deadline
from dispatch_server.store.hazards import hazards_elsewhere
from dispatch_server.store.jobs import crew_of_job, jobs_behind, jobs_of_outage, outage_id_of, recent_jobs_of_crew
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import outage_behind, top_of
from dispatch_server.store.tablets import answer_given, digest_of, heard_of_device, keep_answer, wall_error
from dispatch_server.store.work import Work

CLOCK_AHEAD = timedelta(minutes=2)  # a position from further in the future than this has a wrong clock
MADE_SAFE = "made_safe"
# Nobody sets out for an outage that was merged away; what is done on site counts for the one that took it.
_OF_THE_OFFER = frozenset({CrewAction.SEEN, CrewAction.ACCEPT, CrewAction.DECLINE, CrewAction.DEPART})
APPLIED = "Recorded."
DANGER_STANDS = "Recorded. Another call of this outage reported a danger that is not made safe; tell the dispatcher."
CLOCK_BEYOND_TIME = "The clocks of this action lead out of all time; check elapsed_ms and occurred_at."


@dataclass(frozen=True, slots=True)
class _Heard:
    """One action being judged: whose, from which push, and when it was done."""

    work: Work
    territory: Territory
    crew_id: int
    action: ActionTaken
    time: TimeOfAction

    @property
    def at(self) -> datetime:
        return self.time.at

    @property
    def seq(self) -> int:
        return self.action.seq

    def name(self, crew_id: int) -> str:
        record = self.territory.crews.get(crew_id)
        return f"crew {crew_id}" if record is None else record.crew.name


def receive(work: Work, territory: Territory, crew_id: int, push: Push) -> list[Answer]:
    """Judges a push action by action, each in its own savepoint; keeps its positions while the crew is on duty."""
    if crew_id not in territory.crews:
        raise NotFound(f"There is no crew {crew_id}.")
    _lock(work, crew_id, push)
    error = wall_error(work, push.device_id, crew_id)
    answers = [_answer(work, territory, crew_id, push, action, error) for action in push.actions]
    _keep_track(work, crew_id, push)
    heard_of_device(work, crew_id, push)
    sign_of_life(work, crew_id)
    return answers


def _lock(work: Work, crew_id: int, push: Push) -> None:
    """The outages, then the crew, as offers do; outages in the order of their ids, whatever the push begins with."""
    own = {action.job_id for action in push.actions if action.job_id is not None}
    outage_ids = {outage_id_of(work, job_id) for job_id in own if crew_of_job(work, job_id) == crew_id}
    if any(action.kind in DUTY or action.kind is CrewAction.ACCEPT for action in push.actions):
        outage_ids |= {job.outage_id for job in recent_jobs_of_crew(work, crew_id, JOBS_LOOKED_BACK)}
    for outage_id in sorted({top_of(work, outage_id) for outage_id in outage_ids}):
        outage_behind(work, outage_id)
    work.lock(f"crew {crew_id}")


def _keep_track(work: Work, crew_id: int, push: Push) -> None:
    """Nobody is followed off duty, and a clock that runs ahead is not believed."""
    known = work.duty(crew_id)
    if known is not None and push.positions:
        latest = work.now + CLOCK_AHEAD
        keep_positions(
            work, crew_id, [f for f in push.positions if f.fixed_at <= latest and known.was_on_duty(f.fixed_at)]
        )


class _NotOurs(NotFound):
    """The job is another crew's, or nobody's."""


def _answer(
    work: Work, territory: Territory, crew_id: int, push: Push, action: ActionTaken, error: timedelta | None
) -> Answer:
    if (earlier := answer_given(work, action.action_id)) is not None:
        if earlier.digest != digest_of(crew_id, action):
            return Answer(
                action.action_id, Verdict.REFUSED, "This action id was already used for something else; send a new id."
            )
        verdict = Verdict.ALREADY if earlier.verdict is Verdict.APPLIED else earlier.verdict
        return Answer(action.action_id, verdict, earlier.sentence)
    try:
        with work.savepoint():
            heard = _Heard(work, territory, crew_id, action, evidence.time_of(action, push, work.now, error))
            answer = Answer(action.action_id, Verdict.APPLIED, _apply(heard))
            keep_answer(work, crew_id, push.device_id, action, answer)
            return answer
    except _NotOurs as foreign:
        # Not kept: a tablet that changed hands may send it again under its own crew, and the id must be free then.
        return Answer(action.action_id, Verdict.REFUSED, str(foreign))
    except (Refused, BadInput, NotFound, Malformed, OverflowError) as refusal:
        sentence = CLOCK_BEYOND_TIME if isinstance(refusal, OverflowError) else str(refusal)
        answer = Answer(action.action_id, Verdict.REFUSED, sentence)
        keep_answer(work, crew_id, push.device_id, action, answer)
        return answer


def _apply(heard: _Heard) -> str:
    if heard.action.kind in DUTY:
        aboard = _whole_number(heard.action.data, "aboard")
        return duty.go_on_or_off(heard.work, heard.territory, heard.crew_id, heard.action, heard.time, aboard)
    if heard.action.job_id is None:
        raise BadInput(f"The action {heard.action.kind.value} needs its job_id.")
    job_id = heard.action.job_id
    if crew_of_job(heard.work, job_id) != heard.crew_id:
        raise _NotOurs(f"Your crew has no job {job_id}.")
    own_id = outage_id_of(heard.work, job_id)
    outage = outage_behind(heard.work, own_id)  # before the job: always locked in one order
    if heard.action.kind in _OF_THE_OFFER:
        outage = heard.work.outage(own_id)
    job = heard.work.job(job_id)
    sentence = ON_JOB[heard.action.kind](heard, job, outage)
    if (outage := heard.work.outage(outage.id)).over_at is not None:
        enforcement.nobody_need_come(heard.work, outage)
    return sentence


def _record(heard: _Heard, job_id: int, facts: list[JobFact]) -> Job:
    job: Job = heard.work.record(
        Subject("job", job_id), facts, happened_at=heard.at, measured_at=heard.action.occurred_at
    )
    return job


# Answering an offer


def _seen(heard: _Heard, job: Job, _: Outage) -> str:
    _record(heard, job.id, [OfferSeen(heard.at)])
    return APPLIED


def _accept(heard: _Heard, job: Job, outage: Outage) -> str:
    others = [j for j in jobs_of_outage(heard.work, outage.id) if j.id != job.id]
    taken_by = next((j for j in others if j.state in TAKEN_JOB), None)
    other_crew_id = None if taken_by is None else taken_by.crew_id
    [fact] = jobs.accept(job, heard.time, heard.seq, other_crew_id, heard.territory.policy)
    was, job = job, _record(heard, job.id, [fact])
    if isinstance(fact, AcceptedTooLate) and taken_by is not None:
        return _too_late(heard, job, taken_by, outage)
    if job.state is JobState.WITHDRAWN:
        return f"This job was withdrawn before we heard from you: {job.end_reason} You need not go."
    if job.state not in TAKEN_JOB:
        return f"Recorded; this job is {job.state.value} since."
    if not outage.is_open:
        return _not_needed(heard, job, outage)
    if was.state not in TAKEN_JOB:
        _taken(heard, job, outage)
        _withdraw_other_offers(heard, job, others)
    return f"The job is yours. Outage {outage.number}."


def _not_needed(heard: _Heard, job: Job, outage: Outage) -> str:
    """What the crew pressed is kept, and it is told at once that nobody waits for it any more."""
    if job.state in (JobState.ACCEPTED, JobState.EN_ROUTE) and outage.over_at is None:
        facts = jobs.withdraw(job, heard.work.now, f"Outage {outage.number} is {outage.state.value} since.")
        heard.work.record(Subject("job", job.id), facts)
        enforcement.clear_job(heard.work, job.id)
    return f"Outage {outage.number} is {outage.state.value} since; you need not go."


def _too_late(heard: _Heard, job: Job, taken_by: Job, outage: Outage) -> str:
    """Nothing is taken from the crew that has it since. Both are told."""
    told = f"{heard.name(job.crew_id)} also pressed accept for outage {outage.number}, too late: the job stays yours."
    heard.work.record(Subject("job", taken_by.id), [CrewTold(heard.work.now, told)])
    return f"{heard.name(taken_by.crew_id)} has outage {outage.number} since; you need not go."


def _withdraw_other_offers(heard: _Heard, job: Job, others: list[Job]) -> None:
    for other in others:
        if other.id != job.id and other.state is JobState.OFFERED:
            facts = jobs.withdraw(other, heard.work.now, f"{heard.name(job.crew_id)} took the job.")
            heard.work.record(Subject("job", other.id), facts)
            enforcement.clear_job(heard.work, other.id)


def _decline(heard: _Heard, job: Job, outage: Outage) -> str:
    job = _record(heard, job.id, jobs.decline(heard.time, heard.seq, heard.action.reason))
    if not job.is_live:
        _let_go(heard, job, outage)
    return APPLIED


def _taken(heard: _Heard, job: Job, outage: Outage) -> None:
    """Whoever is seen to have the job has answered its offer; what is due next follows from where it stands."""
    clear_deadlines(heard.work, job.id, Kind.ACCEPT_BY)
    clear_deadlines(heard.work, outage.id, Kind.OFFER_NEXT, Kind.ISSUE_BY)
    if job.state is JobState.ACCEPTED and job.depart_by is not None:
        set_deadline(heard.work, Kind.DEPART_BY, job.id, job.depart_by)
    else:
        clear_deadlines(heard.work, job.id, Kind.DEPART_BY)
    enforcement.watch_crew(heard.work, heard.territory, outage, job)
    turning.turn_round(heard.work, heard.territory, outage, job)


def _let_go(heard: _Heard, job: Job, outage: Outage) -> None:
    enforcement.clear_job(heard.work, job.id)
    enforcement.needs_a_crew(heard.work, heard.territory, outage)
    enforcement.crew_became_free(heard.work, heard.territory)


# On the road and on site


def _depart(heard: _Heard, job: Job, outage: Outage) -> str:
    job = _record(heard, job.id, [CrewDeparted(heard.at, heard.seq)])
    _set_others_aside(heard)
    return _on_the_way(heard, heard.work.job(job.id), outage)


def _on_the_way(heard: _Heard, job: Job, outage: Outage) -> str:
    if job.is_live and not outage.is_open:
        return _not_needed(heard, job, outage)
    if job.is_live:
        _taken(heard, job, outage)
        _withdraw_other_offers(heard, job, jobs_of_outage(heard.work, outage.id))
        return APPLIED
    return f"Recorded, but this job is {job.state.value}: {job.end_reason or 'another crew has the outage'}"


def _set_others_aside(heard: _Heard) -> None:
    """A crew is on one job only: the one it moved to last, in whatever order we heard."""
    known = [heard.work.job(j.id) for j in recent_jobs_of_crew(heard.work, heard.crew_id, JOBS_LOOKED_BACK)]
    for job_id, fact in jobs.set_asides(known):
        heard.work.record(Subject("job", job_id), [fact], happened_at=fact.set_aside_at)


def _check_in(heard: _Heard, job: Job, outage: Outage) -> str:
    sent_to = heard.work.outage(job.outage_id)  # it may have been merged away since
    graded = arrivals.grade_check_in(heard.work, heard.territory, sent_to, heard.action)
    accuracy_m = None if heard.action.fix is None else heard.action.fix.accuracy_m
    time = evidence.not_before(heard.time, job.offered_at)
    known = heard.work.duty(heard.crew_id)
    fit = duty.was_fit(heard.territory, heard.crew_id, outage, time.at, known)
    facts = jobs.check_in(
        heard.action.action_id,
        time,
        heard.seq,
        graded,
        accuracy_m,
        fit,
        heard.territory.policy,
    )
    # The evidence is kept first: a later move of the site grades the same fix again.
    job = _record(heard, job.id, facts)
    _set_others_aside(heard)
    job = heard.work.job(job.id)
    if job.is_live:
        _taken(heard, job, outage)
        _withdraw_other_offers(heard, job, jobs_of_outage(heard.work, outage.id))
        if job.survey_by is not None and job.surveyed_at is None:
            set_deadline(heard.work, Kind.SURVEY_BY, job.id, job.survey_by)
    arrivals.settle_arrival(heard.work, heard.territory, outage.id, "an earlier check-in was heard")
    return f"Grade {graded.grade.value}. {graded.hint}" + ("" if fit else " Your crew is not fit for this job.")


def _correct_pin(heard: _Heard, job: Job, outage: Outage) -> str:
    """A proposal: the position stays with the action, outside the journal, until a dispatcher moves the pin."""
    if heard.action.fix is None and not {"lon", "lat"} <= heard.action.data.keys():
        raise BadInput("A corrected pin needs a GPS fix, or lon and lat in its data.")
    _record(heard, job.id, [PinCorrected(heard.action.action_id, heard.action.note or "")])
    return "The control room will look at the place you sent; until then the old one holds."


def _survey(heard: _Heard, job: Job, outage: Outage) -> str:
    cause = heard.action.data.get("cause") or heard.action.note
    if not isinstance(cause, str) or not cause.strip():
        raise BadInput("A survey needs its cause: data.cause.")
    etr = heard.action.data.get("etr_at")
    etr_at = None if etr is None else decode(datetime, etr, "data.etr_at")
    job = _record(heard, job.id, [Surveyed(heard.at, cause, etr_at, heard.seq)])
    clear_deadlines(heard.work, job.id, Kind.SURVEY_BY)
    return APPLIED


def _safety_step(heard: _Heard, job: Job, outage: Outage) -> str:
    step = heard.action.data.get("step") or heard.action.note
    if not isinstance(step, str) or not step.strip():
        raise BadInput("A safety step needs its name: data.step.")
    _record(heard, job.id, [SafetyStepTaken(heard.at, step)])
    if step == MADE_SAFE:
        call_id = heard.action.data.get("call_id")
        facts = outages.make_safe(outage, heard.at, job.id, call_id if isinstance(call_id, int) else None)
        enforcement.it_is_safe(heard.work, heard.territory, outage, facts, heard.at)
    return APPLIED


def _stop_work(heard: _Heard, job: Job, _: Outage) -> str:
    _record(heard, job.id, [WorkStopped(heard.at, heard.action.reason or heard.action.note or "no reason given")])
    return "Recorded. The control room sees it."


def _note(heard: _Heard, job: Job, _: Outage) -> str:
    if not (heard.action.note or "").strip():
        raise BadInput("The note is empty.")
    _record(heard, job.id, [NoteMade(heard.at, heard.action.note or "")])
    return APPLIED


# The end


def _restore(heard: _Heard, job: Job, outage: Outage) -> str:
    customers = _whole_number(heard.action.data, "customers_restored")
    partial = heard.action.data.get("partial") is True
    _record(heard, job.id, jobs.restore(heard.time, heard.seq, customers, partial))
    if not partial:
        clear_deadlines(heard.work, job.id, Kind.ACCEPT_BY, Kind.DEPART_BY)
    first = jobs.first_restored(jobs_behind(heard.work, outage))
    if first is None:
        return APPLIED
    elsewhere = hazards_elsewhere(heard.work, outage, heard.work.job(first.job_id).outage_id)
    facts = outages.restore(outage, first.restored_at, first.job_id, first.customers, elsewhere)
    outage = heard.work.record(Subject("outage", outage.id), facts, happened_at=first.restored_at)
    if partial:
        return APPLIED
    if outage.is_open:
        enforcement.danger_stands(heard.work, heard.territory, outage)
        return DANGER_STANDS
    enforcement.power_is_back(heard.work, heard.territory, outage)
    return APPLIED


def _leave(heard: _Heard, job: Job, outage: Outage) -> str:
    job = _record(heard, job.id, [CrewLeft(heard.at, heard.seq, heard.action.reason or "no reason given")])
    if not job.is_live:
        _let_go(heard, job, outage)
    return APPLIED


def _close(heard: _Heard, job: Job, outage: Outage) -> str:
    job = _record(heard, job.id, [JobClosed(heard.at, heard.seq)])
    if not job.is_live:
        _let_go(heard, job, outage)
    return APPLIED


ON_JOB: Mapping[CrewAction, Callable[[_Heard, Job, Outage], str]] = {
    CrewAction.SEEN: _seen,
    CrewAction.ACCEPT: _accept,
    CrewAction.DECLINE: _decline,
    CrewAction.DEPART: _depart,
    CrewAction.CHECK_IN: _check_in,
    CrewAction.CORRECT_PIN: _correct_pin,
    CrewAction.SURVEY: _survey,
    CrewAction.SAFETY_STEP: _safety_step,
    CrewAction.STOP_WORK: _stop_work,
    CrewAction.NOTE: _note,
    CrewAction.RESTORE: _restore,
    CrewAction.LEAVE: _leave,
    CrewAction.CLOSE: _close,
}


def _whole_number(data: Mapping[str, object], key: str) -> int | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10_000_000:
        raise BadInput(f"data.{key} must be a whole number, zero or more.")
    return value
