"""Which crew, and the offer to it. Travel times come from a reading; the Work judges again what may have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain import assignment, jobs
from dispatch_server.domain.assignment import STALE_POSITION, Board, Candidate, TravelEstimate
from dispatch_server.domain.coverage import Cover, CoverLost
from dispatch_server.domain.crews import CrewNow, JobInHand, at_work_since, still_in_hand
from dispatch_server.domain.fitness import is_fit, why_unfit
from dispatch_server.domain.job_facts import Advice, JobOffered
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import TAKEN_JOB, JobState
from dispatch_server.services import enforcement
from dispatch_server.services.coverage import cover_of
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import CrewRecord, Heard, OnDuty, duties, last_heard
from dispatch_server.store.deadlines import Kind, clear_deadlines, set_deadline
from dispatch_server.store.jobs import jobs_in_hand, jobs_of_outage, off_duty_since, outage_id_of
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import site_of
from dispatch_server.store.work import Reading, Work

REFUSED_JOB = frozenset({JobState.DECLINED, JobState.LAPSED})


@dataclass(frozen=True, slots=True)
class Outlook:
    """Every crew judged for one outage, best first; empty `candidates` with a `why_not` when it has no place yet."""

    outage: Outage
    candidates: tuple[Candidate, ...]
    travel: Mapping[int, TravelEstimate]
    why_not: str = ""

    def candidate(self, crew_id: int) -> Candidate | None:
        return next((c for c in self.candidates if c.crew_id == crew_id), None)


def crews_now(reading: Reading, territory: Territory) -> list[CrewNow]:
    """Every crew as it stands: duty, shift, last position, jobs in hand."""
    duty, heard, in_hand = duties(reading), last_heard(reading), jobs_in_hand(reading)
    local = reading.now.astimezone(territory.policy.zone)
    return [
        _crew_now(territory, local, record, duty.get(crew_id), heard.get(crew_id), tuple(in_hand.get(crew_id, ())))
        for crew_id, record in territory.crews.items()
    ]


def _crew_now(
    territory: Territory,
    now: datetime,
    record: CrewRecord,
    duty: OnDuty | None,
    heard: Heard | None,
    in_hand: tuple[JobInHand, ...],
) -> CrewNow:
    """`now` by the utility's own clock, in which shifts are written."""
    at = heard.at if heard is not None else None
    since = None if duty is None else at_work_since(duty.words, territory.policy.ranking.rest_min)
    return CrewNow(
        crew=record.crew,
        on_duty=duty is not None and duty.on_duty,
        in_shift=any(shift.covers(now) for shift in record.shifts),
        aboard=0 if duty is None else duty.aboard,
        position=at or record.crew.depot,
        position_age=None if at is None or heard is None or heard.fixed_at is None else now - heard.fixed_at,
        jobs=still_in_hand(in_hand),
        worked=timedelta(0) if since is None else now - since,
    )


def suggest_crews(reading: Reading, territory: Territory, outage_id: int) -> Outlook:
    """Every crew with its minutes and reasons, best first. Routes over the road graph: not for inside a Work."""
    crews = crews_now(reading, territory)
    return _outlook(reading, territory, reading.outage(outage_id), crews, crews)


def crews_to_ask(reading: Reading, territory: Territory, outage_id: int) -> Outlook:
    """As `suggest_crews`, the fit ones alone: a worker that offers by itself needs no route of a crew it may not ask,
    and in a storm, with all crews full, none at all."""
    outage, everybody = reading.outage(outage_id), crews_now(reading, territory)
    return _outlook(
        reading, territory, outage, everybody, [c for c in everybody if is_fit(outage, c, territory.policy)]
    )


def _outlook(
    reading: Reading, territory: Territory, outage: Outage, everybody: list[CrewNow], crews: list[CrewNow]
) -> Outlook:
    """Of `crews`; cover is counted over `everybody`."""
    site = site_of(reading, outage.id)
    if site is None:
        return Outlook(outage, (), {}, f"Outage {outage.number} is not on the map yet; place its call first.")
    if not crews:
        return Outlook(outage, (), {})
    minutes = territory.travel.estimates(site, [c.position for c in crews], outage.area_class, reading.now)
    travel = {crew.crew.id: estimate for crew, estimate in zip(crews, minutes, strict=True)}
    refused = frozenset(j.crew_id for j in jobs_of_outage(reading, outage.id) if j.state in REFUSED_JOB)
    board = Board(refused, _cover_lost(cover_of(territory, everybody, reading.now), crews))
    ranked = assignment.rank(outage, crews, travel, board, reading.now, territory.policy)
    return Outlook(outage, tuple(ranked), travel)


def _cover_lost(cover: Cover | None, crews: list[CrewNow]) -> dict[int, CoverLost | None]:
    return {} if cover is None else {c.crew.id: cover.lost_without(c.crew.id) for c in crews}


def offer_job(
    work: Work,
    territory: Territory,
    outage_id: int,
    crew_id: int,
    outlook: Outlook | None,
    reason: str | None = None,
    instead_of: Job | None = None,
) -> Job:
    """A dispatcher's offer. A crew that is not fit needs a reason; one that is off duty cannot be asked. Whatever goes
    against the advice keeps what was advised and why."""
    outage = work.outage(outage_id)
    if not outage.is_open:
        raise Refused(f"Outage {outage.number} is {outage.state.value}; no crew is needed.")
    crew = crew_in_work(work, territory, crew_id)
    _require_no_offer(work, territory, outage, crew_id)
    if not crew.on_duty:
        raise Refused(f"{crew.crew.name} is off duty; choose a crew that is on duty.")
    against = why_unfit(outage, crew, territory.policy)
    if against and not (reason or "").strip():
        raise Refused(
            f"{crew.crew.name} is not fit for this job: {'; '.join(against)}. Send a reason to offer it anyway."
        )
    advice = _advice_against(outlook, crew_id, against, instead_of)
    return make_offer(work, territory, outage, crew_id, outlook, advice=advice, why=reason)


def _advice_against(outlook: Outlook | None, crew_id: int, against: list[str], instead_of: Job | None) -> Advice | None:
    """None for an offer that follows the advice; an offer that runs already was the advice."""
    best = None if outlook is None else assignment.advised(outlook.candidates)
    if outlook is not None and instead_of is not None and instead_of.state is JobState.OFFERED:
        best = outlook.candidate(instead_of.crew_id) or best
    if (best is None and not against) or (best is not None and best.crew_id == crew_id):
        return None
    chosen = None if outlook is None else outlook.candidate(crew_id)
    said_against = against if chosen is None else [r.sentence for r in chosen.reasons if not r.ok]
    if best is None:
        return Advice(None, None, False, (), tuple(said_against))
    reasons = tuple(r.sentence for r in best.reasons)
    return Advice(best.crew_id, best.arrives_at, best.in_time, reasons, tuple(said_against))


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
    return offer_job(work, territory, outage_id, crew_id, outlook, reason, held)


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


def make_offer(
    work: Work,
    territory: Territory,
    outage: Outage,
    crew_id: int,
    outlook: Outlook | None,
    *,
    advice: Advice | None = None,
    why: str | None = None,
    widened: bool = False,
) -> Job:
    """Sends it; the crew has until `accept_by`."""
    job_id = work.new_id("job")
    chosen = None if outlook is None else outlook.candidate(crew_id)
    reasons = () if chosen is None else tuple(r.sentence for r in chosen.reasons)
    offered = JobOffered(
        job_id=job_id,
        outage_id=outage.id,
        crew_id=crew_id,
        offered_at=work.now,
        accept_by=work.now + territory.policy.accept_within,
        arrive_by=outage.arrive_by,
        expected_at=None if chosen is None else chosen.arrives_at,
        reasons=(*reasons, *((why,) if why else ())),
        override_reason=None if advice is None else why,
        widened=widened,
        advice=advice,
    )
    job: Job = work.record(Subject("job", job_id), [offered], is_new=True)
    set_deadline(work, Kind.ACCEPT_BY, job_id, job.accept_by)
    clear_deadlines(work, outage.id, Kind.ISSUE_BY, Kind.OFFER_NEXT)
    return job


def crew_in_work(work: Work, territory: Territory, crew_id: int) -> CrewNow:
    """One crew as this Work sees it, and locked: two Works never judge the same crew at once."""
    record = territory.crews.get(crew_id)
    if record is None:
        raise NotFound(f"There is no crew {crew_id}.")
    work.lock(f"crew {crew_id}")
    local = work.now.astimezone(territory.policy.zone)
    in_hand = tuple(jobs_in_hand(work).get(crew_id, ()))
    return _crew_now(territory, local, record, duties(work).get(crew_id), last_heard(work).get(crew_id), in_hand)


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
    minutes = territory.travel.estimates(site, [at for at, _ in starts], outage.area_class, reading.now)
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
