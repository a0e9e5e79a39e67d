"""The script that makes the sample, on two small counties: it repeats itself to the byte and leaves no gap."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import folder_of
from gis_data.making import layers, sources
from gis_data.making.flat import GRID_DEG, bent, map_to_lonlat, to_km, unbent
from gis_data.making.land import lay_out
from gis_data.making.sources import Package
from gis_data.making.surfaces import in_one_piece, surfaces
from gis_data.making.words import numeral
from gis_data.making.world import stem_of
from tests.gis_data.small_land import inputs

ROOT = Path(__file__).parents[2]
SUM_OF_ALL = (
    "import hashlib; from gis_data.making import layers; from tests.gis_data.small_land import inputs; "
    "print(hashlib.sha256(b''.join(layers.build(inputs()).values())).hexdigest())"
)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return layers.build(inputs())


def test_another_process_with_another_hash_seed_makes_the_same_bytes(made: dict[str, bytes]) -> None:
    order = [sys.executable, "-c", SUM_OF_ALL]
    other = subprocess.run(
        order, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True, text=True
    )
    assert other.stdout.strip() == hashlib.sha256(b"".join(made.values())).hexdigest()


def test_other_inputs_make_other_layers(made: dict[str, bytes]) -> None:
    given = inputs()
    fewer = replace(given, villages=given.villages[:-1])
    assert layers.build(fewer)["areas.geojson"] != made["areas.geojson"]


def test_what_is_made_can_be_loaded(made: dict[str, bytes]) -> None:
    assert [flaw.sentence for flaw in check(folder_of(made))] == []


def test_the_gap_between_two_county_limits_is_closed(made: dict[str, bytes]) -> None:
    outlines = [shape(f["geometry"]) for f in json.loads(made["areas.geojson"])["features"]]
    assert shapely.coverage_is_valid(outlines)
    whole = shapely.union_all(outlines)
    assert whole.geom_type == "Polygon"
    assert shapely.get_num_interior_rings(whole) == 0
    limits = shapely.union_all([map_to_lonlat(county.shape) for county in inputs().counties])
    assert whole.area > limits.area


def test_a_known_town_is_the_seat_of_its_township() -> None:
    at = tuple(to_km(np.array([[111.52, 27.67]]))[0].tolist())
    given = replace(inputs(), known_towns={"石门": at})
    [seat, *_] = [area for area in lay_out(given) if area.township.code == "990001003"]
    assert seat.at == at
    assert seat.village.is_community


def test_faces_in_no_shape_go_to_the_nearest_and_overlaps_to_the_first() -> None:
    left, right, below = shapely.box(0, 0, 1, 2), shapely.box(1.1, 0, 2, 2), shapely.box(0, -1, 2, 0.1)
    above = shapely.box(0, 1.9, 2, 3)
    closed = surfaces([left, right, below, above], GRID_DEG)
    assert shapely.coverage_is_valid(closed)
    assert shapely.get_num_interior_rings(shapely.union_all(closed)) == 0
    assert closed[0].area >= left.area


def test_a_crumb_goes_to_a_neighbour_of_its_own_county() -> None:
    cut = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 3.2, 1)])
    own, foreign = shapely.box(2, 0, 3, 1), shapely.box(3.2, 0, 5, 1)
    whole = in_one_piece([cut, own, foreign], ["a", "a", "b"])
    assert [round(w.area, 9) for w in whole] == [1.0, 1.2, 1.8]


def test_a_crumb_behind_a_crumb_finds_its_taker_in_the_second_round() -> None:
    far_part, near_part = shapely.box(4, 0, 4.2, 1), shapely.box(3.8, 0, 4, 1)
    one = shapely.union_all([shapely.box(0, 0, 1, 1), far_part])
    two = shapely.union_all([shapely.box(0, 5, 1, 6), near_part])
    taker = shapely.box(2, 0, 3.8, 1)
    assert [round(w.area, 9) for w in in_one_piece([one, two, taker], ["a"] * 3)] == [1.0, 1.0, 2.2]


def test_the_bent_map_can_be_straightened_again() -> None:
    points = np.random.default_rng(1).uniform(-90, 90, (500, 2))
    assert np.abs(unbent(bent(points)) - points).max() < 1e-9
    assert np.abs(bent(points) - points).max() > 0.1


@pytest.mark.parametrize(
    ("official", "name"),
    [("冷水村委会", "冷水村"), ("旁山村村委会", "旁山村"), ("湖泉居委会", "湖泉社区"), ("街心社区", "街心社区")],
)
def test_a_committee_gives_its_name_to_the_place(official: str, name: str) -> None:
    assert sources.plain(official) == name


def test_stems_keep_two_characters() -> None:
    assert [stem_of(n) for n in ("新化县", "大熊山国有林场", "乐坪街道", "街村")] == ["新化", "大熊山", "乐坪", "街村"]


def test_numerals_of_crews() -> None:
    assert [numeral(n) for n in (1, 9, 10, 14, 20, 21)] == ["一", "九", "十", "十四", "二十", "二十一"]


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    package = Package("pypi", "a-name", "1.0", "a_name-1.0.whl", hashlib.sha256(b"right").hexdigest())
    (tmp_path / package.file).write_bytes(b"right")
    sources.verify(package, tmp_path)
    (tmp_path / package.file).write_bytes(b"wrong")
    with pytest.raises(SystemExit, match=r"a_name-1\.0\.whl is not the file"):
        sources.verify(package, tmp_path)
