"""The official arrival of an outage: the first over all its jobs, whatever was heard or re-graded when."""

from collections.abc import Iterable
from datetime import datetime

from dispatch_server.domain.job_facts import JobId
from dispatch_server.domain.jobs import CheckIn, Job
from dispatch_server.domain.outage_facts import ArrivalRecorded as ArrivalRecorded
from dispatch_server.domain.outage_facts import ArrivalUnproved
from dispatch_server.domain.outage_facts import OutageFact as OutageFact
from dispatch_server.domain.outages import Outage, after, record_arrival


def first_official(jobs: Iterable[Job]) -> tuple[JobId, CheckIn] | None:
    """Equal moments go to the lower job, so that the answer has one value."""
    officials = [(job.id, job.official_arrival) for job in jobs]
    found = [(job_id, check_in) for job_id, check_in in officials if check_in is not None]
    return min(found, key=lambda f: (f[1].arrived_at, f[0]), default=None)


def settle(outage: Outage, jobs: Iterable[Job], recorded_at: datetime, why: str) -> list[OutageFact]:
    """What to record so that the outage's arrival is the first official check-in of its jobs; silent when it is."""
    first = first_official(jobs)
    if first is None:
        return [] if outage.arrived_at is None else [ArrivalUnproved(outage.arrived_at, why)]
    job_id, check_in = first
    stands = (outage.arrived_at, outage.arrived_job_id, outage.arrival_grade)
    if stands == (check_in.arrived_at, job_id, check_in.grade):
        return []
    facts: list[OutageFact] = []
    if outage.arrived_at is not None and outage.arrived_at <= check_in.arrived_at:
        unproved = ArrivalUnproved(outage.arrived_at, why)
        facts, outage = [unproved], after(outage, unproved)
    confirmed = check_in.confirmed
    return facts + record_arrival(outage, check_in.arrived_at, job_id, check_in.grade, recorded_at, confirmed)
