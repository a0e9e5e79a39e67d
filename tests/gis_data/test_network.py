"""Feeders, transformers, customers: everything hangs on something, and where it says it does."""

import re
import unicodedata
from collections import Counter
from statistics import mean

import numpy as np
import shapely

from tests.gis_data.shipped import areas, in_metres, lonlats, metres, rows
from tests.gis_data.test_named import line_of


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


def addresses() -> list[tuple[str, dict[str, str]]]:
    """The words with their digits in ASCII, and the area they belong to."""
    area_of = {row["code"]: row["area_code"] for row in rows("transformers.csv")}
    return [
        (unicodedata.normalize("NFKC", row["address"]), areas()[area_of[row["transformer"]]][0])
        for row in rows("accounts.csv")
    ]


def test_an_address_names_no_other_county_or_township_than_its_area() -> None:
    of_land = [(words, said) for words, said in addresses() if said["area_class"] != "urban"]
    assert all(said["name"] in words or said["name"].rstrip("村社区") in words for words, said in of_land)
    full = re.compile(r"^(湖南省娄底市)?(..区|..县|...市)?(\w+?(街道|镇|乡|国有林场))?")
    for words, said in addresses():
        found = full.match(words)
        assert found is not None and found[2] in (None, said["county"]), words


def test_addresses_vary_as_in_registers() -> None:
    table = addresses()
    share: dict[str, float] = {
        "no county": sum(said["county"] not in words for words, said in table) / len(table),
        "no township": sum(said["township"] not in words for words, said in table) / len(table),
        "nearby": sum("附近" in words for words, _ in table) / len(table),
        "wide": sum(bool(re.search("[０-９]", row["address"])) for row in rows("accounts.csv")) / len(table),
        "by street in a town": mean(
            [bool(re.search(r"[路街巷道]\d+号", words)) for words, said in table if said["area_class"] == "urban"]
        ),
    }
    assert 0.05 < share["no county"] < 0.11
    assert 0.01 < share["no township"] < 0.05
    assert 0.005 < share["nearby"] < 0.03
    assert 0.02 < share["wide"] < 0.06
    assert share["by street in a town"] > 0.75


def test_a_house_stands_at_its_number_of_the_street() -> None:
    streets = {(row["county"], row["name"]): row for row in rows("streets.csv")}
    tried, near = 0, 0
    for (words, said), row in zip(addresses(), rows("accounts.csv"), strict=True):
        found = re.search(r"(?:街道|社区|[县区市])(\w{1,7}?[路街巷道])(\d+)号", words)
        street = streets.get((said["county"], found[1])) if found and said["area_class"] == "urban" else None
        if street is None or found is None or row["kind"] != "residential":
            continue
        line = in_metres(line_of(street))
        first, last = int(street["first_no"]), int(street["last_no"])
        assert first <= int(found[2]) <= last, words
        house = line.interpolate((int(found[2]) - first) / (last - first), normalized=True)
        tried += 1
        near += bool(np.hypot(*(metres([row])[0] - np.array(house.coords[0]))) < 60)
    assert tried > 500
    assert near > 0.8 * tried


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
