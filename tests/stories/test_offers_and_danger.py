"""Danger to life ends when somebody beside it says so, not when a desk does."""

from typing import Any

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, RIDGE, Tablet, Town


def test_a_desk_ends_no_danger_that_nobody_has_made_safe(town: Town) -> None:
    filed = town.call(account_no="43130000000005", hazard="wire_down")
    outage_id = filed["outage"]["id"]
    by_phone = town.ask("POST", f"/calls/{filed['call']['id']}/close", "call_taker", json={"reason": "his own fuse"})
    by_hand = town.ask("POST", f"/outages/{outage_id}/close", json={"reason": "nothing there"})
    assert (by_phone.status_code, by_hand.status_code) == (409, 409)
    assert "danger to life" in by_hand.json()["detail"]
    assert town.outage(outage_id)["state"] == "open"


def test_what_a_crew_made_safe_may_be_closed_when_it_has_left(town: Town) -> None:
    crew = town.tablet(4)
    outage_id = town.call(account_no="43130000000005", hazard="wire_down")["outage"]["id"]
    job = town.offer(outage_id, 4)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], RIDGE)
    crew.do(CrewAction.SAFETY_STEP, job["id"], data={"step": "made_safe"})
    crew.do(CrewAction.LEAVE, job["id"], reason="a telephone wire")
    assert town.post(f"/outages/{outage_id}/close", {"reason": "a telephone wire"})["state"] == "closed"


def test_another_call_of_a_dangerous_outage_may_still_be_solved_by_phone(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.call(account_no="43130000000002", hazard="wire_down")
    town.post(f"/calls/{first['call']['id']}/close", {"reason": "his own fuse"}, "call_taker")


def with_a_fire_elsewhere(town: Town) -> tuple[dict[str, Any], dict[str, Any], Tablet, int]:
    """A wire down at the market, a fire down the road merged in, and a crew at the market."""
    wire = town.call(account_no="43130000000001", hazard="wire_down")
    fire = town.call(account_no="43130000000003", hazard="fire")
    town.post(f"/outages/{fire['outage']['id']}/merge", {"into": wire["outage"]["id"]})
    crew = town.tablet(2)
    job = town.offer(wire["outage"]["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    return wire, fire, crew, job["id"]


def made_safe(town: Town, outage_id: int) -> list[int]:
    facts = town.outage(outage_id)["facts"]
    return [f["body"]["call_id"] for f in facts if f["kind"] in ("MadeSafe", "DangerRuledOut")]


def told_of_danger(town: Town, outage_id: int) -> list[str]:
    facts = town.outage(outage_id)["facts"]
    return [f["body"]["do"] for f in facts if f["kind"] == "Escalated" and f["body"]["after"] == "danger_stands"]


def test_power_back_makes_no_danger_safe_that_was_reported_at_another_place(town: Town) -> None:
    wire, fire, crew, job_id = with_a_fire_elsewhere(town)
    outage_id = wire["outage"]["id"]
    answer = crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    assert "danger" in answer["sentence"]
    seen = town.outage(outage_id)
    assert made_safe(town, outage_id) == [wire["call"]["id"]]
    assert (seen["state"], seen["restored_at"] is None, seen["made_safe_at"]) == ("open", False, None)
    assert told_of_danger(town, outage_id) == ["tell_dispatcher"]
    assert town.ask("POST", f"/outages/{outage_id}/close", json={"reason": "done"}).status_code == 409

    crew.do(CrewAction.SAFETY_STEP, job_id, data={"step": "made_safe", "call_id": fire["call"]["id"]})
    assert town.outage(outage_id)["state"] == "restored"
    town.let_pass(minutes=20)
    assert told_of_danger(town, outage_id) == ["tell_dispatcher"]
    assert [c["call"]["id"] for c in town.get("/calls", state="call_back")["calls"]] != []


def test_another_crew_is_sent_to_the_danger_that_stands(town: Town) -> None:
    wire, fire, crew, job_id = with_a_fire_elsewhere(town)
    outage_id = wire["outage"]["id"]
    crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    crew.do(CrewAction.CLOSE, job_id)
    town.let_pass(minutes=6)
    assert "NotIssued" in town.facts(outage_id)
    other = town.tablet(3)
    job = town.offer(outage_id, 3)
    other.do(CrewAction.ACCEPT, job["id"])
    other.do(CrewAction.SAFETY_STEP, job["id"], data={"step": "made_safe", "call_id": fire["call"]["id"]})
    assert town.outage(outage_id)["state"] == "restored"


def test_no_further_call_joins_an_outage_that_is_open_for_its_danger_alone(town: Town) -> None:
    _, _, crew, job_id = with_a_fire_elsewhere(town)
    crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    assert not town.call(account_no="43130000000002")["joined"]


def test_the_danger_that_is_split_off_lets_the_restored_outage_end(town: Town) -> None:
    wire, fire, crew, job_id = with_a_fire_elsewhere(town)
    crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    split = town.post(f"/outages/{wire['outage']['id']}/split", {"call_ids": [fire["call"]["id"]]})
    assert town.outage(wire["outage"]["id"])["state"] == "restored"
    assert (split["state"], split["priority"]) == ("open", "danger")


def test_a_dispatcher_ends_a_false_report_of_danger_with_a_reason(town: Town) -> None:
    filed = town.call(account_no="43130000000005", hazard="wire_down")
    path = f"/outages/{filed['outage']['id']}"
    said = {"call_id": filed["call"]["id"], "reason": "the caller rang again: a telephone wire"}
    assert town.ask("POST", f"{path}/hazard", "call_taker", json=said).status_code == 403
    assert town.ask("POST", f"{path}/hazard", json={**said, "reason": "  "}).status_code == 422
    assert town.ask("POST", f"{path}/hazard", json={**said, "call_id": 99}).status_code == 422
    assert town.post(f"{path}/hazard", said)["made_safe_at"] is not None
    assert town.ask("POST", f"{path}/hazard", json=said).status_code == 409
    assert town.post(f"{path}/close", {"reason": "a telephone wire"})["state"] == "cancelled"
