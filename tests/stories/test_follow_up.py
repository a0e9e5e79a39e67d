"""After the repair: the call-back, the phone, the exemption; nothing ends without an outcome."""

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, Town


def restored(town: Town) -> dict[str, object]:
    crew = town.tablet(2)
    filed = town.call(account_no="43130000000001", caller_phone="10000000001")
    job = town.offer(filed["outage"]["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 120})
    crew.do(CrewAction.CLOSE, job["id"])
    return filed


def test_still_out_opens_a_new_round_with_its_own_clock(town: Town) -> None:
    filed = restored(town)
    town.let_pass(minutes=30)
    answer = town.post(f"/calls/{filed['call']['id']}/call-back", {"answer": "still_out"}, "call_taker")
    [again] = town.get("/outages", state="open")["outages"]
    assert again["id"] != filed["outage"]["id"]
    assert again["first_call_at"] == town.clock.now.isoformat()
    assert "RepairDisputed" in town.facts(filed["outage"]["id"])
    assert answer


def test_nobody_answers_and_is_asked_again(town: Town) -> None:
    filed = restored(town)
    call_id = filed["call"]["id"]
    town.post(f"/calls/{call_id}/call-back", {"answer": "no_answer"}, "call_taker")
    assert [c["call"]["id"] for c in town.get("/calls", state="call_back")["calls"]] == [call_id]
    town.post(f"/calls/{call_id}/call-back", {"answer": "satisfied"}, "call_taker")
    assert town.outage(filed["outage"]["id"])["state"] == "closed"
    again = town.ask("POST", f"/calls/{call_id}/call-back", "call_taker", json={"answer": "satisfied"})
    assert again.status_code == 409


def test_solved_by_phone_is_left_out_of_the_figure_and_shown_beside_it(town: Town) -> None:
    filed = town.call(account_no="43130000000001")
    town.post(f"/calls/{filed['call']['id']}/close", {"reason": "his own fuse"}, "call_taker")
    assert town.outage(filed["outage"]["id"])["state"] == "cancelled"
    [figure] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (figure["count"], figure["excluded"], figure["pending"]) == (0, {"solved_by_phone": 1}, 0)


def test_an_exemption_is_approved_by_another_person(town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    town.let_pass(minutes=50)
    path = f"/outages/{outage['id']}/exemption"
    town.post(path, {"reason": "the only road is flooded", "evidence": "police notice 7"})
    alone = town.ask("POST", path, json={"approved": True})
    assert alone.status_code == 409
    town.post(path, {"approved": True}, "dispatcher2")
    [figure] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (figure["excluded"], figure["late_nobody_there"]) == ({"exempted": 1}, 0)


def test_one_past_its_limit_with_nobody_there_is_late_and_not_missing(town: Town) -> None:
    town.call(account_no="43130000000001")
    [figure] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (figure["pending"], figure["within"]["promise"]) == (1, None)
    town.let_pass(minutes=46)
    [figure] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (figure["pending"], figure["late_nobody_there"], figure["within"]["promise"]) == (0, 1, 0.0)
    assert figure["mean_min"] is None


def test_a_chased_call_counts_its_chases(town: Town) -> None:
    filed = town.call(account_no="43130000000001")
    for _ in range(2):
        town.post(f"/calls/{filed['call']['id']}/chase", {}, "call_taker")
    assert town.outage(filed["outage"]["id"])["calls"][0]["chases"] == 2


def test_the_control_room_sees_everything_files_calls_and_changes_nothing_of_a_crew(town: Town) -> None:
    filed = town.call(who="control_room", account_no="43130000000001")
    assert town.get("/outages", "control_room", state="open")["outages"][0]["id"] == filed["outage"]["id"]
    assert town.ask("GET", "/crews", "control_room").status_code == 200
    town.tablet(2)
    offered = town.ask("POST", "/jobs", "control_room", json={"outage_id": filed["outage"]["id"], "crew_id": 2})
    assert offered.status_code == 403


def test_still_out_at_an_important_customer_is_as_urgent_as_before(town: Town) -> None:
    crew = town.tablet(3)
    filed = town.call(account_no="43130000000006")
    job = town.offer(filed["outage"]["id"], 3)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 1})
    town.post(f"/calls/{filed['call']['id']}/call-back", {"answer": "still_out"}, "call_taker")
    [again] = town.get("/outages", state="open")["outages"]
    assert again["priority"] == "urgent"


def test_customers_who_are_not_called_back_within_a_day_are_brought_up_once(town: Town) -> None:
    filed = restored(town)
    town.let_pass(hours=23, minutes=59)
    assert "Escalated" not in town.facts(filed["outage"]["id"])
    for _ in range(3):
        town.let_pass(minutes=1)
    assert town.facts(filed["outage"]["id"]).count("Escalated") == 1


def test_customers_who_were_asked_are_not_brought_up(town: Town) -> None:
    filed = restored(town)
    town.post(f"/calls/{filed['call']['id']}/call-back", {"answer": "satisfied"}, "call_taker")
    town.let_pass(hours=25)
    assert "Escalated" not in town.facts(filed["outage"]["id"])
