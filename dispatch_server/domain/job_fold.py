"""What the facts of a job add up to: its marks in order, and the state that walking them gives."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    Advice,
    ArrivalConfirmed,
    ArrivalRegraded,
    CrewArrived,
    CrewDeparted,
    CrewLeft,
    CrewOffDuty,
    CrewSilent,
    CrewTold,
    DepartureLate,
    FitnessRestated,
    JobAccepted,
    JobClosed,
    JobDeclined,
    JobId,
    JobOffered,
    JobRestored,
    JobSetAside,
    JobStoodDown,
    JobWithdrawn,
    NoteMade,
    OfferDelivered,
    OfferLapsed,
    OfferSeen,
    PartRestored,
    PinCorrected,
    SafetyStepTaken,
    Surveyed,
    SurveyLate,
    WorkStopped,
)
from dispatch_server.domain.job_facts import JobFact as JobFact
from dispatch_server.domain.job_steps import ENDED, Mark, Step, in_order, standing_after
from dispatch_server.protocol.words import (
    LIVE_JOB,
    OFFICIAL_GRADES,
    Grade,
    JobState,
)

TOLD_KEPT = 5  # more than a crew reads on the road


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One claim of presence as it stands now. `first_grade` is the grade before the site was moved."""

    action_id: str
    arrived_at: datetime
    grade: Grade
    first_grade: Grade
    fit: bool
    confirmed: bool = False
    seq: int = 0

    @property
    def order(self) -> tuple[datetime, int, str]:
        """By its own time, then in the sequence of the device, as everything that is folded."""
        return self.arrived_at, self.seq, self.action_id

    @property
    def official(self) -> bool:
        return self.fit and (self.confirmed or self.grade in OFFICIAL_GRADES)


@dataclass(frozen=True, slots=True)
class Restoration:
    """Power back for some customers, or (`full`) for all."""

    at: datetime
    seq: int
    customers: int | None
    full: bool


@dataclass(frozen=True, slots=True)
class Job:
    id: JobId
    outage_id: int
    crew_id: int
    state: JobState
    offered_at: datetime
    accept_by: datetime
    marks: tuple[Mark, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    expected_at: datetime | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    accepted_at: datetime | None = None
    depart_by: datetime | None = None
    departed_at: datetime | None = None
    departed_late: bool = False
    survey_by: datetime | None = None
    surveyed_at: datetime | None = None
    survey_seq: int = 0
    survey_late: bool = False
    cause: str | None = None
    etr_at: datetime | None = None
    restorations: tuple[Restoration, ...] = ()
    restored_at: datetime | None = None
    customers_restored: int | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    widened: bool = False
    override_reason: str | None = None
    advice: Advice | None = None
    told: tuple[CrewTold, ...] = ()
    silent_since: datetime | None = None
    off_duty_at: datetime | None = None
    turned_round: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_JOB

    @property
    def went_against_advice(self) -> bool:
        return self.advice is not None or self.override_reason is not None

    @property
    def checked_in(self) -> CheckIn | None:
        """The first official check-in, else the first of any grade."""
        official = [c for c in self.check_ins if c.official]
        return min(official or self.check_ins, key=lambda c: c.order, default=None)

    @property
    def official_arrival(self) -> CheckIn | None:
        return min((c for c in self.check_ins if c.official), key=lambda c: c.order, default=None)


def _mark(job: Job, at: datetime, seq: int, step: Step, reason: str | None = None) -> Job:
    marks = in_order((*job.marks, Mark(at, seq, step, reason)))
    standing = standing_after(marks)
    end = standing.by if standing.state in ENDED else None
    return replace(
        job,
        marks=marks,
        state=standing.state,
        ended_at=None if end is None else end.at,
        end_reason=None if end is None else end.reason,
    )


def _earlier(a: datetime | None, b: datetime) -> datetime:
    return b if a is None else min(a, b)


def after(job: Job | None, fact: JobFact) -> Job:
    if isinstance(fact, JobOffered):
        return Job(
            id=fact.job_id,
            outage_id=fact.outage_id,
            crew_id=fact.crew_id,
            state=JobState.OFFERED,
            offered_at=fact.offered_at,
            accept_by=fact.accept_by,
            expected_at=fact.expected_at,
            widened=fact.widened,
            override_reason=fact.override_reason,
            advice=fact.advice,
        )
    assert job is not None, "a job's first fact is JobOffered"
    match fact:
        case OfferDelivered():
            return replace(job, delivered_at=_earlier(job.delivered_at, fact.delivered_at))
        case OfferSeen():
            return replace(job, seen_at=_earlier(job.seen_at, fact.seen_at))
        case JobAccepted() | AcceptedTooLate() | JobDeclined() | OfferLapsed() | JobWithdrawn():
            return _after_answer(job, fact)
        case JobStoodDown():
            return _mark(job, fact.stood_down_at, 0, Step.STOOD_DOWN, fact.reason)
        case CrewDeparted() | DepartureLate() | JobSetAside():
            return _after_road(job, fact)
        case CrewArrived() | ArrivalRegraded() | ArrivalConfirmed():
            return _after_check_in(job, fact)
        case FitnessRestated():
            claims = tuple(replace(c, fit=fact.fit) if c.action_id == fact.action_id else c for c in job.check_ins)
            return replace(job, check_ins=claims)
        case PinCorrected() | SafetyStepTaken() | WorkStopped() | NoteMade():
            return job
        case CrewTold():
            return replace(job, told=(*job.told, fact)[-TOLD_KEPT:])
        case Surveyed() | SurveyLate():
            return _after_survey(job, fact)
        case CrewSilent():
            return replace(job, silent_since=fact.last_heard_at)
        case CrewOffDuty():
            return replace(job, off_duty_at=fact.off_at)
        case JobRestored() | PartRestored() | CrewLeft() | JobClosed():
            return _after_end(job, fact)
        case _:
            assert_never(fact)


def _after_answer(job: Job, fact: JobAccepted | AcceptedTooLate | JobDeclined | OfferLapsed | JobWithdrawn) -> Job:
    match fact:
        case JobAccepted():
            job = _mark(job, fact.accepted_at, fact.seq, Step.ACCEPTED)
            accepted_at = _earlier(job.accepted_at, fact.accepted_at)
            depart_by = _earlier(job.depart_by, fact.depart_by)
            return replace(job, accepted_at=accepted_at, depart_by=depart_by)
        case AcceptedTooLate():
            return _mark(job, fact.accepted_at, 0, Step.TAKEN_OVER)
        case JobDeclined():
            return _mark(job, fact.declined_at, fact.seq, Step.DECLINED, fact.reason)
        case OfferLapsed():
            return _mark(job, fact.lapsed_at, 0, Step.LAPSED)
        case JobWithdrawn():
            job = _mark(job, fact.withdrawn_at, 0, Step.WITHDRAWN, fact.reason)
            return replace(job, turned_round=job.turned_round or fact.turned_round)


def _after_road(job: Job, fact: CrewDeparted | DepartureLate | JobSetAside) -> Job:
    match fact:
        case CrewDeparted():
            job = _mark(job, fact.departed_at, fact.seq, Step.DEPARTED)
            departed_at = _earlier(job.departed_at, fact.departed_at)
            in_time = job.depart_by is not None and departed_at <= job.depart_by
            return replace(job, departed_at=departed_at, departed_late=job.departed_late and not in_time)
        case DepartureLate():
            return replace(job, departed_late=True)
        case JobSetAside():
            return _mark(job, fact.set_aside_at, fact.seq, Step.SET_ASIDE)


def _after_check_in(job: Job, fact: CrewArrived | ArrivalRegraded | ArrivalConfirmed) -> Job:
    if isinstance(fact, CrewArrived):
        if any(c.action_id == fact.action_id for c in job.check_ins):
            return job
        claim = CheckIn(fact.action_id, fact.arrived_at, fact.grade, fact.grade, fact.fit, seq=fact.seq)
        job = _mark(job, fact.arrived_at, fact.seq, Step.CHECKED_IN)
        claims = tuple(sorted((*job.check_ins, claim), key=lambda c: c.order))
        return replace(job, check_ins=claims, survey_by=_earlier(job.survey_by, fact.survey_by))
    changed = tuple(
        c
        if c.action_id != fact.action_id
        else replace(c, grade=fact.grade)
        if isinstance(fact, ArrivalRegraded)
        else replace(c, confirmed=True)
        for c in job.check_ins
    )
    return replace(job, check_ins=changed)


def _after_survey(job: Job, fact: Surveyed | SurveyLate) -> Job:
    if isinstance(fact, SurveyLate):
        return replace(job, survey_late=True)
    in_time = job.survey_by is not None and fact.surveyed_at <= job.survey_by
    job = replace(job, survey_late=job.survey_late and not in_time)
    # The last survey stands, whenever we hear of an earlier one.
    if job.surveyed_at is not None and (fact.surveyed_at, fact.seq) < (job.surveyed_at, job.survey_seq):
        return job
    return replace(job, surveyed_at=fact.surveyed_at, survey_seq=fact.seq, cause=fact.cause, etr_at=fact.etr_at)


def _after_end(job: Job, fact: JobRestored | PartRestored | CrewLeft | JobClosed) -> Job:
    match fact:
        case JobRestored():
            job = _mark(job, fact.restored_at, fact.seq, Step.RESTORED)
            return _with_restoration(job, Restoration(fact.restored_at, fact.seq, fact.customers_restored, full=True))
        case PartRestored():
            return _with_restoration(job, Restoration(fact.restored_at, fact.seq, fact.customers_restored, full=False))
        case CrewLeft():
            return _mark(job, fact.left_at, fact.seq, Step.LEFT, fact.reason)
        case JobClosed():
            return _mark(job, fact.closed_at, fact.seq, Step.CLOSED)


def _with_restoration(job: Job, step: Restoration) -> Job:
    """Step by step until everybody has power: the numbers add up to the first full restoration."""
    steps = tuple(sorted({*job.restorations, step}, key=lambda r: (r.at, r.seq, r.full, r.customers or 0)))
    full = next((r for r in steps if r.full), None)
    upto = steps if full is None else steps[: steps.index(full) + 1]
    counted = [r.customers for r in upto if r.customers is not None]
    return replace(
        job,
        restorations=steps,
        restored_at=None if full is None else full.at,
        customers_restored=sum(counted) if counted else None,
    )
