"""A crew that drives to a lesser job may be turned round. It happens when the crew takes the more pressing one: before
that nobody loses a crew that may never have read the offer."""

from dispatch_server.domain import jobs
from dispatch_server.domain.assignment import is_lesser
from dispatch_server.domain.crews import JobInHand
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import CrewTurnedRound
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.words import MOVING_JOB, JobState
from dispatch_server.services import enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.jobs import live_jobs_of_crew
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import outage_behind
from dispatch_server.store.work import Work


def turn_round(work: Work, territory: Territory, outage: Outage, job: Job) -> None:
    """`job` was taken just now. What its crew is on the way to, or at, and what presses less, is left for it."""
    for other in live_jobs_of_crew(work, job.crew_id):
        if other.id == job.id or other.state not in MOVING_JOB:
            continue
        left = outage_behind(work, other.outage_id)
        if left.id != outage.id and is_lesser(JobInHand(other.id, left.id, other.state, left.priority), outage):
            _leave(work, territory, left, other, outage)


def _leave(work: Work, territory: Territory, left: Outage, other: Job, outage: Outage) -> None:
    """On the way: the first outage needs another crew. On site: the crew makes it safe, goes, and comes back."""
    name = territory.crews[other.crew_id].crew.name
    if other.state is JobState.EN_ROUTE:
        reason = f"Your crew is turned round to outage {outage.number}, which is more pressing."
        work.record(Subject("job", other.id), jobs.turn_round(work.now, reason))
        enforcement.clear_job(work, other.id)
        sentence = (
            f"{name} is turned round to outage {outage.number}; tell the callers that another crew is looked for."
        )
    else:
        sentence = (
            f"{name} is called from the site to outage {outage.number}; tell the callers that the work goes on later."
        )
    fact = CrewTurnedRound(work.now, other.id, other.crew_id, outage.id, sentence)
    work.record(Subject("outage", left.id), [fact])
    enforcement.needs_a_crew(work, territory, left)
