"""The same external_ref comes again: nothing is filed twice, and nothing that it says anew is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, MEADOW, RIDGE, Town

ACCOUNT = "43130000000001"


def sent(town: Town, **said: Any) -> httpx.Response:
    body = {"channel": "web", "external_ref": "W-7", "account_no": ACCOUNT, **said}
    return town.ask("POST", "/calls", "call_taker", json=body)


def filed(town: Town, **said: Any) -> dict[str, Any]:
    answer = sent(town, **said)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def said_again(town: Town, call_id: int, **how: Any) -> list[dict[str, str]]:
    return [one["said"] for one in town.get(f"/calls/{call_id}", "call_taker", **how)["again"]]


def facts(town: Town, outage_id: int, kind: str) -> list[dict[str, Any]]:
    return [fact["body"] for fact in town.outage(outage_id)["facts"] if fact["kind"] == kind]


def test_the_same_call_again_is_the_same_call_and_differs_in_nothing(town: Town) -> None:
    said = {"words": "没电", "caller_phone": "10000000001", "lon": MARKET.lon, "lat": MARKET.lat, "crs": "gcj02"}
    first, again = filed(town, **said), filed(town, **said)
    assert again["call"]["id"] == first["call"]["id"]
    assert (again["differs"], again["outage"]) == (None, first["outage"])
    assert facts(town, first["outage"]["id"], "CallSaidAgain") == []


def test_what_a_repeat_leaves_out_it_does_not_take_back(town: Town) -> None:
    first = filed(town, hazard="wire_down", words="电线断了", caller_phone="10000000001", fault_kind="lv")
    again = filed(town, words=" ")
    assert again["differs"] is None
    assert again["outage"]["priority"] == "danger"
    assert facts(town, first["outage"]["id"], "CallSaidAgain") == []


def test_a_danger_that_only_the_repeat_reports_is_acted_on_once(town: Town) -> None:
    first = filed(town)
    outage_id = first["outage"]["id"]
    answers = [sent(town, hazard="wire_down", words="电线断了") for _ in range(2)]
    for answer in answers:
        again = answer.json()
        assert (answer.status_code, again["call"]["id"]) == (200, first["call"]["id"])
        assert (again["outage"]["priority"], again["outage"]["id"]) == ("danger", outage_id)
        assert again["differs"]["fields"] == ["hazard", "words"]
    assert "is dangerous from now on" in answers[0].json()["differs"]["sentence"]
    assert [body["hazard"] for body in facts(town, outage_id, "DangerReported")] == ["wire_down"]
    assert town.ask("POST", f"/outages/{outage_id}/close", json={"reason": "x"}).status_code == 409


def test_names_of_fields_are_on_record_and_what_was_said_is_not(town: Town) -> None:
    first = filed(town, words="没电", caller_phone="10000000001")
    filed(town, words="电杆冒火花", caller_phone="10000000003", caller_name="王某")
    [body] = facts(town, first["outage"]["id"], "CallSaidAgain")
    assert body["fields"] == ["caller_name", "caller_phone", "words"]
    assert not any(text in str(town.outage(first["outage"]["id"])["facts"]) for text in ("火花", "0003", "王某"))


def test_what_was_said_is_kept_beside_the_call_with_the_number_masked(town: Town) -> None:
    call_id = filed(town, words="没电")["call"]["id"]
    filed(town, words="电杆冒火花", caller_phone="10000000003")
    filed(town, words="又来电了")
    filed(town, words="电杆冒火花")
    first, second = said_again(town, call_id)
    assert (first, second) == ({"words": "电杆冒火花", "caller_phone": "*******0003"}, {"words": "又来电了"})
    assert said_again(town, call_id, reveal="phone")[0]["caller_phone"] == "10000000003"


def test_a_repeat_is_told_in_chinese_to_who_reads_it(town: Town) -> None:
    filed(town)
    head = {"Authorization": f"Bearer {town.token('call_taker')}", "Accept-Language": "zh"}
    body = {"channel": "web", "external_ref": "W-7", "account_no": ACCOUNT, "hazard": "fire"}
    sentence = town.http.post("/api/v1/calls", json=body, headers=head).json()["differs"]["sentence"]
    assert sentence.startswith("来电 C") and "已按危及人身安全处理" in sentence


def test_a_call_that_had_no_place_gets_the_one_that_the_repeat_names(town: Town) -> None:
    first = filed(town, account_no="99")
    assert first["outage"]["area_class"] is None
    again = filed(town, account_no="43130000000004", hazard="fire")
    assert (again["outage"]["id"], again["outage"]["area_class"]) == (first["outage"]["id"], "rural")
    assert (again["place"]["method"], again["outage"]["priority"]) == ("account", "danger")


def test_another_place_without_a_danger_moves_nothing_and_is_kept(town: Town) -> None:
    first = filed(town)
    again = filed(town, account_no="43130000000005")
    assert (again["place"], again["outage"]["arrive_by"]) == (first["place"], first["outage"]["arrive_by"])
    assert again["differs"]["fields"] == ["account_no"]
    assert said_again(town, first["call"]["id"]) == [{"account_no": "43130000000005"}]


def test_a_danger_at_another_place_stands_there_and_here(town: Town) -> None:
    first = filed(town)
    again = filed(town, account_no="43130000000005", hazard="wire_down")
    assert again["outage"]["priority"] == "danger"
    beside = town.get(f"/calls/{again['differs']['filed_call_id']}")
    assert (beside["call"]["about_call_id"], beside["call"]["hazard"]) == (first["call"]["id"], "wire_down")
    assert (beside["outage"]["area_class"], beside["outage"]["priority"]) == ("remote", "danger")


def test_a_danger_after_the_case_has_ended_is_filed_with_a_clock_of_its_own(town: Town) -> None:
    first = filed(town)
    town.post(f"/calls/{first['call']['id']}/close", {"reason": "his own fuse"}, "call_taker")
    town.clock.advance(minutes=30)
    again, once_more = (filed(town, hazard="fire") for _ in range(2))
    assert (again["call"]["id"], again["outage"]["state"]) == (first["call"]["id"], "cancelled")
    beside = town.get(f"/calls/{again['differs']['filed_call_id']}")
    assert (beside["outage"]["state"], beside["outage"]["priority"]) == ("open", "danger")
    assert beside["call"]["received_at"] == (town.clock.now).isoformat()
    assert once_more["differs"]["filed_call_id"] is None
    assert len(town.get("/outages")["outages"]) == 1


def test_a_danger_after_power_is_back_is_filed_too(town: Town) -> None:
    crew = town.tablet(2)
    first = filed(town)
    job = town.offer(first["outage"]["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.RESTORE, job["id"])
    again = filed(town, hazard="flood")
    assert again["outage"]["state"] == "restored"
    assert town.get(f"/calls/{again['differs']['filed_call_id']}")["outage"]["priority"] == "danger"


def test_an_enquiry_that_turns_out_to_be_a_fault_opens_its_outage(town: Town) -> None:
    first = filed(town, category="enquiry", words="什么时候停电")
    assert first["outage"] is None
    again = filed(town, words="家里没电了", hazard="fire")
    assert (again["call"]["id"], again["call"]["category"]) == (first["call"]["id"], "fault")
    assert (again["outage"]["area_class"], again["outage"]["priority"]) == ("urban", "danger")
    assert filed(town, category="enquiry")["call"]["category"] == "fault"


def test_a_caller_who_speaks_of_high_voltage_later_is_sent_a_crew_that_may_touch_it(town: Town) -> None:
    outage_id = filed(town, fault_kind="lv")["outage"]["id"]
    assert filed(town, fault_kind="hv")["outage"]["fault_kind"] == "hv"
    assert [body["fault_kind"] for body in facts(town, outage_id, "FaultKindSaid")] == ["hv"]


def test_an_earlier_time_is_kept_and_moves_no_clock(town: Town) -> None:
    town.clock.advance(minutes=10)
    first = filed(town)
    earlier = (town.clock.now - timedelta(minutes=5)).isoformat()
    again = filed(town, received_at=earlier)
    assert again["differs"]["fields"] == ["received_at"]
    assert again["outage"]["arrive_by"] == first["outage"]["arrive_by"]


def test_what_a_crew_made_safe_before_is_no_word_about_what_is_reported_after(town: Town) -> None:
    crew = town.tablet(4)
    first = filed(town, account_no="43130000000005", hazard="wire_down")
    outage_id = first["outage"]["id"]
    job = town.offer(outage_id, 4)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], RIDGE)
    safe = crew.press(CrewAction.SAFETY_STEP, job["id"], data={"step": "made_safe"})
    town.clock.advance(minutes=5)
    filed(town, account_no="43130000000005", hazard="fire")
    crew.push(safe)
    assert town.outage(outage_id)["made_safe_at"] is None
    crew.do(CrewAction.SAFETY_STEP, job["id"], data={"step": "made_safe"})
    assert town.outage(outage_id)["made_safe_at"] is not None


def test_many_repeats_at_once_raise_one_danger(town: Town) -> None:
    outage_id = filed(town)["outage"]["id"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: sent(town, hazard="fire", words="起火"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(facts(town, outage_id, "DangerReported")) == 1
    assert len(said_again(town, answers[0].json()["call"]["id"])) == 1


def test_in_auto_mode_the_danger_goes_before_what_waits(auto_town: Town) -> None:
    town = auto_town
    body = {"channel": "web", "external_ref": "W-7", "lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"}
    town.call_at(MARKET)
    later = town.post("/calls", body, "call_taker")
    town.tick()
    town.post("/calls", {**body, "hazard": "fire"}, "call_taker")
    town.tablet(2)
    town.tick()
    assert [job["crew_id"] for job in town.outage(later["outage"]["id"])["jobs"]] == [2]
