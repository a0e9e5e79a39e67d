"""Crews: shifts past midnight, and on or off duty by their own clock."""

from datetime import datetime
from itertools import permutations

import pytest

from dispatch_server.domain.crews import (
    WORDS_KEPT,
    CrewFact,
    Duty,
    DutyEnded,
    DutyStarted,
    JobInHand,
    Shift,
    after,
    still_in_hand,
)
from dispatch_server.protocol.words import JobState
from tests.domain.builders import NOON, a_crew, minutes

MONDAY, SUNDAY = 1, 7


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A local wall-clock moment in the week of Monday 4 May 2026."""
    return datetime(2026, 5, 3 + day, hour, minute)  # noqa: DTZ001 - a shift knows no zone


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        (on(MONDAY, 8), True),
        (on(MONDAY, 7, 59), False),
        (on(MONDAY, 15, 59), True),
        (on(MONDAY, 16), False),
        (on(2, 9), False),
    ],
)
def test_a_day_shift_covers_its_hours_and_its_day(moment: datetime, covered: bool) -> None:
    assert Shift(MONDAY, 8 * 60, 16 * 60).covers(moment) is covered


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        (on(SUNDAY, 21, 59), False),
        (on(SUNDAY, 22), True),
        (on(SUNDAY, 23, 59), True),
        (on(SUNDAY + 1, 0), True),
        (on(SUNDAY + 1, 5, 59), True),
        (on(SUNDAY + 1, 6), False),
        (on(SUNDAY, 3), False),
        (on(SUNDAY + 1, 23), False),
    ],
)
def test_a_night_shift_runs_past_midnight_from_sunday_into_monday(moment: datetime, covered: bool) -> None:
    assert Shift(SUNDAY, 22 * 60, 6 * 60).covers(moment) is covered


def test_a_shift_that_ends_when_it_starts_lasts_a_whole_day() -> None:
    around = Shift(MONDAY, 8 * 60, 8 * 60)
    assert [around.covers(on(d, h)) for d, h in [(1, 8), (2, 7), (2, 8), (1, 7)]] == [True, True, False, False]


def started(hour: float, aboard: int = 2, seq: int = 1) -> DutyStarted:
    return DutyStarted(1, NOON + minutes(60 * hour), seq, aboard)


def ended(hour: float, seq: int = 2) -> DutyEnded:
    return DutyEnded(1, NOON + minutes(60 * hour), seq)


def heard(*facts: CrewFact) -> Duty:
    duty = None
    for fact in facts:
        duty = after(duty, fact)
    assert duty is not None
    return duty


def test_the_last_word_by_the_crews_own_clock_stands_in_any_order_of_hearing() -> None:
    said = [started(0, 3), ended(8), started(24, 2, 3), ended(24.5, 4)]
    assert {heard(*order) for order in permutations(said)} == {heard(*said)}
    assert (heard(*said).on_duty, heard(*said).since) == (False, NOON + minutes(60 * 24.5))
    assert heard(*said, *said) == heard(*said)


def test_a_check_in_heard_after_the_shift_is_judged_by_who_was_aboard_then() -> None:
    duty = heard(started(0, 3), ended(8), started(24, 1, 3))
    assert duty.aboard == 1
    assert duty.aboard_at(NOON + minutes(60)) == 3
    assert duty.aboard_at(NOON + minutes(60 * 9)) == 3  # just off duty, still the same people
    assert duty.aboard_at(NOON + minutes(60 * 25)) == 1
    assert duty.aboard_at(NOON - minutes(1)) == 0


def test_a_position_belongs_to_the_shift_in_which_it_was_taken() -> None:
    duty = heard(started(0), ended(8))
    moments = [-1, 0, 7.9, 8, 9]
    assert [duty.was_on_duty(NOON + minutes(60 * h)) for h in moments] == [False, True, True, False, False]


def test_going_off_duty_is_understood_even_when_going_on_was_never_heard() -> None:
    duty = heard(ended(8))
    assert (duty.on_duty, duty.aboard) == (False, 0)


def test_only_so_many_words_are_kept() -> None:
    duty = heard(*(started(h, seq=h) for h in range(2 * WORDS_KEPT)))
    assert len(duty.words) == WORDS_KEPT
    assert duty.since == NOON + minutes(60 * (2 * WORDS_KEPT - 1))


def test_a_crew_is_busy_on_the_job_it_drives_to_or_works_on() -> None:
    assert a_crew().busy_on is None
    assert a_crew(has_outages=[4]).busy_on is None
    busy = a_crew(busy=JobState.EN_ROUTE)
    assert busy.busy_on is not None
    assert busy.in_hand == 1


def test_a_restored_job_is_no_longer_in_hand() -> None:
    jobs = [JobInHand(n, n, state) for n, state in enumerate(JobState)]
    kept = {j.state for j in still_in_hand(jobs)}
    assert kept == {JobState.OFFERED, JobState.ACCEPTED, JobState.EN_ROUTE, JobState.ON_SITE}
