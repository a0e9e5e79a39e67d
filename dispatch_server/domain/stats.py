"""Arrival figures over rows: exact, with who is left out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from dispatch_server.protocol.words import AreaClass, Grade

DEFINITION = (
    "Minutes from the earliest call of an outage to its official arrival (first check-in graded A, B or declared by a "
    "fit crew, or confirmed by a dispatcher). Merged calls never count. A share is arrivals at or before the limit "
    "over arrivals plus outages past the limit with nobody there. p90 is the nearest rank over the rows."
)


class Outcome(StrEnum):
    ARRIVED = "arrived"
    LATE_NOBODY_THERE = "late_nobody_there"
    PENDING = "pending"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One outage as the figures see it. `due` is its deadline by each limit set, over all its calls."""

    outage_id: int
    number: str
    area_class: AreaClass | None
    district: str | None
    crew_id: int | None
    month: str
    first_call_at: datetime
    arrive_by: datetime
    first_arrive_by: datetime
    arrived_at: datetime | None
    grade: Grade | None
    restated: bool
    excluded: str | None
    due: Mapping[str, datetime]

    @property
    def minutes(self) -> float | None:
        return None if self.arrived_at is None else (self.arrived_at - self.first_call_at) / timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """`within` is the share in time for each limit set, None when there is nothing to share."""

    group: str
    definition: str
    count: int
    mean_min: float | None
    median_min: float | None
    p90_min: float | None
    within: Mapping[str, float | None]
    within_first_target: float | None
    late_nobody_there: int
    excluded: Mapping[str, int]
    pending: int
    restated: int
    grades: Mapping[str, int]


def outcome(row: ArrivalRow, now: datetime) -> Outcome:
    if row.excluded is not None:
        return Outcome.EXCLUDED
    if row.arrived_at is not None:
        return Outcome.ARRIVED
    return Outcome.LATE_NOBODY_THERE if now > row.arrive_by else Outcome.PENDING


def summarise(group: str, rows: Sequence[ArrivalRow], set_names: Sequence[str], now: datetime) -> Figure:
    by = {o: [r for r in rows if outcome(r, now) is o] for o in Outcome}
    arrived = by[Outcome.ARRIVED]
    minutes = sorted(r.minutes for r in arrived if r.minutes is not None)
    return Figure(
        group=group,
        definition=DEFINITION,
        count=len(arrived),
        mean_min=sum(minutes) / len(minutes) if minutes else None,
        median_min=_median(minutes),
        p90_min=nearest_rank(minutes, 0.9),
        within={name: _share_within(rows, name, now) for name in set_names},
        within_first_target=_share_in_time(by[Outcome.ARRIVED], by[Outcome.LATE_NOBODY_THERE]),
        late_nobody_there=len(by[Outcome.LATE_NOBODY_THERE]),
        excluded=_counts(r.excluded for r in by[Outcome.EXCLUDED]),
        pending=len(by[Outcome.PENDING]),
        restated=sum(r.restated for r in arrived),
        grades=_counts(r.grade for r in arrived),
    )


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value with at least `share` of the rows at or below it."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None


def _median(ordered: Sequence[float]) -> float | None:
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _share_within(rows: Sequence[ArrivalRow], name: str, now: datetime) -> float | None:
    """Each set judges by its own limit; a row not yet past that limit without an arrival is pending for it."""
    met = due = 0
    for row in rows:
        if row.excluded is not None:
            continue
        if row.arrived_at is not None:
            met, due = met + (row.arrived_at <= row.due[name]), due + 1
        elif now > row.due[name]:
            due += 1
    return met / due if due else None


def _share_in_time(arrived: Sequence[ArrivalRow], late: Sequence[ArrivalRow]) -> float | None:
    due = len(arrived) + len(late)
    return sum(r.arrived_at <= r.first_arrive_by for r in arrived if r.arrived_at) / due if due else None


def _counts(names: Iterable[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        key = str(name)
        counts[key] = counts.get(key, 0) + 1
    return counts
