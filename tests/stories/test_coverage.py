"""Cover in the town: who could be reached in time, what sending a crew costs, who might stand by where."""

from typing import Any

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, Town


def shares(town: Town) -> dict[str, float]:
    return {c["area_class"]: c["share"] for c in town.get("/coverage")["classes"]}


def cover_lost(town: Town, outage_id: int) -> dict[int, Any]:
    return {c["crew_id"]: c["cover_lost"] for c in town.get(f"/outages/{outage_id}/crews")["crews"]}


def test_nobody_on_duty_covers_nothing(town: Town) -> None:
    answer = town.get("/coverage", "control_room")
    assert (answer["free_crews"], answer["thin"]) == (0, True)
    assert {c["area_class"]: c["share"] for c in answer["classes"]} == {"urban": 0, "rural": 0, "remote": 0}
    assert {p["township"] for p in answer["thin_places"]} == {"河口镇", "上坪乡"}
    assert answer["moves"] == []


def test_a_free_crew_covers_what_it_reaches_within_the_limit_of_the_class(town: Town) -> None:
    town.tablet(1)
    answer = town.get("/coverage")
    urban = next(c for c in answer["classes"] if c["area_class"] == "urban")
    assert (urban["limit_min"], urban["areas"], urban["customers"], urban["share"]) == (45, 1, 200, 1)
    assert (
        answer["free_crews"] == 1 and not answer["thin"]
    )  # the town is small: even the hills are reached in two hours


def test_a_crew_with_a_job_covers_nothing_until_it_is_free(town: Town) -> None:
    crew = town.tablet(2)
    assert shares(town)["urban"] == 1
    outage_id = town.call(account_no="43130000000001")["outage"]["id"]
    job = town.offer(outage_id, 2)
    assert shares(town)["urban"] == 0  # asked already
    crew.do(CrewAction.DECLINE, job["id"])
    assert shares(town)["urban"] == 1
    crew.do(CrewAction.DUTY_OFF)
    assert shares(town)["urban"] == 0


def test_each_crew_says_what_sending_it_leaves_uncovered(town: Town) -> None:
    town.tablet(3)
    outage_id = town.call(account_no="43130000000001", fault_kind="lv")["outage"]["id"]
    crews = town.get(f"/outages/{outage_id}/crews")["crews"]
    lost = cover_lost(town, outage_id)
    assert lost[3]["points"] == 100 and lost[3]["uncovered"] == 1
    assert lost[1] is None  # off duty: it covers nothing
    sentences = {c["crew_id"]: [r["sentence"] for r in c["reasons"]] for c in crews}
    assert any(s.startswith("sending it leaves 100 % of") for s in sentences[3])
    town.tablet(2)
    assert cover_lost(town, outage_id)[3]["points"] == 0  # the other reaches it all


def test_where_cover_is_thin_a_crew_that_is_not_missed_may_stand_by_elsewhere(short_town: Town) -> None:
    """With short limits a crew covers its own class alone: two at the market, nobody in the fields or the hills."""
    town = short_town
    town.tablet(1), town.tablet(2)
    answer = town.get("/coverage", "manager")
    assert answer["thin"] and shares(town) == {"urban": 1, "rural": 0, "remote": 0}
    [first, *_] = answer["moves"]
    assert first["gain"] > 0 and first["loss"] == 0
    assert first["crew_id"] in (1, 2) and first["to"] in ("柳田班", "高岭班", "上坪乡")
    assert first["minutes_away"] > 0
    assert f"could stand by at {first['to']}" in first["sentence"]
    moved = {move["crew_id"] for move in answer["moves"]}
    assert len(moved) == len(answer["moves"]) == 1  # the other is needed where it is


def test_the_crew_that_costs_no_cover_is_preferred_to_a_nearer_one_that_does(short_town: Town) -> None:
    """Two crews stand at the market and one in the fields; all would be in time at the market's edge."""
    town = short_town
    town.tablet(1), town.tablet(2), town.tablet(3)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    lost = cover_lost(town, outage_id)
    assert lost[3]["points"] == 100 and lost[1]["points"] == 0
    assert town.get(f"/outages/{outage_id}/crews")["crews"][0]["crew_id"] in (1, 2)
