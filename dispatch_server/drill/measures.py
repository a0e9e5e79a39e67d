"""What came of a drill: a row for each outage, and figures over them by area class.

Minutes from the call to the arrival are waiting + answering and getting ready + travel. The middle part is chance and
was tuned; waiting and travel were not, and are what policies are compared by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.stats import nearest_rank
from dispatch_server.drill.playing import Played
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass
from dispatch_server.services.ports import Territory
from dispatch_server.store.jobs import jobs_of_outage
from dispatch_server.store.outages import first_called_between, site_of
from dispatch_server.store.work import Reading

MINUTE = timedelta(minutes=1)
ALL, DANGER = "all", "danger"
CLASSES = tuple(area.value for area in AreaClass)


@dataclass(frozen=True, slots=True)
class Row:
    """One outage. `late` also where nobody had arrived when the drill ended and the limit was over.

    `alone_min` is the reference: the drive of the crew whose depot is nearest, as if this were the only outage.
    """

    outage: str
    area_class: str
    priority: str
    called_at: datetime
    opened_at: datetime
    offered_at: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    restored_at: datetime | None
    crew: str
    offers: int
    minutes: float | None
    waiting_min: float | None
    travel_min: float | None
    alone_min: float | None
    late: bool
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Over the rows of one group; minutes over those that somebody arrived at."""

    group: str
    outages: int
    arrived: int
    mean_min: float
    median_min: float
    p90_min: float
    in_time: float
    waiting_min: float
    travel_min: float
    alone_min: float


def rows_of(played: Played) -> list[Row]:
    rules = played.territory.policy
    since = played.scenario.begins_at(rules.zone)
    until = played.scenario.ends_at(rules.zone) + timedelta(days=2)
    return played.store.read(lambda reading: rows_between(reading, played.territory, since, until))


def rows_between(reading: Reading, territory: Territory, since: datetime, until: datetime) -> list[Row]:
    found = [o for o, _ in first_called_between(reading, since, until) if o.merged_into is None]
    jobs = {outage.id: jobs_of_outage(reading, outage.id) for outage in found}
    free_since = _ends_by_crew(job for several in jobs.values() for job in several)
    return [_row(reading, territory, outage, jobs[outage.id], free_since) for outage in found]


def _ends_by_crew(jobs: Iterable[Job]) -> dict[int, list[datetime]]:
    """When each crew ended its jobs, those it had set out for."""
    ends: dict[int, list[datetime]] = {}
    for job in jobs:
        if job.departed_at is not None and job.ended_at is not None:
            ends.setdefault(job.crew_id, []).append(job.ended_at)
    return ends


def _row(
    reading: Reading, territory: Territory, outage: Outage, jobs: Sequence[Job], ends: dict[int, list[datetime]]
) -> Row:
    job = next((j for j in jobs if j.id == outage.arrived_job_id), None)
    site = site_of(reading, outage.id)
    area_class = outage.area_class
    return Row(
        outage=outage.number,
        area_class="" if area_class is None else area_class.value,
        priority=outage.priority.value,
        called_at=outage.first_call_at,
        opened_at=outage.opened_at,
        offered_at=None if job is None else job.offered_at,
        accepted_at=None if job is None else job.accepted_at,
        departed_at=None if job is None else job.departed_at,
        arrived_at=outage.arrived_at,
        restored_at=outage.restored_at,
        crew="" if job is None else territory.crews[job.crew_id].crew.code,
        offers=len(jobs),
        minutes=None if outage.arrived_at is None else (outage.arrived_at - outage.first_call_at) / MINUTE,
        waiting_min=None if job is None else _waited(outage, job, ends.get(job.crew_id, [])),
        travel_min=_between(None if job is None else job.departed_at, outage.arrived_at),
        alone_min=None if site is None else alone_min(territory, site, area_class),
        late=outage.arrived_at is None or outage.arrived_at > outage.arrive_by,
        lon=None if site is None else site.lon,
        lat=None if site is None else site.lat,
    )


def _waited(outage: Outage, job: Job, ends: Sequence[datetime]) -> float:
    """Until it was offered to the crew that came, and behind that crew's other work after it had accepted."""
    queued = timedelta(0)
    if job.accepted_at is not None and job.departed_at is not None:
        behind = [end for end in ends if job.accepted_at < end <= job.departed_at]
        queued = max(behind, default=job.accepted_at) - job.accepted_at
    return (job.offered_at - outage.first_call_at + queued) / MINUTE


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start) / MINUTE


def alone_min(territory: Territory, site: LonLat, area_class: AreaClass | None) -> float:
    """A reference and no bound: in truth the crew may be nearer than its depot."""
    depots = sorted({(r.crew.depot.lon, r.crew.depot.lat): r.crew.depot for r in territory.crews.values()}.items())
    drives = territory.travel.estimates(site, [depot for _, depot in depots], area_class)
    return min(drive.minutes for drive in drives)


def figures_of(rows: Sequence[Row]) -> list[Figures]:
    """Over all, by class, and over danger to life; a group without rows is not there."""
    groups = [(ALL, list(rows))]
    groups += [(name, [row for row in rows if row.area_class == name]) for name in CLASSES]
    groups.append((DANGER, [row for row in rows if row.priority == Priority.DANGER.value]))
    return [_figures(name, some) for name, some in groups if some]


def _figures(name: str, rows: Sequence[Row]) -> Figures:
    arrived = [row for row in rows if row.minutes is not None]
    minutes = sorted(row.minutes for row in arrived if row.minutes is not None)
    return Figures(
        group=name,
        outages=len(rows),
        arrived=len(arrived),
        mean_min=_mean(minutes),
        median_min=nearest_rank(minutes, 50) or 0.0,
        p90_min=nearest_rank(minutes, 90) or 0.0,
        in_time=sum(not row.late for row in rows) / len(rows),
        waiting_min=_mean([row.waiting_min for row in arrived if row.waiting_min is not None]),
        travel_min=_mean([row.travel_min for row in arrived if row.travel_min is not None]),
        alone_min=_mean([row.alone_min for row in rows if row.alone_min is not None]),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


ROW_NAMES = tuple(field.name for field in fields(Row))
