"""Which calls share an outage: by itself only as promised, anything else is a suggestion to a person."""

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CrewAction
from tests.domain.builders import metres_north
from tests.town import MARKET, RIDGE, Town


def test_the_same_transformer_joins_by_itself(town: Town) -> None:
    first, second = town.call(account_no="43130000000001"), town.call(account_no="43130000000002")
    assert second["joined"]
    assert second["outage"]["id"] == first["outage"]["id"]


def test_near_on_the_same_feeder_within_half_an_hour_joins_and_later_does_not(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.let_pass(minutes=30)
    near = town.call(account_no="43130000000003")
    assert near["joined"]
    assert near["outage"]["id"] == first["outage"]["id"]


def test_near_on_the_same_feeder_after_half_an_hour_is_only_suggested(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.let_pass(minutes=30, seconds=1)
    late = town.call(account_no="43130000000003")
    assert not late["joined"]
    assert [s["outage_id"] for s in late["suggestions"]] == [first["outage"]["id"]]


def test_a_pin_nearby_without_a_feeder_is_only_suggested(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    pinned = town.call_at(metres_north(MARKET, 250))
    assert not pinned["joined"]
    [suggestion] = pinned["suggestions"]
    assert suggestion["outage_id"] == first["outage"]["id"]
    assert str(first["outage"]["number"]) in suggestion["sentence"]


def test_a_hazard_never_joins_silently_and_keeps_its_own_stop(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    danger = town.call(account_no="43130000000002", hazard="wire_down")
    assert not danger["joined"]
    assert danger["outage"]["priority"] == "danger"
    town.post(f"/outages/{danger['outage']['id']}/merge", {"into": first["outage"]["id"]})
    outage = town.outage(first["outage"]["id"])
    assert (outage["priority"], outage["hazard"], outage["made_safe_at"]) == ("danger", "wire_down", None)

    crew = town.tablet(2)
    job = town.offer(outage["id"], 2)
    for kind in (CrewAction.ACCEPT, CrewAction.DEPART):
        crew.do(kind, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.SAFETY_STEP, job["id"], data={"step": "made_safe", "call_id": danger["call"]["id"]})
    assert town.outage(outage["id"])["made_safe_at"] is not None


def test_a_call_after_restoration_opens_a_new_outage(town: Town) -> None:
    crew = town.tablet(2)
    first = town.call(account_no="43130000000001")["outage"]
    job = town.offer(first["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 120})
    again = town.call(account_no="43130000000001")
    assert not again["joined"]
    assert again["outage"]["id"] != first["id"]


def test_the_same_transferred_call_twice_is_one_call(town: Town) -> None:
    said = {"channel": "police_110", "external_ref": "110-7", "lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326"}
    first = town.ask("POST", "/calls", "control_room", json=said)
    again = town.ask("POST", "/calls", "control_room", json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["call"]["id"] == first.json()["call"]["id"]
    assert len(town.get("/outages", state="open")["outages"]) == 1


def test_a_place_in_gcj02_is_not_taken_for_wgs84(town: Town) -> None:
    """At Loudi the two differ by about 655 m: enough for the wrong village."""
    filed = town.call(lon=MARKET.lon, lat=MARKET.lat, crs="gcj02")
    there = LonLat(filed["place"]["lon"], filed["place"]["lat"])
    from dispatch_server.protocol.geo import metres_between

    assert 400 < metres_between(there, MARKET) < 900
    missing = town.ask("POST", "/calls", "call_taker", json={"channel": "hotline", "lon": 112.0, "lat": 27.7})
    assert missing.status_code == 422
    assert "crs" in missing.json()["detail"]


def test_a_caller_who_says_no_place_is_looked_for_by_his_number_and_the_desk_is_told(town: Town) -> None:
    filed = town.call(caller_phone="10000000004")
    assert (filed["place"]["method"], filed["place"]["sure"]) == ("account", "likely")
    assert "上坪乡柳田村4号" in filed["place"]["note"]
    looked_up = town.post("/places/lookup", {"phone": "10000000004"}, "call_taker")
    assert looked_up["place"] == filed["place"]


def test_what_the_caller_says_goes_before_his_number(town: Town) -> None:
    filed = town.call(caller_phone="10000000004", address="河口镇河口社区")
    assert (filed["place"]["method"], filed["place"]["names"]["village"]) == ("village", "河口社区")


def test_what_a_later_caller_says_of_the_fault_decides_who_may_go(town: Town) -> None:
    """The second crew may not touch high voltage."""
    town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    assert town.call(account_no="43130000000002", fault_kind="hv")["joined"]
    crews = town.get(f"/outages/{outage['id']}/crews")["crews"]
    assert [c["fit"] for c in crews if c["crew_id"] == 2] == [False]


def test_a_merged_outage_brings_its_kind_and_a_split_call_its_customer(town: Town) -> None:
    into = town.call(account_no="43130000000005", fault_kind="lv")["outage"]
    hospital = town.call(account_no="43130000000006", fault_kind="hv")
    town.post(f"/outages/{hospital['outage']['id']}/merge", {"into": into["id"]})
    merged = town.outage(into["id"])
    assert (merged["fault_kind"], merged["priority"]) == ("hv", "urgent")
    again = town.post(f"/outages/{into['id']}/split", {"call_ids": [hospital["call"]["id"]]})
    assert again["priority"] == "urgent"


def test_the_site_goes_with_its_call_and_comes_with_a_merged_one(town: Town) -> None:
    unplaced = town.call(words="不知道在哪里")["outage"]
    market, ridge = town.call(account_no="43130000000001"), town.call(account_no="43130000000005")
    town.post(f"/outages/{market['outage']['id']}/merge", {"into": unplaced["id"]})
    assert town.outage(unplaced["id"])["lon"] == MARKET.lon
    town.post(f"/outages/{ridge['outage']['id']}/merge", {"into": unplaced["id"]})
    town.post(f"/outages/{unplaced['id']}/split", {"call_ids": [market["call"]["id"]]})
    seen = town.outage(unplaced["id"])
    assert (seen["lon"], seen["transformer"]) == (RIDGE.lon, "T-M1")


def test_a_call_that_is_placed_later_is_asked_about_what_a_fresh_call_there_would_join(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    lost = town.call(words="不知道在哪里")
    placed = town.post(
        f"/calls/{lost['call']['id']}/place", {"lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326"}, "call_taker"
    )
    assert not placed["joined"]
    assert [s["outage_id"] for s in placed["suggestions"]] == [first["outage"]["id"]]
    far = town.post(f"/calls/{lost['call']['id']}/place", {"lon": RIDGE.lon, "lat": RIDGE.lat, "crs": "EPSG:4326"})
    assert far["suggestions"] == []


def test_a_merge_is_advised_towards_the_crew_and_nowhere_when_crews_go_to_both(town: Town) -> None:
    outages = [town.call(account_no=f"4313000000000{n}")["outage"] for n in (1, 4)]
    for outage, crew_id in zip(outages, (2, 3), strict=True):
        crew = town.tablet(crew_id)
        crew.do(CrewAction.ACCEPT, town.offer(outage["id"], crew_id)["id"])
        refused = town.ask("POST", f"/outages/{outages[0]['id']}/merge", json={"into": outages[1]["id"]})
        assert refused.status_code == 409
        both = outage is outages[1]
        assert ("both" in refused.json()["detail"]) == both
        assert (f"merge {outages[1]['number']} into {outages[0]['number']}" in refused.json()["detail"]) != both
