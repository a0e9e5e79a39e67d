"""The plan of the whole board, as the dispatcher asks for it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch_server.protocol.words import CrewAction
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.workers.planning import Planning, Unhurried
from dispatch_server.workers.ticker import Ticker
from tests.town import MARKET, MARKET_END, MEADOW, RIDGE, Town


def plan_of(town: Town) -> dict[int, dict[str, Any]]:
    return {outage["outage_id"]: outage for outage in town.get("/plan")["outages"]}


def outage_at(town: Town, account_no: str, **said: Any) -> int:
    return int(town.call(account_no=account_no, **said)["outage"]["id"])


def test_every_open_outage_has_a_crew_an_arrival_and_reasons(town: Town) -> None:
    for crew_id in (1, 2, 3, 4):
        town.tablet(crew_id)
    market, meadow, ridge = (outage_at(town, f"4313000000000{n}") for n in (1, 4, 5))
    plan = plan_of(town)
    assert {one: plan[one]["crew_id"] for one in (market, meadow, ridge)} == {market: 1, meadow: 3, ridge: 4}
    assert all(plan[one]["in_time"] and plan[one]["turn"] == 1 for one in plan)
    [first, *_] = plan[market]["reasons"]
    assert first["sentence"].startswith("河口一班 arrives in 0 min, as its stop no. 1: in time, ")
    assert plan[market]["runner_up"]["crew_id"] == 2
    assert plan[market]["runner_up"]["dearer_min"] > 0


def test_with_one_crew_the_plan_says_at_once_who_will_be_late(town: Town) -> None:
    town.tablet(4)
    ridge, market = outage_at(town, "43130000000005"), outage_at(town, "43130000000001")
    shown = town.get("/plan")
    assert shown["crews"] == [{"crew_id": 4, "name": "高岭班", "outage_ids": [ridge, market]}]
    assert shown["late"] == [market]
    late = next(outage for outage in shown["outages"] if outage["outage_id"] == market)
    assert (late["turn"], late["in_time"]) == (2, False)
    assert late["late_min"] > 0
    assert "past the limit" in late["reasons"][0]["sentence"]
    assert "could be there in time" in late["reasons"][1]["sentence"]


def test_without_a_crew_on_duty_everything_is_unserved_and_nothing_is_recorded(town: Town) -> None:
    market = outage_at(town, "43130000000001")
    before = town.facts(market)
    shown = town.get("/plan")
    assert shown["unserved"] == [market]
    assert shown["outages"][0]["reasons"] == [{"sentence": "No crew on the board may be sent there."}]
    assert town.facts(market) == before


def test_a_call_without_a_place_is_named_beside_the_plan(town: Town) -> None:
    town.tablet(1)
    lost = town.call(words="停电了")["outage"]["id"]
    shown = town.get("/plan")
    assert (shown["unplaced"], shown["outages"]) == ([lost], [])


def test_a_crew_on_the_road_is_left_on_its_way(town: Town) -> None:
    """The second crew stands nearer by now, but not by so much that the first would be turned round."""
    first, second = town.tablet(1), town.tablet(2)
    second.push(positions=[second.fix(MEADOW)])
    meadow = outage_at(town, "43130000000004")
    job = town.offer(meadow, 1)
    for action in (CrewAction.ACCEPT, CrewAction.DEPART):
        first.do(action, job["id"])
    plan = plan_of(town)
    assert (plan[meadow]["crew_id"], plan[meadow]["turn"]) == (1, 1)
    assert town.get("/plan")["turned"] == []


def test_a_crew_on_site_is_planned_for_after_its_work(town: Town) -> None:
    tablet = town.tablet(1)
    job = town.offer(outage_at(town, "43130000000001"), 1)
    for action in (CrewAction.ACCEPT, CrewAction.DEPART):
        tablet.do(action, job["id"])
    tablet.check_in(job["id"], MARKET)
    other = outage_at(town, "43130000000004")
    plan = plan_of(town)
    assert list(plan) == [other]
    assert datetime.fromisoformat(plan[other]["arrives_at"]) >= town.clock.now + timedelta(minutes=59)


def test_a_crew_that_declined_is_not_planned_for_it_again(town: Town) -> None:
    tablet = town.tablet(1)
    town.tablet(3)
    market = outage_at(town, "43130000000001")
    tablet.do(CrewAction.DECLINE, town.offer(market, 1)["id"], reason="flat tyre")
    assert plan_of(town)[market]["crew_id"] == 3


def test_the_plan_is_open_to_dispatchers_and_speaks_chinese(town: Town) -> None:
    town.tablet(1)
    town.call_at(MARKET_END)
    head = {"Authorization": f"Bearer {town.token('dispatcher')}", "Accept-Language": "zh"}
    said = town.http.get("/api/v1/plan", headers=head).json()["outages"][0]["reasons"][0]["sentence"]
    assert said.startswith("河口一班第 1 站到此，")
    assert town.ask("GET", "/plan", "call_taker").status_code == 403


def test_danger_on_the_ridge_comes_before_what_was_called_earlier(town: Town) -> None:
    town.tablet(3)
    market = outage_at(town, "43130000000001")
    ridge = int(town.call_at(RIDGE, hazard="wire_down")["outage"]["id"])
    plan = plan_of(town)
    assert (plan[ridge]["turn"], plan[market]["turn"]) == (1, 2)


def offer_by_plan(town: Town) -> None:
    """What the server's threads do in auto mode: the plan first, then the offers."""
    board = WholeBoard()
    town.clock.advance(seconds=10)
    Planning(town.store, lambda: town.territory, board).once()
    Ticker(town.store, lambda: town.territory, board).offer()


def test_in_auto_mode_the_crew_that_alone_can_do_the_other_is_left_for_it(auto_town: Town) -> None:
    """The first crew stands at the market, but it alone may work on high voltage: the second goes to the market."""
    for crew_id in (1, 2):
        auto_town.tablet(crew_id)
    market = outage_at(auto_town, "43130000000001")
    meadow = outage_at(auto_town, "43130000000004", fault_kind="hv")
    assert auto_town.get(f"/outages/{market}/crews")["crews"][0]["crew_id"] == 1
    offer_by_plan(auto_town)
    [to_market], [to_meadow] = (auto_town.outage(one)["jobs"] for one in (market, meadow))
    assert (to_market["crew_id"], to_meadow["crew_id"]) == (2, 1)
    facts = auto_town.outage(market)["facts"]
    [offered] = (fact for fact in facts if fact["kind"] == "JobOffered")
    assert "sent there by the plan of the whole board" in str(offered)


def test_danger_to_life_waits_for_no_plan(auto_town: Town) -> None:
    for crew_id in (1, 2):
        auto_town.tablet(crew_id)
    danger = int(auto_town.call_at(MARKET, hazard="fire")["outage"]["id"])
    outage_at(auto_town, "43130000000004", fault_kind="hv")
    offer_by_plan(auto_town)
    assert auto_town.outage(danger)["jobs"][0]["crew_id"] == 1


def test_a_plan_that_crews_have_outrun_leads_no_offer(town: Town) -> None:
    town.tablet(1)
    outage_at(town, "43130000000001")
    outage_at(town, "43130000000004")
    board = WholeBoard()
    town.clock.advance(seconds=10)
    Planning(town.store, lambda: town.territory, board).once()
    assert board.latest(town.clock.now) is not None
    assert board.latest(town.clock.now + timedelta(minutes=1)) is None


def test_a_plan_rests_after_each_short_stretch_of_work() -> None:
    """Three times as long as it worked, so that callers need not wait until all of it is done."""
    rested: list[float] = []
    worked = iter((0.0, 0.004, 0.006, 0.006, 0.013, 0.013))
    unhurried = Unhurried(lambda: next(worked), rested.append)
    for _ in range(3):
        unhurried.breathe()
    assert rested == pytest.approx([0.018, 0.021])


def test_a_plan_in_auto_mode_looks_only_at_what_waits_a_while(auto_town: Town) -> None:
    """Two calls of the last seconds are offered by the ranking; a plan now would only slow that."""
    board = WholeBoard()
    planning = Planning(auto_town.store, lambda: auto_town.territory, board)
    for account in ("43130000000001", "43130000000004"):
        outage_at(auto_town, account)
    planning.once()
    assert board.latest(auto_town.clock.now) is None
    auto_town.clock.advance(seconds=10)
    planning.once()
    assert board.latest(auto_town.clock.now) is not None
