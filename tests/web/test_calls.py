"""The desk's routes: filed once, answered again, particulars guarded."""

from concurrent.futures import ThreadPoolExecutor

from dispatch_server.store.work import Reading
from dispatch_server.web.routes.calls import masked
from tests.town import MARKET, MEADOW, Town

ACCOUNT = "43130000000001"


def test_the_answer_has_the_call_its_place_and_its_outage(town: Town) -> None:
    filed = town.call(account_no=ACCOUNT, fault_kind="lv")
    assert filed["call"]["state"] == "open"
    assert filed["place"]["area"]["area_class"] == "urban"
    assert filed["outage"]["jobs"] == []
    assert [stop["id"] for stop in filed["outage"]["calls"]] == [filed["call"]["id"]]
    assert not filed["joined"]
    again = town.call(account_no="43130000000002")
    assert again["joined"]
    assert again["outage"]["id"] == filed["outage"]["id"]
    assert again["outage"]["call_count"] == 2


def test_the_same_ref_again_is_the_same_call(town: Town) -> None:
    said = {"channel": "12345", "external_ref": "GD-2026-0501-7", "account_no": ACCOUNT}
    first, second = (town.ask("POST", "/calls", json=said) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["call"]["id"] == second.json()["call"]["id"]
    assert first.json()["outage"] == second.json()["outage"]
    other_channel = town.ask("POST", "/calls", json=said | {"channel": "police_110"})
    assert other_channel.status_code == 201


def test_the_same_ref_from_many_at_once_is_one_call(town: Town) -> None:
    said = {"channel": "power_110", "external_ref": "R-1", "lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326"}
    town.token("call_taker")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: town.ask("POST", "/calls", "call_taker", json=said), range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["call"]["id"] for answer in answers}) == 1
    assert len(town.get("/outages")["outages"]) == 1


def test_an_enquiry_has_no_outage(town: Town) -> None:
    filed = town.call(category="enquiry", words="电费多少")
    assert filed["outage"] is None


def test_a_number_is_masked_until_it_is_asked_for_and_both_are_on_record(town: Town) -> None:
    filed = town.call(account_no=ACCOUNT, caller_name="王某", caller_phone="10012345678")
    path = f"/calls/{filed['call']['id']}"
    assert town.get(path)["particulars"]["caller_phone"] == "*******5678"
    assert _looked(town) == [("dispatcher", "call")]
    assert town.get(path, "call_taker", reveal="phone")["particulars"]["caller_phone"] == "10012345678"
    assert _looked(town) == [("dispatcher", "call"), ("call_taker", "call, phone")]


def test_a_customer_looked_up_is_on_record(town: Town) -> None:
    found = town.post("/places/lookup", {"phone": "10000000004"}, "call_taker")
    assert [premises["account_no"] for premises in found["premises"]] == ["43130000000004"]
    assert found["place"]["area"]["area_class"] == "rural"
    assert _looked(town) == [("call_taker", "premises")]


def _looked(town: Town) -> list[tuple[str, str]]:
    from dispatch_server.store.questions import Question

    question = Question("SELECT who, what FROM readings ORDER BY id")

    def look(reading: Reading) -> list[tuple[str, str]]:
        return [(who.partition(":")[0], what) for who, what in reading.rows(question)]

    return town.store.read(look)


def test_a_short_number_is_masked_altogether() -> None:
    assert masked("95598") == "*****"
    assert masked(None) is None


def test_words_alone_are_looked_up_and_nothing_is_written(town: Town) -> None:
    place = town.get("/places", "call_taker", q="上坪乡柳田村")["place"]
    assert place["area"]["code"] == "A-R"
    assert _looked(town) == []


def test_what_cannot_be_placed_waits_in_a_queue_for_a_pin(town: Town) -> None:
    filed = town.call(address="一个谁也不知道的地方")
    assert filed["outage"]["area_class"] is None
    [waiting] = town.get("/calls", "call_taker", state="unplaced")["calls"]
    assert waiting["call"]["id"] == filed["call"]["id"]
    pin = {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"}
    placed = town.post(f"/calls/{filed['call']['id']}/place", pin, "call_taker")
    assert placed["outage"]["area_class"] == "rural"
    assert town.get("/calls", state="unplaced")["calls"] == []


def test_a_pin_in_another_datum_is_brought_home(town: Town) -> None:
    filed = town.call(lon=MARKET.lon + 0.0055, lat=MARKET.lat - 0.0032, crs="gcj02")
    assert abs(filed["place"]["lon"] - MARKET.lon) < 0.002


def test_chased_and_settled_by_phone(town: Town) -> None:
    call_id = town.call_at(MARKET)["call"]["id"]
    assert town.post(f"/calls/{call_id}/chase")["call"]["chases"] == 1
    closed = town.post(f"/calls/{call_id}/close", {"reason": "合上空开就好了"})
    assert closed["call"]["state"] == "closed"
    assert closed["outage"]["state"] == "cancelled"
    assert town.ask("POST", f"/calls/{call_id}/chase").status_code == 409
