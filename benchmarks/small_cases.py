"""Small nights against the best that anybody could have done: six faults, three crews, exact search over everything.

The bound knows all calls and repairs beforehand, sends crews before anybody rings, and needs no time to answer or to
get ready. It is a bound for these drives and repairs; the policies cannot reach it, and no policy can be below it.
"""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import mean

from benchmarks.dispatch_policies import ALL_POLICIES, SAMPLE
from benchmarks.tables import asked, say_where, table
from dispatch_server.domain.crews import Crew
from dispatch_server.drill.bound import Case, Known, best_mean_minutes
from dispatch_server.drill.chances import work_of
from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.fates import fate_of
from dispatch_server.drill.measures import Row, rows_of
from dispatch_server.drill.playing import Drill, Stage, set_stage
from dispatch_server.drill.scenarios import DAY, FAIR, Fault, Scenario
from dispatch_server.drill.year import WEEKS
from dispatch_server.main import policy_of
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass, FaultKind
from dispatch_server.settings import Settings
from dispatch_server.workers.ticker import Ticker

FAULTS, CREWS, CASES, NEAR_M = 6, 3, 10, 25_000.0
LEAST_TRAFFIC = 0.95  # of all hours
STANDS_OFF_MIN = 0.5  # a crew stops up to 60 m before the place


def small_stage(stage: Stage) -> Stage:
    """Three neighbouring crews that are on duty all night by the rota of a storm."""
    crews = {n: record for n, record in stage.territory.crews.items() if n % 3 and "lv" in record.crew.skills}
    first = next(iter(crews.values())).crew.depot
    nearest = sorted(crews, key=lambda n: (metres_between(first, crews[n].crew.depot), n))[:CREWS]
    near = [c for c in stage.customers if c.transformer is not None and metres_between(first, c.at) < NEAR_M]
    territory = replace(stage.territory, crews={n: crews[n] for n in nearest})
    return replace(stage, territory=territory, customers=near)


def night(seed: int, stage: Stage) -> Scenario:
    """Six calls between one and half past two."""
    rng = Random(f"small|{seed}")
    begins = WEEKS.begins_at(stage.rules.zone)
    homes = rng.sample(list(stage.customers), FAULTS)
    faults = [Fault(begins + DAY * rng.uniform(1, 2.5) / 24, home, Trouble(FaultKind.LV)) for home in homes]
    return Scenario("small", "", WEEKS.starts, 1, lambda *_: faults, all_hands=True)


def bound_of(rows: list[Row], stage: Stage, seed: int) -> float:
    """Over the outages as they were opened: their places, calls and repairs."""
    crews = {n: record.crew for n, record in stage.territory.crews.items()}
    sites = [LonLat(row.lon or 0.0, row.lat or 0.0) for row in rows]
    began = WEEKS.begins_at(stage.rules.zone)
    known = [
        Known(
            (row.called_at - began) / DAY * 1440,
            work_of(str(seed), row.outage, FaultKind.LV, FAIR).total_seconds() / 60,
            frozenset(crews),
        )
        for row in rows
    ]
    drive = partial(_drive, stage)
    first = {
        n: [_pace(seed, crew, row) * drive(crew.depot, at, row) for row, at in zip(rows, sites, strict=True)]
        for n, crew in crews.items()
    }
    quickest = [min(_pace(seed, crew, row) for crew in crews.values()) for row in rows]
    between = [
        [quickest[n] * drive(start, at, row) for n, (row, at) in enumerate(zip(rows, sites, strict=True))]
        for start in sites
    ]
    return best_mean_minutes(Case(known, first, between))


def _drive(stage: Stage, start: LonLat, end: LonLat, row: Row) -> float:
    [estimate] = stage.territory.travel.estimates(end, [start], AreaClass(row.area_class))
    return max(0.0, estimate.minutes * LEAST_TRAFFIC - STANDS_OFF_MIN)


def _pace(seed: int, crew: Crew, row: Row) -> float:
    outage_no = int(row.outage.rpartition("-")[2])
    return fate_of(str(seed), crew.code, outage_no, AreaClass(row.area_class), FaultKind.LV).pace


def main() -> None:
    options = asked(__doc__ or "")
    cases = 2 if options.quick else CASES
    say_where()
    bounds: list[float] = []
    means: dict[str, list[float]] = {name: [] for name in ALL_POLICIES}
    with tempfile.TemporaryDirectory(prefix="relight-drill-") as folder:
        stage = small_stage(set_stage(Path(folder), SAMPLE, policy_of(Settings()), Ticker))
        for seed in range(1, cases + 1):
            for name, policy in ALL_POLICIES.items():
                played = Drill(stage, night(seed, stage), policy, seed, Path(folder) / f"{name}-{seed}.db").play()
                rows = rows_of(played)
                played.close()
                means[name].append(mean(row.minutes for row in rows if row.minutes is not None))
            bounds.append(bound_of(rows, stage, seed))
    head = ("policy", "mean of means, min", "times the bound", "nearest to the bound in one case")
    lines: list[tuple[object, ...]] = [("bound (clairvoyant, exact)", mean(bounds), 1.0, 1.0)]
    for name, found in means.items():
        ratios = [one / bound for one, bound in zip(found, bounds, strict=True)]
        assert min(ratios) >= 1, f"{name} is below the bound: the bound is wrong"
        lines.append((name, mean(found), mean(found) / mean(bounds), min(ratios)))
    table(head, lines)
    print(
        f"{cases} nights of {FAULTS} faults and {CREWS} crews. Simulated; delays are in the policies, not in the bound."
    )


if __name__ == "__main__":
    main()
