"""A job: one crew's commission to one outage, from the offer to the close-out.

What a crew does is folded by the time it was done, never by the order in which we heard of it: a job keeps its
marks sorted, and its state is what walking them from the first gives.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from dispatch_server.domain.evidence import Graded, TimeOfAction
from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    ArrivalConfirmed,
    ArrivalRegraded,
    CrewArrived,
    CrewDeparted,
    CrewLeft,
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
    PinCorrected,
    SafetyStepTaken,
    Surveyed,
    SurveyLate,
    WorkStopped,
)
from dispatch_server.domain.job_facts import JobFact as JobFact
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import (
    LIVE_JOB,
    OFFICIAL_GRADES,
    Grade,
    JobState,
)


class Step(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    DEPARTED = "departed"
    CHECKED_IN = "checked_in"
    SET_ASIDE = "set_aside"
    LEFT = "left"
    RESTORED = "restored"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TAKEN_OVER = "taken_over"


_S, _T = JobState, Step
_NOT_AT_WORK = (_S.OFFERED, _S.ACCEPTED, _S.DECLINED, _S.LAPSED)

# Where a step leads from each state; a pair that is missing changes nothing. A crew that is seen driving, on site or
# restoring has taken the job, whether or not its acceptance has reached us.
LEADS_TO: dict[tuple[JobState, Step], JobState] = {
    **{(s, _T.ACCEPTED): _S.ACCEPTED for s in (_S.OFFERED, _S.DECLINED, _S.LAPSED)},
    **{(s, _T.DECLINED): _S.DECLINED for s in (_S.OFFERED, _S.ACCEPTED, _S.EN_ROUTE)},
    (_S.OFFERED, _T.LAPSED): _S.LAPSED,
    **{(s, _T.DEPARTED): _S.EN_ROUTE for s in _NOT_AT_WORK},
    **{(s, _T.CHECKED_IN): _S.ON_SITE for s in (*_NOT_AT_WORK, _S.EN_ROUTE)},
    **{(s, _T.SET_ASIDE): _S.ACCEPTED for s in (_S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.LEFT): _S.CLOSED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.RESTORED): _S.RESTORED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.CLOSED): _S.CLOSED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE, _S.RESTORED)},
}
# The desk's own decisions hold whatever is heard later: both sides are told, the evidence is kept.
_HOLDS = {_T.WITHDRAWN: _S.WITHDRAWN, _T.TAKEN_OVER: _S.LAPSED}
_RANK = {step: n for n, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of the job at its own time; `seq` orders what one device did in the same instant."""

    at: datetime
    seq: int
    step: Step


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
    survey_late: bool = False
    cause: str | None = None
    etr_at: datetime | None = None
    restored_at: datetime | None = None
    customers_restored: int | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    widened: bool = False
    override_reason: str | None = None

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
        moves = (m.at for m in self.marks if m.step in (Step.DEPARTED, Step.CHECKED_IN))
        return max(moves, default=None)


def accept(job: Job, time: TimeOfAction, seq: int, other_crew_id: int | None, policy: Policy) -> list[JobFact]:
    """`other_crew_id` is the crew that has the outage since, if any."""
    lost = job.state in (JobState.LAPSED, JobState.DECLINED, JobState.WITHDRAWN)
    if lost and (other_crew_id is not None or job.state is JobState.WITHDRAWN):
        return [AcceptedTooLate(time.at, other_crew_id or 0)]
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
    first = min(job.check_ins, key=lambda c: c.arrived_at)
    if not first.fit:
        raise Refused("The crew was not fit for this job when it checked in; send a fit crew.")
    return [ArrivalConfirmed(first.action_id, first.arrived_at, reason)]


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
    if job.state is not JobState.ACCEPTED or job.departed_late or job.depart_by is None or now <= job.depart_by:
        return []
    return [DepartureLate(job.depart_by)]


def watch_survey(job: Job, now: datetime) -> list[JobFact]:
    if job.surveyed_at or job.survey_late or job.survey_by is None or now <= job.survey_by or not job.is_live:
        return []
    return [SurveyLate(job.survey_by)]


def state_after(marks: tuple[Mark, ...]) -> JobState:
    """Walks the marks in the order in which things were done."""
    for mark in marks:
        if mark.step in _HOLDS:
            return _HOLDS[mark.step]
    state = JobState.OFFERED
    for mark in marks:
        state = LEADS_TO.get((state, mark.step), state)
    return state


def _mark(job: Job, at: datetime, seq: int, step: Step) -> Job:
    marks = tuple(sorted((*job.marks, Mark(at, seq, step)), key=lambda m: (m.at, m.seq, _RANK[m.step])))
    return replace(job, marks=marks, state=state_after(marks))


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
        case Surveyed() | SurveyLate():
            return _after_survey(job, fact)
        case JobRestored() | CrewLeft() | JobClosed():
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
            job = _mark(job, fact.declined_at, fact.seq, Step.DECLINED)
            return replace(job, end_reason=fact.reason)
        case OfferLapsed():
            return _mark(job, fact.lapsed_at, 0, Step.LAPSED)
        case JobWithdrawn():
            job = _mark(job, fact.withdrawn_at, 0, Step.WITHDRAWN)
            return replace(job, ended_at=fact.withdrawn_at, end_reason=fact.reason)


def _after_road(job: Job, fact: CrewDeparted | DepartureLate | JobSetAside) -> Job:
    match fact:
        case CrewDeparted():
            job = _mark(job, fact.departed_at, fact.seq, Step.DEPARTED)
            return replace(job, departed_at=_earlier(job.departed_at, fact.departed_at))
        case DepartureLate():
            return replace(job, departed_late=True)
        case JobSetAside():
            return _mark(job, fact.set_aside_at, fact.seq, Step.SET_ASIDE)


def _after_check_in(job: Job, fact: CrewArrived | ArrivalRegraded | ArrivalConfirmed) -> Job:
    if isinstance(fact, CrewArrived):
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
    if job.surveyed_at is not None and fact.surveyed_at < job.surveyed_at:
        return job  # the last survey stands, whenever we hear of an earlier one
    return replace(job, surveyed_at=fact.surveyed_at, cause=fact.cause, etr_at=fact.etr_at)


def _after_end(job: Job, fact: JobRestored | CrewLeft | JobClosed) -> Job:
    match fact:
        case JobRestored():
            job = _mark(job, fact.restored_at, fact.seq, Step.RESTORED)
            return replace(
                job,
                restored_at=_earlier(job.restored_at, fact.restored_at),
                customers_restored=fact.customers_restored,
            )
        case CrewLeft():
            job = _mark(job, fact.left_at, fact.seq, Step.LEFT)
            return replace(job, ended_at=_earlier(job.ended_at, fact.left_at), end_reason=fact.reason)
        case JobClosed():
            job = _mark(job, fact.closed_at, fact.seq, Step.CLOSED)
            return replace(job, ended_at=_earlier(job.ended_at, fact.closed_at))
