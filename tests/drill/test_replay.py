"""A past day out of the journal, under today's rules and crews, beside what really happened."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch_server.domain.refusals import BadInput
from dispatch_server.drill.command import Asked, run
from dispatch_server.drill.playing import Drill, Played, Stage, set_stage
from dispatch_server.drill.policies import POLICIES
from dispatch_server.drill.replay import PastDay, day_named, past_day
from dispatch_server.drill.scenarios import on_days
from dispatch_server.drill.year import WEEKS
from dispatch_server.workers.ticker import Ticker
from tests.town import policy, write_layers

DAY = "2026-03-02"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return set_stage(tmp_path, write_layers(tmp_path / "layers"), policy(), Ticker)


@pytest.fixture
def past(stage: Stage, tmp_path: Path) -> Iterator[Played]:
    """A day that somebody else dispatched."""
    played = Drill(stage, on_days(WEEKS, 1), POLICIES["own"], 3, tmp_path / "past.db").play()
    yield played
    played.close()


def day_of(past: Played) -> PastDay:
    return past.store.read(lambda reading: past_day(reading, past.territory, day_named(DAY)))


def test_every_outage_comes_again_at_its_time_and_place_with_its_work(past: Played, stage: Stage) -> None:
    day = day_of(past)
    faults = day.scenario.faults(stage.customers, past.territory.policy.zone, 1)
    assert [f.at for f in faults] == sorted(row.called_at for row in day.rows)
    assert {(f.customer.at.lon, f.customer.at.lat) for f in faults} == {(row.lon, row.lat) for row in day.rows}
    assert all(f.work is not None and f.work > timedelta(0) for f in faults)


def test_a_day_that_nothing_is_known_of_is_refused(past: Played) -> None:
    with pytest.raises(BadInput, match="holds no outage of 2025-01-01"):
        past.store.read(lambda reading: past_day(reading, past.territory, day_named("2025-01-01")))
    with pytest.raises(BadInput, match="write it like 2026-05-01"):
        day_named("yesterday")


def test_what_was_stands_beside_what_today_would_be(past: Played, tmp_path: Path) -> None:
    said: list[str] = []
    asked = Asked("weeks", ["ours"], 1, None, tmp_path / "out", DAY)
    run(asked, tmp_path / "layers", policy(), Ticker, said.append, past.store)
    table = [line for line in said if line.startswith("|")]
    counts = {line.split("|")[1].strip(): int(line.split("|")[3]) for line in table[2:] if "| all " in line}
    assert counts["as it was"] == counts["ours"] == len(day_of(past).rows)
