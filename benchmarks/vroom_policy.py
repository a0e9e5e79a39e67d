"""VROOM as a dispatcher: the whole board planned anew at every event. `pyvroom` is installed for development only."""

from typing import Any

import numpy as np

from dispatch_server.drill.policies import Pairs, Policy, Scene, first_stops, nearest_idle
from dispatch_server.planning.board import Board
from dispatch_server.services import whole_board

EXPLORATION = 3
A_DAY_S = 86_400


def planned_by_vroom(scene: Scene) -> Pairs:
    """A crew that has nothing to do gets the first stop of its route. What VROOM leaves out, because nobody would be
    there in time, goes to the nearest idle crew, in the order of the calls."""
    if not any(scene.able(one, scene.idle) for one in scene.waiting):
        return []
    board = whole_board.situation(scene.reading, scene.territory).board
    routes = _routes(board)
    turns = {outage: (crew, turn) for crew, route in routes.items() for turn, outage in enumerate(route, 1)}
    pairs = first_stops(scene, turns)
    used = {crew for _, crew in pairs} | set(routes)
    left = [one for one in scene.waiting if one.outage.id not in turns]
    crews = [crew for crew in scene.crews if crew.crew.id not in used]
    return pairs + nearest_idle(Scene(scene.reading, scene.territory, lambda: left, crews))


def _routes(board: Board) -> dict[int, list[int]]:
    """Outages in their order, by crew."""
    routes = _problem(board).solve(exploration_level=EXPLORATION, nb_threads=1).routes
    found: dict[int, list[int]] = {}
    if "id" not in routes.columns:  # nobody can go anywhere
        return found
    stops = routes[routes["type"] == "job"]
    for crew, outage in zip(stops["vehicle_id"].tolist(), stops["id"].tolist(), strict=True):
        found.setdefault(board.crews[crew].id, []).append(board.outages[outage].id)
    return found


def _problem(board: Board) -> Any:
    """Whole seconds; the limit as a time window, while it is not over; who may not be sent lacks a skill."""
    import vroom

    n, crews = len(board.outages), len(board.crews)
    seconds = np.zeros((n + crews, n + crews), np.uint32)
    seconds[:, :n] = np.rint(board.minutes * 60)
    barred = {who: number for number, who in enumerate({_barred(board, j) for j in range(n)}, 1)}
    problem = vroom.Input()
    problem.set_durations_matrix("car", seconds)
    for c, crew in enumerate(board.crews):
        window = vroom.TimeWindow(int(crew.free_in_min * 60), 10 * A_DAY_S)
        skills = {number for who, number in barred.items() if crew.id not in who}
        problem.add_vehicle(vroom.Vehicle(c, start=n + c, skills=skills, time_window=window))
    problem.add_job(
        [
            vroom.Job(
                j,
                location=j,
                default_service=int(o.work_min * 60),
                skills={barred[_barred(board, j)]},
                priority=int(o.weight),
                time_windows=[vroom.TimeWindow(0, int(o.due_min * 60) if o.due_min > 0 else 10 * A_DAY_S)],
            )
            for j, o in enumerate(board.outages)
        ]
    )
    return problem


def _barred(board: Board, outage: int) -> frozenset[int]:
    """Crews that may not be sent, for whatever reason."""
    one = board.outages[outage]
    unskilled = frozenset(c.id for c in board.crews if one.skill is not None and one.skill not in c.skills)
    return one.barred | unskilled


VROOM = Policy("vroom", "VROOM, the board planned anew at every event", planned_by_vroom)
