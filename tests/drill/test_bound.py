"""The best clairvoyant schedule of small cases, checked by hand and against every order there is."""

from itertools import permutations, product
from random import Random

import pytest

from dispatch_server.drill.bound import Case, Known, best_mean_minutes


def test_who_knows_beforehand_waits_on_the_spot() -> None:
    case = Case([Known(60, 30, frozenset({1}))], {1: [40]}, [[0]])
    assert best_mean_minutes(case) == 0


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
    assert best_mean_minutes(case) == pytest.approx(min(everyone_tried(case)))


def everyone_tried(case: Case) -> list[float]:
    """Each order of the faults with each choice of crews."""
    n = len(case.faults)
    return [
        sum(minutes(case, order, chosen)) / n
        for order in permutations(range(n))
        for chosen in product(case.first, repeat=n)
    ]


def minutes(case: Case, order: tuple[int, ...], chosen: tuple[int, ...]) -> list[float]:
    free = dict.fromkeys(case.first, 0.0)
    at: dict[int, int] = {}
    found = []
    for fault, crew in zip(order, chosen, strict=True):
        drive = case.between[at[crew]][fault] if crew in at else case.first[crew][fault]
        arrives = max(case.faults[fault].called, free[crew] + drive)
        free[crew], at[crew] = arrives + case.faults[fault].work, fault
        found.append(arrives - case.faults[fault].called)
    return found
