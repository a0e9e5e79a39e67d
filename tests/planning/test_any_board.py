"""Whatever the board: what a plan may never do."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.planning.board import PRICES, Board, Plan, Stop
from dispatch_server.planning.explaining import Explainer
from dispatch_server.planning.planner import RollingPlanner
from dispatch_server.planning.search import steps
from dispatch_server.protocol.sentences import in_chinese
from tests.planning.boards import boards, reckoned_cost

FEW = settings(max_examples=40, deadline=None)
PLANNER = RollingPlanner(seed=7)
BUDGET = 60


def require_sound(board: Board, plan: Plan) -> None:
    outages, crews = {o.id: o for o in board.outages}, {c.id: c for c in board.crews}
    row = {o.id: n for n, o in enumerate(board.outages)}
    start = {c.id: len(outages) + n for n, c in enumerate(board.crews)}
    assert set(plan.stops) | set(plan.unserved) == set(outages)
    assert not set(plan.stops) & set(plan.unserved)
    for crew_id, stops in plan.days():
        at, here = crews[crew_id].free_in_min, start[crew_id]
        assert [s.turn for s in stops] == list(range(1, len(stops) + 1))
        for stop in stops:
            outage = outages[stop.outage_id]
            assert may_be_sent(board, crew_id, outage.id)
            at += float(board.minutes[here, row[outage.id]])
            assert stop.arrives_min == pytest.approx(at, abs=1e-3)
            assert stop.late_min == pytest.approx(max(0.0, at - outage.due_min), abs=1e-3)
            at, here = at + outage.work_min, row[outage.id]


def may_be_sent(board: Board, crew_id: int, outage_id: int) -> bool:
    outage = next(o for o in board.outages if o.id == outage_id)
    crew = next(c for c in board.crews if c.id == crew_id)
    return (outage.skill is None or outage.skill in crew.skills) and crew_id not in outage.barred


@given(boards())
@FEW
def test_every_outage_is_given_once_to_a_fit_crew_at_times_that_add_up(board: Board) -> None:
    plan = PLANNER.plan(board, steps(BUDGET))
    require_sound(board, plan)
    assert all(not any(may_be_sent(board, c.id, one) for c in board.crews) for one in plan.unserved)


@given(boards())
@FEW
def test_the_cost_is_what_the_prices_say_in_words(board: Board) -> None:
    plan = PLANNER.plan(board, steps(BUDGET))
    assert plan.cost == pytest.approx(reckoned_cost(board, plan, PRICES.late, PRICES.turning), rel=1e-4, abs=0.1)


@given(boards())
@settings(max_examples=20, deadline=None)
def test_the_same_board_seed_and_number_of_steps_give_the_same_plan(board: Board) -> None:
    assert PLANNER.plan(board, steps(BUDGET)) == PLANNER.plan(board, steps(BUDGET))


@given(boards())
@FEW
def test_more_steps_never_give_a_dearer_plan_than_none(board: Board) -> None:
    assert PLANNER.plan(board, steps(BUDGET)).cost <= PLANNER.plan(board, steps(0)).cost + 0.1


@given(boards(), st.integers(0, 2**16))
@FEW
def test_a_plan_made_again_after_changes_is_sound_and_no_dearer_than_the_former_one_mended(
    board: Board, seed: int
) -> None:
    former = PLANNER.plan(board, steps(BUDGET))
    changed = some_gone(board, seed)
    again = PLANNER.plan_again(changed, former, steps(BUDGET))
    require_sound(changed, again)
    assert again.cost <= PLANNER.plan_again(changed, former, steps(0)).cost + 0.1


@given(boards())
@FEW
def test_to_put_one_outage_back_to_the_crew_it_was_taken_from_never_gains(board: Board) -> None:
    plan = PLANNER.plan(board, steps(BUDGET))
    for crew in board.crews:
        if crew.heading_to in plan.turned and may_be_sent(board, crew.id, crew.heading_to):
            kept = driven(board, first_for(board, plan, crew.id, crew.heading_to))
            assert reckoned_cost(board, kept, PRICES.late, PRICES.turning) >= plan.cost - 0.1


@given(boards())
@FEW
def test_nobody_is_turned_round_where_turning_is_too_dear(board: Board) -> None:
    dear = RollingPlanner(dataclasses.replace(PRICES, turning=1e6), seed=7)
    may_keep = {o for c in board.crews if (o := c.heading_to) is not None and may_be_sent(board, c.id, o)}
    may_keep |= {o.id for o in board.outages if o.held_by is not None and may_be_sent(board, o.held_by, o.id)}
    assert not set(dear.plan(board, steps(BUDGET)).turned) & may_keep


def first_for(board: Board, plan: Plan, crew_id: int, outage_id: int) -> dict[int, list[int]]:
    days: dict[int, list[int]] = {c.id: [] for c in board.crews}
    for other, stops in plan.days():
        days[other] = [s.outage_id for s in stops if s.outage_id != outage_id]
    days[crew_id].insert(0, outage_id)
    return days


def driven(board: Board, days: dict[int, list[int]]) -> Plan:
    row, stops = {o.id: n for n, o in enumerate(board.outages)}, {}
    for n, crew in enumerate(board.crews):
        at, here = crew.free_in_min, len(board.outages) + n
        for turn, one in enumerate(days[crew.id]):
            at, here = at + float(board.minutes[here, row[one]]), row[one]
            outage = board.outages[here]
            stops[one] = Stop(one, crew.id, turn + 1, at, max(0.0, at - outage.due_min))
            at += outage.work_min
    return Plan(stops, (), 0.0, ())


@given(boards())
@settings(max_examples=30, deadline=None)
def test_every_outage_is_explained_in_both_languages(board: Board) -> None:
    plan = PLANNER.plan(board, steps(BUDGET))
    explainer = Explainer(board, plan)
    for outage in board.outages:
        told = explainer.explain(outage.id)
        assert told.sentences
        assert told.stop == plan.stops.get(outage.id)
        assert all(in_chinese(sentence) != sentence for sentence in told.sentences)
        if told.runner_up is not None:
            assert told.stop is not None
            assert told.runner_up.crew_id != told.stop.crew_id
            assert may_be_sent(board, told.runner_up.crew_id, outage.id)


def some_gone(board: Board, seed: int) -> Board:
    """Some outages are dealt with, some crews went home."""
    random = np.random.default_rng(seed)
    keep = np.flatnonzero(random.random(len(board.outages)) < 0.8)
    stay = np.flatnonzero(random.random(len(board.crews)) < 0.8)
    if not len(stay):
        stay = np.array([0])
    rows = np.concatenate([keep, len(board.outages) + stay])
    return Board(
        tuple(board.outages[j] for j in keep),
        tuple(board.crews[c] for c in stay),
        board.minutes[np.ix_(rows, keep)],
    )
