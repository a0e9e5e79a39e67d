"""Small nights against the best that anybody could have done: three crews, six to seven faults, exact search.

Crews take what they are offered, go at once and drive as long as was reckoned, so nothing is left between a policy and
the best but the choice of crews. Both who know everything know all calls and repairs beforehand: one sends nobody
before the call is on the board, as everybody has to (1.15 times that is the aim); the other sends crews before anybody
has rung, which no policy can do.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from statistics import mean

from benchmarks.dispatch_policies import ALL_POLICIES, SAMPLE
from benchmarks.tables import against, asked, say_where, table
from dispatch_server.drill.bound import (
    Arrives,
    Case,
    Known,
    Leg,
    best_mean_minutes,
    sent_at_the_call,
    waits_on_the_spot,
)
from dispatch_server.drill.chances import plain_manner, work_of
from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.driving import Drive
from dispatch_server.drill.measures import Row, rows_of
from dispatch_server.drill.playing import Drill, Stage, set_stage
from dispatch_server.drill.policies import NEAREST, OURS, Policy
from dispatch_server.drill.scenarios import DAY, FAIR, Fault, Scenario
from dispatch_server.drill.year import WEEKS
from dispatch_server.main import policy_of
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass, FaultKind
from dispatch_server.settings import Settings
from dispatch_server.workers.ticker import Ticker

CREWS, CASES, NEAR_M, AIM = 3, 20, 25_000.0, 1.15
A_SECOND = 1 / 60  # a drill's clock moves by seconds
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Night:
    """So many calls within so many hours, from one o'clock on."""

    name: str
    faults: int
    hours: float


NIGHTS = (Night("six in an hour and a half", 6, 1.5), Night("seven in half an hour", 7, 0.5))


def small_stage(stage: Stage) -> Stage:
    """Three neighbouring crews that are on duty all night by the rota of a storm."""
    crews = {n: record for n, record in stage.territory.crews.items() if n % 3 and "lv" in record.crew.skills}
    first = next(iter(crews.values())).crew.depot
    nearest = sorted(crews, key=lambda n: (metres_between(first, crews[n].crew.depot), n))[:CREWS]
    near = [c for c in stage.customers if c.transformer is not None and metres_between(first, c.at) < NEAR_M]
    territory = replace(stage.territory, crews={n: crews[n] for n in nearest})
    return replace(stage, territory=territory, customers=near)


def scenario_of(night: Night, seed: int, stage: Stage) -> Scenario:
    rng = Random(f"small|{seed}")
    begins = WEEKS.begins_at(stage.rules.zone)
    homes = rng.sample(list(stage.customers), night.faults)
    faults = [Fault(begins + DAY * rng.uniform(1, 1 + night.hours) / 24, home, Trouble(FaultKind.LV)) for home in homes]
    return Scenario("small", "", WEEKS.starts, 1, lambda *_: faults, all_hands=True)


def rows_with(policy: Policy, night: Night, seed: int, stage: Stage, folder: Path) -> list[Row]:
    file = folder / f"{policy.name}-{night.faults}-{seed}.db"
    played = Drill(stage, scenario_of(night, seed, stage), policy, seed, file, plain_manner).play()
    try:
        return rows_of(played)
    finally:
        played.close()
        file.unlink()


def bounds_of(rows: Sequence[Row], stage: Stage, seed: int) -> tuple[float, float]:
    """Over the outages as they were opened: sent at the call, and before it."""
    case = case_of(rows, stage, seed)
    at_the_call = sent_at_the_call(case, on_the_way_home(case, rows, stage))
    return best_mean_minutes(case, at_the_call), best_mean_minutes(case, waits_on_the_spot(case))


def case_of(rows: Sequence[Row], stage: Stage, seed: int) -> Case:
    crews = {n: record.crew for n, record in stage.territory.crews.items()}
    began = WEEKS.begins_at(stage.rules.zone)
    known = [
        Known(
            (row.called_at - began) / MINUTE,
            work_of(str(seed), row.outage, FaultKind.LV, FAIR) / MINUTE,
            frozenset(crews),
            (row.opened_at - began) / MINUTE,
        )
        for row in rows
    ]
    first = {n: [minutes(stage, crew.depot, row) for row in rows] for n, crew in crews.items()}
    return Case(known, first, [[minutes(stage, site(start), row) for row in rows] for start in rows])


def on_the_way_home(case: Case, rows: Sequence[Row], stage: Stage) -> Arrives:
    """An idle crew drives to its depot: it may be nearer to the next call than the site it left."""
    way_home = _ways_home(rows, stage)

    def arrives(leg: Leg) -> float:
        opened = case.faults[leg.fault].opened
        if leg.after is None or opened <= leg.free:
            return float("inf")
        at = way_home(leg.crew, leg.after).at(EPOCH + (opened - leg.free) * MINUTE)
        return opened + minutes(stage, at, rows[leg.fault])

    return arrives


def _ways_home(rows: Sequence[Row], stage: Stage) -> Callable[[int, int], Drive]:
    travel = stage.territory.travel

    @cache
    def way(crew: int, after: int) -> Drive:
        depot = stage.territory.crews[crew].crew.depot
        return Drive(tuple(travel.route(site(rows[after]), depot)), EPOCH, 1.0)

    return way


def site(row: Row) -> LonLat:
    assert row.lon is not None and row.lat is not None
    return LonLat(row.lon, row.lat)


def minutes(stage: Stage, start: LonLat, row: Row) -> float:
    [estimate] = stage.territory.travel.estimates(site(row), [start], AreaClass(row.area_class))
    return estimate.minutes


def main() -> None:
    options = asked(__doc__ or "")
    cases = 2 if options.quick else CASES
    say_where()
    with tempfile.TemporaryDirectory(prefix="relight-drill-") as folder:
        stage = small_stage(set_stage(Path(folder), SAMPLE, policy_of(Settings()), Ticker))
        for night in NIGHTS:
            tell(night, cases, stage, Path(folder))


def tell(night: Night, cases: int, stage: Stage, folder: Path) -> None:
    means: dict[str, list[float]] = {name: [] for name in ALL_POLICIES}
    bounds: list[tuple[float, float]] = []
    for seed in range(1, cases + 1):
        for name, policy in ALL_POLICIES.items():
            rows = rows_with(policy, night, seed, stage, folder)
            means[name].append(mean(row.minutes for row in rows if row.minutes is not None))
        bounds.append(bounds_of(rows, stage, seed))
    at_the_call, before = [one for one, _ in bounds], [one for _, one in bounds]
    lines = [_line("knows all, sends at the call (exact)", at_the_call, at_the_call)]
    lines += [_line(name, found, at_the_call) for name, found in means.items()]
    lines.append(_line("knows all, sends before the call (exact)", before, at_the_call))
    print(f"\n## {night.name}, {CREWS} crews, {cases} nights\n")
    table(("who", "mean min", "times the best", "in the best night", "in the worst"), lines)
    for name, found in means.items():
        assert all(one > bound - A_SECOND for one, bound in zip(found, at_the_call, strict=True)), f"{name} beats it"
    best = mean(at_the_call)
    against("ours, times the best", mean(means[OURS.name]) / best, AIM)
    against("ours, times the nearest idle crew", mean(means[OURS.name]) / mean(means[NEAREST.name]), 1.0)
    print("Simulated. Calls, repairs and roads are invented.")


def _line(name: str, found: Sequence[float], best: Sequence[float]) -> tuple[object, ...]:
    ratios = [one / bound for one, bound in zip(found, best, strict=True)]
    return name, mean(found), mean(found) / mean(best), min(ratios), max(ratios)


if __name__ == "__main__":
    main()
