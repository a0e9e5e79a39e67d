"""A drill plays the real services to the end, the same way each time."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dispatch_server.domain.refusals import BadInput
from dispatch_server.drill.command import Asked, policies_named, run, scenario_named
from dispatch_server.drill.measures import ALL, Row, figures_of, rows_of
from dispatch_server.drill.playing import Drill, Played, Stage, set_stage
from dispatch_server.drill.policies import POLICIES
from dispatch_server.drill.scenarios import on_days
from dispatch_server.drill.year import WEEKS
from dispatch_server.workers.ticker import Ticker
from tests.town import policy, write_layers

DAY = on_days(WEEKS, 1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """The town of four crews and six customers."""
    return set_stage(tmp_path, write_layers(tmp_path / "layers"), policy(), Ticker)


@pytest.fixture
def played(stage: Stage, tmp_path: Path) -> Iterator[Played]:
    played = Drill(stage, DAY, POLICIES["ours"], 1, tmp_path / "ours.db").play()
    yield played
    played.close()


def rows_with(stage: Stage, name: str, file: Path, seed: int = 1) -> list[Row]:
    played = Drill(stage, DAY, POLICIES[name], seed, file).play()
    try:
        return rows_of(played)
    finally:
        played.close()


def test_power_comes_back_everywhere(played: Played) -> None:
    rows = rows_of(played)
    assert played.still_dark == 0
    assert rows
    assert all(row.restored_at is not None for row in rows)


def test_minutes_are_waiting_travel_and_what_lies_between(played: Played) -> None:
    for row in rows_of(played):
        if row.minutes is not None and row.waiting_min is not None and row.travel_min is not None:
            assert row.waiting_min >= 0
            assert row.travel_min >= 0
            assert row.waiting_min + row.travel_min <= row.minutes + 1e-6


def test_every_fault_was_reported(played: Played) -> None:
    assert set(played.desk.outages) == set(range(len(played.faults)))


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_seed_plays_the_same(stage: Stage, tmp_path: Path, name: str) -> None:
    assert rows_with(stage, name, tmp_path / "1.db") == rows_with(stage, name, tmp_path / "2.db")


def test_another_seed_brings_other_faults(stage: Stage, tmp_path: Path) -> None:
    first, second = (rows_with(stage, "nearest", tmp_path / f"{n}.db", seed=n) for n in (1, 2))
    assert [row.called_at for row in first] != [row.called_at for row in second]


def test_figures_count_whom_nobody_reached_as_late(played: Played) -> None:
    rows = rows_of(played)
    missed = [replace(rows[0], arrived_at=None, minutes=None, late=True), *rows[1:]]
    before, after = figures_of(rows)[0], figures_of(missed)[0]
    assert (before.group, before.outages) == (ALL, after.outages)
    assert after.arrived == before.arrived - 1
    assert after.in_time <= before.in_time


def test_the_command_writes_rows_and_a_picture_and_says_the_seed(tmp_path: Path) -> None:
    said: list[str] = []
    layers, out = write_layers(tmp_path / "layers"), tmp_path / "out"
    run(Asked("weeks", ["ours", "own"], 5, 1, out), layers, policy(), Ticker, said.append)
    rows = list(csv.DictReader((out / "weeks-seed5.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["policy"] for row in rows} == {"ours", "own"}
    assert {row["seed"] for row in rows} == {"5"}
    ElementTree.parse(out / "weeks-seed5.svg")
    assert any("Simulated" in line for line in said)
    assert any("Seed 5." in line for line in said)
    assert not list(out.glob("*.db"))


def test_a_mistyped_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(BadInput, match="Choose one of: weeks, year, summer, thunderstorm, ice"):
        scenario_named("typhoon", None)
    with pytest.raises(BadInput, match="Choose some of: ours"):
        policies_named(["theirs"])
    with pytest.raises(BadInput, match="1 to 366 days"):
        scenario_named("weeks", 400)


def test_all_means_every_policy() -> None:
    assert [p.name for p in policies_named(["all"])] == list(POLICIES)


def test_a_drill_of_so_many_days_begins_on_the_day_of_its_scenario() -> None:
    assert (DAY.days, DAY.starts) == (1, date(2026, 3, 2))
