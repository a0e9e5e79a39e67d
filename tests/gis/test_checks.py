"""What is wrong with a folder of layers is said in sentences that name the file, the line and the thing to do."""

import json
from collections.abc import Mapping

import pytest

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import Folder, folder_of
from tests.gis.small_map import (
    a_folder,
    area_features,
    box,
    collection,
    files,
    gazetteer_rows,
    ring_of,
    table,
    text_files,
)

GAZETTEER_HEAD = "code name kind township county lon lat radius_m area_code aliases"


def blocking(folder: Folder) -> list[str]:
    return [flaw.sentence for flaw in check(folder) if flaw.blocks]


def notes(folder: Folder) -> list[str]:
    return [flaw.sentence for flaw in check(folder) if not flaw.blocks]


def with_line(file: str, line: str) -> Mapping[str, str | None]:
    return {file: text_files()[file] + line + "\r\n"}


def with_areas(**rings: list[list[float]]) -> Mapping[str, str | None]:
    return {"areas.geojson": collection(area_features(rings))}


def test_nothing_is_wrong_with_the_small_map() -> None:
    assert check(a_folder()) == []


def test_progress_is_heard() -> None:
    heard: list[str] = []
    check(a_folder(), heard.append)
    assert heard[:2] == ["Reading the layers.", "Looking at the manifest and the checksums."]
    assert "Looking for gaps." in heard


def test_a_missing_file_is_named() -> None:
    assert blocking(a_folder({"depots.csv": None}))[0] == (
        "depots.csv is missing; add the file and its entry in manifest.toml."
    )


def test_a_file_that_was_changed_after_the_manifest_is_found() -> None:
    changed = files()
    changed["shifts.csv"] += b"K1,2,08:00,20:00\r\n"
    [sentence] = blocking(folder_of(changed))
    assert sentence.startswith("shifts.csv is not the file manifest.toml describes")


@pytest.mark.parametrize("file", ["areas.geojson", "gazetteer.csv", "transformers.csv", "road_nodes.csv"])
def test_a_missing_datum_is_refused_and_never_guessed(file: str) -> None:
    assert (
        f"manifest.toml does not say the crs of {file}; add EPSG:4326, gcj02 or bd09. It is never guessed."
        in blocking(a_folder(crs={file: ""}))
    )


def test_an_unknown_datum_is_refused() -> None:
    assert any(
        "crs 'EPSG:3857', which is not known" in s for s in blocking(a_folder(crs={"areas.geojson": "EPSG:3857"}))
    )


def test_without_a_manifest_there_is_no_folder() -> None:
    with pytest.raises(BadInput, match=r"no manifest\.toml"):
        folder_of({})


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        ({"area_class": ""}, "areas.geojson feature 1: area_class is empty."),
        (
            {"area_class": "suburban"},
            "areas.geojson feature 1: area A1 has the class 'suburban'; say urban, rural or remote.",
        ),
        ({"code": None}, "areas.geojson feature 1: code is empty."),
    ],
)
def test_an_area_without_class_or_code_is_told(properties: dict[str, str], sentence: str) -> None:
    features = area_features()
    features[0]["properties"] |= properties
    assert sentence in blocking(a_folder({"areas.geojson": collection(features)}))


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        (
            "accounts.csv",
            "1001,,T1,x,,y,112.01,27.71,0,household,0",
            "accounts.csv: 1001 stands there 2 times: line 2, line 4.",
        ),
        (
            "accounts.csv",
            "1009,,T9,x,,y,112.01,27.71,0,household,0",
            "accounts.csv line 4: 1009 names the transformer 'T9'",
        ),
        ("accounts.csv", "1009,,T1,x,,y,112.01,27.71,2,household,0", "accounts.csv line 4: important must be 0 or 1"),
        ("accounts.csv", "1009,,T1,x,,y,,27.71,0,household,0", "accounts.csv line 4: lon must be a number"),
        ("accounts.csv", "1009,,T1,x", "accounts.csv line 4: 4 values for 11 columns."),
        ("transformers.csv", "T9,x,F9,A1,112.01,27.71,5", "transformers.csv line 4: T9 names the feeder 'F9'"),
        ("transformers.csv", "T9,x,F1,A9,112.01,27.71,5", "transformers.csv line 4: T9 names the area 'A9'"),
        ("crews.csv", "K2,x,x,x,D9,lv,2,van,0", "crews.csv line 3: K2 names the depot 'D9'"),
        ("crews.csv", "K2,x,x,x,D1,welding,2,van,0", "crews.csv line 3: the skill 'welding' is not one of hv, lv"),
        ("shifts.csv", "K9,1,08:00,20:00", "shifts.csv line 4: it names the crew 'K9'"),
        ("shifts.csv", "K1,8,08:00,20:00", "shifts.csv line 4: day_of_week runs from 1 (Monday) to 7, not 8."),
        ("shifts.csv", "K1,2,8 o'clock,20:00", "shifts.csv line 4: starts must be a time such as 07:30"),
        ("road_edges.csv", "1,99,500,tertiary,0", "road_edges.csv line 14: it names the node '99'"),
        ("road_edges.csv", "1,2,500,motorway,0", "road_edges.csv line 14: class must be one of primary"),
        ("gazetteer.csv", "9,x,hamlet,,东河县,112.01,27.71,5,,", "gazetteer.csv line 13: kind must be one of county"),
        (
            "gazetteer.csv",
            "9,x村,village,柳林镇,东河县,112.01,27.71,5,A9,",
            "gazetteer.csv line 13: village 9 names the area 'A9'",
        ),
    ],
)
def test_a_bad_row_blocks_and_is_named(file: str, line: str, sentence: str) -> None:
    found = blocking(a_folder(with_line(file, line)))
    assert any(s.startswith(sentence) for s in found), found


def test_a_column_that_is_missing_is_named() -> None:
    assert blocking(a_folder({"shifts.csv": "crew,day_of_week,starts\r\n"})) == [
        "shifts.csv lacks the column ends; its first line must name crew, day_of_week, starts, ends."
    ]


def test_of_many_alike_five_are_told_and_the_rest_counted() -> None:
    lines = "\r\n".join(f"10{n},,T9,x,,y,112.01,27.71,0,household,0" for n in range(20, 32))
    found = blocking(a_folder(with_line("accounts.csv", lines)))
    assert len(found) == 6 and found[-1] == "accounts.csv: and 7 more like the last."


def test_an_overlap_is_told_in_square_metres() -> None:
    """A1 reaches 0.0001° into A2: 9.86 m by 2,217 m."""
    ring = [[112.0, 27.7], [112.0201, 27.7], [112.0201, 27.72], [112.0, 27.72], [112.0, 27.7]]
    [sentence] = notes(a_folder(with_areas(A1=ring)))
    assert sentence.startswith("areas.geojson feature 1 and feature 2: A1 柳林社区 and A2 三角村 both cover 21,8")
    assert sentence.endswith("m² near 112.02005, 27.71000.")
    assert blocking(a_folder(with_areas(A1=ring))) == []


def test_areas_that_cover_each_other_wholly_are_told_too() -> None:
    found = notes(a_folder(with_areas(A1=box(0.2, 0.2, 0.8, 0.8), A2=box(0, 0, 2, 1))))
    assert any(
        s.startswith("areas.geojson feature 1 and feature 2: A1 柳林社区 and A2 三角村 both cover 1,57") for s in found
    ), found


def test_a_gap_at_the_rim_is_told_against_the_counties() -> None:
    ring = [[112.0001, 27.7], [112.02, 27.7], [112.02, 27.72], [112.0001, 27.72], [112.0001, 27.7]]
    found = notes(a_folder(with_areas(A1=ring)))
    assert any(s.startswith("areas.geojson: of the counties, no area covers 21,8") for s in found), found
    assert any(s.startswith("road_nodes.csv line 2: node 0 at 112.00000, 27.71000 lies outside") for s in found), found


def test_a_hole_between_areas_is_told() -> None:
    features = area_features()
    hole = [[112.009, 27.709], [112.009, 27.711], [112.011, 27.711], [112.011, 27.709], [112.009, 27.709]]
    features[0]["geometry"]["coordinates"] = [ring_of("A1"), hole]
    found = notes(a_folder({"areas.geojson": collection(features)}))
    assert any(s.startswith("areas.geojson: no area covers 43,7") for s in found), found


def test_an_outline_that_crosses_itself_blocks() -> None:
    bow_tie = [[112.0, 27.7], [112.02, 27.72], [112.02, 27.7], [112.0, 27.72], [112.0, 27.7]]
    [sentence] = blocking(a_folder(with_areas(A1=bow_tie)))
    assert sentence.startswith(
        "areas.geojson feature 1: the outline of A1 is not valid at 112.010000, 27.710000 (Self-intersection"
    )


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [112, 27.7]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[[112, 27.7], [112.1, 27.7]]]},
        {"type": "Polygon", "coordinates": [[["x", 27.7], [112.1, 27.7], [112.1, 27.8], [112, 27.7]]]},
    ],
)
def test_a_feature_without_an_outline_blocks(geometry: object) -> None:
    features = area_features()
    features[0]["geometry"] = geometry
    assert blocking(a_folder({"areas.geojson": collection(features)}))[0] == (
        "areas.geojson feature 1: its geometry is not a Polygon or MultiPolygon with closed rings."
    )


def test_latitude_before_longitude_is_noticed() -> None:
    swapped = [[lat, lon] for lon, lat in ring_of("A1")]
    assert "longitude, then latitude" in blocking(a_folder(with_areas(A1=swapped)))[0]


def test_what_is_no_geojson_is_told() -> None:
    assert "areas.geojson is not a GeoJSON FeatureCollection." in blocking(a_folder({"areas.geojson": "[]"}))


def test_a_position_outside_the_territory_is_told_and_does_not_block() -> None:
    folder = a_folder(with_line("accounts.csv", "1009,,T1,x,,y,113,27.71,0,household,0"))
    assert blocking(folder) == []
    assert notes(folder) == [
        "accounts.csv line 4: account 1009 at 113.00000, 27.71000 lies outside every area, 92,707 m from A3 三角村."
    ]


def test_a_transformer_that_lies_in_another_area_than_it_says_is_told() -> None:
    folder = a_folder(with_line("transformers.csv", "T9,x,F1,A1,112.05,27.71,5"))
    assert notes(folder) == [
        "transformers.csv line 4: transformer T9 at 112.05000, 27.71000 names the area A1 but lies in A3 三角村."
    ]


def test_two_villages_that_words_cannot_tell_apart_are_told() -> None:
    rows = [*gazetteer_rows(), ["A9", "三角村", "village", "柳林镇", "东河县", 112.01, 27.71, 5, "A1", ""]]
    assert notes(a_folder({"gazetteer.csv": table(GAZETTEER_HEAD, rows)})) == [
        "gazetteer.csv: 2 villages are called 东河县柳林镇三角村."
    ]


def test_roads_are_optional_but_belong_together() -> None:
    assert notes(a_folder({"road_nodes.csv": None, "road_edges.csv": None})) == [
        "There is no road layer; minutes to drive come from straight lines."
    ]
    assert any("belong together" in s for s in blocking(a_folder({"road_edges.csv": None})))


def test_a_crew_without_a_shift_is_told() -> None:
    assert notes(a_folder(with_line("crews.csv", "K2,柳林二班,x,东河县,D1,lv,2,van,0"))) == [
        "shifts.csv: K2 柳林二班 has no shift."
    ]


def test_a_layer_in_another_datum_comes_out_as_wgs84() -> None:
    """Depots given in GCJ-02 are moved by some six hundred metres."""
    from dispatch_server.gis.layers import read_areas, read_depots, strict
    from dispatch_server.protocol.geo import metres_between
    from tests.gis.small_map import middle_of

    [depot] = strict(read_depots(a_folder(crs={"depots.csv": "gcj02"})))
    assert metres_between(depot.at, middle_of("A1")) == pytest.approx(655, abs=25)
    moved = strict(read_areas(a_folder(crs={"areas.geojson": "gcj02"})))[0].shape
    assert not moved.equals(strict(read_areas(a_folder()))[0].shape)
    assert json.loads(text_files()["areas.geojson"])["features"][0]["geometry"]["type"] == "Polygon"
