"""Plans that a dispatcher would make by hand, on one road."""

from itertools import permutations

import numpy as np
import pytest

from dispatch_server.planning.board import Board, Plan, Stop
from dispatch_server.planning.explaining import Explainer
from dispatch_server.planning.planner import RollingPlanner
from dispatch_server.planning.search import seconds, steps
from tests.planning.boards import a_crew, an_outage, on_a_line

PLANNER = RollingPlanner()


def planned(board: Board) -> Plan:
    return PLANNER.plan(board, steps(200))


def test_each_crew_goes_to_the_outage_beside_it() -> None:
    board = on_a_line([(0, an_outage(1)), (100, an_outage(2))], [(95, a_crew(11)), (5, a_crew(12))])
    plan = planned(board)
    assert {one: stop.crew_id for one, stop in plan.stops.items()} == {1: 12, 2: 11}
    assert plan.late == ()


def test_the_whole_board_is_looked_at_and_not_one_outage_after_the_other() -> None:
    """The crew in the middle is nearest to the first outage, but the only one that reaches the second in time."""
    board = on_a_line(
        [(0, an_outage(1, limit=45)), (50, an_outage(2, limit=45))], [(10, a_crew(11)), (-40, a_crew(12))]
    )
    plan = planned(board)
    assert {one: stop.crew_id for one, stop in plan.stops.items()} == {1: 12, 2: 11}
    assert all(stop.in_time for stop in plan.stops.values())


def test_who_cannot_be_reached_in_time_is_named_at_once_and_told_why() -> None:
    board = on_a_line([(0, an_outage(1)), (300, an_outage(2))], [(0, a_crew(11))])
    plan = planned(board)
    assert [stop.outage_id for stop in plan.late] == [2]
    said = Explainer(board, plan).explain(2).sentences
    assert said == (
        "Crew 11 arrives in 330 min, as its stop no. 2: 285 min past the limit.",
        "No fit crew can be there in time; the first could be Crew 11, in 300 min.",
    )


def test_one_that_is_late_for_the_sake_of_others_is_told_for_whose() -> None:
    board = on_a_line(
        [(10, an_outage(1, weight=8)), (-40, an_outage(2, weight=1))], [(0, a_crew(11)), (200, a_crew(12))]
    )
    plan = planned(board)
    assert [stop.outage_id for stop in plan.late] == [2]
    said = Explainer(board, plan).explain(2).sentences
    assert said[1] == (
        "Crew 11 could be there in time, in 40 min, but would then be late at more of its other stops (1)."
    )


def test_an_outage_for_which_no_crew_is_fit_is_unserved_and_said_so() -> None:
    board = on_a_line(
        [(0, an_outage(1, skill="hv")), (9, an_outage(2)), (9, an_outage(3, barred=frozenset({11})))], [(0, a_crew(11))]
    )
    plan = planned(board)
    assert plan.unserved == (1, 3)
    assert Explainer(board, plan).explain(1).sentences == ("No crew on the board may be sent there.",)


def test_a_crew_on_the_road_is_not_turned_round_for_a_small_gain() -> None:
    board = on_a_line([(20, an_outage(1)), (-15, an_outage(2))], [(0, a_crew(11, heading_to=1)), (-1, a_crew(12))])
    assert planned(board).stops[1].crew_id == 11
    swapped = on_a_line([(20, an_outage(1)), (-15, an_outage(2))], [(0, a_crew(11, heading_to=2)), (5, a_crew(12))])
    plan = planned(swapped)
    assert (plan.stops[2].crew_id, plan.stops[2].turn) == (11, 1)
    assert plan.turned == ()


def test_a_crew_on_the_road_is_turned_round_for_danger_to_life_that_it_alone_reaches_in_time() -> None:
    board = on_a_line(
        [(40, an_outage(1, limit=120)), (-10, an_outage(2, limit=20, weight=8))],
        [(0, a_crew(11, heading_to=1)), (-90, a_crew(12))],
    )
    plan = planned(board)
    assert plan.stops[2].crew_id == 11
    assert plan.turned == (1,)
    assert any("Crew 11 had it and is sent elsewhere" in said for said in Explainer(board, plan).explain(1).sentences)


def test_two_crews_that_drive_to_one_place_do_not_have_it_twice() -> None:
    board = on_a_line(
        [(10, an_outage(1)), (30, an_outage(2))], [(0, a_crew(11, heading_to=1)), (20, a_crew(12, heading_to=1))]
    )
    for plan in (planned(board), PLANNER.plan_again(board, planned(board), steps(50))):
        assert {one: stop.crew_id for one, stop in plan.stops.items()} == {1: 11, 2: 12}


def test_what_a_crew_has_accepted_stays_with_it_when_another_is_a_little_nearer() -> None:
    board = on_a_line([(10, an_outage(1, held_by=11))], [(0, a_crew(11)), (12, a_crew(12))])
    assert planned(board).stops[1].crew_id == 11


def test_one_more_outage_changes_little_of_the_plan_that_stands() -> None:
    outages = [(10.0 * n, an_outage(n, limit=90)) for n in range(8)]
    crews = [(20.0 * n, a_crew(100 + n)) for n in range(4)]
    former = planned(on_a_line(outages, crews))
    after = on_a_line([*outages, (31.0, an_outage(99, limit=45))], crews)
    again = PLANNER.plan_again(after, former, steps(0))
    assert again.stops[99].crew_id in {c.id for _, c in crews}
    kept = [one for one, stop in former.stops.items() if again.stops[one].crew_id == stop.crew_id]
    assert len(kept) == len(former.stops)


def test_a_plan_of_an_empty_board_is_empty() -> None:
    assert planned(Board((), (a_crew(11),), np.zeros((1, 0), np.float32))).stops == {}
    nobody = Board((an_outage(1),), (), np.zeros((1, 1), np.float32))
    assert planned(nobody).unserved == (1,)
    assert PLANNER.plan_again(nobody, Plan({1: Stop(1, 11, 1, 5.0, 0.0)}, (), 0.0, ()), steps(9)).unserved == (1,)


def test_a_matrix_that_does_not_fit_the_board_is_refused() -> None:
    with pytest.raises(ValueError, match="this board needs"):
        Board((an_outage(1),), (a_crew(11),), np.zeros((1, 1), np.float32))
    with pytest.raises(ValueError, match="no number of minutes"):
        Board((an_outage(1),), (a_crew(11),), np.full((2, 1), np.inf, np.float32))


def test_a_budget_in_seconds_ends_by_the_clock_that_is_handed_in() -> None:
    ticks = iter(range(1_000))
    board = on_a_line([(0, an_outage(1)), (9, an_outage(2))], [(0, a_crew(11))])
    PLANNER.plan(board, seconds(10, lambda: float(next(ticks))))
    assert next(ticks) == 11


def test_every_way_of_dealing_out_two_crews_days_is_dearer_or_the_same() -> None:
    """The search against every order there is, on a board small enough to try them all."""
    random = np.random.default_rng(3)
    for seed in range(5):
        outages = [(float(random.random() * 60), an_outage(n, waited=float(random.random() * 30))) for n in range(5)]
        board = on_a_line(outages, [(0, a_crew(11)), (60, a_crew(12))])
        plan = RollingPlanner(seed=seed).plan(board, steps(1_500))
        assert plan.cost <= cheapest_of_all(board) + 0.01


def cheapest_of_all(board: Board) -> float:
    def cost(crew: int, day: tuple[int, ...]) -> float:
        at, row, total = 0.0, len(board.outages) + crew, 0.0
        for j in day:
            at += float(board.minutes[row, j])
            outage = board.outages[j]
            total += outage.weight * (at + outage.waited_min) + PLANNER.prices.late * (at > outage.due_min)
            at, row = at + outage.work_min, j
        return total

    return min(
        cost(0, order[:cut]) + cost(1, order[cut:])
        for order in permutations(range(len(board.outages)))
        for cut in range(len(order) + 1)
    )
