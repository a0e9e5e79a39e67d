"""The official arrival follows the check-ins: settled after each, graded again when the site moves."""

from datetime import datetime

from dispatch_server.domain import arrivals, evidence, jobs
from dispatch_server.domain.job_facts import JobFact
from dispatch_server.domain.jobs import CheckIn, Job
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.grading import Graded, fix_age_s
from dispatch_server.protocol.messages import ActionTaken
from dispatch_server.protocol.words import Role
from dispatch_server.services import enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import place_of
from dispatch_server.store.jobs import jobs_behind, outage_id_of
from dispatch_server.store.journal import Subject
from dispatch_server.store.network import transformer
from dispatch_server.store.outages import outage_behind
from dispatch_server.store.tablets import action_as_sent
from dispatch_server.store.work import Reading, Work


def site_points(reading: Reading, outage: Outage) -> tuple[list[LonLat], float]:
    """Where a crew may honestly stand (pin, service transformer), and the doubt of the place in metres."""
    place = place_of(reading, outage.place_id)
    feeding = transformer(reading, outage.transformer)
    points = [at for at in (place.at if place else None, feeding.at if feeding else None) if at is not None]
    return points, place.radius_m if place is not None else 0.0


def grade_check_in(reading: Reading, territory: Territory, outage: Outage, action: ActionTaken) -> Graded:
    points, radius_m = site_points(reading, outage)
    age_s = fix_age_s(action)
    return evidence.grade(action.fix, age_s, points, radius_m, outage.area_class, territory.policy)


def settle_arrival(work: Work, territory: Territory, outage_id: int, why: str) -> Outage:
    """The first official check-in over all jobs is the arrival; losing the only one arms the watch again."""
    outage = work.outage(outage_id)
    facts = arrivals.settle(outage, jobs_behind(work, outage), work.now, why)
    if not facts:
        return outage
    was = outage.arrived_at
    happened_at = _arrived_at(facts) or work.now
    settled: Outage = work.record(Subject("outage", outage_id), facts, happened_at=happened_at)
    if settled.arrived_at is None and was is not None:
        enforcement.arm_arrival(work, territory, settled)
    elif settled.arrived_at is not None:
        enforcement.arrival_is_safe(work, settled)
    return settled


def confirm_arrival(work: Work, territory: Territory, job_id: int, reason: str) -> Job:
    """A dispatcher vouches for a check-in that its evidence does not prove."""
    outage = outage_behind(work, outage_id_of(work, job_id))
    facts = jobs.confirm_arrival(work.job(job_id), reason)
    work.record(Subject("job", job_id), facts)
    settle_arrival(work, territory, outage.id, "an arrival was confirmed")
    return work.job(job_id)


def regrade_check_ins(work: Work, territory: Territory, outage: Outage) -> Outage:
    """The same fixes against the moved site. Both grades stay on record."""
    for job in jobs_behind(work, outage):
        for check_in in job.check_ins:
            if facts := _regraded(work, territory, outage, job, check_in):
                work.record(Subject("job", job.id), facts, happened_at=check_in.arrived_at)
    return settle_arrival(work, territory, outage.id, "the site was moved")


def _regraded(work: Work, territory: Territory, outage: Outage, job: Job, check_in: CheckIn) -> list[JobFact]:
    action = action_as_sent(work, check_in.action_id)
    if action is None:  # deleted by age: the grade that stands is all there is
        return []
    graded = grade_check_in(work, territory, outage, action)
    if graded.grade < check_in.grade and not _may_better(work):
        return []
    return jobs.regrade(job, check_in.action_id, graded)


def _may_better(work: Work) -> bool:
    """A pin that turns a doubtful arrival into a good one is a dispatcher's word; until then the old grade stands."""
    return work.author.user is None or work.author.user.role is Role.DISPATCHER


def _arrived_at(facts: list[arrivals.OutageFact]) -> datetime | None:
    return next((f.arrived_at for f in facts if isinstance(f, arrivals.ArrivalRecorded)), None)
