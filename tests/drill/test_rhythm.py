"""The stream of calls has the size and the shape of a real day."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch_server.drill.rhythm import CALLS_A_DAY, next_ring

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 5, 1, tzinfo=ZONE)


def rings(days: int, faster: float = 1.0) -> list[datetime]:
    rng, at, found = Random("rhythm"), MIDNIGHT, []
    while (at := next_ring(at, ZONE, faster, rng)) < MIDNIGHT + timedelta(days=days):
        found.append(at)
    return found


def test_a_day_brings_about_a_thousand_calls() -> None:
    assert abs(len(rings(10)) / 10 - CALLS_A_DAY) < 0.05 * CALLS_A_DAY


def test_faster_multiplies_the_calls() -> None:
    assert abs(len(rings(2, faster=5)) / 10 - CALLS_A_DAY) < 0.05 * CALLS_A_DAY


def test_the_night_is_quiet_and_the_evening_is_the_peak() -> None:
    by_hour = Counter(at.astimezone(ZONE).hour for at in rings(20))
    assert max(by_hour, key=lambda hour: by_hour[hour]) in (18, 19, 20)
    assert by_hour[3] * 5 < by_hour[9]
    assert by_hour[13] < by_hour[9]


def test_the_same_chance_gives_the_same_day() -> None:
    assert rings(1) == rings(1)
