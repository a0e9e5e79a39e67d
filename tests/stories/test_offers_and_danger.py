"""Danger to life ends when somebody beside it says so, not when a desk does."""

from dispatch_server.protocol.words import CrewAction
from tests.town import RIDGE, Town


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
