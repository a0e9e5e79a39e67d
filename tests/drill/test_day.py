"""Most of an invented day at Loudi: nothing is refused, nobody is in two places, every arrival is graded."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from dispatch_server.domain.jobs import Job
from dispatch_server.drill.fates import wall_error_of
from dispatch_server.drill.on_duty import DEVICE
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.messages import ActionTaken
from dispatch_server.services import reporting
from dispatch_server.store.verifying import verify
from tests.drill.played import Played, played
from tests.town import write_layers

SAMPLE = Path(__file__).parents[2] / "gis_data" / "loudi"
HOURS = 6.0
STEP = timedelta(seconds=15)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """From half past eight in the morning, calls three times as often; at the end callers rest and the crews finish."""
    with played(tmp_path_factory.mktemp("day"), SAMPLE) as stage:
        stage.demo.begin(faster=3)
        stage.play(STEP, hours=HOURS)
        stage.demo.end()
        stage.again().begin(quiet_callers=True)
        stage.play(STEP, hours=3)
        yield stage


def jobs(day: Played) -> list[Job]:
    return [decode(Job, json.loads(body)) for (body,) in day.rows("SELECT body FROM jobs ORDER BY id")]


def test_the_day_has_the_size_of_a_real_one(day: Played) -> None:
    calls = day.one("SELECT count(*) FROM calls")
    assert 700 < calls < 1700
    faults = day.one("SELECT count(*) FROM outages")
    assert 15 < faults < 70
    assert len(day.rows("SELECT DISTINCT category FROM calls")) == 7


def test_no_crew_was_refused_anything(day: Played) -> None:
    assert day.rows("SELECT kind, sentence FROM actions WHERE verdict <> 'applied'") == []


def test_every_fault_is_restored_or_open_for_a_reason(day: Played) -> None:
    for outage_id, state, site in day.rows("SELECT id, state, site_lon FROM outages"):
        if state != "open":
            continue
        live = "SELECT count(*) FROM jobs WHERE outage_id = :id AND state IN ('accepted', 'en_route', 'on_site')"
        waits = "SELECT count(*) FROM deadlines WHERE kind = 'offer_next' AND subject_id = :id"
        assert site is None or day.one(live, id=outage_id) or day.one(waits, id=outage_id), outage_id
    ended = day.one("SELECT count(*) FROM outages WHERE state IN ('restored', 'closed')")
    assert ended >= 0.9 * day.one("SELECT count(*) FROM outages")


def test_a_crew_was_on_one_job_at_a_time(day: Played) -> None:
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    for job in jobs(day):
        if job.departed_at is not None:
            spans.setdefault(job.crew_id, []).append((job.departed_at, job.ended_at or day.clock.now))
    assert len(spans) > 5
    for of_crew in spans.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(of_crew)))


def test_the_moments_of_a_job_are_in_order(day: Played) -> None:
    for job in (j for j in jobs(day) if j.restored_at is not None):
        arrived = job.check_ins[0].arrived_at
        moments = [job.offered_at, job.seen_at, job.accepted_at, job.departed_at, arrived, job.surveyed_at]
        known = [m for m in (*moments, job.restored_at, job.ended_at) if m is not None]
        assert len(known) >= 7
        assert known == sorted(known)
        assert job.delivered_at is not None


def test_offers_were_answered_in_more_than_one_way(day: Played) -> None:
    states = {job.state.value for job in jobs(day)}
    assert "closed" in states
    assert states & {"declined", "lapsed"}


def test_every_arrival_is_graded_and_many_are_proved(day: Played) -> None:
    grades = [c.grade.value for job in jobs(day) for c in job.check_ins]
    assert set(grades) <= {"A", "B", "C", "declared"}
    assert grades.count("A") > 0.3 * len(grades)


def test_wrong_wall_clocks_move_no_arrival(day: Played) -> None:
    rows = day.rows("SELECT body, device_id FROM actions WHERE kind = 'check_in'")
    pressed = {}
    for body, device_id in rows:
        action = decode(ActionTaken, json.loads(body))
        error = wall_error_of(day.seed, device_id.removeprefix(f"{DEVICE}-"))
        pressed[action.action_id] = (action.occurred_at - error, error)
    check_ins = [c for job in jobs(day) for c in job.check_ins]
    assert check_ins
    for check_in in check_ins:
        true, _ = pressed[check_in.action_id]
        assert abs(check_in.arrived_at - true) < timedelta(seconds=1)
    assert any(abs(error) > timedelta(minutes=1) for _, error in pressed.values())


def test_the_figures_are_there_with_nothing_left_out(day: Played) -> None:
    first = day.clock.now.astimezone(day.territory.policy.zone).date() - timedelta(days=1)
    figures = day.store.read(
        lambda reading: reporting.arrival_figures(
            reading, day.territory, first, first + timedelta(days=2), "area_class"
        )
    )
    whole = figures[0]
    assert whole.count > 10
    assert whole.mean_min is not None
    assert 5 < whole.mean_min < 90
    assert {f.group for f in figures} >= {"all", "rural"}


def test_the_journal_is_sound(day: Played) -> None:
    assert day.store.read(lambda reading: verify(reading, None)).wrong is None


def story(folder: Path, layers: Path) -> list[tuple[object, ...]]:
    with played(folder, layers, seed="again") as stage:
        stage.demo.begin(faster=3)
        stage.play(minutes=45)
        facts = stage.rows("SELECT subject_kind, subject_id, kind, body, happened_at_us, recorded_at_us FROM facts")
        return [*facts, *stage.rows("SELECT crew_id, fixed_at_us, lon, lat FROM positions")]


def test_the_same_seed_plays_the_same_day(tmp_path: Path) -> None:
    layers = write_layers(tmp_path / "layers")
    first = story(tmp_path / "first", layers)
    assert len(first) > 300
    assert story(tmp_path / "second", layers) == first
