"""What became of an offer that went against the advice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.words import JobState


class Outcome(StrEnum):
    PENDING = "pending"
    IN_TIME = "in_time"
    LATE = "late"
    NOT_TAKEN = "not_taken"
    WITHDRAWN = "withdrawn"
    NEVER_ARRIVED = "never_arrived"


@dataclass(frozen=True, slots=True)
class Override:
    """One such offer, who made it, and how it ended. `arrived_at` is the chosen crew's own arrival."""

    job: Job
    outage: Outage
    decided_by: str
    outcome: Outcome
    arrived_at: datetime | None


def override_of(job: Job, outage: Outage, decided_by: str, now: datetime) -> Override:
    """`outage` is the one that has the calls now, if it was merged since."""
    arrival = job.official_arrival
    arrived_at = None if arrival is None else arrival.arrived_at
    return Override(job, outage, decided_by, _outcome(job, outage.arrive_by, arrived_at, now), arrived_at)


def _outcome(job: Job, arrive_by: datetime, arrived_at: datetime | None, now: datetime) -> Outcome:
    if arrived_at is not None:
        return Outcome.IN_TIME if arrived_at <= arrive_by else Outcome.LATE
    match job.state:
        case JobState.DECLINED | JobState.LAPSED:
            return Outcome.NOT_TAKEN
        case JobState.WITHDRAWN:
            return Outcome.WITHDRAWN
        case JobState.CLOSED | JobState.RESTORED:
            return Outcome.NEVER_ARRIVED
        case _:  # one past its limit with nobody there is late, not missing
            return Outcome.PENDING if now <= arrive_by else Outcome.LATE
