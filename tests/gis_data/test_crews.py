"""Squads, crews, people and shifts: somebody with the right skill is on duty at any hour."""

from collections import Counter
from datetime import datetime, timedelta

import shapely

from dispatch_server.domain.crews import Shift
from tests.gis_data.shipped import Rows, features, rows

SKILLS = {"hv", "lv", "power_quality", "metering"}
MONDAY = datetime(2026, 5, 4)  # noqa: DTZ001 - a shift knows no zone
HALF_HOURS = [MONDAY + timedelta(minutes=30 * n) for n in range(7 * 48)]
COUNTY = {"娄星区", "双峰县", "新化县", "冷水江市", "涟源市"}


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def shifts_of(crew: str) -> list[Shift]:
    return [
        Shift(int(row["day_of_week"]), minute(row["starts"]), minute(row["ends"]))
        for row in rows("shifts.csv")
        if row["crew"] == crew
    ]


def on_duty() -> list[tuple[datetime, Rows]]:
    shifts = {row["code"]: shifts_of(row["code"]) for row in rows("crews.csv")}
    return [
        (now, [crew for crew in rows("crews.csv") if any(s.covers(now) for s in shifts[crew["code"]])])
        for now in HALF_HOURS
    ]


def test_forty_nine_crews_in_fourteen_squads_each_with_its_depot() -> None:
    depots = {row["code"]: row for row in rows("depots.csv")}
    assert len(depots) == len({row["squad"] for row in depots.values()}) == 14
    assert len(rows("crews.csv")) == len({row["name"] for row in rows("crews.csv")}) == 49
    for crew in rows("crews.csv"):
        depot = depots[crew["depot"]]
        assert (depot["squad"], depot["county"]) == (crew["squad"], crew["county"])
    assert {row["county"] for row in depots.values()} == COUNTY


def test_a_depot_stands_in_its_county() -> None:
    outlines = {said["name"]: outline for said, outline in features("counties.geojson")}
    for row in rows("depots.csv"):
        assert outlines[row["county"]].contains(shapely.Point(float(row["lon"]), float(row["lat"])))


def test_a_crew_has_two_to_five_people_and_a_leader() -> None:
    roles: dict[str, list[str]] = {row["code"]: [] for row in rows("crews.csv")}
    for row in rows("crew_people.csv"):
        roles[row["crew"]].append(row["role"])
    for crew in rows("crews.csv"):
        assert 2 <= len(roles[crew["code"]]) == int(crew["people"]) <= 5
        assert Counter(roles[crew["code"]])["leader"] == 1
        assert crew["vehicle"] and crew["suspended"] == "0"


def test_every_squad_can_work_on_high_voltage() -> None:
    able = {row["squad"] for row in rows("crews.csv") if "hv" in row["skills"].split("|")}
    assert able == {row["squad"] for row in rows("depots.csv")}
    assert {skill for row in rows("crews.csv") for skill in row["skills"].split("|")} == SKILLS


def test_at_any_half_hour_every_squad_has_a_crew_and_every_county_every_skill() -> None:
    squads = {row["squad"] for row in rows("depots.csv")}
    wanted = {(county, skill) for county in COUNTY for skill in SKILLS}
    for now, crews in on_duty():
        assert {crew["squad"] for crew in crews} == squads, now
        assert {(c["county"], skill) for c in crews for skill in c["skills"].split("|")} == wanted, now


def test_nobody_works_two_shifts_on_end_or_more_than_sixty_hours_a_week() -> None:
    for crew in rows("crews.csv"):
        shifts = shifts_of(crew["code"])
        week = [any(s.covers(now) for s in shifts) for now in HALF_HOURS]
        longest = max(len(run) for run in "".join("x" if on else " " for on in week * 2).split())
        assert longest <= 24, crew["name"]
        assert sum(week) / 2 <= 60, crew["name"]
