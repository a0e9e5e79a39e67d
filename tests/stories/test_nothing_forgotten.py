"""An outage is somebody's until it ends, and nobody drives for nothing."""

from dataclasses import replace

from dispatch_server.domain.people import OFFERING
from dispatch_server.domain.rules import Trigger
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services.offering import take_up_waiting
from tests.town import AUTO, MARKET, MEADOW, Town, policy


def test_a_call_that_joins_an_outage_whose_crew_has_left_is_issued_again(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.LEAVE, job["id"], reason="needs a crane")
    town.let_pass(minutes=60)
    said = town.facts(outage["id"]).count("NotIssued")
    town.call(account_no="43130000000002")
    town.let_pass(minutes=4)
    assert town.facts(outage["id"]).count("NotIssued") == said + 1


def test_an_acceptance_heard_after_the_outage_ended_sends_nobody(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    kept = crew.press(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=4)
    town.post(f"/outages/{outage['id']}/close", {"reason": "solved itself"})
    [answer] = crew.push(kept)
    assert "need not go" in answer["sentence"]
    assert town.outage(outage["id"])["jobs"][0]["state"] == "withdrawn"


def test_what_the_ladder_says_is_true_when_it_says_it(town: Town) -> None:
    """A miss that an approved relaxation took away is not told to the control room a quarter of an hour later."""
    filed = town.call_at(MARKET)
    town.let_pass(minutes=46)
    town.post(f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"})
    town.post(f"/outages/{filed['outage']['id']}/relaxation", {"approved": True}, "dispatcher2")
    town.let_pass(minutes=20)
    told = [f["body"]["do"] for f in town.outage(filed["outage"]["id"])["facts"] if f["kind"] == "Escalated"]
    assert "tell_control_room" not in told


def test_the_crew_that_left_is_not_asked_again_at_once(auto_town: Town) -> None:
    town = auto_town
    crew, other = town.tablet(2), town.tablet(3)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.tick()
    [job] = town.outage(outage["id"])["jobs"]
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.LEAVE, job["id"], reason="needs a crane")
    town.tick()
    *_, again = town.outage(outage["id"])["jobs"]
    assert again["crew_id"] == other.crew_id


def test_nobody_closes_by_phone_over_the_heads_of_a_crew_on_site(town: Town) -> None:
    crew = town.tablet(2)
    filed = town.call(account_no="43130000000001")
    job = town.offer(filed["outage"]["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    closed = town.ask("POST", f"/calls/{filed['call']['id']}/close", "call_taker", json={"reason": "his own fuse"})
    assert closed.status_code == 409
    assert "on site" in closed.json()["detail"]


def test_an_urgent_outage_stays_urgent_when_it_is_merged(town: Town) -> None:
    ordinary = town.call_at(MARKET)["outage"]
    hospital = town.call(account_no="43130000000006")["outage"]
    assert hospital["priority"] == "urgent"
    town.post(f"/outages/{hospital['id']}/merge", {"into": ordinary["id"]})
    assert town.outage(ordinary["id"])["priority"] == "urgent"


def test_a_call_solved_by_phone_does_not_keep_the_others_from_being_closed(town: Town) -> None:
    crew = town.tablet(2)
    first = town.call(account_no="43130000000001")
    second = town.call(account_no="43130000000002")
    town.post(f"/calls/{second['call']['id']}/close", {"reason": "only wanted to ask"}, "call_taker")
    job = town.offer(first["outage"]["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 1})
    town.post(f"/calls/{first['call']['id']}/call-back", {"answer": "satisfied"}, "call_taker")
    assert town.outage(first["outage"]["id"])["state"] == "closed"


def test_a_crew_that_falls_silent_on_the_road_is_a_risk_before_it_is_a_miss(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    for _ in range(16):
        town.let_pass(minutes=2)
    risk = next(f for f in town.outage(outage["id"])["facts"] if f["kind"] == "ArrivalAtRisk")
    assert "silent" in risk["body"]["sentence"]


def test_a_ladder_that_is_shorter_after_a_restart_keeps_the_rungs_it_still_has(town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    town.let_pass(minutes=46)
    short = policy().rungs(Trigger.MISSED)
    town.territory = replace(town.territory, policy=replace(town.territory.policy, ladder=short))
    town.let_pass(minutes=20)
    told = [f["body"]["do"] for f in town.outage(outage["id"])["facts"] if f["kind"] == "Escalated"]
    assert "tell_control_room" in told


def test_what_was_left_to_the_desk_is_offered_after_a_restart_in_auto_mode(town: Town) -> None:
    town.tablet(2)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.territory = replace(town.territory, policy=policy(AUTO))
    town.store.work(OFFERING, lambda work: take_up_waiting(work, town.territory))
    town.tick()
    assert [j["state"] for j in town.outage(outage["id"])["jobs"]] == ["offered"]


def test_what_waited_for_an_offer_is_left_to_the_desk_after_a_restart_in_suggest_mode(auto_town: Town) -> None:
    town = auto_town
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.tablet(2)
    town.territory = replace(town.territory, policy=policy())
    town.tick()
    assert town.outage(outage["id"])["jobs"] == []


def test_the_crew_of_an_outage_that_was_merged_away_arrives_and_restores_for_the_one_that_took_it(town: Town) -> None:
    crew = town.tablet(2)
    first = town.call_at(MARKET)["outage"]
    into = town.call(account_no="43130000000003")["outage"]
    job = town.offer(first["id"], 2)
    kept = [crew.press(CrewAction.ACCEPT, job["id"])]
    town.clock.advance(minutes=10)
    kept.append(crew.press(CrewAction.CHECK_IN, job["id"], fix=crew.fix(MARKET)))
    there_at = town.clock.now
    town.post(f"/outages/{first['id']}/merge", {"into": into["id"]})
    town.clock.advance(minutes=10)
    kept.append(crew.press(CrewAction.RESTORE, job["id"], data={"customers_restored": 5}))
    crew.push(*kept)
    seen = town.outage(into["id"])
    assert (seen["state"], seen["arrived_at"], seen["grade"]) == ("restored", there_at.isoformat(), "A")


def test_an_acceptance_heard_after_the_outage_was_merged_away_sends_nobody(town: Town) -> None:
    crew = town.tablet(2)
    first = town.call(account_no="43130000000001")["outage"]
    into = town.call(account_no="43130000000004")["outage"]
    job = town.offer(first["id"], 2)
    kept = crew.press(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=4)
    town.post(f"/outages/{first['id']}/merge", {"into": into["id"]})
    [answer] = crew.push(kept)
    assert "need not go" in answer["sentence"]
    assert town.outage(first["id"])["jobs"][0]["state"] == "withdrawn"
