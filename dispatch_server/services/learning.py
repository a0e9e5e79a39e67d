"""Speeds learn from the crews' own tracks, an hour at a time. What is kept says neither who drove nor where."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dispatch_server.domain.rules import Policy
from dispatch_server.domain.speeds import Learned, Slot, Stretch, TrackPoint, hours_of, learn
from dispatch_server.services.ports import Territory
from dispatch_server.store.people import bump
from dispatch_server.store.speeds import (
    first_position,
    forget_stretches,
    keep_hour,
    last_hour_learned,
    stretches_since,
    track_of,
)
from dispatch_server.store.work import Reading, Work

HOUR = timedelta(hours=1)
LATE_NEWS = timedelta(hours=2)  # tablets without a signal bring their tracks later; what comes later still is not used
KEPT = timedelta(days=60)  # roads and traffic change
SPEEDS = "speeds"

Tracks = Mapping[int, Sequence[TrackPoint]]


def hour_due(reading: Reading) -> datetime | None:
    """The next hour to learn from; None while it is too fresh, or where no crew was ever heard of."""
    last = last_hour_learned(reading)
    first = first_position(reading) if last is None else last + HOUR
    if first is None:
        return None
    hour = max(first, reading.now - KEPT).replace(minute=0, second=0, microsecond=0)
    return hour if hour + HOUR + LATE_NEWS <= reading.now else None


def tracks_in(reading: Reading, territory: Territory, hour: datetime) -> Tracks:
    """By crew. What lies outside its duty is left out, also where the crew's word about that came after the track."""
    tracks = {}
    for crew_id in territory.crews:
        duty = reading.duty(crew_id)
        if duty is not None:
            track = track_of(reading, crew_id, hour, hour + HOUR)
            tracks[crew_id] = [TrackPoint(at, moment) for moment, at in track if duty.was_on_duty(moment)]
    return tracks


def stretches_in(territory: Territory, tracks: Tracks, hour: datetime) -> list[Stretch]:
    """Matches tracks to roads: not for inside a Work."""
    policy = territory.policy
    hours = hours_of(hour, policy)
    return [
        Stretch(Slot(driven.road_class, hours, policy.weather), driven.metres, driven.seconds)
        for track in tracks.values()
        for driven in territory.travel.stretches(track)
    ]


def keep_speeds(work: Work, hour: datetime, stretches: Sequence[Stretch]) -> None:
    if keep_hour(work, hour, stretches):
        # Never the hour just learned: after it the next one is due.
        forgotten = forget_stretches(work, min(work.now - KEPT, hour))
        if stretches or forgotten:
            bump(work, SPEEDS)


def learned_speeds(reading: Reading, policy: Policy) -> list[Learned]:
    """By class of road, hours and weather; what has too few stretches stands there with the policy's speed."""
    return learn(stretches_since(reading, reading.now - KEPT), policy)
