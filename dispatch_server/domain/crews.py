"""A crew: people, a van, a tablet; on duty or off, and what it has in hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from dispatch_server.domain.outage_facts import Priority
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import LIVE_JOB, MOVING_JOB, JobState

CrewId = int

# A month of going on and off; what is heard later than that is judged as off duty.
WORDS_KEPT = 60


@dataclass(frozen=True, slots=True)
class Crew:
    """The standing record. `people` is who belongs to it; who is aboard today comes with going on duty.

    `permit_kv`: up to which voltage it may work; None where the register does not say.
    """

    id: CrewId
    code: str
    name: str
    squad: str
    skills: frozenset[str]
    people: int
    vehicle: str
    depot: LonLat
    suspended: bool = False
    permit_kv: float | None = None
    gear: frozenset[str] = frozenset()


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
class DutyWord:
    """On or off, as the crew said by its own clock; `aboard` counts from going on."""

    at: datetime
    seq: int
    on_duty: bool
    aboard: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """The last word stands; the ones before it say who was aboard when something older is heard late."""

    crew_id: CrewId
    on_duty: bool
    since: datetime
    seq: int
    aboard: int
    words: tuple[DutyWord, ...] = ()

    def was_on_duty(self, moment: datetime) -> bool:
        word = _last_word(self.words, moment)
        return word is not None and word.on_duty

    def aboard_at(self, moment: datetime) -> int:
        """People aboard at a moment, or when the crew was last on duty before it; 0 when it never was."""
        word = _last_word([w for w in self.words if w.on_duty], moment)
        return 0 if word is None else word.aboard


def at_work_since(words: Sequence[tuple[datetime, bool]], rest: timedelta) -> datetime | None:
    """When the stretch of work began that still goes on; `words` say on or off, oldest first. Off duty for less than a
    full rest does not end a stretch: a tablet that was switched off and on has rested nobody."""
    began: datetime | None = None
    off_at: datetime | None = None
    for at, on_duty in words:
        if not on_duty:
            off_at = at if off_at is None else off_at
            continue
        if began is None or (off_at is not None and at - off_at >= rest):
            began = at
        off_at = None
    return began if off_at is None else None


def after(duty: Duty | None, fact: CrewFact) -> Duty:
    """Folded by the crew's own time, so that an older word that comes late changes nothing."""
    known = () if duty is None else duty.words
    words = tuple(sorted({*known, _word(fact)}, key=lambda w: (w.at, w.seq, w.on_duty)))[-WORDS_KEPT:]
    last = words[-1]
    aboard = next((w.aboard for w in reversed(words) if w.on_duty), 0)
    return Duty(fact.crew_id, last.on_duty, last.at, last.seq, aboard, words)


def _word(fact: CrewFact) -> DutyWord:
    match fact:
        case DutyStarted():
            return DutyWord(fact.at, fact.seq, True, fact.aboard)
        case DutyEnded():
            return DutyWord(fact.at, fact.seq, False)
        case _:
            assert_never(fact)


def _last_word(words: Sequence[DutyWord], moment: datetime) -> DutyWord | None:
    return next((w for w in reversed(words) if w.at <= moment), None)


@dataclass(frozen=True, slots=True)
class JobInHand:
    """What a crew already carries: enough to say how busy it is, and whether it may be turned round."""

    job_id: int
    outage_id: int
    state: JobState
    priority: Priority = Priority.ORDINARY
    number: str = ""
    etr_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CrewNow:
    """A crew at the moment of deciding. `position` is the last heard fix, else the depot; `worked` is how long it has
    been on duty since its last full rest."""

    crew: Crew
    on_duty: bool
    in_shift: bool
    aboard: int
    position: LonLat
    position_age: timedelta | None
    jobs: tuple[JobInHand, ...] = ()
    worked: timedelta = timedelta(0)

    @property
    def in_hand(self) -> int:
        return len(self.jobs)

    @property
    def busy_on(self) -> JobInHand | None:
        return next((job for job in self.jobs if job.state in MOVING_JOB), None)


def still_in_hand(jobs: Iterable[JobInHand]) -> tuple[JobInHand, ...]:
    return tuple(job for job in jobs if job.state in LIVE_JOB and job.state is not JobState.RESTORED)
