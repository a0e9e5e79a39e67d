"""Which crew, and why: every crew is in the answer, best first."""

from collections.abc import Sequence

import pytest

from dispatch_server.domain.assignment import Candidate, fit_to_arrive, rank, skill_for
from dispatch_server.domain.crews import CrewNow
from dispatch_server.domain.outage_facts import Priority
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.words import FaultKind, JobState
from tests.domain.builders import NOON, POLICY, a_crew, an_outage, drives, minutes


def ranked(
    crews: Sequence[CrewNow],
    outage: Outage | None = None,
    refused: frozenset[int] = frozenset(),
    **minutes_by_crew: float,
) -> list[Candidate]:
    travel = drives(**{f"c{c.crew.id}": 10 for c in crews} | minutes_by_crew)
    return rank(outage or an_outage(), crews, travel, refused, NOON, POLICY)


def order(candidates: Sequence[Candidate]) -> list[int]:
    return [c.crew_id for c in candidates]


def sentences(candidate: Candidate) -> str:
    return "; ".join(r.sentence for r in candidate.reasons)


def test_the_nearer_crew_comes_first_when_all_else_is_equal() -> None:
    assert order(ranked([a_crew(1), a_crew(2)], c1=20, c2=10)) == [2, 1]


def test_every_crew_is_in_the_answer_with_its_reasons() -> None:
    [fit, unfit] = ranked([a_crew(1), a_crew(2, on_duty=False)])
    assert (fit.fit, unfit.fit) == (True, False)
    assert "off duty" in sentences(unfit)
    assert "has the skill lv" in sentences(fit)


def test_a_candidate_says_when_it_arrives_and_when_it_must_leave() -> None:
    [candidate] = ranked([a_crew()], c1=12)
    assert candidate.arrives_at == NOON + minutes(12)
    assert candidate.leave_by == NOON + minutes(33)
    assert candidate.in_time


def test_arriving_exactly_on_the_minute_is_in_time() -> None:
    assert ranked([a_crew()], c1=45)[0].in_time
    assert not ranked([a_crew()], c1=45.001)[0].in_time


@pytest.mark.parametrize(
    ("crew", "because"),
    [
        (a_crew(on_duty=False), "off duty"),
        (a_crew(skills=["hv"]), "lacks the skill lv"),
        (a_crew(aboard=1), "nobody works alone"),
        (a_crew(suspended=True), "suspended"),
        (a_crew(has_outages=[7, 8, 9]), "the most is 3"),
        (a_crew(has_outages=[1]), "already has this outage"),
    ],
)
def test_a_crew_is_unfit_for_one_plain_reason(crew: CrewNow, because: str) -> None:
    [candidate] = ranked([crew])
    assert not candidate.fit
    assert because in sentences(candidate)


def test_an_unfit_crew_next_door_comes_after_a_fit_one_far_away() -> None:
    assert order(ranked([a_crew(1, aboard=1), a_crew(2)], c1=1, c2=90)) == [2, 1]


def test_any_skill_will_do_while_nobody_knows_the_kind_of_fault() -> None:
    unknown = an_outage(fault_kind=None)
    assert skill_for(unknown, POLICY) is None
    assert ranked([a_crew(skills=["metering"])], unknown)[0].fit
    assert skill_for(an_outage(fault_kind=FaultKind.HV), POLICY) == "hv"


def test_a_crew_that_declined_comes_after_one_that_was_not_asked() -> None:
    candidates = ranked([a_crew(1), a_crew(2)], refused=frozenset({1}), c1=5, c2=40)
    assert order(candidates) == [2, 1]
    assert "was asked before" in sentences(candidates[1])


def test_a_free_crew_comes_before_a_busy_one_and_one_in_time_before_one_late() -> None:
    busy = a_crew(1, busy=JobState.ON_SITE)
    late = a_crew(2)
    assert order(ranked([busy, late, a_crew(3)], c1=1, c2=50, c3=44)) == [3, 2, 1]


def test_a_crew_within_its_shift_comes_before_a_nearer_one_outside_it() -> None:
    assert order(ranked([a_crew(1, in_shift=False), a_crew(2)], c1=5, c2=20)) == [2, 1]


def test_a_crew_with_less_in_hand_comes_before_a_nearer_one_with_more() -> None:
    assert order(ranked([a_crew(1, has_outages=[5]), a_crew(2)], c1=5, c2=20)) == [2, 1]


def test_of_two_late_crews_five_minutes_decide_but_not_one() -> None:
    assert order(ranked([a_crew(1, has_outages=[5]), a_crew(2)], c1=46, c2=49)) == [2, 1]
    assert order(ranked([a_crew(1, has_outages=[5]), a_crew(2)], c1=46, c2=51)) == [1, 2]


def test_with_danger_to_life_the_nearest_free_crew_goes_whatever_its_shift() -> None:
    danger = an_outage(priority=Priority.DANGER)
    assert order(ranked([a_crew(1, in_shift=False, has_outages=[5]), a_crew(2)], danger, c1=5, c2=6)) == [1, 2]


def test_equal_crews_are_ordered_by_number_so_that_the_answer_has_one_value() -> None:
    assert order(ranked([a_crew(3), a_crew(1), a_crew(2)])) == [1, 2, 3]


def test_an_old_position_and_no_position_are_said() -> None:
    [stale, unheard] = ranked([a_crew(1, position_age=minutes(16)), a_crew(2, position_age=None)])
    assert "last heard 16 min ago" in sentences(stale)
    assert "counted from its depot" in sentences(unheard)


@pytest.mark.parametrize(
    ("crew", "fit"),
    [
        (a_crew(), True),
        (a_crew(on_duty=False), True),  # heard after going off duty: it was there all the same
        (a_crew(has_outages=[7, 8, 9]), True),
        (a_crew(aboard=1), False),
        (a_crew(skills=[]), False),
        (a_crew(suspended=True), False),
    ],
)
def test_whose_arrival_counts(crew: CrewNow, fit: bool) -> None:
    assert fit_to_arrive(an_outage(), crew, POLICY) is fit
