"""Two units whose exact answers are known: the drill's agenda gives them too."""

from random import Random

import pytest

from dispatch_server.drill.two_units import Case, Playing, Rule, mean_response

CASE = Case({"A": 0.9, "B": 0.3, "C": 0.2}, {"A": (2, 12), "B": (5, 6), "C": (12, 2)})
CLOSEST = CASE.closest_first()
UNIT_2_TO_B = {"A": 1, "B": 2, "C": 2}


def test_closest_first_sends_unit_1_to_b() -> None:
    assert CLOSEST == {"A": 1, "B": 1, "C": 2}


@pytest.mark.parametrize(("rule", "minutes"), [(CLOSEST, 5.4497), (UNIT_2_TO_B, 5.2674)])
def test_the_balance_of_states_gives_the_exact_answer(rule: Rule, minutes: float) -> None:
    assert mean_response(CASE, rule) == pytest.approx(minutes, abs=0.00005)


@pytest.mark.parametrize(("rule", "minutes"), [(CLOSEST, 5.4497), (UNIT_2_TO_B, 5.2674)])
def test_the_agenda_plays_the_same_within_half_a_percent(rule: Rule, minutes: float) -> None:
    assert Playing(CASE, rule, Random("two units")).play(200_000) == pytest.approx(minutes, rel=0.005)


def test_a_call_that_finds_both_busy_is_lost() -> None:
    playing = Playing(CASE, CLOSEST, Random("lost"))
    playing.play(50_000)
    both_busy = 1.4**2 / 2 / (1 + 1.4 + 1.4**2 / 2)  # Erlang's loss, whatever the rule
    assert playing.lost / (playing.lost + playing.served) == pytest.approx(both_busy, rel=0.02)
