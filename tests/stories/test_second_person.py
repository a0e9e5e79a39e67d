"""What one person cannot do alone: relax a target, better an arrival, take a late outage out of the figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.stats import enforced_on
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CrewAction, Role
from dispatch_server.services.people import add_user, hash_of
from dispatch_server.services.reporting import arrival_figures, arrival_rows
from tests.domain.builders import metres_north
from tests.town import MARKET, MARKET_END, MEADOW, PASSWORD, RIDGE, Tablet, Town

TODAY = {"from": "2026-05-01", "to": "2026-05-02"}


def move(town: Town, call_id: int, to: LonLat, who: str = "dispatcher") -> None:
    town.post(f"/calls/{call_id}/place", {"lon": to.lon, "lat": to.lat, "crs": "EPSG:4326"}, who)


def on_its_way(town: Town, outage: dict[str, Any], crew_id: int = 2) -> tuple[Tablet, int]:
    crew = town.tablet(crew_id)
    job = town.offer(outage["id"], crew_id)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    return crew, job["id"]


def test_no_merge_and_no_split_brings_about_a_later_target_that_waits_for_approval(town: Town) -> None:
    filed = town.call_at(MARKET)
    town.let_pass(minutes=46)
    move(town, filed["call"]["id"], MEADOW)
    other = town.call_at(RIDGE)["outage"]
    path = f"/outages/{filed['outage']['id']}"
    for _ in ("waits", "rejected"):
        merged = town.ask("POST", f"{path}/merge", json={"into": other["id"]})
        assert merged.status_code == 409
        assert "second person" in merged.json()["detail"] or "rejected" in merged.json()["detail"]
        if town.outage(filed["outage"]["id"])["relaxation"]["state"] == "proposed":
            town.post(f"{path}/relaxation", {"approved": False}, "dispatcher2")


def test_the_target_before_an_approved_relaxation_goes_with_its_call_through_merge_and_split(town: Town) -> None:
    relaxed, other = town.call_at(MARKET), town.call_at(RIDGE)["outage"]
    town.let_pass(minutes=46)
    move(town, relaxed["call"]["id"], MEADOW)
    path = f"/outages/{relaxed['outage']['id']}"
    town.post(f"{path}/relaxation", {"approved": True}, "dispatcher2")
    town.post(f"{path}/merge", {"into": other["id"]})
    assert town.outage(other["id"])["first_arrive_by"] == relaxed["outage"]["arrive_by"]
    split = town.post(f"/outages/{other['id']}/split", {"call_ids": [relaxed["call"]["id"]]})
    assert town.outage(split["id"])["first_arrive_by"] == relaxed["outage"]["arrive_by"]


def test_a_rejected_target_binds_no_merge_any_more_once_the_pin_is_back(town: Town) -> None:
    filed = town.call_at(MARKET)
    town.let_pass(minutes=46)
    move(town, filed["call"]["id"], MEADOW)
    path = f"/outages/{filed['outage']['id']}"
    town.post(f"{path}/relaxation", {"approved": False}, "dispatcher2")
    move(town, filed["call"]["id"], MARKET)
    other = town.call_at(RIDGE)["outage"]
    town.post(f"{path}/merge", {"into": other["id"]})
    assert town.outage(other["id"])["arrive_by"] == filed["outage"]["arrive_by"]


def test_a_split_waits_for_the_second_person_too(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.let_pass(minutes=1)
    second = town.call(account_no="43130000000002")
    town.let_pass(minutes=50)
    for one in (first, second):
        move(town, one["call"]["id"], RIDGE)
    path = f"/outages/{first['outage']['id']}/split"
    assert town.ask("POST", path, json={"call_ids": [first["call"]["id"]]}).status_code == 409


def test_a_call_that_joins_does_not_let_whoever_moved_the_pin_approve_the_later_target(town: Town) -> None:
    start = town.clock.now
    town.let_pass(minutes=30)
    urban, remote = town.call_at(MARKET), town.call(account_no="43130000000005")
    town.post(f"/outages/{urban['outage']['id']}/merge", {"into": remote["outage"]["id"]})
    town.let_pass(minutes=46)
    move(town, urban["call"]["id"], RIDGE)
    path = f"/outages/{remote['outage']['id']}/relaxation"
    assert town.call(account_no="43130000000005", received_at=start.isoformat())["joined"]
    assert town.ask("POST", path, json={"approved": True}).status_code == 409
    assert town.outage(remote["outage"]["id"])["arrive_by"] == urban["outage"]["arrive_by"]
    town.post(path, {"approved": True}, "dispatcher2")
    reached = datetime.fromisoformat(town.outage(remote["outage"]["id"])["arrive_by"])
    assert reached == start + timedelta(minutes=120)  # the call that joined meanwhile is not late either


def test_whoever_changed_role_in_between_is_no_second_person(town: Town) -> None:
    filed = town.call_at(MARKET)
    town.let_pass(minutes=46)
    move(town, filed["call"]["id"], RIDGE, "call_taker")
    known = hash_of(PASSWORD)
    town.store.work(COMMAND_LINE, lambda work: add_user(work, "call_taker", Role.DISPATCHER, known))
    town._tokens.pop("call_taker")
    path = f"/outages/{filed['outage']['id']}/relaxation"
    assert town.ask("POST", path, "call_taker", json={"approved": True}).status_code == 409
    town.post(path, {"approved": True}, "dispatcher2")


def test_a_rejected_relaxation_lifts_no_other_limit_either(town: Town) -> None:
    filed = town.call_at(MARKET)
    crew, job_id = on_its_way(town, filed["outage"])
    town.let_pass(minutes=70)
    crew.check_in(job_id, MARKET)
    move(town, filed["call"]["id"], RIDGE)
    for answer in (None, False):
        if answer is not None:
            town.post(f"/outages/{filed['outage']['id']}/relaxation", {"approved": answer}, "dispatcher2")
        rows = town.get("/stats/arrivals/rows", "manager", **TODAY)["rows"]
        due = datetime.fromisoformat(rows[0]["due"]["statutory"])
        assert due == datetime.fromisoformat(filed["outage"]["first_call_at"]) + timedelta(minutes=60)


def test_the_call_whose_clock_was_met_is_not_split_off_after_the_arrival(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.let_pass(minutes=20)
    late = town.call(account_no="43130000000002")
    crew, job_id = on_its_way(town, first["outage"])
    crew.check_in(job_id, MARKET)
    path = f"/outages/{first['outage']['id']}/split"
    assert town.ask("POST", path, json={"call_ids": [first["call"]["id"]]}).status_code == 409
    town.post(path, {"call_ids": [late["call"]["id"]]})


def test_nobody_arrives_before_the_job_was_offered(town: Town) -> None:
    crew = town.tablet(2)
    town.let_pass(minutes=40)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.wall_error = -timedelta(minutes=30)
    kept = crew.press(CrewAction.CHECK_IN, job["id"])
    crew.boot_id, crew.booted_at = "after", town.clock.now
    crew.push(kept)
    seen = town.outage(outage["id"])
    assert seen["arrived_at"] == job["offered_at"]
    arrived = next(f for f in seen["facts"] if f["kind"] == "CrewArrived")
    assert arrived["body"]["doubt_s"] >= 1800


def test_an_old_reading_of_the_satellites_does_not_tell_when_a_crew_arrived(town: Town) -> None:
    crew, job_id = on_its_way(town, outage := town.call_at(MARKET)["outage"])
    old = replace(crew.fix(MARKET), elapsed_ms=None)
    town.let_pass(minutes=60)
    pressed_at = town.clock.now
    kept = crew.press(CrewAction.CHECK_IN, job_id, fix=old)
    crew.boot_id, crew.booted_at = "after", town.clock.now
    town.let_pass(minutes=5)
    crew.push(kept)
    assert town.outage(outage["id"])["arrived_at"] == pressed_at.isoformat()


def test_a_call_takers_pin_betters_no_arrival_and_a_dispatchers_does(town: Town) -> None:
    filed = town.call_at(MARKET)
    crew, job_id = on_its_way(town, filed["outage"])
    there = metres_north(MARKET, 900)
    town.let_pass(minutes=5)
    crew.check_in(job_id, there)
    move(town, filed["call"]["id"], there, "call_taker")
    assert town.outage(filed["outage"]["id"])["arrived_at"] is None
    move(town, filed["call"]["id"], there)
    assert town.outage(filed["outage"]["id"])["grade"] == "A"


def test_a_late_outage_does_not_leave_the_figures_by_a_merge_into_an_exempted_one(town: Town) -> None:
    late = town.call_at(MARKET)["outage"]
    town.let_pass(minutes=46)
    exempted = town.call_at(MEADOW)["outage"]
    path = f"/outages/{exempted['id']}/exemption"
    town.post(path, {"reason": "flooded", "evidence": "notice 7"})
    town.post(path, {"approved": True}, "dispatcher2")
    assert town.ask("POST", f"/outages/{late['id']}/merge", json={"into": exempted["id"]}).status_code == 409


def test_a_cancelled_outage_where_somebody_had_arrived_counts(town: Town) -> None:
    outage = town.call_at(MARKET)["outage"]
    crew, job_id = on_its_way(town, outage)
    town.clock.advance(minutes=60)
    kept = crew.press(CrewAction.CHECK_IN, job_id, fix=crew.fix(MARKET))
    town.post(f"/outages/{outage['id']}/close", {"reason": "nothing to see"})
    crew.push(kept)
    [figure] = town.get("/stats/arrivals", "manager", **TODAY)["figures"]
    assert (figure["count"], figure["within"]["promise"], figure["excluded"]) == (1, 0.0, {})


def test_every_hazard_of_a_merged_outage_stays_with_its_own_call(town: Town) -> None:
    wire = town.call(account_no="43130000000001", hazard="wire_down")
    fire = town.call(account_no="43130000000003", hazard="fire")
    town.post(f"/outages/{fire['outage']['id']}/merge", {"into": wire["outage"]["id"]})
    crew, job_id = on_its_way(town, wire["outage"])
    crew.check_in(job_id, MARKET_END)
    crew.do(CrewAction.SAFETY_STEP, job_id, data={"step": "made_safe", "call_id": wire["call"]["id"]})
    assert town.outage(wire["outage"]["id"])["made_safe_at"] is None
    crew.do(CrewAction.SAFETY_STEP, job_id, data={"step": "made_safe", "call_id": fire["call"]["id"]})
    assert town.outage(wire["outage"]["id"])["made_safe_at"] is not None


def test_nobody_takes_a_missed_outage_out_of_the_figures_alone(town: Town) -> None:
    by_hand, by_phone = town.call_at(MARKET), town.call_at(MARKET_END)
    in_time = town.call_at(RIDGE)
    town.clock.advance(minutes=46)  # no ticker has noticed yet
    town.post(f"/outages/{by_hand['outage']['id']}/close", {"reason": "solved itself"})
    town.post(f"/calls/{by_phone['call']['id']}/close", {"reason": "his own fuse"}, "call_taker")
    town.post(f"/outages/{in_time['outage']['id']}/close", {"reason": "solved itself"})
    town.let_pass(minutes=60)
    [figure] = town.get("/stats/arrivals", "manager", **TODAY)["figures"]
    assert (figure["late_nobody_there"], figure["excluded"]) == (2, {"cancelled": 1})
    assert (figure["within"]["promise"], figure["within"]["statutory"]) == (0.0, None)

    path = f"/outages/{by_hand['outage']['id']}/exemption"
    town.post(path, {"reason": "the caller took it back", "evidence": "recording 12"})
    assert town.ask("POST", path, json={"approved": True}).status_code == 409
    town.post(path, {"approved": True}, "dispatcher2")
    [figure] = town.get("/stats/arrivals", "manager", **TODAY)["figures"]
    assert (figure["late_nobody_there"], figure["excluded"]) == (1, {"cancelled": 1, "exempted": 1})


def test_the_set_that_was_enforced_keeps_its_name_when_the_policy_puts_another_first(town: Town) -> None:
    filed = town.call_at(MARKET)
    town.clock.advance(minutes=46)
    day, ground = date(2026, 5, 1), town.territory

    def figure() -> tuple[Mapping[str, datetime], Mapping[str, float | None], str]:
        [row], _ = town.store.read(lambda reading: arrival_rows(reading, ground, day, day + timedelta(days=1)))
        [all_of_them] = town.store.read(lambda reading: arrival_figures(reading, ground, day, day + timedelta(days=1)))
        outage = town.store.read(lambda reading: reading.outage(filed["outage"]["id"]))
        return row.due, all_of_them.within, enforced_on(outage, ground.policy)

    before = figure()
    assert (before[1]["promise"], before[2]) == (0.0, "promise")
    first, *others = ground.policy.limit_sets
    for sets in ((*others, first), tuple(others)):  # put last, then taken out
        ground = replace(ground, policy=replace(ground.policy, limit_sets=sets))
        assert figure() == before
