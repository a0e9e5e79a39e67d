"""Every cell of the table of steps, and how steps fold."""

from datetime import datetime
from itertools import product

import pytest

from dispatch_server.domain.job_steps import ENDED, LEADS_TO, Mark, Step, in_order, standing_after, state_after
from dispatch_server.protocol.words import LIVE_JOB, JobState
from tests.domain.builders import NOON, minutes

# One row per state, one column per step; "." changes nothing.
COLUMNS = [
    *"accepted declined departed checked_in set_aside left restored closed".split(),
    *"lapsed withdrawn taken_over stood_down".split(),
]
TABLE = {
    "offered": "accepted declined en_route on_site . closed restored closed lapsed withdrawn . withdrawn",
    "accepted": ". declined en_route on_site . closed restored closed . withdrawn . withdrawn",
    "en_route": ". declined . on_site accepted closed restored closed . withdrawn . withdrawn",
    "on_site": ". . . . accepted closed restored closed . withdrawn . .",
    "restored": ". . . . . . . closed . . . .",
    "closed": ". . . . . . . . . . . .",
    "declined": "accepted . en_route on_site . closed restored closed . . . .",
    "lapsed": "accepted . en_route on_site . closed restored closed . withdrawn . .",
    "withdrawn": ". . . . . . . . . . . .",
}


@pytest.mark.parametrize(("state", "step"), list(product(JobState, Step)))
def test_every_step_leads_where_the_table_says(state: JobState, step: Step) -> None:
    says = TABLE[state.value].split()[COLUMNS.index(step.value)]
    assert LEADS_TO.get((state, step)) == (None if says == "." else JobState(says))


def test_the_table_covers_every_state_and_step() -> None:
    assert set(TABLE) == set(JobState)
    assert set(COLUMNS) == set(Step)


def test_a_job_is_either_live_or_ended() -> None:
    assert set(JobState) == LIVE_JOB | ENDED
    assert not LIVE_JOB & ENDED


def at(minute: float) -> datetime:
    return NOON + minutes(minute)


def walked(*steps: tuple[float, str]) -> JobState:
    return state_after(in_order(Mark(at(minute), 1, Step(name)) for minute, name in steps))


def test_steps_are_walked_in_the_order_in_which_they_were_done() -> None:
    assert walked((8, "checked_in"), (1, "accepted"), (2, "departed")) is JobState.ON_SITE


def test_the_sequence_of_the_device_orders_one_instant() -> None:
    decline, accept = Mark(NOON, 7, Step.DECLINED), Mark(NOON, 8, Step.ACCEPTED)
    assert state_after(in_order([accept, decline])) is JobState.ACCEPTED


def test_a_step_told_twice_counts_once() -> None:
    mark = Mark(NOON, 1, Step.ACCEPTED)
    assert in_order([mark, mark]) == (mark,)


def test_a_decline_in_the_very_instant_of_the_lapse_was_in_time() -> None:
    assert state_after(in_order([Mark(NOON, 0, Step.LAPSED), Mark(NOON, 5, Step.DECLINED)])) is JobState.DECLINED


def test_a_withdrawal_ends_whatever_was_still_to_do() -> None:
    assert walked((1, "accepted"), (2, "departed"), (5, "withdrawn"), (9, "checked_in")) is JobState.WITHDRAWN


def test_what_was_finished_or_declined_before_a_withdrawal_stands() -> None:
    assert walked((1, "accepted"), (4, "restored"), (5, "withdrawn"), (9, "closed")) is JobState.CLOSED
    assert walked((4, "declined"), (5, "withdrawn")) is JobState.DECLINED


def test_a_crew_told_that_another_has_it_is_not_on_its_way() -> None:
    assert walked((3, "lapsed"), (4, "taken_over"), (5, "departed")) is JobState.LAPSED


def test_a_crew_that_gets_there_all_the_same_is_there() -> None:
    assert walked((3, "lapsed"), (4, "taken_over"), (5, "departed"), (20, "checked_in")) is JobState.ON_SITE


def test_a_crew_that_may_have_it_after_all_is_on_its_way() -> None:
    assert walked((3, "lapsed"), (4, "taken_over"), (6, "accepted"), (7, "departed")) is JobState.EN_ROUTE


def test_a_job_says_which_step_brought_it_where_it_stands() -> None:
    left = Mark(at(9), 3, Step.LEFT, "road flooded")
    standing = standing_after(in_order([left, Mark(at(1), 1, Step.ACCEPTED), Mark(at(12), 4, Step.LEFT, "again")]))
    assert (standing.state, standing.by) == (JobState.CLOSED, left)


def test_whoever_is_on_site_when_power_comes_back_stays_there_and_nobody_else_sets_out() -> None:
    assert walked((1, "accepted"), (9, "checked_in"), (10, "stood_down")) is JobState.ON_SITE
    assert walked((1, "accepted"), (10, "stood_down"), (11, "checked_in")) is JobState.WITHDRAWN
    assert walked((1, "accepted"), (9, "checked_in"), (10, "stood_down"), (12, "set_aside")) is JobState.WITHDRAWN
    assert walked((1, "lapsed"), (10, "stood_down"), (12, "accepted")) is JobState.WITHDRAWN


def test_the_first_word_that_power_is_back_counts() -> None:
    both = [Mark(at(5), 0, Step.STOOD_DOWN, "a"), Mark(at(8), 0, Step.STOOD_DOWN, "b")]
    assert standing_after(both).by == both[0]
