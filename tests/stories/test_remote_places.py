"""Calls that the desk's own map cannot place, and what other people's geocoders say of them."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.places import Clues, Place
from dispatch_server.gis.geocoder import RemoteGeocoder
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import Channel, CrewAction, PlaceMethod
from dispatch_server.services.intake import NewCall, take_call
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.store.calls import last_place_of_call
from dispatch_server.store.questions import Question
from dispatch_server.store.store import Store
from dispatch_server.workers.housekeeping import Housekeeping
from dispatch_server.workers.placing import Placing
from tests.outside import KEY, Outside, Reply, amap, amap_error, an_outside, nominatim, photon, says
from tests.town import MARKET, MEADOW, RIDGE, ROAD, URBAN_TO_RURAL, Town, policy

SHOP = LonLat(112.0085, 27.7291)  # in the built-up column
WORDS = "王记五金店对面"  # names nothing that the town's own map knows
LOUDI = Path(__file__).parents[2] / "gis_data" / "loudi"
FAR_AWAY = LonLat(116.3912, 39.9078)
KEPT = timedelta(days=30)
_GEOCODED = Question("SELECT digest, source, body FROM geocoded")


@pytest.fixture
def outside() -> Iterator[Outside]:
    with an_outside() as outside:
        outside.always(says(amap(SHOP)))
        yield outside


class Asking:
    """The worker of one server, with the geocoders it was given."""

    def __init__(self, town: Town, geocoders: Sequence[RemoteGeocoder], kept: timedelta = KEPT) -> None:
        self.placing = Placing(town.store, lambda: town.territory, geocoders, kept)

    def all(self) -> int:
        """Until nothing is left to do now; gives how many calls were asked about."""
        count = 0
        while self.placing.once():
            count += 1
        return count


@pytest.fixture
def asking(town: Town, outside: Outside) -> Asking:
    return Asking(town, [outside.geocoder("amap")])


def place_of(town: Town, filed: dict[str, Any]) -> dict[str, Any]:
    return dict(town.get(f"/calls/{filed['call']['id']}")["place"])


def unplaced(town: Town, **said: Any) -> dict[str, Any]:
    filed = town.call(**{"address": WORDS, **said})
    assert filed["place"]["method"] == "none"
    assert filed["outage"]["area_class"] is None
    return filed


def kinds(town: Town, filed: dict[str, Any]) -> list[str]:
    """The kinds of the call's own facts, in order."""
    facts = town.outage(filed["outage"]["id"])["facts"]
    return [fact["kind"] for fact in facts if fact["subject"] == f"call:{filed['call']['id']}"]


# It becomes the place


def test_a_call_that_nobody_could_place_is_placed_and_its_target_follows(town: Town, asking: Asking) -> None:
    filed = unplaced(town)
    assert asking.all() == 1
    place = place_of(town, filed)
    assert (place["method"], place["sure"], place["source"], place["radius_m"]) == (
        *("remote_geocoder", "likely", "amap"),
        200.0,
    )
    assert metres_between(LonLat(place["lon"], place["lat"]), SHOP) < 1
    assert place["area"]["name"] == "河口社区"
    assert place["note"] == "Placed by amap from the caller's words; ask whether the fault is there."
    outage = town.outage(filed["outage"]["id"])
    assert outage["area_class"] == "urban"
    assert (outage["lon"], outage["lat"]) == (place["lon"], place["lat"])
    assert kinds(town, filed) == ["CallTaken", "CallUnplaced", "CallFiled", "CallPlaced"]
    [placed] = [fact for fact in outage["facts"] if fact["kind"] == "CallPlaced"]
    assert (placed["said_by"], placed["body"]["source"]) == ("placing", "amap")


def test_a_place_far_out_gives_the_later_target_of_its_class(town: Town, asking: Asking, outside: Outside) -> None:
    outside.always(says(amap(RIDGE)))
    filed = unplaced(town)
    strictest = town.outage(filed["outage"]["id"])["arrive_by"]
    asking.all()
    outage = town.outage(filed["outage"]["id"])
    assert outage["area_class"] == "remote"
    assert outage["arrive_by"] > strictest


def test_a_circle_over_a_border_keeps_the_stricter_target(town: Town, asking: Asking, outside: Outside) -> None:
    just_across = LonLat(URBAN_TO_RURAL + 0.005, ROAD)
    outside.always(says(amap(just_across, level="村庄")))
    filed = unplaced(town)
    asking.all()
    place = place_of(town, filed)
    assert (place["area"]["area_class"], [a["area_class"] for a in place["other_areas"]]) == ("rural", ["urban"])
    assert place["sure"] == "doubtful"  # two kilometres around
    assert town.outage(filed["outage"]["id"])["area_class"] == "urban"


def test_a_desk_that_was_told_moves_the_place_on(town: Town, asking: Asking) -> None:
    filed = unplaced(town)
    asking.all()
    town.post(f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"})
    asking.all()
    assert place_of(town, filed)["method"] == "pin"
    assert town.outage(filed["outage"]["id"])["area_class"] == "rural"


# It is only a candidate


def only_proposed(town: Town, filed: dict[str, Any], source: str = "amap") -> dict[str, Any]:
    """The call stands as it stood; gives the first candidate."""
    assert kinds(town, filed)[-1] == "PlaceProposed"
    place = place_of(town, filed)
    assert (place["method"], place["source"]) == (filed["place"]["method"], "")
    assert f"{source} proposes another place; ask the caller before it is taken." in place["note"]
    first: dict[str, Any] = place["candidates"][0]
    assert (first["source"], first["reason"]) == (source, f"{source} found the caller's words here")
    return first


def test_a_call_in_a_township_keeps_its_place_and_gets_a_candidate(town: Town, asking: Asking) -> None:
    filed = town.call(address=f"上坪乡{WORDS}")
    assert filed["place"]["method"] == "township"
    outside_place = town.outage(filed["outage"]["id"])
    asking.all()
    first = only_proposed(town, filed)
    after = town.outage(filed["outage"]["id"])
    for unmoved in ("arrive_by", "area_class", "lon", "lat"):
        assert after[unmoved] == outside_place[unmoved]
    assert first["area"]["name"] == "河口社区"


def test_a_candidate_that_the_desk_takes_is_no_more_exact_than_it_was(
    town: Town, asking: Asking, outside: Outside
) -> None:
    outside.always(says(amap(MEADOW, level="村庄")))
    filed = town.call(address=f"上坪乡{WORDS}")
    asking.all()
    chosen = only_proposed(town, filed)
    answer = town.post(f"/calls/{filed['call']['id']}/place", {"candidate_id": chosen["candidate_id"]})
    assert (answer["place"]["method"], answer["place"]["source"]) == ("remote_geocoder", "amap")
    assert (answer["place"]["sure"], answer["place"]["radius_m"]) == ("likely", 2000.0)
    assert town.outage(filed["outage"]["id"])["area_class"] == "rural"
    assert asking.all() == 0


def test_a_candidate_of_one_call_is_none_of_another(town: Town, asking: Asking) -> None:
    filed = town.call(address=f"上坪乡{WORDS}")
    asking.all()
    chosen = only_proposed(town, filed)
    other = town.call(account_no="43130000000001")
    refused = town.ask("POST", f"/calls/{other['call']['id']}/place", json={"candidate_id": chosen["candidate_id"]})
    assert refused.status_code == 404


def test_a_pin_outside_the_territory_is_answered_by_a_candidate(town: Town, asking: Asking) -> None:
    filed = town.call_at(FAR_AWAY, address=WORDS)
    assert (filed["place"]["method"], filed["place"]["area"]) == ("pin", None)
    asking.all()
    only_proposed(town, filed)
    assert town.outage(filed["outage"]["id"])["area_class"] is None


@pytest.mark.parametrize("at", [SHOP, MEADOW], ids=["elsewhere", "in one of them"])
def test_a_question_that_our_own_map_asks_is_not_answered_by_another(
    at: LonLat, town: Town, asking: Asking, outside: Outside
) -> None:
    outside.always(says(amap(at)))
    filed = town.call(address=f"不知道是柳田村还是高岭村，{WORDS}")
    assert [c["names"]["village"] for c in filed["place"]["candidates"]] == ["柳田村", "高岭村"]
    asking.all()
    only_proposed(town, filed)
    assert len(place_of(town, filed)["candidates"]) == 3
    assert town.outage(filed["outage"]["id"])["area_class"] is None


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("said", "taken"), [("双峰县", False), ("新化县", True)])
def test_an_answer_in_another_county_than_the_caller_names_is_not_taken(
    said: str, taken: bool, store: Store, outside: Outside
) -> None:
    """At Loudi, since the town has one county."""
    store.work(COMMAND_LINE, lambda work: load_layers(work, LOUDI))
    territory = store.read(lambda reading: territory_from(reading, policy()))
    at = territory.locator.locate(Clues(address="新化县洋溪镇")).at
    assert at is not None
    outside.always(says(amap(at)))
    new = NewCall(Channel.HOTLINE, address=f"{said}{WORDS}")
    filed = store.work(COMMAND_LINE, lambda work: take_call(work, territory, new))
    assert (filed.place.method, filed.place.candidates) == (PlaceMethod.NONE, ())
    assert Placing(store, lambda: territory, [outside.geocoder("amap")], KEPT).once() == 1
    place = store.read(lambda reading: last_place_of_call(reading, filed.call.id))
    assert place is not None
    assert (place.source, place.candidates[:1] == ()) == (("amap", True) if taken else ("", False))


def test_answers_that_cannot_be_one_place_are_shown_and_none_is_taken(
    town: Town, asking: Asking, outside: Outside
) -> None:
    outside.always(says(amap(SHOP, MEADOW, RIDGE)))
    filed = unplaced(town)
    asking.all()
    only_proposed(town, filed)
    assert [c["area"]["area_class"] for c in place_of(town, filed)["candidates"]] == ["urban", "rural", "remote"]
    queue = town.get("/calls", state="unplaced")["calls"]
    assert [len(one["place"]["candidates"]) for one in queue] == [3]


def test_an_outage_that_has_a_place_is_not_moved_by_a_guess(town: Town, asking: Asking) -> None:
    placed = town.call_at(MEADOW)
    filed = unplaced(town)
    town.post(f"/outages/{placed['outage']['id']}/merge", {"into": filed["outage"]["id"]})
    before = town.outage(filed["outage"]["id"])
    asking.all()
    after = town.outage(filed["outage"]["id"])
    assert (after["lon"], after["lat"]) == (before["lon"], before["lat"])
    assert place_of(town, filed)["method"] == "none"
    assert place_of(town, filed)["candidates"][0]["source"] == "amap"


# Too late


def meanwhile(outside: Outside, deed: Callable[[], object]) -> None:
    """Something happens between the question and the answer."""
    outside.always(Reply(says(amap(SHOP)).body, before=deed))


def test_a_person_who_was_quicker_is_not_overruled(town: Town, asking: Asking, outside: Outside) -> None:
    filed = unplaced(town)
    path, pin = f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"}
    meanwhile(outside, lambda: town.post(path, pin))
    asking.all()
    assert len(outside.asked) == 1
    place = place_of(town, filed)
    assert (place["method"], place["sure"], place["candidates"]) == ("pin", "certain", [])


def test_a_call_that_was_solved_by_phone_is_left_alone(town: Town, asking: Asking, outside: Outside) -> None:
    filed = unplaced(town)
    meanwhile(outside, lambda: town.post(f"/calls/{filed['call']['id']}/close", {"reason": "总开关跳了"}))
    asking.all()
    assert kinds(town, filed)[-1] == "CallClosed"
    assert place_of(town, filed)["method"] == "none"


def test_nobody_is_asked_where_a_crew_already_stands(town: Town, asking: Asking, outside: Outside) -> None:
    filed = unplaced(town)
    crew = town.tablet(2)
    job = town.offer(filed["outage"]["id"], 2, reason="the caller leads the crew by telephone")
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    crew.check_in(job["id"], MARKET)
    town.post(f"/jobs/{job['id']}/confirm-arrival", {"reason": "the caller sees the crew"})
    assert town.outage(filed["outage"]["id"])["arrived_at"] is not None
    assert asking.all() == 0
    assert outside.asked == []


@pytest.mark.parametrize(
    "said",
    [
        {"account_no": "43130000000001", "address": WORDS},
        {"address": "河口镇河口社区"},
        {"lon": RIDGE.lon, "lat": RIDGE.lat, "crs": "EPSG:4326", "address": WORDS},
        {"words": "家里停电了"},
        {"category": "enquiry", "address": WORDS},
    ],
    ids=["account", "village", "pin", "no address", "no fault"],
)
def test_nobody_is_asked_about_calls_that_need_it_not(
    said: dict[str, Any], town: Town, asking: Asking, outside: Outside
) -> None:
    town.call(**said)
    assert asking.all() == 0
    assert outside.asked == []


def test_nobody_is_asked_about_a_call_of_long_ago(town: Town, asking: Asking, outside: Outside) -> None:
    unplaced(town)
    town.clock.advance(hours=2, seconds=1)
    assert asking.all() == 0
    assert outside.asked == []


# Whom to believe


def test_what_lies_outside_the_territory_is_discarded_and_the_next_is_asked(town: Town, outside: Outside) -> None:
    outside.reply = lambda q: says(nominatim(FAR_AWAY) if q.path == "/search" else photon(SHOP))
    filed = unplaced(town)
    Asking(town, [outside.geocoder("nominatim"), outside.geocoder("photon")]).all()
    assert place_of(town, filed)["source"] == "photon"
    assert counted(town) == {
        ("nominatim", "asked"): 1,
        ("nominatim", "answered"): 1,
        ("nominatim", "discarded"): 1,
        ("photon", "asked"): 1,
        ("photon", "answered"): 1,
    }


def test_an_answer_as_wide_as_a_county_says_nothing(town: Town, asking: Asking, outside: Outside) -> None:
    outside.always(says(amap(SHOP, level="区县")))
    filed = unplaced(town)
    asking.all()
    assert kinds(town, filed) == ["CallTaken", "CallUnplaced", "CallFiled"]
    assert counted(town)["amap", "discarded"] == 1


def test_who_answers_first_in_the_order_of_the_file_is_believed(town: Town, outside: Outside) -> None:
    outside.reply = lambda q: says(amap(SHOP) if q.path.endswith("/geo") else photon(RIDGE))
    filed = unplaced(town)
    Asking(town, [outside.geocoder("amap", name="高德"), outside.geocoder("photon")]).all()
    assert place_of(town, filed)["source"] == "高德"
    assert len(outside.asked) == 1


# Dead, slow, in a hurry


def test_a_provider_that_hangs_delays_no_call(town: Town, outside: Outside) -> None:
    unplaced(town)
    outside.always(Reply(b"{}", before=lambda: outside.hang.wait(20)))
    asking = Asking(town, [outside.geocoder("amap", timeout_s=2.0)])
    thread = threading.Thread(target=asking.all)
    thread.start()
    while not outside.asked:
        time.sleep(0.01)
    began = time.monotonic()
    for account in ("43130000000001", "43130000000005"):
        assert town.call(account_no=account)["place"]["method"] == "account"
    assert time.monotonic() - began < 1.5
    assert thread.is_alive()  # it still waits
    outside.hang.set()
    thread.join()


def test_a_provider_that_fails_is_left_alone_longer_each_time(
    town: Town, asking: Asking, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    filed = unplaced(town)
    outside.always(says({}, 500))
    for n, rest_s in enumerate((5, 10, 20, 40), 1):
        assert asking.all() == 1
        assert len(outside.asked) == n
        town.clock.advance(seconds=rest_s - 1)
        assert asking.all() == 0
        town.clock.advance(seconds=1)
    assert "amap answered with an error; left alone for 40 s" in caplog.text
    outside.always(says(amap(SHOP)))
    assert asking.all() == 1
    assert place_of(town, filed)["source"] == "amap"
    assert counted(town) == {("amap", "asked"): 5, ("amap", "failed"): 4, ("amap", "answered"): 1}


def test_a_provider_that_was_asked_too_often_is_left_alone_as_long_as_it_says(
    town: Town, asking: Asking, outside: Outside
) -> None:
    unplaced(town)
    outside.always(says({}, 429, Retry_After="90"))
    asking.all()
    town.clock.advance(seconds=89)
    assert asking.all() == 0
    town.clock.advance(seconds=1)
    assert asking.all() == 1
    outside.always(says({}, 429, Retry_After="9" * 15))  # an absurd wait is an hour
    town.clock.advance(seconds=90)
    asking.all()
    town.clock.advance(minutes=60)
    assert asking.all() == 1


def test_a_refused_key_is_not_tried_again_for_long(town: Town, asking: Asking, outside: Outside) -> None:
    unplaced(town)
    outside.always(says(amap_error("10001", "INVALID_USER_KEY")))
    asking.all()
    town.clock.advance(minutes=9)
    assert asking.all() == 0
    town.clock.advance(minutes=1)
    assert asking.all() == 1


def test_words_that_nobody_survives_are_given_up(town: Town, asking: Asking, outside: Outside) -> None:
    unplaced(town)
    outside.always(says(b"<html>"))
    for _ in range(20):
        asking.all()
        town.clock.advance(minutes=5)
    assert len(outside.asked) == 8


def test_one_that_is_dead_does_not_keep_the_other_from_answering(town: Town, outside: Outside) -> None:
    outside.reply = lambda q: says({}, 500) if q.path.endswith("/geo") else says(photon(SHOP))
    filed = unplaced(town)
    asking = Asking(town, [outside.geocoder("amap"), outside.geocoder("photon")])
    asking.all()
    assert place_of(town, filed)["source"] == "photon"


def test_each_provider_is_asked_at_its_pace(town: Town, outside: Outside) -> None:
    asking = Asking(town, [outside.geocoder("amap", per_second=0.5)])
    for n in range(3):
        unplaced(town, address=f"{WORDS}{n}栋")
    for n in (1, 2, 3):
        asking.all()
        assert len(outside.asked) == n
        town.clock.advance(seconds=1.9)
        assert asking.all() == 0
        town.clock.advance(seconds=0.1)


def test_a_second_provider_that_is_not_free_is_asked_when_it_is(town: Town, outside: Outside) -> None:
    """And the first, which knew nothing, is not asked again."""
    nothing = {"status": "1", "infocode": "10000", "count": "0", "geocodes": []}
    outside.reply = lambda q: says(nothing if q.path.endswith("/geo") else photon(SHOP))
    asking = Asking(town, [outside.geocoder("amap"), outside.geocoder("photon", per_second=0.1)])
    unplaced(town)
    second = unplaced(town, address=f"{WORDS}二楼")
    asking.all()
    town.clock.advance(seconds=1)
    asking.all()
    assert place_of(town, second)["method"] == "none"
    town.clock.advance(seconds=9)
    asking.all()
    assert place_of(town, second)["source"] == "photon"
    assert [q.path for q in outside.asked] == ["/v3/geocode/geo", "/api", "/v3/geocode/geo", "/api"]


# Several servers


def test_two_servers_ask_once(town: Town, outside: Outside) -> None:
    unplaced(town)
    began = threading.Barrier(2)
    outside.always(Reply(says(amap(SHOP)).body, before=lambda: time.sleep(0.3)))

    def ask() -> None:
        asking = Asking(town, [outside.geocoder("amap")])
        began.wait()
        asking.all()

    servers = [threading.Thread(target=ask) for _ in range(2)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(outside.asked) == 1


def test_a_call_whose_server_died_is_asked_about_by_another(town: Town, outside: Outside, asking: Asking) -> None:
    class Died(BaseException):
        """Past every handler, as a power cut is."""

    class Dying(RemoteGeocoder):
        def ask(self, words: str) -> Any:
            raise Died

    filed = unplaced(town)
    with pytest.raises(Died):
        Asking(town, [Dying(outside.terms("amap"))]).all()
    assert asking.all() == 0
    town.clock.advance(minutes=5)
    assert asking.all() == 1
    assert place_of(town, filed)["source"] == "amap"


# What is kept


def kept(town: Town) -> list[tuple[Any, ...]]:
    return town.store.read(lambda reading: reading.rows(_GEOCODED))


def forget(town: Town) -> None:
    Housekeeping(town.store, KEPT, timedelta(days=1095), ZoneInfo("Asia/Shanghai"), lambda: None, KEPT).once()


def test_the_same_words_are_asked_once_and_kept_without_the_words(town: Town, asking: Asking, outside: Outside) -> None:
    first, second = unplaced(town), unplaced(town, address=f" {WORDS} ")
    asking.all()
    town.clock.advance(seconds=1)
    asking.all()
    assert len(outside.asked) == 1
    assert place_of(town, second)["source"] == place_of(town, first)["source"] == "amap"
    [(digest, source, body)] = kept(town)
    assert (len(digest), source) == (64, "amap")
    assert "王" not in body and KEY not in body


def test_an_answer_is_asked_for_again_when_it_is_old_and_deleted_by_then(
    town: Town, asking: Asking, outside: Outside
) -> None:
    unplaced(town)
    asking.all()
    town.clock.advance(days=30)
    forget(town)
    assert len(kept(town)) == 1  # to the second
    unplaced(town)
    asking.all()
    assert len(outside.asked) == 2
    town.clock.advance(days=30, seconds=1)
    forget(town)
    assert kept(town) == []


def test_nothing_is_kept_where_the_settings_say_so(town: Town, outside: Outside) -> None:
    asking = Asking(town, [outside.geocoder("amap")], kept=timedelta(0))
    for _ in range(2):
        unplaced(town)
        asking.all()
        town.clock.advance(seconds=1)
    assert len(outside.asked) == 2
    assert kept(town) == []


def test_another_server_knows_the_answer_too(town: Town, asking: Asking, outside: Outside) -> None:
    unplaced(town)
    asking.all()
    filed = unplaced(town)
    Asking(town, [outside.geocoder("amap")]).all()
    assert len(outside.asked) == 1
    assert place_of(town, filed)["source"] == "amap"


def counted(town: Town) -> dict[tuple[str, str], int]:
    """Out of /metrics."""
    found = {}
    for line in town.http.get("/metrics").text.splitlines():
        if line.startswith("relight_geocoder_total{"):
            labels, n = line.removeprefix("relight_geocoder_total").rsplit(" ", 1)
            parts = dict(part.split("=") for part in labels.strip("{}").split(","))
            found[parts["geocoder"].strip('"'), parts["outcome"].strip('"')] = int(float(n))
    return found


def test_neither_address_nor_key_reaches_a_log(town: Town, outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asking = Asking(town, [outside.geocoder("amap"), outside.geocoder("baidu")])
        for reply in (says({}, 500), says({}, 429), says(b"<html>"), says(amap(FAR_AWAY)), says(amap(SHOP))):
            outside.always(reply)
            unplaced(town, address=f"{WORDS}{len(outside.asked)}")
            asking.all()
            town.clock.advance(minutes=10)
    assert len(outside.asked) >= 5
    assert WORDS not in caplog.text
    assert KEY not in caplog.text


def test_what_is_on_record_is_never_more_than_likely(town: Town, asking: Asking) -> None:
    filed = unplaced(town)
    asking.all()
    place = town.store.read(lambda reading: last_place_of_call(reading, filed["call"]["id"]))
    assert isinstance(place, Place)
    assert place.sure.value == "likely"
    assert place.transformer is None and place.feeder is None
