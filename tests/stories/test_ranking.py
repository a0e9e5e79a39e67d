"""Which crew, as a dispatcher is told it: reasons, what sending it costs, the last chance, and who was right."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services.layers import territory_from
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Work
from tests.town import MARKET, RIDGE, Town, policy

_REGISTER = Question("UPDATE crews SET permit_kv = :permit_kv, gear = :gear WHERE id = :id")
TODAY = {"from": "2026-05-01", "to": "2026-05-02"}


def crews_for(town: Town, outage_id: int) -> dict[int, dict[str, Any]]:
    return {crew["crew_id"]: crew for crew in town.get(f"/outages/{outage_id}/crews")["crews"]}


def sentences(crew: dict[str, Any]) -> str:
    return "; ".join(reason["sentence"] for reason in crew["reasons"])


def overrides(town: Town, who: str = "manager", **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.get("/overrides", who, **TODAY, **more)["overrides"]
    return found


def test_every_crew_is_in_the_answer_with_its_leave_by_and_the_outage_has_its_last_chance(town: Town) -> None:
    for crew_id in (1, 2, 3):
        town.tablet(crew_id)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    answer = town.get(f"/outages/{outage['id']}/crews")
    assert sorted(c["crew_id"] for c in answer["crews"]) == [1, 2, 3, 4]
    assert all(c["leave_by"] and c["reasons"] for c in answer["crews"])
    fit = [c for c in answer["crews"] if c["fit"]]
    chance = answer["last_chance"]
    assert chance["leave_by"] == max(c["leave_by"] for c in fit)
    town.let_pass(minutes=46)
    assert town.get(f"/outages/{outage['id']}/crews")["last_chance"] is None


def test_a_crew_must_leave_earlier_than_the_usual_drive_says(town: Town) -> None:
    """Four times out of five the drive takes at most so long; by the median every second crew would come late."""
    town.tablet(3)
    outage = town.call(account_no="43130000000001")["outage"]
    crew = crews_for(town, outage["id"])[3]
    [estimate] = town.territory.travel.estimates(MARKET, [town.territory.crews[3].crew.depot], None)
    left = _minutes_between(crew["leave_by"], outage["arrive_by"])
    assert left == pytest.approx(estimate.at_most_min, abs=0.01)
    assert left > crew["minutes_away"]


def _minutes_between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60


def test_the_permit_and_the_gear_of_the_register_decide(town: Town) -> None:
    def register(work: Work) -> None:
        work.do(_REGISTER, id=1, permit_kv=0.4, gear="ladder")
        work.do(_REGISTER, id=4, permit_kv=10, gear="ladder|earthing_set")

    town.store.work(COMMAND_LINE, register)
    said = policy('[ranking]\ngear = { hv = "earthing_set" }\n')
    territory = town.store.read(lambda reading: territory_from(reading, said))
    crews = {c: r.crew for c, r in territory.crews.items()}
    assert (crews[1].permit_kv, crews[1].gear, crews[2].permit_kv) == (0.4, frozenset({"ladder"}), None)
    assert crews[4].gear == {"ladder", "earthing_set"}


def test_who_has_been_on_duty_too_long_is_not_sent_and_a_switch_off_is_no_rest(town: Town) -> None:
    tired, fresh = town.tablet(2), town.tablet(1)
    town.let_pass(hours=23)
    tired.do(CrewAction.DUTY_OFF)
    fresh.do(CrewAction.DUTY_OFF)
    town.let_pass(minutes=1)
    tired.do(CrewAction.DUTY_ON)
    town.let_pass(hours=9)
    fresh.do(CrewAction.DUTY_ON)
    crews = crews_for(town, town.call(account_no="43130000000001")["outage"]["id"])
    assert not crews[2]["fit"] and "without 8 h of rest; the most is 24 h" in sentences(crews[2])
    assert crews[1]["fit"] and "24 h of duty left" in sentences(crews[1])


def test_what_a_crew_is_at_counts_before_it_can_come(town: Town) -> None:
    crew = town.tablet(2)
    first, second = town.call(account_no="43130000000001")["outage"], town.call_at(RIDGE)["outage"]
    job = town.offer(first["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    judged = crews_for(town, second["id"])[2]
    assert judged["free_in_min"] == 180 and "other work keeps it for about 180 min first" in sentences(judged)
    soon = (town.clock.now + timedelta(minutes=15)).isoformat()
    crew.do(CrewAction.SURVEY, job["id"], data={"cause": "fuse", "etr_at": soon})
    assert crews_for(town, second["id"])[2]["free_in_min"] == pytest.approx(15, abs=0.01)


def test_the_reasons_are_told_in_chinese(town: Town) -> None:
    town.tablet(3)
    outage_id = town.call(account_no="43130000000004", fault_kind="lv")["outage"]["id"]
    head = {"Authorization": f"Bearer {town.token('dispatcher')}", "Accept-Language": "zh-CN"}
    crews = town.http.get(f"/api/v1/outages/{outage_id}/crews", headers=head).json()["crews"]
    for crew in crews:
        for reason in crew["reasons"]:
            assert not any(c.isascii() and c.isalpha() and c not in "kVhv" for c in reason["sentence"]), reason
    [best] = [c for c in crews if c["crew_id"] == 3]
    assert "派出后城区有" in "".join(r["sentence"] for r in best["reasons"])


# Offers against the advice


def test_an_offer_that_follows_the_advice_is_no_override(town: Town) -> None:
    town.tablet(1), town.tablet(2)
    outage_id = town.call(account_no="43130000000001", fault_kind="lv")["outage"]["id"]
    best = town.get(f"/outages/{outage_id}/crews")["crews"][0]
    town.offer(outage_id, best["crew_id"])
    assert overrides(town) == []


def test_an_override_keeps_its_reason_what_was_advised_and_why_and_later_its_outcome(town: Town) -> None:
    crew = town.tablet(2)
    town.tablet(1)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    assert [c["crew_id"] for c in town.get(f"/outages/{outage['id']}/crews")["crews"]][:2] == [1, 2]
    job = town.offer(outage["id"], 2, reason="they know the house")
    [seen] = overrides(town)
    assert (seen["job_id"], seen["chosen_crew_id"], seen["reason"]) == (job["id"], 2, "they know the house")
    assert (seen["advised"]["crew_id"], seen["advised"]["in_time"]) == (1, True)
    assert any("in time" in because["sentence"] for because in seen["advised_because"])
    assert seen["decided_by"].startswith("dispatcher:") and seen["outcome"] == "pending"
    crew.do(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=20)
    crew.check_in(job["id"], MARKET)
    [after] = overrides(town, "dispatcher")
    assert after["outcome"] == "in_time" and after["arrived_at"] is not None


def test_an_override_that_came_late_or_was_not_taken_says_so(town: Town) -> None:
    crew = town.tablet(2)
    town.tablet(1)
    late, lapsed = town.call(account_no="43130000000001")["outage"], town.call(account_no="43130000000004")["outage"]
    job = town.offer(late["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    town.tablet(3)
    town.offer(lapsed["id"], 1, reason="the others are tired")
    town.let_pass(minutes=46)
    assert [o["outcome"] for o in overrides(town)] == ["late", "not_taken"]
    crew.check_in(job["id"], MARKET)
    first, _ = overrides(town)
    assert first["outcome"] == "late" and first["arrived_at"] is not None
    assert [o["job_id"] for o in overrides(town, limit=1)] == [job["id"]]
    assert town.get("/overrides", "manager", **TODAY, limit=1)["next"] == job["id"]


def test_an_unfit_crew_sent_with_a_reason_is_an_override_even_where_nobody_was_fit(town: Town) -> None:
    crew = town.tablet(2)
    crew.do(CrewAction.DUTY_ON, data={"aboard": 1})
    outage_id = town.call(account_no="43130000000001", fault_kind="lv")["outage"]["id"]
    assert town.ask("POST", "/jobs", json={"outage_id": outage_id, "crew_id": 2}).status_code == 409
    town.offer(outage_id, 2, reason="the second man waits there")
    [seen] = overrides(town)
    assert seen["advised"]["crew_id"] is None and seen["advised_because"] == []
    assert any("nobody works alone" in despite["sentence"] for despite in seen["chosen_despite"])


def test_giving_a_running_offer_to_another_crew_goes_against_the_advice(auto_town: Town) -> None:
    town = auto_town
    town.tablet(1), town.tablet(2)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    [running] = town.outage(outage_id)["jobs"]
    body = {"outage_id": outage_id, "crew_id": 2, "instead_of": running["id"], "reason": "they live there"}
    town.post("/jobs", body)
    [seen] = overrides(town)
    assert (seen["advised"]["crew_id"], seen["chosen_crew_id"]) == (running["crew_id"], 2)


def test_a_day_that_ends_before_it_begins_is_refused(town: Town) -> None:
    answer = town.ask("GET", "/overrides", "manager", params={"from": "2026-05-02", "to": "2026-05-02"})
    assert answer.status_code == 422
