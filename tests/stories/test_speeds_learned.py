"""Crews drive slower than the policy says; after a while the estimates know, and a page shows what was learned."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket

import pytest

from dispatch_server.domain.speeds import hours_of
from dispatch_server.gis.routing_http import Osrm
from dispatch_server.main import Ground
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import AreaClass, CrewAction, Provider
from dispatch_server.services.learning import KEPT, LATE_NEWS
from dispatch_server.store.questions import Question
from dispatch_server.store.store import Store
from dispatch_server.web.routes.travel import SpeedShown
from dispatch_server.workers.learning import LearningSpeeds
from tests.clock import FakeClock
from tests.town import MARKET, RIDGE, ROAD, Tablet, Town, a_town, policy

HOUR = timedelta(hours=1)
_TRACKS = Question("SELECT count(*) FROM positions")
SLOW_KMH = 24.0  # the policy says 36 for this road
WEST_M_PER_DEGREE = 98_500.0


@pytest.fixture
def town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    with a_town(store, clock, tmp_path) as town:
        yield town


def learn_all(town: Town) -> None:
    learning = LearningSpeeds(town.store, lambda: town.territory)
    while learning.once():
        pass


def drive(tablet: Tablet, kmh: float, minutes: float, **more: object) -> None:
    """Eastwards along the only road, a fix every twelve seconds; sent at the end of it."""
    steps = int(minutes * 5)
    fixes = []
    for n in range(steps):
        tablet.town.clock.advance(seconds=12)
        lon = 112.005 + n * 12 * kmh / 3.6 / WEST_M_PER_DEGREE
        fixes.append(tablet.fix(LonLat(lon, ROAD), **more))
    tablet.push(positions=fixes)


def drives(town: Town, tablet: Tablet, count: int, kmh: float = SLOW_KMH) -> datetime:
    """Each followed by a stop at the site; gives when they began."""
    begun = town.clock.now
    for _ in range(count):
        drive(tablet, kmh, 4)
        town.clock.advance(minutes=3)
    return begun


def minutes_away(town: Town, at: datetime | None) -> float:
    [estimate] = town.territory.travel.estimates(LonLat(112.10, ROAD), [MARKET], AreaClass.RURAL, at)
    return estimate.minutes


def test_the_estimates_learn_from_the_tracks_and_the_page_shows_it(town: Town) -> None:
    town.clock.advance(minutes=30)  # nine o'clock: three hours begin
    begun = drives(town, town.tablet(1), 60)
    town.clock.advance(hours=LATE_NEWS / HOUR + 2)
    ground = Ground(town.store, policy())
    town.territory = ground()
    before = minutes_away(town, begun)
    learn_all(town)
    ground.refresh()
    town.territory = ground()
    [estimate] = town.territory.travel.estimates(LonLat(112.10, ROAD), [MARKET], AreaClass.RURAL, begun)
    assert estimate.source == "road graph; speeds learned"
    assert before < estimate.minutes < before * 1.5, "drawn towards what was driven, not all the way"
    assert minutes_away(town, begun + 9 * HOUR) == pytest.approx(before), "not at other hours"
    assert minutes_away(town, None) == pytest.approx(before), "the policy's own pace stays"
    shown = town.get("/travel/speeds", "manager")
    assert shown["policy_kmh"]["tertiary"] == 36 and shown["weather"] == "none"
    assert shown["learning"]["days_kept"] == KEPT.days
    first = hours_of(begun, policy())
    [row] = [one for one in shown["speeds"] if one["hours"] == f"{first:02}-{first + 3:02}"]
    assert row.keys() == {one.name for one in fields(SpeedShown)}
    assert row["is_learned"] and row["road_class"] == "tertiary" and row["stretches"] >= 20
    assert row["observed_kmh"] == pytest.approx(SLOW_KMH, rel=0.03)
    assert SLOW_KMH < row["kmh"] < 36 == row["policy_kmh"]
    assert 1 <= row["spread"] < row["policy_spread"]


def test_an_hour_is_learned_from_once_whoever_asks_and_however_often(town: Town) -> None:
    drives(town, town.tablet(1), 10)
    town.clock.advance(hours=8)
    learn_all(town)
    once = town.get("/travel/speeds", "admin")["speeds"]
    assert sum(row["stretches"] for row in once) >= 9
    learn_all(town)
    LearningSpeeds(town.store, lambda: town.territory).once()
    assert town.get("/travel/speeds", "admin")["speeds"] == once


def test_a_fresh_hour_waits_for_tablets_without_a_signal(town: Town) -> None:
    drives(town, town.tablet(1), 5)
    town.clock.advance(minutes=30)
    learn_all(town)
    assert town.get("/travel/speeds")["speeds"] == []


def test_what_a_crew_drove_off_duty_teaches_nothing_even_when_that_word_comes_late(town: Town) -> None:
    """The track came while the server took the crew for on duty; then the tablet says that it had gone home before."""
    tablet = town.tablet(1)
    went_home = tablet.press(CrewAction.DUTY_OFF)
    town.clock.advance(minutes=1)
    drives(town, tablet, 10)
    assert town.store.read(lambda reading: reading.row(_TRACKS)) == (1 + 10 * 20,)
    [answer] = tablet.push(went_home)
    assert answer["verdict"] == "applied"
    town.clock.advance(hours=8)
    learn_all(town)
    assert town.get("/travel/speeds")["speeds"] == []


def test_forged_and_vague_positions_teach_nothing(town: Town) -> None:
    tablet = town.tablet(1)
    drive(tablet, 50, 4, is_mock=True)
    fixes = [Fix(112.005 + n / 500, ROAD, 400.0, town.clock.now, Provider.NETWORK) for n in range(10)]
    tablet.push(positions=fixes)
    town.clock.advance(hours=8)
    learn_all(town)
    assert town.get("/travel/speeds")["speeds"] == []


def test_what_was_learned_long_ago_is_forgotten(town: Town) -> None:
    drives(town, town.tablet(1), 5)
    town.clock.advance(hours=8)
    learn_all(town)
    assert town.get("/travel/speeds")["speeds"]
    town.clock.advance(days=KEPT.days + 1)
    assert town.get("/travel/speeds")["speeds"] == []
    learn_all(town)
    assert town.store.read(lambda reading: reading.row(Question("SELECT count(*) FROM stretches_driven"))) == (0,)


def test_why_this_crew_names_the_source_and_how_late_it_may_be(town: Town) -> None:
    town.tablet(1)
    outage = town.call_at(RIDGE)["outage"]["id"]
    crews = town.get(f"/outages/{outage}/crews")["crews"]
    reasons = [r["sentence"] for crew in crews for r in crew["reasons"] if "min away" in r["sentence"]]
    assert len(reasons) == len(crews)
    assert all("; up to " in sentence for sentence in reasons)
    assert sum("(road graph; up to " in sentence for sentence in reasons) == len(crews) - 1, "one stands at the site"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_ground_with_a_service_asks_it_first_and_still_learns(town: Town) -> None:
    with socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ground = Ground(town.store, policy(), [Osrm(url, 0.3)])
        drives(town, town.tablet(1), 10)
        town.clock.advance(hours=8)
        assert LearningSpeeds(town.store, ground).once()
        ground.refresh()
        [estimate] = ground().travel.estimates(LonLat(112.10, ROAD), [MARKET], AreaClass.RURAL, town.clock.now)
    assert estimate.source == "road graph; OSRM did not answer"
    assert town.get("/travel/speeds")["speeds"]
