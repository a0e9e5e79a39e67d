"""A crew goes on duty or off: what it has in hand goes back to the desk, and who was aboard may be heard late."""

from collections.abc import Iterator
from datetime import datetime

from dispatch_server.domain import assignment, jobs
from dispatch_server.domain.crews import CrewNow, Duty, DutyEnded, DutyStarted
from dispatch_server.domain.evidence import TimeOfAction
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.messages import ActionTaken
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services import arrivals, enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.jobs import live_jobs_of_crew, recent_jobs_of_crew
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import outage_behind
from dispatch_server.store.work import Work

# A crew does a handful of jobs a day; what is heard late touches none older than these.
JOBS_LOOKED_BACK = 30


def go_on_or_off(
    work: Work, territory: Territory, crew_id: int, action: ActionTaken, time: TimeOfAction, aboard: int | None
) -> str:
    crew = territory.crews[crew_id].crew
    before = work.duty(crew_id)
    if action.kind is CrewAction.DUTY_ON:
        people = crew.people if aboard is None else aboard
        fact: DutyStarted | DutyEnded = DutyStarted(crew_id, time.at, action.seq, people)
    else:
        fact = DutyEnded(crew_id, time.at, action.seq)
    duty: Duty = work.record(Subject("crew", crew_id), [fact], happened_at=time.at, measured_at=action.occurred_at)
    _restate_fitness(work, territory, before, duty)
    if duty.on_duty:
        enforcement.crew_became_free(work, territory)
    else:
        for job in live_jobs_of_crew(work, crew_id):
            enforcement.give_back(work, territory, outage_behind(work, job.outage_id), job)
    return f"{crew.name} is {'on' if duty.on_duty else 'off'} duty."


def was_fit(territory: Territory, crew_id: int, outage: Outage, moment: datetime, duty: Duty | None) -> bool:
    """Whether an arrival of this crew at that moment may count."""
    record = territory.crews[crew_id]
    aboard = 0 if duty is None else duty.aboard_at(moment)
    crew = CrewNow(record.crew, True, True, aboard, record.crew.depot, None)
    return assignment.fit_to_arrive(outage, crew, territory.policy)


def _restate_fitness(work: Work, territory: Territory, before: Duty | None, duty: Duty) -> None:
    """Who was aboard, heard after the check-in: the check-in counts, or counts no more, as if it had been known."""
    for job in _counted_anew(work, before, duty):
        outage = outage_behind(work, job.outage_id)
        for check_in in job.check_ins:
            fit = was_fit(territory, duty.crew_id, outage, check_in.arrived_at, duty)
            aboard = duty.aboard_at(check_in.arrived_at)
            if facts := jobs.restate_fitness(job, check_in.action_id, aboard, fit):
                work.record(Subject("job", job.id), facts, happened_at=check_in.arrived_at)
        arrivals.settle_arrival(work, territory, outage.id, "who was aboard was heard late")


def _counted_anew(work: Work, before: Duty | None, duty: Duty) -> Iterator[Job]:
    """The jobs at whose check-ins another number of people is known now."""
    for job in recent_jobs_of_crew(work, duty.crew_id, JOBS_LOOKED_BACK):
        moments = [c.arrived_at for c in job.check_ins]
        if any(duty.aboard_at(m) != (0 if before is None else before.aboard_at(m)) for m in moments):
            yield work.job(job.id)
