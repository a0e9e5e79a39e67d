"""Feeders, transformers, customers: everything hangs on something, and where it says it does."""

import re
from collections import Counter

import numpy as np
import shapely

from tests.gis_data.shipped import areas, lonlats, metres, rows


def test_every_transformer_stands_in_the_area_it_names() -> None:
    table = rows("transformers.csv")
    outlines = np.array([areas()[row["area_code"]][1] for row in table])
    lon, lat = lonlats(table).T
    assert np.all(shapely.contains_xy(outlines, lon, lat))


def test_every_transformer_hangs_on_a_feeder_and_every_feeder_feeds() -> None:
    feeders = {row["code"] for row in rows("feeders.csv")}
    assert {row["feeder"] for row in rows("transformers.csv")} == feeders
    assert 150 <= len(feeders) <= 190
    assert all(row["voltage_kv"] == "10" and row["substation"] for row in rows("feeders.csv"))
    assert "10kV洋溪线" in {row["name"] for row in rows("feeders.csv")}
    assert 12_000 <= len(rows("transformers.csv")) <= 16_000


def test_every_area_has_a_public_transformer_and_callers_who_hang_on_it() -> None:
    area_of = {row["code"]: row["area_code"] for row in rows("transformers.csv") if int(row["customers"]) > 1}
    assert set(area_of.values()) == set(areas())
    households = Counter(area_of[row["transformer"]] for row in rows("accounts.csv") if row["transformer"] in area_of)
    assert set(households) == set(areas())
    assert min(households.values()) >= 5


def test_there_are_as_many_dedicated_transformers_as_loudi_had_customers_with_one() -> None:
    own = [row["code"] for row in rows("transformers.csv") if int(row["customers"]) == 1]
    assert len(own) == 1645
    assert Counter(row["transformer"] for row in rows("accounts.csv") if row["transformer"] in set(own)) == Counter(own)


def test_every_account_is_near_its_transformer_and_in_the_same_area() -> None:
    table = rows("accounts.csv")
    transformer = {row["code"]: row for row in rows("transformers.csv")}
    theirs = [transformer[row["transformer"]] for row in table]
    assert np.hypot(*(metres(table) - metres(theirs)).T).max() < 500
    outlines = np.array([areas()[row["area_code"]][1] for row in theirs])
    lon, lat = lonlats(table).T
    assert np.all(shapely.contains_xy(outlines, lon, lat))


def test_an_address_names_county_township_and_village_of_its_area() -> None:
    area_of = {row["code"]: row["area_code"] for row in rows("transformers.csv")}
    for row in rows("accounts.csv"):
        said, _ = areas()[area_of[row["transformer"]]]
        assert row["address"].startswith(said["county"] + said["township"] + said["name"])
        assert re.search(r"\d+号|室$", row["address"])


def test_no_number_can_reach_a_real_subscriber() -> None:
    phones = [row["phone"] for row in rows("accounts.csv")]
    assert all(re.fullmatch(r"100\d{8}", phone) for phone in phones)
    assert len(phones) == len(set(phones))


def test_account_numbers_have_fourteen_digits_with_the_prefix_of_the_city() -> None:
    table = rows("accounts.csv")
    assert len(table) >= 20_000
    assert all(re.fullmatch(r"43130000\d{6}", row["account_no"]) for row in table)
    meters = [row["meter_no"] for row in table]
    assert len(meters) == len(set(meters))


def test_hospitals_are_important_and_schools_are_marked() -> None:
    important = Counter(row["kind"] for row in rows("accounts.csv") if row["important"] == "1")
    kinds = Counter(row["kind"] for row in rows("accounts.csv"))
    assert important["hospital"] == kinds["hospital"] > 50
    assert kinds["school"] > 100
    assert important["residential"] == 0
    assert any(row["no_night_calls"] == "1" for row in rows("accounts.csv"))
