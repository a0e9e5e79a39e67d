"""A job: one crew's commission to one outage, from the offer to the close-out.

What a crew does is folded by the time it was done, never by the order in which we heard of it: a job keeps its
marks sorted, and its state is what walking them from the first gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from dispatch_server.domain.evidence import Graded, TimeOfAction
from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    ArrivalConfirmed,
    ArrivalRegraded,
    CrewArrived,
    CrewDeparted,
    CrewLeft,
    CrewTold,
    DepartureLate,
    JobAccepted,
    JobClosed,
    JobDeclined,
    JobId,
    JobOffered,
    JobRestored,
    JobSetAside,
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
from dispatch_server.domain.job_steps import ENDED, MOVES, Mark, Step, in_order, standing_after, state_after
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import (
    LIVE_JOB,
    OFFICIAL_GRADES,
    Grade,
    JobState,
)

Move = tuple[datetime, int, JobId]
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
class FirstRestored:
    """Which job put the power back for everybody, when, and for how many step by step."""

    restored_at: datetime
    job_id: JobId
    customers: int | None


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
    told: tuple[CrewTold, ...] = ()

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_JOB

    @property
    def checked_in(self) -> CheckIn | None:
        """The first official check-in, else the first of any grade."""
        official = [c for c in self.check_ins if c.official]
        return min(official or self.check_ins, key=lambda c: c.arrived_at, default=None)

    @property
    def official_arrival(self) -> CheckIn | None:
        return min((c for c in self.check_ins if c.official), key=lambda c: c.arrived_at, default=None)

    @property
    def on_the_move_since(self) -> datetime | None:
        """The last departure or check-in: of two jobs, the crew is on the one with the later."""
        return max((m.at for m in self.marks if m.step in MOVES), default=None)


def accept(job: Job, time: TimeOfAction, seq: int, other_crew_id: int | None, policy: Policy) -> list[JobFact]:
    """`other_crew_id` is the crew that has the outage since, if any. A withdrawal ends the job all the same."""
    given_up = any(m.step in (Step.LAPSED, Step.DECLINED) for m in job.marks)
    if given_up and other_crew_id is not None:
        return [AcceptedTooLate(time.at, other_crew_id)]
    return [JobAccepted(time.at, seq, depart_by=time.at + policy.depart_within)]


def decline(time: TimeOfAction, seq: int, reason: str | None) -> list[JobFact]:
    return [JobDeclined(time.at, seq, reason or "no reason given")]


def check_in(
    action_id: str, time: TimeOfAction, seq: int, graded: Graded, accuracy_m: float | None, fit: bool, policy: Policy
) -> list[JobFact]:
    """A check-in is recorded whatever its grade; nothing tells a crew "refused, you are too far"."""
    return [
        CrewArrived(
            action_id=action_id,
            arrived_at=time.at,
            seq=seq,
            clock=time.source,
            doubt_s=time.doubt_s,
            grade=graded.grade,
            distance_m=None if graded.distance_m is None else round(graded.distance_m, 1),
            accuracy_m=accuracy_m,
            hint=graded.hint,
            fit=fit,
            survey_by=time.at + policy.survey_within,
        )
    ]


def regrade(job: Job, action_id: str, graded: Graded) -> list[JobFact]:
    """The same fix against a moved site; silent when the grade stays."""
    [check_in] = [c for c in job.check_ins if c.action_id == action_id]
    if check_in.grade is graded.grade:
        return []
    distance_m = None if graded.distance_m is None else round(graded.distance_m, 1)
    return [ArrivalRegraded(action_id, check_in.arrived_at, graded.grade, check_in.grade, distance_m)]


def confirm_arrival(job: Job, reason: str) -> list[JobFact]:
    if not reason.strip():
        raise BadInput("Say in a few words what convinced you that the crew is on site.")
    if not job.check_ins:
        raise Refused("The crew has not checked in on this job; there is no arrival to confirm.")
    if job.official_arrival is not None:
        raise Refused("This arrival already counts; it needs no confirmation.")
    first = min((c for c in job.check_ins if c.fit), key=lambda c: c.arrived_at, default=None)
    if first is None:
        raise Refused("The crew was not fit for this job when it checked in; send a fit crew.")
    return [ArrivalConfirmed(first.action_id, first.arrived_at, reason)]


def restore(time: TimeOfAction, seq: int, customers_restored: int | None, partial: bool = False) -> list[JobFact]:
    """Power is back: for everybody, or (`partial`) for some while the work goes on."""
    if partial:
        return [PartRestored(time.at, seq, customers_restored)]
    return [JobRestored(time.at, seq, customers_restored)]


def first_restored(jobs: Iterable[Job]) -> FirstRestored | None:
    """The first full restoration. Equal moments go to the lower job, so that the answer has one value."""
    found = [FirstRestored(j.restored_at, j.id, j.customers_restored) for j in jobs if j.restored_at is not None]
    return min(found, key=lambda f: (f.restored_at, f.job_id), default=None)


def withdraw(job: Job, now: datetime, reason: str) -> list[JobFact]:
    if not job.is_live:
        raise Refused(f"This job is already {job.state.value}; there is nothing to withdraw.")
    if job.state in (JobState.ON_SITE, JobState.RESTORED):
        raise Refused("The crew is on site; ask it to leave or to close the job.")
    if not reason.strip():
        raise BadInput("Say in a few words why the job is withdrawn; the crew will read it.")
    return [JobWithdrawn(now, reason)]


def watch_acceptance(job: Job, now: datetime) -> list[JobFact]:
    if job.state is not JobState.OFFERED or now <= job.accept_by:
        return []
    return [OfferLapsed(job.accept_by)]


def watch_departure(job: Job, now: datetime) -> list[JobFact]:
    if job.state is not JobState.ACCEPTED or job.departed_at or job.departed_late:
        return []
    if job.depart_by is None or now <= job.depart_by:
        return []
    return [DepartureLate(job.depart_by)]


def watch_survey(job: Job, now: datetime) -> list[JobFact]:
    if job.surveyed_at or job.survey_late or job.survey_by is None or now <= job.survey_by or not job.is_live:
        return []
    return [SurveyLate(job.survey_by)]


def set_asides(jobs: Sequence[Job]) -> list[tuple[JobId, JobSetAside]]:
    """What to record so that a crew is on one job only: the one it moved to last, in whatever order we heard.

    `jobs` are all of one crew, also those that ended: a move to one of them set the others aside.
    """
    moves = sorted((m.at, m.seq, job.id) for job in jobs for m in job.marks if m.step in MOVES)
    facts: list[tuple[JobId, JobSetAside]] = []
    for job in jobs:
        gone = _gone_elsewhere(job, moves)
        marks = in_order((*job.marks, *(Mark(at, seq, Step.SET_ASIDE) for at, seq, _ in gone)))
        if state_after(marks) is not job.state:
            facts += [(job.id, JobSetAside(at, seq, to)) for at, seq, to in gone]
    return facts


def _gone_elsewhere(job: Job, moves: Sequence[Move]) -> list[Move]:
    """After each of the job's own moves, the crew's first move to another job."""
    own = [(m.at, m.seq) for m in job.marks if m.step in MOVES]
    elsewhere = [m for m in moves if m[2] != job.id]
    firsts = (next((m for m in elsewhere if m[:2] > mark), None) for mark in own)
    return sorted({m for m in firsts if m is not None})


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
        )
    assert job is not None, "a job's first fact is JobOffered"
    match fact:
        case OfferDelivered():
            return replace(job, delivered_at=_earlier(job.delivered_at, fact.delivered_at))
        case OfferSeen():
            return replace(job, seen_at=_earlier(job.seen_at, fact.seen_at))
        case JobAccepted() | AcceptedTooLate() | JobDeclined() | OfferLapsed() | JobWithdrawn():
            return _after_answer(job, fact)
        case CrewDeparted() | DepartureLate() | JobSetAside():
            return _after_road(job, fact)
        case CrewArrived() | ArrivalRegraded() | ArrivalConfirmed():
            return _after_check_in(job, fact)
        case PinCorrected() | SafetyStepTaken() | WorkStopped() | NoteMade():
            return job
        case CrewTold():
            return replace(job, told=(*job.told, fact)[-TOLD_KEPT:])
        case Surveyed() | SurveyLate():
            return _after_survey(job, fact)
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
            return _mark(job, fact.withdrawn_at, 0, Step.WITHDRAWN, fact.reason)


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
        claim = CheckIn(fact.action_id, fact.arrived_at, fact.grade, fact.grade, fact.fit)
        job = _mark(job, fact.arrived_at, fact.seq, Step.CHECKED_IN)
        claims = tuple(sorted((*job.check_ins, claim), key=lambda c: (c.arrived_at, c.action_id)))
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
