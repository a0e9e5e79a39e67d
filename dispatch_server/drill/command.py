"""`relight drill`: one scenario, one seed, some policies side by side."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dispatch_server.domain.refusals import BadInput
from dispatch_server.domain.rules import Policy as Rules
from dispatch_server.drill.measures import Row, figures_of, rows_of
from dispatch_server.drill.playing import Drill, MakeTicker, Stage, set_stage
from dispatch_server.drill.policies import POLICIES, Policy
from dispatch_server.drill.replay import REAL, PastDay, day_named, past_day
from dispatch_server.drill.report import REFERENCE, SIMULATED, table, write_plot, write_rows
from dispatch_server.drill.scenarios import Scenario, on_days
from dispatch_server.drill.storms import ICE, THUNDERSTORM
from dispatch_server.drill.year import SUMMER, WEEKS, YEAR
from dispatch_server.store.store import Store

SCENARIOS = {scenario.name: scenario for scenario in (WEEKS, YEAR, SUMMER, THUNDERSTORM, ICE)}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said."""

    scenario: str
    policies: Sequence[str]
    seed: int
    days: int | None
    folder: Path
    replay: str | None = None


def run(asked: Asked, layers: Path, rules: Rules, make_ticker: MakeTicker, say: Say, past: Store | None = None) -> None:
    """`past` is the store whose journal holds the day that is to be replayed."""
    policies = policies_named(asked.policies)
    rows: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="relight-drill-") as folder:
        scenario = scenario_named(asked.scenario, asked.days)
        say(f"Reading the layers in {layers}.")
        stage = set_stage(Path(folder), layers, rules, make_ticker)
        if past is not None and asked.replay is not None:
            day = day_named(asked.replay)
            scenario, rows[REAL] = _replayed(past.read(lambda reading: past_day(reading, stage.territory, day)), say)
        for policy in policies:
            say(f"Playing {scenario.name}: {scenario.about}. Seed {asked.seed}, policy {policy.name}: {policy.about}.")
            rows[policy.name] = played_rows(stage, scenario, policy, asked.seed, Path(folder), say)
    _tell(asked, scenario, rows, say)


def _replayed(past: PastDay, say: Say) -> tuple[Scenario, list[Row]]:
    if past.left_out:
        say(f"{past.left_out} outages of that day are left out: never placed, solved by phone, cancelled or merged.")
    return past.scenario, list(past.rows)


def _tell(asked: Asked, scenario: Scenario, rows: Mapping[str, Sequence[Row]], say: Say) -> None:
    asked.folder.mkdir(parents=True, exist_ok=True)
    file = asked.folder / f"{scenario.name}-seed{asked.seed}"
    write_rows(file.with_suffix(".csv"), asked.seed, rows)
    write_plot(file.with_suffix(".svg"), f"{scenario.name}, {scenario.days} d, seed {asked.seed} (simulated)", rows)
    for line in table({policy: figures_of(some) for policy, some in rows.items()}):
        say(line)
    say(SIMULATED)
    say(REFERENCE)
    say(f"Seed {asked.seed}. Rows: {file}.csv. Picture: {file}.svg.")


def played_rows(stage: Stage, scenario: Scenario, policy: Policy, seed: int, folder: Path, say: Say) -> list[Row]:
    file = folder / f"{policy.name}.db"
    played = Drill(stage, scenario, policy, seed, file).play()
    try:
        if played.still_dark:
            say(f"{played.still_dark} outages were still dark when the drill ended.")
        return rows_of(played)
    finally:
        played.close()
        file.unlink()


def scenario_named(name: str, days: int | None) -> Scenario:
    if name not in SCENARIOS:
        raise BadInput(f"There is no scenario {name}. Choose one of: {', '.join(SCENARIOS)}.")
    return on_days(SCENARIOS[name], days)


def policies_named(names: Sequence[str]) -> list[Policy]:
    """`all` stands for every one."""
    wanted = list(POLICIES) if "all" in names else list(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in POLICIES]:
        raise BadInput(f"There is no policy {unknown[0]}. Choose some of: {', '.join(POLICIES)}, or all.")
    return [POLICIES[name] for name in wanted]
