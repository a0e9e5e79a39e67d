"""Where it is dark: by numbers, by the caller's telephone, by a pin, by words; what contradicts is shown."""

import json
from typing import Any

from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading
from tests.domain.builders import metres_north
from tests.town import MARKET_END, MEADOW, POLE, RIDGE, ROAD, Town

PLACES = Question("SELECT body FROM places WHERE call_id = :call_id ORDER BY id")
TWO_HOUSES = "10000000007"
OUTSIDE = LonLat(112.25, ROAD)


def places_of_call(reading: Reading, call_id: int) -> list[dict[str, Any]]:
    return [json.loads(row[0]) for row in reading.rows(PLACES, call_id=call_id)]


def where(filed: dict[str, Any]) -> tuple[str, str, str | None]:
    """Method, certainty and area of a place."""
    place = filed["place"]
    return place["method"], place["sure"], place["area"] and place["area"]["code"]


def offered(filed: dict[str, Any]) -> list[str]:
    return [c["candidate_id"] for c in filed["place"]["candidates"]]


def test_the_meters_number_works_like_the_account(town: Town) -> None:
    first, second = town.call(account_no="M001"), town.call(account_no="43130000000002")
    assert where(first) == ("account", "certain", "A-U")
    assert first["place"]["transformer"] == "T-U1"
    assert second["joined"]


def test_an_account_number_among_the_words_works_like_the_account(town: Town) -> None:
    for said in ({"address": "户号43130000000004，没电了"}, {"words": "我的户号是 43130000000004"}):
        filed = town.call(**said)
        assert where(filed) == ("account", "certain", "A-R")
        assert filed["place"]["transformer"] == "T-R1"


def test_a_telephone_number_among_the_words_is_no_account(town: Town) -> None:
    filed = town.call(address="请回拨10000000004")
    assert where(filed) == ("none", "doubtful", None)


def test_the_plate_of_a_transformer_places_the_call_and_joins_what_hangs_on_it(town: Town) -> None:
    first = town.call(account_no="43130000000004")
    plate = town.call(account_no="T-R1")
    assert where(plate) == ("address", "certain", "A-R")
    assert (plate["place"]["transformer"], plate["place"]["feeder"]) == ("T-R1", "F-2")
    assert plate["joined"] and plate["outage"]["id"] == first["outage"]["id"]


def test_a_transformer_and_a_pole_are_found_by_what_people_call_them(town: Town) -> None:
    transformer = town.call(address="河口社区2号台区全停了")["place"]
    assert (transformer["method"], transformer["transformer"]) == ("address", "T-U2")
    for said in ("G354旁12号杆", "354国道十二号杆倒了", "上坪乡，10kV柳线12#杆"):
        pole = town.call(address=said)["place"]
        assert (pole["method"], pole["feeder"], pole["transformer"]) == ("address", "F-2", None)
        assert (pole["lon"], pole["lat"], pole["radius_m"]) == (POLE.lon, POLE.lat, 50)


def test_a_number_in_no_register_is_said_so_and_the_words_are_used(town: Town) -> None:
    filed = town.call(account_no="99", address="上坪乡高岭村")
    assert where(filed) == ("village", "likely", "A-M")
    assert filed["place"]["note"] == "Account 99 is not in the register; ask the caller to read it again."


def test_the_only_premises_of_the_callers_number_are_likely(town: Town) -> None:
    filed = town.call(caller_phone="10000000005")
    assert where(filed) == ("account", "likely", "A-M")
    assert filed["place"]["transformer"] == "T-M1"


def test_several_premises_of_the_callers_number_are_offered_and_the_chosen_one_is_kept_with_the_old(town: Town) -> None:
    filed = town.call(caller_phone=TWO_HOUSES)
    assert where(filed) == ("none", "doubtful", None)
    assert offered(filed) == ["account:43130000000007", "account:43130000000008"]
    assert "2 premises" in filed["place"]["note"]
    assert "上坪乡高岭村8号" in filed["place"]["candidates"][1]["reason"]
    provisional = filed["outage"]["arrive_by"]

    chosen = town.post(f"/calls/{filed['call']['id']}/place", {"candidate_id": "account:43130000000008"})
    assert where(chosen) == ("account", "certain", "A-M")
    assert chosen["place"]["transformer"] == "T-M1"
    assert chosen["outage"]["area_class"] == "remote"
    assert chosen["outage"]["arrive_by"] > provisional
    places = town.store.read(lambda reading: places_of_call(reading, filed["call"]["id"]))
    assert [p["method"] for p in places] == ["none", "account"]


def test_the_premises_in_the_village_that_is_said_are_meant(town: Town) -> None:
    filed = town.call(caller_phone=TWO_HOUSES, address="高岭村这边停电了")
    assert where(filed) == ("account", "likely", "A-M")
    assert (filed["place"]["lon"], filed["place"]["transformer"]) == (RIDGE.lon, "T-M1")


def test_a_pin_at_home_tells_the_transformer(town: Town) -> None:
    filed = town.call_at(metres_north(MARKET_END, 40), caller_phone=TWO_HOUSES)
    assert where(filed) == ("account", "likely", "A-U")
    assert filed["place"]["transformer"] == "T-U2"


def test_a_caller_who_names_another_village_than_his_own_is_placed_there_in_doubt(town: Town) -> None:
    filed = town.call(caller_phone="10000000005", address="河口镇河口社区")
    assert where(filed) == ("village", "doubtful", "A-U")
    assert offered(filed) == ["account:43130000000005"]
    assert "belongs to 上坪乡高岭村5号" in filed["place"]["note"]


def test_an_account_in_one_village_and_words_in_another_contradict_and_both_are_shown(town: Town) -> None:
    filed = town.call(account_no="43130000000001", address="上坪乡高岭村")
    assert where(filed) == ("account", "doubtful", "A-U")
    assert offered(filed) == ["village:431399002202"]


def test_a_misheard_village_is_read_back_in_the_readers_language(town: Town) -> None:
    filed = town.call(address="上坪乡柳天村三组")
    assert where(filed) == ("village", "likely", "A-R")
    assert "“柳天村” was taken for 江北县上坪乡柳田村" in filed["place"]["note"]
    head = {"Authorization": f"Bearer {town.token('call_taker')}", "Accept-Language": "zh"}
    chinese = town.http.get("/api/v1/places", params={"q": "上坪乡柳天村三组"}, headers=head).json()["place"]
    assert chinese["note"] == "“柳天村”按江北县上坪乡柳田村处理；请向来电人复述确认。"


def test_a_house_number_lies_at_its_share_of_the_street(town: Town) -> None:
    house = town.call(address="河口镇江滨路101号")["place"]
    assert house["method"] == "address"
    assert round(house["lon"], 4) == 112.02
    street = town.call(address="江滨路")["place"]
    assert street["radius_m"] > house["radius_m"]
    assert "ask for the house number" in street["note"]


def test_beside_the_school_is_a_circle_around_it(town: Town) -> None:
    at = town.call(address="柳田小学")["place"]
    beside = town.call(address="我家在柳田小学对面")["place"]
    assert (at["sure"], beside["sure"]) == ("likely", "likely")
    assert beside["radius_m"] > at["radius_m"]


def test_on_the_way_to_a_village_is_not_in_it(town: Town) -> None:
    filed = town.call(address="河口社区往高岭村方向")
    assert where(filed)[2] == "A-U"


def test_a_circle_over_a_border_takes_the_stricter_target_until_the_pin_is_moved(town: Town) -> None:
    filed = town.call_at(LonLat(112.0403, ROAD))
    assert where(filed) == ("pin", "likely", "A-R")
    assert [a["code"] for a in filed["place"]["other_areas"]] == ["A-U"]
    assert filed["outage"]["area_class"] == "urban"
    moved = town.post(f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"})
    assert moved["outage"]["area_class"] == "rural"
    assert moved["outage"]["arrive_by"] > filed["outage"]["arrive_by"]


def test_a_pin_in_no_area_waits_unplaced_with_the_nearest_areas(town: Town) -> None:
    filed = town.call_at(OUTSIDE)
    assert where(filed) == ("pin", "doubtful", None)
    assert "from the nearest area, 高岭村" in filed["place"]["note"]
    nearest = filed["place"]["candidates"][0]
    assert nearest["area"]["code"] == "A-M"
    assert nearest["reason"] == "the nearest point of 高岭村, 986 m from the pin"
    [waiting] = town.get("/calls", state="unplaced")["calls"]
    assert waiting["call"]["id"] == filed["call"]["id"]

    placed = town.post(f"/calls/{filed['call']['id']}/place", {"candidate_id": nearest["candidate_id"]})
    assert where(placed) == ("pin", "certain", "A-M")
    assert town.get("/calls", state="unplaced")["calls"] == []


def test_a_lookup_gives_the_place_a_call_would_get_and_is_logged(town: Town) -> None:
    found = town.post("/places/lookup", {"account_no": "M004"}, "call_taker")
    assert where(found) == ("account", "certain", "A-R")
    assert [p["account_no"] for p in found["premises"]] == ["43130000000004"]
    both = town.post("/places/lookup", {"phone": TWO_HOUSES}, "call_taker")
    assert len(both["premises"]) == len(both["place"]["candidates"]) == 2


def test_words_alone_look_at_no_customer(town: Town) -> None:
    assert town.get("/places", q="户号43130000000004")["place"]["method"] == "none"
