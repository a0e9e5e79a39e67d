"""Dispatch policies side by side on the same simulated days: each with its spread over seeds, and each against the
nearest idle crew, outage by outage.

Every policy plays the real services and rules; only who chooses the crew differs. All meet the same faults, repairs and
crews of a seed, so the second table tells more than the first. The results are simulated.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

from benchmarks.tables import against, say_where, table
from benchmarks.vroom_policy import VROOM
from dispatch_server.drill.command import SCENARIOS
from dispatch_server.drill.measures import ALL, Figures, Row, figures_of, rows_of
from dispatch_server.drill.pairs import Pair, by_group, difference, half_width, late_ratio, pairs_of
from dispatch_server.drill.playing import AFTERWARDS, Drill, Stage, set_stage
from dispatch_server.drill.policies import NEAREST, OURS, POLICIES
from dispatch_server.drill.report import REFERENCE, SIMULATED
from dispatch_server.drill.scenarios import on_days
from dispatch_server.main import policy_of
from dispatch_server.protocol.codec import decode, encode
from dispatch_server.settings import Settings
from dispatch_server.workers.ticker import Ticker

SAMPLE = Path(__file__).parents[1] / "gis_data" / "loudi"
ALL_POLICIES = {**POLICIES, VROOM.name: VROOM}
HOUR = timedelta(hours=1)
HEAD = ("policy", "group", "outages", "mean", "median", "p90", "in time %", "waiting", "travel", "alone")
AGAINST = ("policy", "group", "pairs", "mean", "", "late, points", "late, times", "waiting", "travel")


@dataclass(frozen=True, slots=True)
class Run:
    policy: str
    seed: int
    rows: list[Row]

    @property
    def figures(self) -> Mapping[str, Figures]:
        return {one.group: one for one in figures_of(self.rows)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`keep` is a folder for the rows of each run; what lies there is not played again. `afterwards` is how long the
    drill goes on after its last day."""

    scenario: str
    days: int | None
    policy: str
    seed: int
    keep: Path | None
    afterwards: timedelta = AFTERWARDS

    @property
    def file(self) -> Path | None:
        days = on_days(SCENARIOS[self.scenario], self.days).days
        return None if self.keep is None else self.keep / f"{self.scenario}-{days}d-{self.policy}-{self.seed}.json"


_stage: Stage | None = None


def _begin(folder: str) -> None:
    """Once in each process."""
    global _stage
    own = Path(tempfile.mkdtemp(dir=folder))
    _stage = set_stage(own, SAMPLE, policy_of(Settings()), Ticker)


def run_of(wanted: Wanted) -> Run:
    file = wanted.file
    if file is not None and file.exists():
        return Run(wanted.policy, wanted.seed, decode(list[Row], json.loads(file.read_text(encoding="utf-8"))))
    rows = play(wanted)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(encode(rows)), encoding="utf-8")
    return Run(wanted.policy, wanted.seed, rows)


def play(wanted: Wanted) -> list[Row]:
    assert _stage is not None
    scenario, policy = on_days(SCENARIOS[wanted.scenario], wanted.days), ALL_POLICIES[wanted.policy]
    processor, wall = time.process_time(), time.perf_counter()
    file = _stage.file.with_name(f"{wanted.policy}-{wanted.seed}.db")
    played = Drill(_stage, scenario, policy, wanted.seed, file).play(wanted.afterwards)
    try:
        rows = rows_of(played)
    finally:
        played.close()
        file.unlink()
    took = time.process_time() - processor, time.perf_counter() - wall
    late, minutes = sum(row.late for row in rows), [row.minutes for row in rows if row.minutes is not None]
    print(
        f"{wanted.policy}, seed {wanted.seed}: {len(rows)} outages, mean {mean(minutes):.1f}, {late} late; "
        f"{took[0]:.0f} s of processor, {took[1]:.0f} s",
        flush=True,
    )
    return rows


def spread(values: Sequence[float]) -> str:
    """Mean ± half of the 95 % interval over the seeds."""
    if len(values) < 2:
        return f"{mean(values):.1f}"
    return f"{mean(values):.1f} ± {half_width(len(values), stdev(values) / sqrt(len(values))):.1f}"


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


def paired(some: Sequence[Run], nearest: Sequence[Run], whole: bool) -> list[Pair]:
    """`whole`: a seed is one event; otherwise each of its days is one."""
    other = {run.seed: run.rows for run in nearest}
    found: list[Pair] = []
    for run in some:
        found += pairs_of(run.rows, other[run.seed], partial(_event, run.seed, whole))
    return found


def _event(seed: int, whole: bool, called_at: datetime) -> Hashable:
    return seed if whole else (seed, called_at.date())


def against_nearest(name: str, pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for group, some in by_group(pairs).items():
        minutes, ratio = difference(some, lambda row: row.minutes), late_ratio(some)
        found.append(
            (
                name,
                group,
                str(len(some)),
                str(minutes),
                minutes.verdict,
                str(difference(some, lambda row: 100.0 * row.late)),
                "–" if ratio is None else f"{ratio:.2f}",
                str(difference(some, lambda row: row.waiting_min)),
                str(difference(some, lambda row: row.travel_min)),
            )
        )
    return found


def judge(by_policy: Mapping[str, Sequence[Run]], pairs: Mapping[str, Sequence[Pair]], storm: bool) -> None:
    """The aims: no class worse than with the nearest idle crew on ordinary days; in a storm a third fewer late."""
    if OURS.name not in pairs:
        return
    for group, some in by_group(pairs[OURS.name]).items():
        if not storm:
            against(f"mean, {group}, ours less nearest", difference(some, lambda row: row.minutes).mean, 0.0, " min")
        elif group == ALL and (ratio := late_ratio(some)) is not None:
            against("late arrivals, times those of the nearest idle crew", ratio, 2 / 3)
    if storm and VROOM.name in by_policy:
        late = {name: sum(row.late for run in by_policy[name] for row in run.rows) for name in (OURS.name, VROOM.name)}
        against("late arrivals, times those of VROOM", late[OURS.name] / max(1, late[VROOM.name]), 1.0)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="weeks")
    parser.add_argument("--days", type=int, help="the scenario's own number otherwise")
    parser.add_argument("--seeds", type=int, default=10, help="default 10")
    parser.add_argument("--policies", default="ours,nearest,own,board,vroom")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--afterwards", type=float, default=AFTERWARDS / HOUR, help="hours played after the last day (default 36)"
    )
    parser.add_argument(
        "--keep", type=Path, help="a folder for the rows of each run; what lies there is not played again"
    )
    return parser.parse_args()


def main() -> None:
    options = asked()
    names = options.policies.split(",")
    say_where()
    with tempfile.TemporaryDirectory(prefix="relight-drill-") as folder:
        wanted = [
            Wanted(options.scenario, options.days, name, seed, options.keep, timedelta(hours=options.afterwards))
            for seed in range(1, options.seeds + 1)
            for name in names
        ]
        context = multiprocessing.get_context("spawn")
        with context.Pool(options.processes, _begin, (folder,)) as pool:
            runs = pool.map(run_of, wanted, chunksize=1)
    by_policy = {name: [run for run in runs if run.policy == name] for name in names}
    scenario = on_days(SCENARIOS[options.scenario], options.days)
    print(f"\n{scenario.name}, {scenario.days} d, {options.seeds} seeds\n")
    table(HEAD, [line for name, some in by_policy.items() for line in lines(name, some)])
    print("Minutes; mean over the seeds ± half of its 95 % interval. danger: outages with danger to life.")
    if NEAREST.name in by_policy:
        tell_against_nearest(by_policy, scenario.all_hands)
    print(SIMULATED, REFERENCE, sep="\n")


def tell_against_nearest(by_policy: Mapping[str, Sequence[Run]], storm: bool) -> None:
    nearest = by_policy[NEAREST.name]
    pairs = {name: paired(some, nearest, storm) for name, some in by_policy.items() if name != NEAREST.name}
    print("\nAgainst the nearest idle crew, outage by outage\n")
    table(AGAINST, [line for name, some in pairs.items() for line in against_nearest(name, some)])
    unit = "storms" if storm else "days"
    print(
        f"This policy less nearest, ± half of the 95 % interval over {unit}; late also as times nearest's. Minutes are"
    )
    print("over the outages that both reached: where many were reached by nobody, as in a storm, late alone is fair.")
    judge(by_policy, pairs, storm)


if __name__ == "__main__":
    main()
