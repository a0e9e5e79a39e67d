"""Arrival figures over rows: exact, with who is left out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch_server.domain.outages import Approval, Outage
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.targets import Stop
from dispatch_server.protocol.words import AreaClass, Grade, OutageState

DEFINITION = (
    "Minutes from the earliest call of an outage to its official arrival (first check-in graded A, B or declared by a "
    "fit crew, or confirmed by a dispatcher). Merged calls never count. A share is arrivals at or before the limit "
    "over arrivals plus outages past the limit with nobody there. One that was cancelled or solved by phone after its "
    "limit counts as late unless a second person approved an exemption. p90 is the nearest rank over the rows."
)


class Outcome(StrEnum):
    ARRIVED = "arrived"
    LATE_NOBODY_THERE = "late_nobody_there"
    PENDING = "pending"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One outage as the figures see it. `due` is its deadline by each limit set, over all its calls.

    `first_arrive_by` is the deadline without the relaxations that were approved.
    """

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
    cancelled_at: datetime | None = None

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


def due_by_set(outage: Outage, policy: Policy) -> dict[str, datetime]:
    """The deadline by each limit set: the clock in force for the one enforced, over all the calls for the others."""
    # What a second person has not agreed to lifts no limit: the call that gives the clock counts as it was.
    stops = (*outage.stops, outage.target.stop) if outage.later_not_agreed else outage.stops
    due = {
        name: min((_due(stop, name, policy) for stop in stops), default=outage.arrive_by) for name in policy.set_names
    }
    return {**due, enforced_on(outage, policy): outage.arrive_by}


def enforced_on(outage: Outage, policy: Policy) -> str:
    """The set whose limit gave the clock, which keeps its name when the policy puts another one first."""
    return outage.target.limit_set or policy.set_names[0]


def _due(stop: Stop, name: str, policy: Policy) -> datetime:
    return stop.received_at + timedelta(minutes=policy.limits_on(stop.received_at, name).of(stop.area_class))


def exclusion(outage: Outage) -> str | None:
    """Why an outage is left out of the figures and shown beside them, or None."""
    if outage.merged_into is not None:
        return "merged"
    if outage.exemption is Approval.APPROVED:
        return "exempted"
    if outage.state is OutageState.CANCELLED and outage.arrived_at is None and not outage.cancelled_late:
        return "solved_by_phone" if outage.solved_by_phone else "cancelled"
    return None


def proved_only(rows: Iterable[ArrivalRow]) -> list[ArrivalRow]:
    """The same rows read with arrivals graded A only; the other arrivals are left out and counted."""
    return [
        replace(row, excluded="not_proved")
        if row.excluded is None and row.arrived_at is not None and row.grade is not Grade.A
        else row
        for row in rows
    ]


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
        p90_min=nearest_rank(minutes, 90),
        within={name: _share_within(rows, name, now) for name in set_names},
        within_first_target=_share_in_time(by[Outcome.ARRIVED], by[Outcome.LATE_NOBODY_THERE]),
        late_nobody_there=len(by[Outcome.LATE_NOBODY_THERE]),
        excluded=_counts(r.excluded for r in by[Outcome.EXCLUDED]),
        pending=len(by[Outcome.PENDING]),
        restated=sum(r.restated for r in arrived),
        grades=_counts(r.grade for r in arrived),
    )


def nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value with at least `percent` of the rows at or below it; in whole numbers, so that it is exact."""
    return ordered[-(-percent * len(ordered) // 100) - 1] if ordered else None


def _median(ordered: Sequence[float]) -> float | None:
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _share_within(rows: Sequence[ArrivalRow], name: str, now: datetime) -> float | None:
    """Each set judges by its own limit; a row not yet past that limit without an arrival is pending for it."""
    met = due = 0
    for row in rows:
        if row.excluded is not None or name not in row.due:
            continue
        if row.arrived_at is not None:
            met, due = met + (row.arrived_at <= row.due[name]), due + 1
        elif (row.cancelled_at or now) > row.due[name]:
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
