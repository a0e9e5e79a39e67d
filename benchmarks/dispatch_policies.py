"""Dispatch policies side by side on the same simulated days, with the spread over seeds.

Every policy plays the real services and rules; only who chooses the crew differs. The results are simulated.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

from benchmarks.tables import say_where, table
from benchmarks.vroom_policy import VROOM
from dispatch_server.drill.command import SCENARIOS
from dispatch_server.drill.measures import Figures, figures_of, rows_of
from dispatch_server.drill.playing import Drill, Stage, set_stage
from dispatch_server.drill.policies import POLICIES
from dispatch_server.drill.report import REFERENCE, SIMULATED
from dispatch_server.drill.scenarios import on_days
from dispatch_server.main import policy_of
from dispatch_server.settings import Settings
from dispatch_server.workers.ticker import Ticker

SAMPLE = Path(__file__).parents[1] / "gis_data" / "loudi"
ALL_POLICIES = {**POLICIES, VROOM.name: VROOM}
# Student's t for 95 % by the number of seeds less one.
_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
HEAD = ("policy", "group", "outages", "mean", "median", "p90", "in time %", "waiting", "travel", "alone")


@dataclass(frozen=True, slots=True)
class Run:
    policy: str
    seed: int
    figures: Mapping[str, Figures]
    processor_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Wanted:
    scenario: str
    days: int | None
    policy: str
    seed: int


_stage: Stage | None = None


def _begin(folder: str) -> None:
    """Once in each process."""
    global _stage
    own = Path(tempfile.mkdtemp(dir=folder))
    _stage = set_stage(own, SAMPLE, policy_of(Settings()), Ticker)


def play(wanted: Wanted) -> Run:
    assert _stage is not None
    scenario, policy = on_days(SCENARIOS[wanted.scenario], wanted.days), ALL_POLICIES[wanted.policy]
    processor, wall = time.process_time(), time.perf_counter()
    file = _stage.file.with_name(f"{wanted.policy}-{wanted.seed}.db")
    played = Drill(_stage, scenario, policy, wanted.seed, file).play()
    try:
        figures = {one.group: one for one in figures_of(rows_of(played))}
    finally:
        played.close()
        file.unlink()
    took = time.process_time() - processor, time.perf_counter() - wall
    print(f"{wanted.policy}, seed {wanted.seed}: {took[0]:.0f} s of processor, {took[1]:.0f} s", flush=True)
    return Run(wanted.policy, wanted.seed, figures, *took)


def spread(values: Sequence[float]) -> str:
    """Mean ± half of the 95 % interval over the seeds."""
    if len(values) < 2:
        return f"{mean(values):.1f}"
    t = _T[min(len(values) - 2, len(_T) - 1)]
    return f"{mean(values):.1f} ± {t * stdev(values) / sqrt(len(values)):.1f}"


def lines(policy: str, runs: Sequence[Run]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for group in runs[0].figures:
        ones = [run.figures[group] for run in runs if group in run.figures]
        found.append(
            (
                policy,
                group,
                f"{mean(one.outages for one in ones):.0f}",
                spread([one.mean_min for one in ones]),
                spread([one.median_min for one in ones]),
                spread([one.p90_min for one in ones]),
                spread([100 * one.in_time for one in ones]),
                spread([one.waiting_min for one in ones]),
                spread([one.travel_min for one in ones]),
                spread([one.alone_min for one in ones]),
            )
        )
    return found


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="weeks")
    parser.add_argument("--days", type=int, help="the scenario's own number otherwise")
    parser.add_argument("--seeds", type=int, default=10, help="1 to 10 (default 10)")
    parser.add_argument("--policies", default="ours,nearest,own,board,vroom")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    options = asked()
    names = options.policies.split(",")
    say_where()
    with tempfile.TemporaryDirectory(prefix="relight-drill-") as folder:
        wanted = [Wanted(options.scenario, options.days, p, s) for s in range(1, options.seeds + 1) for p in names]
        context = multiprocessing.get_context("spawn")
        with context.Pool(options.processes, _begin, (folder,)) as pool:
            runs = pool.map(play, wanted, chunksize=1)
    by_policy = {name: [run for run in runs if run.policy == name] for name in names}
    print(f"\n{options.scenario}, {on_days(SCENARIOS[options.scenario], options.days).days} d, {options.seeds} seeds\n")
    table(HEAD, [line for name, some in by_policy.items() for line in lines(name, some)])
    print("Minutes; mean over the seeds ± half of its 95 % interval. danger: outages with danger to life.")
    print(SIMULATED, REFERENCE, sep="\n")


if __name__ == "__main__":
    main()
