"""Plans as others make them: the dispatcher's rules of thumb, SciPy's assignment again and again, and VROOM."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.boards import SKILL, Days
from dispatch_server.planning.board import Board

NEVER = 1e9
A_DAY_S = 10**7


@dataclass(frozen=True, slots=True)
class Made:
    days: Days
    wall_s: float
    processor_s: float


def timed(make: Callable[[Board], Days], board: Board) -> Made:
    wall, processor = time.perf_counter(), time.process_time()
    days = make(board)
    return Made(days, time.perf_counter() - wall, time.process_time() - processor)


class _Crews:
    """When and where each crew is free, as its day fills."""

    def __init__(self, board: Board) -> None:
        self.board, n = board, len(board.outages)
        self.at = np.array([c.free_in_min for c in board.crews])
        self.row = n + np.arange(len(board.crews))
        self.days: Days = [[] for _ in board.crews]
        skilled = np.array([SKILL in c.skills for c in board.crews])
        self.may = {None: np.ones(len(skilled), bool), SKILL: skilled}

    def arrivals(self, outage: int) -> "np.typing.NDArray[np.float64]":
        fit = self.may[self.board.outages[outage].skill]
        return np.where(fit, self.at + self.board.minutes[self.row, outage], NEVER)

    def give(self, crew: int, outage: int, arrives: float) -> None:
        self.at[crew] = arrives + self.board.outages[outage].work_min
        self.row[crew] = outage
        self.days[crew].append(outage)


def nearest_idle(board: Board) -> Days:
    """The oldest call goes to the nearest crew that is idle; when none is, the desk waits for one."""
    crews, now = _Crews(board), 0.0
    waiting = sorted(range(len(board.outages)), key=lambda j: -board.outages[j].waited_min)
    while waiting:
        now = max(now, float(crews.at.min()))
        idle = crews.at <= now
        outage = next((j for j in waiting if (idle & crews.may[board.outages[j].skill]).any()), None)
        if outage is None:
            now = float(crews.at[crews.at > now].min())
            continue
        away = np.where(idle & crews.may[board.outages[outage].skill], board.minutes[crews.row, outage], NEVER)
        crew = int(away.argmin())
        crews.give(crew, outage, now + float(away[crew]))
        waiting.remove(outage)
    return crews.days


def earliest_arrival(board: Board) -> Days:
    """The most urgent and oldest first, each to the crew that can be there first, behind what it has already."""
    crews = _Crews(board)
    _give_earliest(crews, range(len(board.outages)))
    return crews.days


def _give_earliest(crews: _Crews, outages: "range | list[int]") -> None:
    known = crews.board.outages
    for outage in sorted(outages, key=lambda j: (-known[j].weight, -known[j].waited_min)):
        arrives = crews.arrivals(outage)
        crew = int(arrives.argmin())
        crews.give(crew, outage, float(arrives[crew]))


def rolling_assignment(board: Board) -> Days:
    """SciPy's assignment of each crew's next outage by arrival, an hour added where it is late, until all are given."""
    crews, left = _Crews(board), np.arange(len(board.outages))
    due = np.array([o.due_min for o in board.outages])
    while len(left):
        arrives = np.stack([crews.arrivals(j) for j in left.tolist()], axis=1)
        cost = arrives + 60.0 * (arrives > due[left])
        given = [(c, p) for c, p in zip(*linear_sum_assignment(cost), strict=True) if arrives[c, p] < NEVER]
        for crew, place in given:
            crews.give(int(crew), int(left[place]), float(arrives[crew, place]))
        left = np.delete(left, [place for _, place in given])
    return crews.days


def vroom(board: Board, exploration: int, limit_s: float) -> Made | None:
    """In a process of its own, ended when `limit_s` is over: then None. Outages that VROOM leaves out, because nobody
    would be there in time, are given behind its routes to the crew that can be there first, the most urgent first."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_vroom, args=(board, exploration, its), daemon=True)
    child.start()
    made: Made | None = ours.recv() if ours.poll(limit_s) else None
    child.kill()
    child.join()
    return made


def _vroom(board: Board, exploration: int, answer: "multiprocessing.connection.Connection") -> None:
    problem = _as_vroom(board)
    wall, processor = time.perf_counter(), time.process_time()
    routes = problem.solve(exploration_level=exploration, nb_threads=2).routes
    took = time.perf_counter() - wall, time.process_time() - processor
    crews = _Crews(board)
    stops = routes[routes["type"] == "job"]
    for crew, outage in zip(stops["vehicle_id"].tolist(), stops["id"].tolist(), strict=True):
        crews.give(crew, outage, float(crews.arrivals(outage)[crew]))
    given = {j for day in crews.days for j in day}
    _give_earliest(crews, [j for j in range(len(board.outages)) if j not in given])
    answer.send(Made(crews.days, *took))


def _as_vroom(board: Board) -> "vroom.Input":
    """Whole seconds; the limit as a time window, the weight as VROOM's priority."""
    import vroom

    n, crews = len(board.outages), len(board.crews)
    seconds = np.zeros((n + crews, n + crews), np.uint32)
    seconds[:, :n] = np.rint(board.minutes * 60)
    problem = vroom.Input()
    problem.set_durations_matrix("car", seconds)
    for c, crew in enumerate(board.crews):
        window = vroom.TimeWindow(int(crew.free_in_min * 60), A_DAY_S)
        problem.add_vehicle(vroom.Vehicle(c, start=n + c, skills=_skills(SKILL in crew.skills), time_window=window))
    problem.add_job(
        [
            vroom.Job(
                j,
                location=j,
                default_service=int(o.work_min * 60),
                skills=_skills(o.skill is not None),
                priority=int(o.weight),
                time_windows=[vroom.TimeWindow(0, int(o.due_min * 60))],
            )
            for j, o in enumerate(board.outages)
        ]
    )
    return problem


def _skills(has: bool) -> set[int]:
    return {1} if has else set()
