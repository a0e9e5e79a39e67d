"""What is read off the packages: old names from two editions, and extents that belong to the right county."""

import zipfile
from pathlib import Path

import shapely

from gis_data.making.flat import map_to_km
from gis_data.making.former import former_names
from gis_data.making.sources import EXTENTS, extents
from gis_data.making.world import County, Township, Village

OLD_TOWN, NEW_TOWN, SPLIT_OFF = "990001100", "990001001", "990001002"
TODAY = [
    Township(NEW_TOWN, "城关街道", "990001"),
    Township(SPLIT_OFF, "新城街道", "990001"),
    Township("990001101", "上坪镇", "990001"),
]
BEFORE = {OLD_TOWN: "城关镇", "990001101": "上坪镇"}


def village(code: str, name: str) -> Village:
    return Village(code, name, name, code[:9])


def numbered(township: str, stems: str, kind: str = "村") -> list[Village]:
    return [village(f"{township}{200 + n}", f"{stem}{stem}{kind}") for n, stem in enumerate(stems)]


def test_a_township_that_is_gone_lends_its_name_to_those_that_took_its_villages() -> None:
    old = numbered(OLD_TOWN, "甲乙丙丁戊己庚")
    now = [*numbered(NEW_TOWN, "甲乙丙丁"), *numbered(SPLIT_OFF, "戊己庚")]
    found = former_names(BEFORE, old, TODAY, now)
    assert found == {NEW_TOWN: ["城关镇"], SPLIT_OFF: ["城关镇"]}


def test_two_villages_are_too_few_to_be_called_by_the_old_name() -> None:
    old = numbered(OLD_TOWN, "甲乙丙丁戊己庚")
    now = [*numbered(NEW_TOWN, "甲乙丙丁戊"), *numbered(SPLIT_OFF, "己庚")]
    assert former_names(BEFORE, old, TODAY, now) == {NEW_TOWN: ["城关镇"]}


def test_a_village_is_renamed_under_its_code_or_becomes_a_community() -> None:
    old = [village("990001101201", "蚂蚁村"), village("990001101202", "方石村")]
    now = [village("990001101201", "马义村"), village("990001101001", "方石社区")]
    found = former_names({"990001101": "上坪镇"}, old, TODAY, now)
    assert found == {"990001101201": ["蚂蚁村"], "990001101001": ["方石村"]}


def test_a_code_given_to_another_village_renames_nobody() -> None:
    old = [village("990001101201", "宝兴村")]
    now = [village("990001101201", "资氮村"), village("990001101205", "宝兴村")]
    assert former_names({"990001101": "上坪镇"}, old, TODAY, now) == {}


def test_a_name_put_together_from_two_that_are_gone() -> None:
    old = [village(f"990001101{n}", name) for n, name in ((201, "檀湾村"), (202, "凤形村"), (203, "当家村"))]
    now = [village("990001101210", "檀凤村"), village("990001101203", "当家村")]
    assert former_names({"990001101": "上坪镇"}, old, TODAY, now) == {"990001101210": ["檀湾村", "凤形村"]}
    twice = [*old, village("990001101204", "凤冠村")]
    assert former_names({"990001101": "上坪镇"}, twice, TODAY, now) == {}


def test_an_extent_in_another_county_belongs_to_a_namesake(tmp_path: Path) -> None:
    county = County("990001", "河西县", map_to_km(shapely.box(111.5, 27.65, 111.7, 27.85)))
    file = tmp_path / EXTENTS.file
    with zipfile.ZipFile(file, "w") as archive:
        table = "dic={'城关镇': '[111.5, 27.8, 111.6, 27.7]', '上坪镇': '[105.0, 30.1, 105.2, 30.0]'}"
        archive.writestr("sizhi/sizhi.py", table)
    found = extents(file, TODAY, [county], {NEW_TOWN: ["城关镇"]})
    assert set(found) == {NEW_TOWN}
    x, y = found[NEW_TOWN].half
    assert 4.8 < x < 5.0 and 5.4 < y < 5.7  # 0.05 degrees each
