"""Plans of the whole board beside the rules of thumb, SciPy's rolling assignment and VROOM, on the same boards.

Processor seconds stand beside those on the wall: on a machine that others use the wall says more about them. Relight's
budget is in processor seconds of one thread, VROOM's time is that of its two threads together.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.boards import Days, Worth, storm, with_one_more, worth
from benchmarks.rival_plans import Made, earliest_arrival, nearest_idle, rolling_assignment, timed, vroom
from benchmarks.tables import against, say_where, table
from dispatch_server.planning.board import Board, Plan
from dispatch_server.planning.planner import RollingPlanner
from dispatch_server.planning.search import seconds

SIZES = {
    "50x20": (50, 20, 1.0),
    "500x100": (500, 100, 2.0),
    "2000x300": (2_000, 300, 5.0),
    "5000x500": (5_000, 500, 10.0),
}
AGAIN_S = 0.05  # of searching, for one event
RELIGHT = "Relight"


@dataclass(frozen=True, slots=True)
class Line:
    made: Made
    worth: Worth


def main() -> None:
    options = _asked()
    say_where()
    for size in options.sizes.split(","):
        outages, crews, budget_s = SIZES[size]
        boards = [storm(outages, crews, seed) for seed in range(options.seeds)]
        lines = _measured(boards, budget_s, options)
        print(f"## {outages:,} outages, {crews} crews, {len(boards)} seeds\n")
        _show(lines, len(boards))
        _judge(size, lines)
        _events(boards[: min(4, len(boards))], budget_s)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--sizes", default=",".join(SIZES), help="some of " + ", ".join(SIZES))
    parser.add_argument("--vroom", default="1,5", help="exploration levels of VROOM, 1 to 5; - for none")
    parser.add_argument(
        "--vroom-limit", type=float, default=330.0, help="seconds on the wall after which VROOM is ended"
    )
    return parser.parse_args()


def _measured(boards: Sequence[Board], budget_s: float, options: argparse.Namespace) -> dict[str, list[Line]]:
    rivals: dict[str, Callable[[Board], Made | None]] = {
        "nearest idle crew, oldest call": lambda board: timed(nearest_idle, board),
        "earliest arrival, most urgent": lambda board: timed(earliest_arrival, board),
        "rolling assignment (SciPy)": lambda board: timed(rolling_assignment, board),
        RELIGHT: lambda board: timed(lambda b: days_of(b, planned(b, budget_s)), board),
    }
    for level in [] if options.vroom == "-" else options.vroom.split(","):
        rivals[f"VROOM, exploration {level}"] = lambda board, level=level: vroom(board, int(level), options.vroom_limit)
    lines: dict[str, list[Line]] = {}
    for name, make in rivals.items():
        made = [(board, make(board)) for board in boards]
        lines[name] = [Line(one, worth(board, one.days)) for board, one in made if one is not None]
    return lines


def planned(board: Board, budget_s: float) -> Plan:
    return RollingPlanner().plan(board, seconds(budget_s, time.process_time))


def days_of(board: Board, plan: Plan) -> Days:
    days: Days = [[] for _ in board.crews]
    for crew, stops in plan.days():
        days[crew] = [stop.outage_id for stop in stops]
    return days


def _show(lines: dict[str, list[Line]], boards: int) -> None:
    head = ("plan", "wall s", "processor s", "in time %", "mean min", "p95 min", "most urgent min", "F", "finished")
    table(head, [_row(name, ones, boards) for name, ones in lines.items()])


def _row(name: str, ones: list[Line], boards: int) -> list[object]:
    finished = f"{len(ones)} of {boards}"
    if not ones:
        return [name, *["–"] * 7, finished]
    return [
        name,
        mean(one.made.wall_s for one in ones),
        mean(one.made.processor_s for one in ones),
        *(f"{figure:.1f}" for figure in _figures(ones)),
        finished,
    ]


def _figures(ones: Sequence[Line]) -> list[float]:
    got = [one.worth for one in ones]
    return [
        mean(w.in_time for w in got) * 100,
        mean(w.mean_min for w in got),
        mean(w.p95_min for w in got),
        mean(w.urgent_min for w in got),
        mean(w.f for w in got),
    ]


def _judge(size: str, lines: dict[str, list[Line]]) -> None:
    """The aims; a rival that finished some of the boards only is not judged."""
    share, minutes, _, _, f = _figures(lines[RELIGHT])
    for name, ones in lines.items():
        if len(ones) < len(lines[RELIGHT]):
            continue
        its_share, its_minutes, _, _, its_f = _figures(ones)
        if size == "500x100" and "VROOM" in name:
            against(f"share in time, times that of {name}", share / its_share, 1.0, at_least=True)
            against(f"mean arrival, times that of {name}", minutes / its_minutes, 0.93)
        elif size == "2000x300" and "VROOM" in name:
            against(f"F, times that of {name}", f / its_f, 0.95)
        elif size == "5000x500" and name.startswith("earliest"):
            against("F, times that of earliest arrival", f / its_f, 0.87)
            against("share in time, times that of earliest arrival", share / its_share, 2.0, at_least=True)


def _events(boards: Sequence[Board], budget_s: float) -> None:
    """One more outage on a board with a plan: wall and processor milliseconds from the board to the new plan."""
    wall, processor = [], []
    for seed, board in enumerate(boards):
        former, after = planned(board, budget_s / 4), with_one_more(board, seed)
        for _ in range(3):
            made = timed(lambda b, f=former: days_of(b, again(b, f)), after)
            wall.append(made.wall_s * 1000)
            processor.append(made.processor_s * 1000)
    print(f"        re-plan after one event: {mean(wall):.0f} ms on the wall on average, {max(wall):.0f} at most")
    against("re-plan after one event, processor time, slowest", max(processor), 100.0, " ms")
    print(flush=True)


def again(board: Board, former: Plan) -> Plan:
    return RollingPlanner().plan_again(board, former, seconds(AGAIN_S, time.process_time))


if __name__ == "__main__":
    main()
