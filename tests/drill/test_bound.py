"""The best clairvoyant schedule of small cases, checked by hand and against every order there is."""

from itertools import permutations, product
from random import Random

import pytest

from dispatch_server.drill.bound import (
    Arrives,
    Case,
    Known,
    Leg,
    best_mean_minutes,
    sent_at_the_call,
    waits_on_the_spot,
)


def test_who_knows_beforehand_waits_on_the_spot() -> None:
    case = Case([Known(60, 30, frozenset({1}))], {1: [40]}, [[0]])
    assert best_mean_minutes(case) == 0


def test_who_may_not_send_before_the_call_drives_after_it() -> None:
    case = Case([Known(60, 30, frozenset({1}), opened=62)], {1: [40]}, [[0]])
    assert best_mean_minutes(case, sent_at_the_call(case)) == 2 + 40


def test_a_crew_on_its_way_home_may_be_nearer() -> None:
    """It works at the first fault until minute 15; on the way home it would be at the second by minute 105."""
    faults = [Known(0, 10, frozenset({1}), 0), Known(100, 10, frozenset({1}), 100)]
    case = Case(faults, {1: [5, 50]}, [[0, 30], [30, 0]])

    def on_the_way_home(leg: Leg) -> float:
        return 105 if (leg.after, leg.free, leg.fault) == (0, 15, 1) else float("inf")

    assert best_mean_minutes(case, sent_at_the_call(case)) == (5 + 30) / 2
    assert best_mean_minutes(case, sent_at_the_call(case, on_the_way_home)) == (5 + 5) / 2


def test_of_two_calls_at_once_the_one_with_the_short_repair_comes_first() -> None:
    long, short = Known(0, 100, frozenset({1})), Known(0, 10, frozenset({1}))
    case = Case([long, short], {1: [5, 5]}, [[0, 5], [5, 0]])
    assert best_mean_minutes(case) == (5 + (5 + 10 + 5)) / 2


def test_only_a_crew_that_may_is_sent() -> None:
    case = Case([Known(0, 10, frozenset({2}))], {1: [1], 2: [30]}, [[0]])
    assert best_mean_minutes(case) == 30


@pytest.mark.parametrize("seed", range(8))
def test_no_other_schedule_is_better(seed: int) -> None:
    rng = Random(seed)
    n, crews = 5, (1, 2)
    faults = [Known(rng.uniform(0, 60), rng.uniform(5, 60), frozenset(crews)) for _ in range(n)]
    first = {crew: [rng.uniform(1, 40) for _ in range(n)] for crew in crews}
    case = Case(faults, first, [[rng.uniform(1, 40) for _ in range(n)] for _ in range(n)])
    for arrives in (waits_on_the_spot(case), sent_at_the_call(case)):
        assert best_mean_minutes(case, arrives) == pytest.approx(min(everyone_tried(case, arrives)))


def test_who_sends_before_the_call_is_never_worse() -> None:
    rng = Random(1)
    faults = [Known(at := rng.uniform(0, 60), rng.uniform(5, 60), frozenset({1, 2}), at + 1) for _ in range(6)]
    first = {crew: [rng.uniform(1, 40) for _ in faults] for crew in (1, 2)}
    case = Case(faults, first, [[rng.uniform(1, 40) for _ in faults] for _ in faults])
    assert best_mean_minutes(case) < best_mean_minutes(case, sent_at_the_call(case))


def everyone_tried(case: Case, arrives: Arrives) -> list[float]:
    """Each order of the faults with each choice of crews."""
    n = len(case.faults)
    return [
        sum(minutes(case, arrives, order, chosen)) / n
        for order in permutations(range(n))
        for chosen in product(case.first, repeat=n)
    ]


def minutes(case: Case, arrives: Arrives, order: tuple[int, ...], chosen: tuple[int, ...]) -> list[float]:
    free = dict.fromkeys(case.first, 0.0)
    at: dict[int, int | None] = dict.fromkeys(case.first)
    found = []
    for fault, crew in zip(order, chosen, strict=True):
        there_at = arrives(Leg(crew, at[crew], free[crew], fault))
        free[crew], at[crew] = there_at + case.faults[fault].work, fault
        found.append(there_at - case.faults[fault].called)
    return found
