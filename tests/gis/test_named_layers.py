"""Streets, landmarks, poles and old names: layers a utility may have, read into records in WGS-84."""

from collections.abc import Mapping

import pytest

from dispatch_server.gis.checks import check
from dispatch_server.gis.layers import (
    LandmarkRecord,
    PoleRecord,
    StreetRecord,
    read_feeders,
    read_gazetteer,
    read_landmarks,
    read_poles,
    read_streets,
    strict,
)
from dispatch_server.protocol.geo import LonLat, metres_between
from tests.gis.small_map import a_folder, gazetteer_rows, table

STREETS = "code,name,county,township,aliases,first_no,last_no,line\n"
LANDMARKS = "code,name,kind,county,township,village,lon,lat,radius_m,aliases\n"
POLES = "code,feeder,number,road,lon,lat\n"
NAMED: Mapping[str, str] = {
    "streets.csv": STREETS + "S1,书院路,东河县,柳林镇,书院街|老街,1,88,112.002 27.71;112.010 27.712;112.018 27.71\n",
    "landmarks.csv": LANDMARKS + "L1,柳林小学,school,东河县,柳林镇,柳林社区,112.01,27.705,80,柳小\n",
    "poles.csv": POLES + "P1,F1,23,G354,112.012,27.71\n",
}


def test_the_three_layers_are_read_and_nothing_is_wrong_with_them() -> None:
    folder = a_folder(NAMED)
    assert check(folder) == []
    line = (LonLat(112.002, 27.71), LonLat(112.010, 27.712), LonLat(112.018, 27.71))
    assert strict(read_streets(folder)) == [
        StreetRecord("S1", "书院路", "东河县", "柳林镇", ("书院街", "老街"), 1, 88, line)
    ]
    assert strict(read_landmarks(folder)) == [
        LandmarkRecord(
            "L1", "柳林小学", "school", "东河县", "柳林镇", "柳林社区", LonLat(112.01, 27.705), 80, ("柳小",)
        )
    ]
    assert strict(read_poles(folder)) == [PoleRecord("P1", "F1", 23, "G354", LonLat(112.012, 27.71))]


def test_all_three_are_optional_and_feeders_keep_their_names() -> None:
    assert check(a_folder()) == []
    assert [feeder.name for feeder in strict(read_feeders(a_folder()))] == ["柳线", "青线"]


def test_a_street_may_have_no_house_numbers() -> None:
    [street] = strict(read_streets(a_folder({"streets.csv": STREETS + "S2,新街,东河县,,,,,112 27.7;112.01 27.7\n"})))
    assert (street.first_no, street.last_no, street.township) == (0, 0, "")


def test_old_names_stand_in_a_column_that_need_not_be_there() -> None:
    head = "code name kind township county lon lat radius_m area_code aliases former"
    rows = [[*row, "老鸦村|乌石大队" if row[0] == "A2" else ""] for row in gazetteer_rows()]
    former = {p.code: p.former for p in strict(read_gazetteer(a_folder({"gazetteer.csv": table(head, rows)})))}
    assert former["A2"] == ("老鸦村", "乌石大队")
    assert {p.former for p in strict(read_gazetteer(a_folder()))} == {()}


def test_a_street_in_another_datum_is_moved_point_by_point() -> None:
    [here] = strict(read_streets(a_folder(NAMED)))
    [moved] = strict(read_streets(a_folder(NAMED, crs={"streets.csv": "gcj02"})))
    assert [metres_between(a, b) for a, b in zip(here.line, moved.line, strict=True)] == pytest.approx(
        [655] * 3, abs=25
    )


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        (
            "streets.csv",
            "S2,新街,东河县,,,1,9,112 27.7",
            'line 3: line must be two positions or more, written "lon lat;',
        ),
        ("streets.csv", "S2,新街,东河县,,,1,9,112 27.7;112.1", "line 3: line must be two positions or more"),
        ("streets.csv", "S2,新街,东河县,,,1,9,112 27.7;x 27.7", "line 3: line must be two positions or more"),
        ("streets.csv", "S2,新街,东河县,,,1,9,112 27.7;112 127.7", "line 3: "),
        ("streets.csv", "S2,新街,东河县,,,9,1,112 27.7;112 27.8", "line 3: last_no 1 is below first_no 9"),
        ("landmarks.csv", "L2,,school,东河县,,,112,27.7,80,", "line 3: name is empty."),
        ("poles.csv", "P2,F1,二十三,,112,27.7", "line 3: number must be a number"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(file: str, line: str, sentence: str) -> None:
    folder = a_folder({file: NAMED[file] + line + "\n"})
    assert any(flaw.sentence.startswith(f"{file} {sentence}") and flaw.blocks for flaw in check(folder))
