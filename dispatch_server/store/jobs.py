"""Questions about jobs: of an outage, of a crew."""

import json
from collections.abc import Iterable
from datetime import datetime

from dispatch_server.domain.crews import JobInHand
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.refusals import NotFound
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.words import UNRESTORED_JOB, JobState
from dispatch_server.store.instants import from_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading

_OF_OUTAGE = Question("SELECT id FROM jobs WHERE outage_id = :outage_id ORDER BY id")
_OUTAGE_OF = Question("SELECT outage_id FROM jobs WHERE id = :job_id")
_CREW_OF = Question("SELECT crew_id FROM jobs WHERE id = :job_id")
_OFF_DUTY_SINCE = Question("SELECT since_us FROM duties WHERE id = :crew_id AND NOT on_duty")
_HEARD_AT = Question("SELECT heard_at_us FROM crews_heard WHERE crew_id = :crew_id")
_LIVE_OF_CREW = Question(
    "SELECT id FROM jobs WHERE crew_id = :crew_id "
    "AND state IN ('offered', 'accepted', 'en_route', 'on_site', 'restored') ORDER BY id"
)
_IN_HAND = Question(
    "SELECT j.crew_id, j.id, j.outage_id, j.state, o.priority, o.number, "
    "CASE WHEN j.state = 'on_site' THEN j.shown END FROM jobs j JOIN outages o ON o.id = j.outage_id "
    "WHERE j.state IN ('offered', 'accepted', 'en_route', 'on_site') ORDER BY j.id"
)
_RECENT_OF_CREW = Question("SELECT id, body FROM jobs WHERE crew_id = :crew_id ORDER BY id DESC LIMIT :at_most")

_LIVE_CREWS_OF = Question(
    "SELECT crew_id FROM jobs WHERE outage_id = :outage_id "
    "AND state IN ('offered', 'accepted', 'en_route', 'on_site', 'restored')"
)


def jobs_of_outage(reading: Reading, outage_id: int) -> list[Job]:
    return [reading.job(row[0]) for row in reading.rows(_OF_OUTAGE, outage_id=outage_id)]


def jobs_behind(reading: Reading, outage: Outage) -> list[Job]:
    """The jobs of an outage and of all that were merged into it: whoever was sent to one of them was sent for this."""
    merged = [reading.outage(outage_id) for outage_id in outage.absorbed]
    return [*jobs_of_outage(reading, outage.id), *(job for one in merged for job in jobs_behind(reading, one))]


def live_jobs_of_crew(reading: Reading, crew_id: int) -> list[Job]:
    """Offered to restored, as they stand in this Work."""
    return [reading.job(row[0]) for row in reading.rows(_LIVE_OF_CREW, crew_id=crew_id)]


def jobs_in_hand(reading: Reading) -> dict[int, list[JobInHand]]:
    """What every crew carries, by crew."""
    by_crew: dict[int, list[JobInHand]] = {}
    for crew_id, job_id, outage_id, state, priority, number, shown in reading.rows(_IN_HAND):
        etr = None if shown is None else json.loads(shown)["etr_at"]
        etr_at = None if etr is None else datetime.fromisoformat(etr)
        job = JobInHand(job_id, outage_id, JobState(state), Priority(priority), number, etr_at)
        by_crew.setdefault(crew_id, []).append(job)
    return by_crew


def recent_jobs_of_crew(reading: Reading, crew_id: int, at_most: int) -> list[Job]:
    """The newest first."""
    return [
        decode(Job, json.loads(body)) for _, body in reading.rows(_RECENT_OF_CREW, crew_id=crew_id, at_most=at_most)
    ]


def outage_id_of(reading: Reading, job_id: int) -> int:
    """Asked without a lock, so that the outage can be locked before its job: everybody locks in that order."""
    found = reading.row(_OUTAGE_OF, job_id=job_id)
    if found is None:
        raise NotFound(f"There is no job {job_id}.")
    return int(found[0])


def crew_of_job(reading: Reading, job_id: int) -> int | None:
    found = reading.row(_CREW_OF, job_id=job_id)
    return None if found is None else int(found[0])


def off_duty_since(reading: Reading, crew_id: int) -> datetime | None:
    """None for a crew that is on duty, or never said that it is. Asked without a lock."""
    found = reading.row(_OFF_DUTY_SINCE, crew_id=crew_id)
    return None if found is None else from_us(found[0])


def heard_at(reading: Reading, crew_id: int) -> datetime | None:
    """When its tablet last sent anything."""
    found = reading.row(_HEARD_AT, crew_id=crew_id)
    return None if found is None else from_us(found[0])


def somebody_has(reading: Reading, outage_id: int) -> bool:
    """A crew is asked, or has the outage in hand and is on duty. One that has restored has done its part."""
    return any(
        job.state is JobState.OFFERED or (job.state in UNRESTORED_JOB and off_duty_since(reading, job.crew_id) is None)
        for job in jobs_of_outage(reading, outage_id)
    )


def crews_of_outages(reading: Reading, outage_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The crews with a live job on each outage; an outage without one is not there."""
    found: dict[int, set[int]] = {}
    for outage_id in sorted(outage_ids):
        for (crew_id,) in reading.rows(_LIVE_CREWS_OF, outage_id=outage_id):
            found.setdefault(outage_id, set()).add(crew_id)
    return {outage_id: frozenset(crews) for outage_id, crews in found.items()}
