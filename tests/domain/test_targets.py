"""Promised moments and the clock of an outage."""

from datetime import UTC, datetime

import pytest

from dispatch_server.domain.rules import read_policy
from dispatch_server.domain.targets import stop_for, target_over
from dispatch_server.protocol.words import AreaClass
from tests.domain.builders import DEFAULT_POLICY, NOON, POLICY, a_stop, minutes, seconds


@pytest.mark.parametrize(("area_class", "limit_min"), [("urban", 45), ("rural", 90), ("remote", 120)])
def test_a_crew_is_due_the_limit_of_the_class_after_the_call(area_class: str, limit_min: int) -> None:
    stop = stop_for(7, NOON, AreaClass(area_class), POLICY)
    assert stop.arrive_by == NOON + minutes(limit_min)
    assert stop.limit_min == limit_min


def test_a_call_that_is_not_placed_has_the_strictest_limit_and_no_class() -> None:
    stop = stop_for(7, NOON, None, POLICY)
    assert stop.area_class is None
    assert stop.arrive_by == NOON + minutes(45)


def test_the_strictest_limit_is_the_smallest_number_whatever_its_class() -> None:
    odd = read_policy(
        "[[limits]]\nname='promise'\nvalid_from=2011-01-01\nurban_min=50\nrural_min=40\nremote_min=60", DEFAULT_POLICY
    )
    assert stop_for(1, NOON, None, odd).arrive_by == NOON + minutes(40)


def test_the_clock_is_the_earliest_deadline_not_the_earliest_call() -> None:
    remote_first = a_stop(1, NOON, AreaClass.REMOTE)
    urban_later = a_stop(2, NOON + minutes(30), AreaClass.URBAN)
    target = target_over([remote_first, urban_later])
    assert target.arrive_by == NOON + minutes(75)
    assert (target.call_id, target.area_class) == (2, AreaClass.URBAN)


def test_equal_deadlines_go_to_the_earlier_call() -> None:
    rural = a_stop(1, NOON, AreaClass.RURAL)
    urban = a_stop(2, NOON + minutes(45), AreaClass.URBAN)
    assert rural.arrive_by == urban.arrive_by
    assert target_over([urban, rural]).call_id == 1


def test_fractions_of_a_minute_make_exact_deadlines() -> None:
    quick = read_policy(
        "[[limits]]\nname='promise'\nvalid_from=2011-01-01\nurban_min=0.1\nrural_min=0.25\nremote_min=1", DEFAULT_POLICY
    )
    assert stop_for(1, NOON, AreaClass.URBAN, quick).arrive_by == NOON + seconds(6)
    assert stop_for(1, NOON, AreaClass.RURAL, quick).arrive_by == NOON + seconds(15)


def test_the_limit_is_the_one_that_held_on_the_local_day_of_the_call() -> None:
    changed = read_policy(
        "\n".join(
            f"[[limits]]\nname='promise'\nvalid_from={day}\nurban_min={m}\nrural_min=90\nremote_min=120"
            for day, m in [("2026-05-02", 30), ("2011-01-01", 45)]
        ),
        DEFAULT_POLICY,
    )
    still_the_first_of_may = datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    assert stop_for(1, still_the_first_of_may, AreaClass.URBAN, changed).limit_min == 45
    assert stop_for(1, still_the_first_of_may + seconds(1), AreaClass.URBAN, changed).limit_min == 30
