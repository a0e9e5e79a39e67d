"""Two policies on the same faults, set against each other outage by outage."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_server.domain.outages import Priority
from dispatch_server.drill.measures import ALL, DANGER, Row
from dispatch_server.drill.pairs import Pair, by_group, difference, late_ratio, pairs_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_row(minutes: float | None, called_at: datetime = NOON, late: bool = False, **named: str) -> Row:
    return Row(
        outage="F-1",
        area_class=named.get("area_class", "urban"),
        priority=named.get("priority", Priority.ORDINARY.value),
        called_at=called_at,
        opened_at=called_at,
        offered_at=None,
        accepted_at=None,
        departed_at=None,
        arrived_at=None,
        restored_at=None,
        crew="",
        offers=1,
        minutes=minutes,
        waiting_min=None,
        travel_min=None,
        alone_min=None,
        late=late,
        lon=None,
        lat=None,
    )


def pairs(*days: list[tuple[float, float]]) -> list[Pair]:
    return [Pair(a_row(one), a_row(other), day) for day, found in enumerate(days) for one, other in found]


def minutes(row: Row) -> float | None:
    return row.minutes


def test_outages_are_paired_by_the_instant_of_their_first_call() -> None:
    one = [a_row(10), a_row(20, NOON + timedelta(minutes=1))]
    other = [a_row(30, NOON + timedelta(minutes=1)), a_row(40, NOON + timedelta(minutes=2))]
    [pair] = pairs_of(one, other, lambda at: at.date())
    assert (pair.one.minutes, pair.other.minutes, pair.cluster) == (20, 30, NOON.date())


def test_the_interval_is_that_of_the_day_means_where_days_are_alike() -> None:
    """Differences of 1, 2 and 3 min on three days: mean 2, standard error 1/√3, Student's t of two degrees 4.303."""
    found = difference(pairs([(11, 10)], [(12, 10)], [(13, 10)]), minutes)
    assert found.mean == pytest.approx(2)
    assert found.half == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    assert found.verdict == "no difference shown"


def test_a_hundred_outages_of_one_day_are_one_observation() -> None:
    few, many = (difference(pairs([(11, 10)] * n, [(12, 10)] * n, [(13, 10)] * n), minutes) for n in (1, 100))
    assert many.half == pytest.approx(few.half)


def test_what_differs_every_day_alike_is_no_chance() -> None:
    assert difference(pairs([(9, 10)], [(8, 9)]), minutes).verdict == "better"
    assert difference(pairs([(10, 9)], [(9, 8)]), minutes).verdict == "worse"


def test_one_day_tells_nothing_of_chance() -> None:
    found = difference(pairs([(9, 10), (3, 10)]), minutes)
    assert (found.mean, found.half, found.verdict) == (-4, None, "not known")


def test_where_nobody_arrived_there_are_no_minutes_to_compare() -> None:
    assert difference([Pair(a_row(None), a_row(10), 1), Pair(a_row(5), a_row(10), 2)], minutes).mean == -5


def test_groups_are_all_each_class_and_danger() -> None:
    some = [
        Pair(a_row(1), a_row(1), 1),
        Pair(a_row(1, area_class="remote", priority="danger"), a_row(1, area_class="remote"), 1),
    ]
    assert {name: len(found) for name, found in by_group(some).items()} == {ALL: 2, "urban": 1, "remote": 1, DANGER: 1}


def test_late_arrivals_are_told_as_times_those_of_the_other() -> None:
    late, in_time = a_row(100, late=True), a_row(10)
    assert late_ratio([Pair(late, late, 1), Pair(in_time, late, 1), Pair(late, late, 1)]) == pytest.approx(2 / 3)
    assert late_ratio([Pair(late, in_time, 1)]) is None
