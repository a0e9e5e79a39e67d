"""A crew: people, a van, a tablet; on duty or off, and what it has in hand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import LIVE_JOB, MOVING_JOB, JobState

CrewId = int


@dataclass(frozen=True, slots=True)
class Crew:
    """The standing record. `people` is who belongs to it; who is aboard today comes with going on duty."""

    id: CrewId
    code: str
    name: str
    squad: str
    skills: frozenset[str]
    people: int
    vehicle: str
    depot: LonLat
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """Local wall-clock hours on one weekday (1 = Monday); an `ends` before `starts` runs past midnight."""

    day_of_week: int
    starts_min: int
    ends_min: int

    def covers(self, local: datetime) -> bool:
        minute, day = local.hour * 60 + local.minute, local.isoweekday()
        if self.starts_min < self.ends_min:
            return day == self.day_of_week and self.starts_min <= minute < self.ends_min
        next_day = self.day_of_week % 7 + 1
        started = day == self.day_of_week and minute >= self.starts_min
        return started or (day == next_day and minute < self.ends_min)


@dataclass(frozen=True, slots=True)
class DutyStarted:
    crew_id: CrewId
    at: datetime
    seq: int
    aboard: int


@dataclass(frozen=True, slots=True)
class DutyEnded:
    crew_id: CrewId
    at: datetime
    seq: int


CrewFact = DutyStarted | DutyEnded


@dataclass(frozen=True, slots=True)
class Duty:
    """On or off, as the crew last said by its own clock; an older word that comes late changes nothing."""

    crew_id: CrewId
    on_duty: bool
    since: datetime
    seq: int
    aboard: int


def after(duty: Duty | None, fact: CrewFact) -> Duty:
    if duty is not None and (fact.at, fact.seq) < (duty.since, duty.seq):
        return duty
    match fact:
        case DutyStarted():
            return Duty(fact.crew_id, True, fact.at, fact.seq, fact.aboard)
        case DutyEnded():
            if duty is None:
                return Duty(fact.crew_id, False, fact.at, fact.seq, 0)
            return replace(duty, on_duty=False, since=fact.at, seq=fact.seq)
        case _:
            assert_never(fact)


@dataclass(frozen=True, slots=True)
class JobInHand:
    """What a crew already carries: enough to say how busy it is."""

    job_id: int
    outage_id: int
    state: JobState


@dataclass(frozen=True, slots=True)
class CrewNow:
    """A crew at the moment of deciding. `position` is the last heard fix, else the depot."""

    crew: Crew
    on_duty: bool
    in_shift: bool
    aboard: int
    position: LonLat
    position_age: timedelta | None
    jobs: tuple[JobInHand, ...] = ()

    @property
    def in_hand(self) -> int:
        return len(self.jobs)

    @property
    def busy_on(self) -> JobInHand | None:
        return next((job for job in self.jobs if job.state in MOVING_JOB), None)


def still_in_hand(jobs: Iterable[JobInHand]) -> tuple[JobInHand, ...]:
    return tuple(job for job in jobs if job.state in LIVE_JOB and job.state is not JobState.RESTORED)
