"""Each policy's rule, seen in what it offers."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dispatch_server.domain.jobs import Job
from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.playing import Drill, Stage, set_stage
from dispatch_server.drill.policies import POLICIES
from dispatch_server.drill.scenarios import DAY, Fault, Scenario
from dispatch_server.drill.year import WEEKS
from dispatch_server.protocol.words import FaultKind, Hazard, JobState
from dispatch_server.store.accounts import Customer
from dispatch_server.store.jobs import jobs_of_outage
from dispatch_server.workers.ticker import Ticker
from tests.town import policy, write_layers


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return set_stage(tmp_path, write_layers(tmp_path / "layers"), policy(), Ticker)


@pytest.fixture
def homes(stage: Stage) -> Iterator[list[Customer]]:
    """One home on each transformer: no two calls join."""
    yield list({c.transformer: c for c in stage.customers if c.transformer is not None}.values())


def played(stage: Stage, name: str, faults: list[Fault], file: Path) -> Drill:
    scenario = Scenario("test", "", WEEKS.starts, 1, lambda *_: faults)
    drill = Drill(stage, scenario, POLICIES[name], 1, file)
    drill.play()
    return drill


def faults_at_ten(homes: list[Customer], *hazards: Hazard) -> list[Fault]:
    ten = WEEKS.begins_at(policy().zone) + DAY * (10 / 24)
    return [
        Fault(ten + DAY * n / 1440, home, Trouble(FaultKind.LV, hazard))
        for n, (home, hazard) in enumerate(zip(homes, hazards, strict=False))
    ]


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_has_power_back_everywhere(stage: Stage, homes: list[Customer], tmp_path: Path, name: str) -> None:
    drill = played(stage, name, faults_at_ten(homes, Hazard.NONE, Hazard.WIRE_DOWN), tmp_path / "a.db")
    for outage_id in drill.desk.outages.values():
        assert drill.store.read(lambda reading, n=outage_id: reading.outage(n).restored_at) is not None
    drill.store.close()


def until(job: Job) -> datetime:
    """As long as a crew has it in hand."""
    ended = job.restored_at or job.ended_at
    assert ended is not None
    return ended


def test_nearest_idle_never_puts_a_job_behind_another(stage: Stage, homes: list[Customer], tmp_path: Path) -> None:
    drill = played(stage, "nearest", faults_at_ten(homes * 4, *[Hazard.NONE] * 12), tmp_path / "a.db")
    jobs = [
        job
        for outage_id in set(drill.desk.outages.values())
        for job in drill.store.read(lambda reading, n=outage_id: jobs_of_outage(reading, n))
        if job.state is JobState.CLOSED and job.ended_at is not None
    ]
    for job in jobs:
        others = [j for j in jobs if j.crew_id == job.crew_id and j.id != job.id]
        assert not any(j.offered_at < job.offered_at < until(j) for j in others)
    drill.store.close()
