"""Which crew, and the offer to it. Travel times come from a reading; the Work judges again what may have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain import assignment, jobs
from dispatch_server.domain.assignment import STALE_POSITION, Candidate, TravelEstimate
from dispatch_server.domain.crews import CrewNow, JobInHand, still_in_hand
from dispatch_server.domain.job_facts import JobOffered
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import NoCrewLeft
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.domain.rules import Mode, Trigger
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import TAKEN_JOB, JobState
from dispatch_server.services import enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import CrewRecord, Heard, OnDuty, duties, last_heard
from dispatch_server.store.deadlines import Deadline, Kind, clear_deadlines, set_deadline, take
from dispatch_server.store.jobs import jobs_in_hand, jobs_of_outage, off_duty_since, outage_id_of, somebody_has
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import site_of, waiting
from dispatch_server.store.work import Reading, Work

# How soon an outage without a crew is looked at again by itself; a crew that becomes free is asked at once.
ASK_AGAIN = timedelta(minutes=2)

_REFUSED = frozenset({JobState.DECLINED, JobState.LAPSED})


@dataclass(frozen=True, slots=True)
class Outlook:
    """Every crew judged for one outage, best first; empty `candidates` with a `why_not` when it has no place yet."""

    outage: Outage
    candidates: tuple[Candidate, ...]
    travel: Mapping[int, TravelEstimate]
    why_not: str = ""


def crews_now(reading: Reading, territory: Territory) -> list[CrewNow]:
    """Every crew as it stands: duty, shift, last position, jobs in hand."""
    duty, heard, in_hand = duties(reading), last_heard(reading), jobs_in_hand(reading)
    local = reading.now.astimezone(territory.policy.zone)
    return [
        _crew_now(reading.now, local, record, duty.get(crew_id), heard.get(crew_id), tuple(in_hand.get(crew_id, ())))
        for crew_id, record in territory.crews.items()
    ]


def _crew_now(
    now: datetime,
    local: datetime,
    record: CrewRecord,
    duty: OnDuty | None,
    heard: Heard | None,
    in_hand: tuple[JobInHand, ...],
) -> CrewNow:
    at = heard.at if heard is not None else None
    return CrewNow(
        crew=record.crew,
        on_duty=duty is not None and duty.on_duty,
        in_shift=any(shift.covers(local) for shift in record.shifts),
        aboard=0 if duty is None else duty.aboard,
        position=at or record.crew.depot,
        position_age=None if at is None or heard is None or heard.fixed_at is None else now - heard.fixed_at,
        jobs=still_in_hand(in_hand),
    )


def suggest_crews(reading: Reading, territory: Territory, outage_id: int) -> Outlook:
    """Every crew with its minutes and reasons, best first. Routes over the road graph: not for inside a Work."""
    return _outlook(reading, territory, reading.outage(outage_id), crews_now(reading, territory))


def crews_to_ask(reading: Reading, territory: Territory, outage_id: int) -> Outlook:
    """As `suggest_crews`, the fit ones alone: a worker that offers by itself needs no route of a crew it may not ask,
    and in a storm, with all crews full, none at all."""
    outage, policy = reading.outage(outage_id), territory.policy
    crews = [c for c in crews_now(reading, territory) if all(test(outage, c, policy).ok for test in assignment.FITNESS)]
    return _outlook(reading, territory, outage, crews)


def _outlook(reading: Reading, territory: Territory, outage: Outage, crews: list[CrewNow]) -> Outlook:
    site = site_of(reading, outage.id)
    if site is None:
        return Outlook(outage, (), {}, f"Outage {outage.number} is not on the map yet; place its call first.")
    if not crews:
        return Outlook(outage, (), {})
    minutes = territory.travel.estimates(site, [c.position for c in crews], outage.area_class)
    travel = {crew.crew.id: estimate for crew, estimate in zip(crews, minutes, strict=True)}
    refused = frozenset(j.crew_id for j in jobs_of_outage(reading, outage.id) if j.state in _REFUSED)
    ranked = assignment.rank(outage, crews, travel, refused, reading.now, territory.policy)
    return Outlook(outage, tuple(ranked), travel)


def offer_job(
    work: Work,
    territory: Territory,
    outage_id: int,
    crew_id: int,
    outlook: Outlook | None,
    reason: str | None = None,
) -> Job:
    """A dispatcher's offer. A crew that is not fit needs a reason; one that is off duty cannot be asked."""
    outage = work.outage(outage_id)
    if not outage.is_open:
        raise Refused(f"Outage {outage.number} is {outage.state.value}; no crew is needed.")
    crew = crew_in_work(work, territory, crew_id)
    _require_no_offer(work, territory, outage, crew_id)
    if not crew.on_duty:
        raise Refused(f"{crew.crew.name} is off duty; choose a crew that is on duty.")
    against = [r.sentence for test in assignment.FITNESS if not (r := test(outage, crew, territory.policy)).ok]
    if against and not (reason or "").strip():
        raise Refused(
            f"{crew.crew.name} is not fit for this job: {'; '.join(against)}. Send a reason to offer it anyway."
        )
    return _offer(work, territory, outage, crew_id, outlook, override=reason if against else None, why=reason)


def offer_instead(
    work: Work,
    territory: Territory,
    outage_id: int,
    crew_id: int,
    instead_of: int,
    outlook: Outlook | None,
    reason: str | None,
) -> Job:
    """Takes the running offer back and offers to the crew that the dispatcher wants, in one Work: nobody else is asked
    in between. Crews asked beside it, or after it lapsed while the reason was typed, are let go too. A refused offer
    leaves everything as it was."""
    outage, held = work.outage(outage_id), work.job(instead_of)
    if held.outage_id != outage_id:
        raise BadInput(f"instead_of must name a job of outage {outage.number}.")
    since = [job for job in jobs_of_outage(work, outage_id) if job.id >= instead_of or job.state is JobState.OFFERED]
    for job in since:
        if job.state in TAKEN_JOB:
            name = _name(territory, job.crew_id)
            raise Refused(f"{name} has accepted outage {outage.number} by now; withdraw that job first.")
        if job.state is JobState.OFFERED and job.crew_id == crew_id:
            raise Refused(f"{_name(territory, crew_id)} already has outage {outage.number}.")
    for job in since:
        if job.state is JobState.OFFERED:
            withdraw_job(work, territory, job.id, reason or "")
    return offer_job(work, territory, outage_id, crew_id, outlook, reason)


def _require_no_offer(work: Work, territory: Territory, outage: Outage, crew_id: int) -> None:
    for job in jobs_of_outage(work, outage.id):
        if job.crew_id == crew_id and job.is_live:
            raise Refused(f"{_name(territory, crew_id)} already has outage {outage.number}.")
        if job.state is JobState.OFFERED:
            local = job.accept_by.astimezone(territory.policy.zone)
            raise Refused(
                f"Outage {outage.number} is on offer to {_name(territory, job.crew_id)} until {local:%H:%M:%S}; "
                "withdraw that offer first."
            )


def _offer(
    work: Work,
    territory: Territory,
    outage: Outage,
    crew_id: int,
    outlook: Outlook | None,
    override: str | None = None,
    why: str | None = None,
    *,
    widened: bool = False,
) -> Job:
    job_id = work.new_id("job")
    estimate = None if outlook is None else outlook.travel.get(crew_id)
    reasons = () if outlook is None else _reasons(outlook, crew_id)
    offered = JobOffered(
        job_id=job_id,
        outage_id=outage.id,
        crew_id=crew_id,
        offered_at=work.now,
        accept_by=work.now + territory.policy.accept_within,
        arrive_by=outage.arrive_by,
        expected_at=None if estimate is None else work.now + timedelta(minutes=estimate.minutes),
        reasons=(*reasons, *((why,) if why else ())),
        override_reason=override,
        widened=widened,
    )
    job: Job = work.record(Subject("job", job_id), [offered], is_new=True)
    set_deadline(work, Kind.ACCEPT_BY, job_id, job.accept_by)
    clear_deadlines(work, outage.id, Kind.ISSUE_BY, Kind.OFFER_NEXT)
    return job


def _reasons(outlook: Outlook, crew_id: int) -> tuple[str, ...]:
    return tuple(r.sentence for c in outlook.candidates if c.crew_id == crew_id for r in c.reasons)


def offer_next(work: Work, territory: Territory, deadline: Deadline, outlook: Outlook) -> Job | None:
    """Auto mode: the best fitting crew that has not refused; when none is left the dispatcher is alerted."""
    if not take(work, deadline):
        return None
    outage = work.outage(deadline.subject_id)
    known = jobs_of_outage(work, outage.id)
    if territory.policy.mode is not Mode.AUTO or not outage.is_open or somebody_has(work, outage.id):
        return None
    job = _offer_to_first_fit(work, territory, outage, known, outlook)
    if job is None:
        _no_crew_left(work, territory, outage, outlook)
    return job


def offer_wider(work: Work, territory: Territory, deadline: Deadline, outlook: Outlook) -> None:
    """The ladder's rung: further crews are asked beside the one that has the offer or is late."""
    if not take(work, deadline):
        return
    outage = work.outage(deadline.subject_id)
    known = jobs_of_outage(work, outage.id)
    if territory.policy.mode is not Mode.AUTO or not outage.is_open or outage.arrived_at is not None:
        return
    room = territory.policy.crews_when_widened - sum(j.state is JobState.OFFERED for j in known)
    for _ in range(room):
        job = _offer_to_first_fit(work, territory, outage, known, outlook, widened=True)
        if job is None:
            return
        known = [*known, job]


def _offer_to_first_fit(
    work: Work, territory: Territory, outage: Outage, known: list[Job], outlook: Outlook, *, widened: bool = False
) -> Job | None:
    asked = {j.crew_id for j in known if j.is_live or j.state in _REFUSED or _was_given_up(j)}
    for candidate in outlook.candidates:
        if not candidate.fit or candidate.crew_id in asked:
            continue
        crew = crew_in_work(work, territory, candidate.crew_id)  # fresh: the outlook may be a moment old
        if all(test(outage, crew, territory.policy).ok for test in assignment.FITNESS):
            return _offer(work, territory, outage, candidate.crew_id, outlook, widened=widened)
    return None


def _was_given_up(job: Job) -> bool:
    """The crew left the site unrestored, or the desk took the job from it: not to be undone by the next offer."""
    left = job.state is JobState.CLOSED and job.restored_at is None
    return left or (job.state is JobState.WITHDRAWN and not job.widened)


def _no_crew_left(work: Work, territory: Territory, outage: Outage, outlook: Outlook) -> None:
    set_deadline(work, Kind.OFFER_NEXT, outage.id, work.now + ASK_AGAIN)
    noticed_at = outage.no_crew_at
    if noticed_at is not None and not any(j.offered_at > noticed_at for j in jobs_of_outage(work, outage.id)):
        return  # said before, and nobody was asked since
    sentence = outlook.why_not or "Every fit crew was asked, or none is fit: see the reasons in the list of crews."
    work.record(Subject("outage", outage.id), [NoCrewLeft(work.now, sentence)])
    enforcement.escalate(work, territory, work.outage(outage.id), Trigger.NO_CREW, work.now)


def crew_in_work(work: Work, territory: Territory, crew_id: int) -> CrewNow:
    """One crew as this Work sees it, and locked: two Works never judge the same crew at once."""
    record = territory.crews.get(crew_id)
    if record is None:
        raise NotFound(f"There is no crew {crew_id}.")
    work.lock(f"crew {crew_id}")
    local = work.now.astimezone(territory.policy.zone)
    in_hand = tuple(jobs_in_hand(work).get(crew_id, ()))
    return _crew_now(work.now, local, record, duties(work).get(crew_id), last_heard(work).get(crew_id), in_hand)


def take_up_waiting(work: Work, territory: Territory) -> None:
    """In auto mode outages that were left to the desk before a restart are offered as well."""
    for outage_id in waiting(work):
        enforcement.ask_for_offer(work, territory, work.outage(outage_id))


def withdraw_job(work: Work, territory: Territory, job_id: int, reason: str) -> Job:
    outage_id = outage_id_of(work, job_id)
    outage, job = work.outage(outage_id), work.job(job_id)
    off_duty = off_duty_since(work, job.crew_id) is not None
    facts = jobs.withdraw(job, work.now, reason, off_duty=off_duty)
    withdrawn: Job = work.record(Subject("job", job_id), facts)
    enforcement.clear_job(work, job_id)
    enforcement.needs_a_crew(work, territory, outage)
    enforcement.crew_became_free(work, territory)
    return withdrawn


def expected_arrival(reading: Reading, territory: Territory, outage_id: int) -> tuple[datetime, str] | None:
    """The earliest estimated arrival over the crews that have taken the outage, from where they were last heard.

    None when nobody can say: no crew has it, it has no place, or its crews fell silent on the road.
    """
    known = [j for j in jobs_of_outage(reading, outage_id) if j.state in TAKEN_JOB]
    taken = [j for j in known if off_duty_since(reading, j.crew_id) is None]
    site = site_of(reading, outage_id)
    if not taken or site is None:
        return None
    heard = last_heard(reading)
    starts = [_last_position(territory, heard, j.crew_id) for j in taken]
    outage = reading.outage(outage_id)
    minutes = territory.travel.estimates(site, [at for at, _ in starts], outage.area_class)
    guesses = [
        (_arrives_at(reading.now, job, fixed_at, estimate), job.crew_id)
        for job, (_, fixed_at), estimate in zip(taken, starts, minutes, strict=True)
    ]
    arrivals = [(arrives_at, crew_id) for arrives_at, crew_id in guesses if arrives_at is not None]
    if not arrivals:
        return None
    arrives_at, crew_id = min(arrivals)
    local = arrives_at.astimezone(territory.policy.zone)
    late_min = (arrives_at - outage.arrive_by) / timedelta(minutes=1)
    return arrives_at, f"{_name(territory, crew_id)} is expected at {local:%H:%M}, {late_min:.0f} min after the target."


def _last_position(territory: Territory, heard: Mapping[int, Heard], crew_id: int) -> tuple[LonLat, datetime | None]:
    last = heard.get(crew_id)
    if last is None or last.at is None:
        return territory.crews[crew_id].crew.depot, None
    return last.at, last.fixed_at


def _arrives_at(now: datetime, job: Job, fixed_at: datetime | None, estimate: TravelEstimate) -> datetime | None:
    """A crew on the road has driven on since its last fix; one that has not left starts now at the earliest.

    One that should be there by now and has not been heard of for long is not expected at any moment: None.
    """
    drive = timedelta(minutes=estimate.minutes)
    if job.state is not JobState.EN_ROUTE or job.departed_at is None:
        return now + drive
    left_at = job.departed_at if fixed_at is None else max(fixed_at, job.departed_at)
    if left_at + drive < now and now - left_at > STALE_POSITION:
        return None
    return max(now, left_at + drive)


def _name(territory: Territory, crew_id: int) -> str:
    record = territory.crews.get(crew_id)
    return f"crew {crew_id}" if record is None else record.crew.name
