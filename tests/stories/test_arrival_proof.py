"""What counts as an arrival, how it is graded, and what happens to it when the site moves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch_server.protocol.words import CrewAction, Provider
from tests.domain.builders import metres_east, metres_north
from tests.town import MARKET, MEADOW, Tablet, Town


def under_way(town: Town, crew_id: int = 2, **said: object) -> tuple[Tablet, dict[str, Any], int]:
    crew = town.tablet(crew_id)
    outage = town.call(**(said or {"account_no": "43130000000001"}))["outage"]
    job = town.offer(outage["id"], crew_id)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    return crew, outage, job["id"]


def test_an_early_check_in_from_three_kilometres_away_is_recorded_and_proves_nothing(town: Town) -> None:
    crew, outage, job_id = under_way(town)
    town.let_pass(minutes=2)
    answer = crew.check_in(job_id, metres_north(MARKET, 3000))
    assert answer["verdict"] == "applied"
    assert "3000 m" in answer["sentence"]
    seen = town.outage(outage["id"])
    assert (seen["arrived_at"], seen["jobs"][0]["state"], seen["jobs"][0]["grade"]) == (None, "on_site", "C")

    town.let_pass(minutes=44)
    assert "ArrivalMissed" in town.facts(outage["id"])


def test_better_evidence_later_is_the_arrival(town: Town) -> None:
    crew, outage, job_id = under_way(town)
    crew.check_in(job_id, metres_north(MARKET, 3000))
    town.let_pass(minutes=10)
    crew.check_in(job_id, MARKET)
    seen = town.outage(outage["id"])
    assert (seen["grade"], seen["arrived_at"]) == ("A", town.clock.now.isoformat())


def test_a_dispatcher_confirms_with_a_reason_and_only_then_it_counts(town: Town) -> None:
    crew, outage, job_id = under_way(town)
    town.let_pass(minutes=5)
    crew.check_in(job_id, metres_north(MARKET, 900))
    refused = town.ask("POST", f"/jobs/{job_id}/confirm-arrival", json={"reason": " "})
    assert refused.status_code == 422
    town.post(f"/jobs/{job_id}/confirm-arrival", {"reason": "seen on the substation's camera"})
    seen = town.outage(outage["id"])
    assert (seen["grade"], seen["arrived_at"]) == ("C", town.clock.now.isoformat())
    proved = town.get("/stats/arrivals", "manager", proved="true", **{"from": "2026-05-01", "to": "2026-05-02"})
    assert proved["figures"][0]["excluded"] == {"not_proved": 1}


@pytest.mark.parametrize(
    ("metres", "accuracy_m", "age_s", "more", "grade"),
    [
        (150, 5, 0, {}, "A"),
        (150, 60, 0, {}, "B"),
        (600, 5, 0, {}, "C"),
        (50, 5, 0, {"is_mock": True}, "C"),
        (50, 5, 61, {}, "declared"),
        (50, 501, 0, {}, "declared"),
        (50, 5, 0, {"provider": Provider.NETWORK}, "B"),
    ],
)
def test_the_grade_of_a_check_in(
    town: Town, metres: float, accuracy_m: float, age_s: int, more: dict[str, object], grade: str
) -> None:
    crew, outage, job_id = under_way(town)
    town.let_pass(minutes=5)
    fix = crew.fix(metres_east(MARKET, -metres), accuracy_m)
    assert fix.elapsed_ms is not None
    fix = replace(
        fix, fixed_at=fix.fixed_at - timedelta(seconds=age_s), elapsed_ms=fix.elapsed_ms - age_s * 1000, **more
    )
    crew.do(CrewAction.CHECK_IN, job_id, fix=fix)
    assert town.outage(outage["id"])["jobs"][0]["grade"] == grade


def test_a_corrected_pin_is_a_proposal_and_both_grades_are_kept(town: Town) -> None:
    crew, outage, job_id = under_way(town, lon=MARKET.lon, lat=MARKET.lat, crs="EPSG:4326")
    real = metres_east(MARKET, 900)
    town.let_pass(minutes=5)
    crew.check_in(job_id, real)
    crew.do(CrewAction.CORRECT_PIN, job_id, fix=crew.fix(real), note="behind the school")
    assert town.outage(outage["id"])["arrived_at"] is None

    call_id = outage["calls"][0]["id"]
    town.post(f"/calls/{call_id}/place", {"lon": real.lon, "lat": real.lat, "crs": "EPSG:4326"})
    seen = town.outage(outage["id"])
    assert (seen["grade"], seen["arrived_at"]) == ("A", town.clock.now.isoformat())
    regraded = next(f for f in seen["facts"] if f["kind"] == "ArrivalRegraded")
    assert (regraded["body"]["was"], regraded["body"]["grade"]) == ("C", "A")


def test_moving_the_site_away_arms_the_watch_again(town: Town) -> None:
    crew, outage, job_id = under_way(town, lon=MARKET.lon, lat=MARKET.lat, crs="EPSG:4326")
    crew.check_in(job_id, MARKET)
    call_id = outage["calls"][0]["id"]
    away = metres_east(MARKET, 2000)
    town.post(f"/calls/{call_id}/place", {"lon": away.lon, "lat": away.lat, "crs": "EPSG:4326"})
    assert town.outage(outage["id"])["arrived_at"] is None
    town.let_pass(minutes=46)
    assert "ArrivalMissed" in town.facts(outage["id"])


def test_a_crew_of_one_is_nobody_there(town: Town) -> None:
    crew = town.tablet(2, on_duty=False)
    crew.do(CrewAction.DUTY_ON, data={"aboard": 1})
    outage = town.call(account_no="43130000000001")["outage"]
    refused = town.ask("POST", "/jobs", json={"outage_id": outage["id"], "crew_id": 2})
    assert refused.status_code == 409
    assert "alone" in refused.json()["detail"]
    job = town.offer(outage["id"], 2, reason="nobody else in the whole county")
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    assert town.outage(outage["id"])["arrived_at"] is None


def test_the_first_official_check_in_on_any_job_counts(town: Town) -> None:
    crew, outage, job_id = under_way(town)
    town.post(f"/jobs/{job_id}/withdraw", {"reason": "another crew is nearer"})
    other = town.tablet(3)
    job = town.offer(outage["id"], 3)
    other.do(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=5)
    crew.check_in(job_id, MARKET)
    first = town.clock.now
    town.let_pass(minutes=5)
    other.check_in(job["id"], MARKET)
    assert town.outage(outage["id"])["arrived_at"] == first.isoformat()


def test_the_arrival_of_a_job_far_from_home_is_graded_by_its_own_class(town: Town) -> None:
    crew, outage, job_id = under_way(town, 3, account_no="43130000000004")
    crew.check_in(job_id, metres_east(MEADOW, 280))
    assert town.outage(outage["id"])["grade"] == "A"
