"""A job: one crew's commission to one outage, from the offer to the close-out.

What a crew does is folded by the time it was done, never by the order in which we heard of it: a job keeps its
marks sorted, and its state is what walking them from the first gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch_server.domain.evidence import TimeOfAction
from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    ArrivalConfirmed,
    ArrivalRegraded,
    CrewArrived,
    CrewOffDuty,
    CrewSilent,
    DepartureLate,
    FitnessRestated,
    JobAccepted,
    JobDeclined,
    JobId,
    JobRestored,
    JobSetAside,
    JobStoodDown,
    JobWithdrawn,
    OfferLapsed,
    PartRestored,
    SurveyLate,
)
from dispatch_server.domain.job_facts import JobFact as JobFact
from dispatch_server.domain.job_fold import CheckIn as CheckIn
from dispatch_server.domain.job_fold import Job as Job
from dispatch_server.domain.job_fold import Restoration as Restoration
from dispatch_server.domain.job_fold import after as after
from dispatch_server.domain.job_steps import MOVES, Mark, Step, in_order, standing_after, state_after
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.grading import Graded
from dispatch_server.protocol.words import UNRESTORED_JOB, JobState

Move = tuple[datetime, int, JobId]


@dataclass(frozen=True, slots=True)
class FirstRestored:
    """Which job put the power back for everybody, when, and for how many step by step."""

    restored_at: datetime
    job_id: JobId
    customers: int | None


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


def restate_fitness(job: Job, action_id: str, aboard: int, fit: bool) -> list[JobFact]:
    """The same check-in with the people who were aboard; silent when it counts as before."""
    [check_in] = [c for c in job.check_ins if c.action_id == action_id]
    return [] if check_in.fit is fit else [FitnessRestated(action_id, check_in.arrived_at, aboard, fit)]


def confirm_arrival(job: Job, reason: str) -> list[JobFact]:
    if not reason.strip():
        raise BadInput("Say in a few words what convinced you that the crew is on site.")
    if not job.check_ins:
        raise Refused("The crew has not checked in on this job; there is no arrival to confirm.")
    if job.official_arrival is not None:
        raise Refused("This arrival already counts; it needs no confirmation.")
    first = min((c for c in job.check_ins if c.fit), key=lambda c: c.order, default=None)
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


def withdraw(job: Job, now: datetime, reason: str, *, off_duty: bool = False) -> list[JobFact]:
    """Not over the heads of people on site; those who went off duty (`off_duty`) are not there any more."""
    if not job.is_live:
        raise Refused(f"This job is already {job.state.value}; there is nothing to withdraw.")
    if job.state is JobState.RESTORED or (job.state is JobState.ON_SITE and not off_duty):
        raise Refused("The crew is on site; ask it to leave or to close the job.")
    if not reason.strip():
        raise BadInput("Say in a few words why the job is withdrawn; the crew will read it.")
    return [JobWithdrawn(now, reason)]


def turn_round(now: datetime, reason: str) -> list[JobFact]:
    """A crew on its way is called to a more pressing outage; the one it was driving to may ask it again later."""
    return [JobWithdrawn(now, reason, turned_round=True)]


def stand_down(job: Job, at: datetime, reason: str) -> list[JobFact]:
    """Power was back `at`. Folded by that time, so that a check-in counts alike whether it is heard before or after."""
    mark = Mark(at, 0, Step.STOOD_DOWN, reason)
    if any(m.step is Step.STOOD_DOWN and m.at <= at for m in job.marks):
        return []
    stays = standing_after(in_order((*job.marks, mark))) == standing_after(job.marks)
    return [] if stays and not job.is_live else [JobStoodDown(at, reason)]


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


def watch_silence(job: Job, now: datetime, heard_at: datetime, policy: Policy) -> list[JobFact]:
    """Once for each silence of the crew that has the job in hand."""
    silent_by = heard_at + policy.silent_within
    if job.state not in UNRESTORED_JOB or now <= silent_by or job.silent_since == heard_at:
        return []
    return [CrewSilent(heard_at, silent_by)]


def watch_duty(job: Job, off_since: datetime | None) -> list[JobFact]:
    """`off_since` is when the crew of this job went off duty, None while it is on."""
    if job.state not in UNRESTORED_JOB or off_since is None or job.off_duty_at == off_since:
        return []
    return [CrewOffDuty(off_since)]


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
