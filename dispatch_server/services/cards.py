"""What a crew's tablet holds: its job cards as the server sees them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch_server.domain.calls import Call
from dispatch_server.domain.job_facts import OfferDelivered
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import NotFound
from dispatch_server.protocol.codec import canonical, encode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CREW_MAY, TAKEN_JOB, JobState
from dispatch_server.services import arrivals
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import calls_of_outage, particulars_of, place_of
from dispatch_server.store.jobs import jobs_of_outage, recent_jobs_of_crew
from dispatch_server.store.journal import Subject
from dispatch_server.store.network import transformer
from dispatch_server.store.work import Reading, Work

CARDS = 40
SHOWN_AFTER_END = timedelta(hours=12)  # a shift: what was withdrawn or closed today can still be read


@dataclass(frozen=True, slots=True)
class Pull:
    """`cursor` names exactly these cards; `cards` is empty when the tablet already has them.

    `undelivered` are offers that the tablet, by its cursor, now says it has.
    """

    cursor: str
    cards: tuple[Mapping[str, Any], ...]
    unchanged: bool
    on_duty: bool
    aboard: int
    server_time: datetime
    undelivered: tuple[int, ...] = ()


def pull(reading: Reading, territory: Territory, crew_id: int, cursor: str | None) -> Pull:
    """All cards of a crew when anything on them changed since `cursor`."""
    if crew_id not in territory.crews:
        raise NotFound(f"There is no crew {crew_id}.")
    duty = reading.duty(crew_id)
    known = _shown_jobs(reading, crew_id)
    cards = tuple(_card(reading, territory, job) for job in known)
    on_duty, aboard = (duty is not None and duty.on_duty), (0 if duty is None else duty.aboard)
    now_at = hashlib.sha256(canonical([cards, on_duty, aboard]).encode()).hexdigest()[:24]
    has_them = cursor == now_at
    waiting = tuple(j.id for j in known if j.state is JobState.OFFERED and j.delivered_at is None)
    return Pull(
        cursor=now_at,
        cards=() if has_them else cards,
        unchanged=has_them,
        on_duty=on_duty,
        aboard=aboard,
        server_time=reading.now,
        undelivered=waiting if has_them else (),
    )


def mark_delivered(work: Work, crew_id: int, job_ids: tuple[int, ...]) -> None:
    """A job counts as received only when the tablet says that it has the card."""
    for job_id in job_ids:
        job = work.job(job_id)
        if job.crew_id == crew_id and job.delivered_at is None:
            work.record(Subject("job", job_id), [OfferDelivered(work.now)])


def _shown_jobs(reading: Reading, crew_id: int) -> list[Job]:
    recent = recent_jobs_of_crew(reading, crew_id, CARDS)
    since = reading.now - SHOWN_AFTER_END
    return sorted((j for j in recent if j.is_live or (j.ended_at or j.offered_at) >= since), key=lambda j: j.id)


def _card(reading: Reading, territory: Territory, job: Job) -> dict[str, Any]:
    outage = reading.outage(job.outage_id)
    check_in = job.checked_in
    return {
        "job_id": job.id,
        "outage_id": outage.id,
        "outage": outage.number,
        "state": job.state.value,
        "may": sorted(action.value for action in CREW_MAY[job.state]),
        "offered_at": encode(job.offered_at),
        "seen_at": encode(job.seen_at),
        "accepted_at": encode(job.accepted_at),
        "departed_at": encode(job.departed_at),
        "arrived_at": None if check_in is None else encode(check_in.arrived_at),
        "grade": None if check_in is None else check_in.grade.value,
        "restored_at": encode(job.restored_at),
        "end_reason": job.end_reason,
        "told": [encode(told) for told in job.told],
        "what": _what(reading, outage),
        "place": _place(reading, outage),
        "limits": _limits(territory, outage, job),
        "calls": [_call(reading, call, job.state in TAKEN_JOB) for call in calls_of_outage(reading, outage.id)],
        "others": _others(reading, territory, job),
    }


def _what(reading: Reading, outage: Outage) -> dict[str, Any]:
    feeding = transformer(reading, outage.transformer)
    return {
        "fault_kind": encode(outage.fault_kind),
        "hazard": outage.hazard.value,
        "made_safe": outage.made_safe_at is not None,
        "priority": outage.priority.value,
        "state": outage.state.value,
        "transformer": None if feeding is None else feeding.name,
        "transformer_code": outage.transformer,
        "feeder": outage.feeder,
        "customers": None if feeding is None else feeding.customers,
    }


def _place(reading: Reading, outage: Outage) -> dict[str, Any]:
    place = place_of(reading, outage.place_id)
    points, radius_m = arrivals.site_points(reading, outage)
    return {
        "lon": None if place is None else place.lon,
        "lat": None if place is None else place.lat,
        "radius_m": radius_m,
        "sure": None if place is None else place.sure.value,
        "names": None if place is None else encode(place.names),
        "area": None if place is None else encode(place.area),
        "sites": [_point(at) for at in points],
    }


def _point(at: LonLat) -> list[float]:
    return [at.lon, at.lat]


def _limits(territory: Territory, outage: Outage, job: Job) -> dict[str, Any]:
    policy = territory.policy
    within_m = min(policy.within_m.values()) if outage.area_class is None else policy.within_m[outage.area_class]
    return {
        "area_class": encode(outage.area_class),
        "limit_min": outage.target.limit_min,
        "accept_by": encode(job.accept_by),
        "depart_by": encode(job.depart_by),
        "arrive_by": encode(outage.arrive_by),
        "survey_by": encode(job.survey_by),
        "within_m": within_m,
    }


def _call(reading: Reading, call: Call, is_taken: bool) -> dict[str, Any]:
    """The caller's name and number are shown to the crew that has taken the job, not to every crew that is asked."""
    said = particulars_of(reading, call.id)
    return {
        "call_id": call.id,
        "number": call.number,
        "received_at": encode(call.received_at),
        "hazard": call.hazard.value,
        "chases": call.chases,
        "address": said["address"],
        "words": said["words"],
        "caller_name": said["caller_name"] if is_taken else None,
        "caller_phone": said["caller_phone"] if is_taken else None,
    }


def _others(reading: Reading, territory: Territory, job: Job) -> list[dict[str, str]]:
    """The other crews on the same outage."""
    return [
        {"crew": territory.crews[j.crew_id].crew.name, "state": j.state.value}
        for j in jobs_of_outage(reading, job.outage_id)
        if j.id != job.id and j.is_live and j.crew_id in territory.crews
    ]
