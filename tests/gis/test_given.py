"""Layers in the forms that utilities have: the same map is read, and what is wrong is said of their own file."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from dispatch_server.gis import layers
from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import ACCOUNTS, AREAS, BY_NAME, Folder, folder_at, folder_of
from dispatch_server.gis.layers import strict
from dispatch_server.protocol.geo import metres_between
from tests.gis.small_map import a_folder, box, write
from tests.gis.utility_files import (
    changed,
    projected,
    shapes_of,
    write_areas,
    write_layer,
    write_manifest,
    write_utility,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_utility(tmp_path_factory.mktemp("utility"))


@pytest.fixture
def utility(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "utility"))


def blocking(directory: Path) -> list[str]:
    return [flaw.sentence for flaw in check(folder_at(directory)) if flaw.blocks]


def everything(folder: Folder) -> list[object]:
    read: list[Any] = [layers.read_transformers, layers.read_accounts, layers.read_feeders, layers.read_gazetteer]
    return [record for one in read for record in strict(one(folder))]


def test_nothing_is_wrong_with_it(utility: Path) -> None:
    assert check(folder_at(utility)) == []


def test_it_is_the_same_map(utility: Path) -> None:
    theirs, ours = folder_at(utility), a_folder()
    for area, there in zip(strict(layers.read_areas(ours)), strict(layers.read_areas(theirs)), strict=True):
        assert (area.area, area.township, area.county) == (there.area, there.township, there.county)
        assert shapely.hausdorff_distance(area.shape, there.shape) < 1e-7
    assert [(c.code, c.name) for c in strict(layers.read_counties(theirs))] == [("C0", "东河县"), ("C2", "西河县")]
    for mine, yours in zip(everything(ours), everything(theirs), strict=True):
        apart = metres_between(mine.at, yours.at) if hasattr(mine, "at") and hasattr(yours, "at") else 0
        assert apart < 0.1
        assert _without_at(mine) == _without_at(yours)


def _without_at(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__ if name != "at"}  # type: ignore[attr-defined]


def test_what_is_kept_for_servers_needs_no_gdal_and_has_the_same_version(utility: Path) -> None:
    folder = folder_at(utility)
    kept = folder_of(folder.files)
    assert kept.version == folder.version and kept.given == {}
    assert strict(layers.read_areas(kept)) == strict(layers.read_areas(folder))
    assert "from net.gpkg (districts)" in folder.files["manifest.toml"].decode()


def test_another_crs_is_another_version(utility: Path) -> None:
    before = folder_at(utility).version
    write_manifest(utility, changed("accounts", crs="bd09"))
    assert folder_at(utility).version != before


def test_reading_leaves_the_files_as_they_are(utility: Path) -> None:
    before = {path.name: path.read_bytes() for path in utility.iterdir()}
    folder_at(utility)
    assert {path.name: path.read_bytes() for path in utility.iterdir()} == before


@pytest.mark.parametrize(
    ("entry", "changes", "sentence"),
    [
        ("areas", {"layer": None}, "net.gpkg holds the layers districts, pub_trans, feeder_list; say which one with"),
        ("areas", {"layer": "zones"}, "net.gpkg has no layer 'zones'; it holds: districts, pub_trans, feeder_list."),
        ("areas", {"crs": None}, "The manifest does not say the crs of net.gpkg (districts); add EPSG:4326, gcj02 or"),
        (
            "areas",
            {"crs": "EPSG:4490"},
            "net.gpkg (districts) says itself that its crs is EPSG:4546, but manifest.toml",
        ),
        (
            "areas",
            {"crs": "EPSG:4547"},
            "net.gpkg (districts) says itself that its crs is EPSG:4546, but manifest.toml",
        ),
        ("areas", {"crs": "gcj02"}, "net.gpkg (districts) says itself that its crs is EPSG:4546, but manifest.toml"),
        ("areas", {"crs": "EPSG:99999"}, "The manifest gives net.gpkg (districts) the crs 'EPSG:99999', which is not"),
        ("areas", {"crs": "EPSG:2433"}, "The manifest gives net.gpkg (districts) the crs EPSG:2433, which stands on"),
        ("areas", {"columns": {"code": "ID"}}, "net.gpkg (districts) has no column ID; say which is our code with"),
        (
            "areas",
            {"columns": {"cod": "NAME"}},
            "net.gpkg (districts): the manifest's columns name 'cod', which is none",
        ),
        ("areas", {"values": {}}, "net.gpkg (districts) feature 1: area A1 has the class '城区'; say urban, rural or"),
        ("areas", {"file": "../net.gpkg"}, "manifest.toml lists ../net.gpkg, which lies outside the folder; copy it"),
        ("areas", {"file": "none.gpkg"}, "manifest.toml lists none.gpkg, but the file is not in the folder."),
        (
            "counties",
            {"file": "gazetteer.csv", "columns": {}},
            "gazetteer.csv holds no outlines; in a CSV they stand in",
        ),
        ("areas", {"file": "manifest.toml"}, "manifest.toml cannot be read: give it as .gpkg, .shp, .geojson, .json,"),
        ("areas", {"sha256": "0" * 64}, "net.gpkg (districts) is not the file manifest.toml describes: its sha256 is"),
        ("areas", {"sha256": ""}, "manifest.toml does not state the checksum of net.gpkg (districts); if it is the"),
        ("transformers", {"layer": "districts"}, "net.gpkg (districts) feature 1: points are needed here, this is a"),
        ("counties", {"encoding": "UTF-8"}, "counties.shp is not written in UTF-8; add encoding"),
        (
            "counties",
            {"crs": "EPSG:4547"},
            "counties.shp says itself that its crs is EPSG:4490, but manifest.toml says",
        ),
        ("accounts", {"encoding": None}, "customers.csv is not written in UTF-8; add encoding"),
        ("accounts", {"encoding": "martian"}, "customers.csv is not written in martian; add encoding"),
        ("feeders", {"layer": "districts"}, "net.gpkg (districts) has no column code; say which is our"),
    ],
)
def test_what_is_wrong_is_said_of_the_file_they_gave(
    utility: Path, entry: str, changes: dict[str, object], sentence: str
) -> None:
    write_manifest(utility, changed(entry, **changes))
    found = blocking(utility)
    assert any(s.startswith(sentence) for s in found), found


def test_a_missing_column_may_be_filled_with_one_value(utility: Path) -> None:
    values = {"substation": {"": "柳林站"}, "voltage_kv": {"": "10"}}
    columns = {"code": "DISTRICT_ID", "name": "NAME"}
    write_manifest(utility, changed("feeders", layer="districts", values=values, columns=columns))
    assert {f.substation for f in strict(layers.read_feeders(folder_at(utility)))} == {"柳林站"}


def test_a_shapefile_without_a_cpg_is_not_guessed_at(utility: Path) -> None:
    (utility / "counties.cpg").unlink()
    write_manifest(utility)
    [sentence] = [s for s in blocking(utility) if s.startswith("counties.shp")]
    assert "does not say how its text is written" in sentence
    write_manifest(utility, changed("counties", encoding="GBK"))
    assert check(folder_at(utility)) == []


def test_a_changed_table_of_a_shapefile_is_noticed(utility: Path) -> None:
    dbf = utility / "counties.dbf"
    dbf.write_bytes(dbf.read_bytes().replace("东河县".encode("gbk"), "南河县".encode("gbk")))
    assert any(s.startswith("counties.shp is not the file manifest.toml describes") for s in blocking(utility))


def test_a_wrong_row_is_named_by_the_feature_or_the_line_they_know(utility: Path) -> None:
    text = (utility / "customers.csv").read_bytes().decode("gbk")
    (utility / "customers.csv").write_bytes(text.replace("某乙,10000000002", "某乙,1\r\n某").encode("gbk"))
    write_manifest(utility)
    assert any(s.startswith("customers.csv line 3: ") for s in blocking(utility))
    points = [shapely.Point(112.01, 27.71), None, shapely.Point(112.5, 27.71)]
    columns = {"ID": ["T1", "T3", "T4"], "name": ["a", "b", "c"], "feeder": ["F1", "F9", "F1"]}
    columns |= {"DISTRICT_ID": ["A1", "A3", "A1"], "customers": ["1", "2", "3"]}
    write_layer(utility / "net.gpkg", "pub_trans", points, columns, "EPSG:4490", append=False)
    write_manifest(utility, changed("transformers", crs="EPSG:4490"))
    found = [flaw.sentence for flaw in check(folder_at(utility))]
    assert any(s.startswith("net.gpkg (pub_trans) feature 2: lon must be a number") for s in found), found
    assert any(s.startswith("net.gpkg (pub_trans) feature 3: transformer T4 at 112.50000") for s in found), found


def test_overlaps_name_features_of_the_geopackage(utility: Path) -> None:
    ring = shapely.Polygon([(112.0, 27.7), (112.0201, 27.7), (112.0201, 27.72), (112.0, 27.72)])
    (utility / "net.gpkg").unlink()
    write_utility(utility)
    write_areas(utility, {"A1": ring})
    write_manifest(utility)
    found = [flaw.sentence for flaw in check(folder_at(utility))]
    assert any(s.startswith("net.gpkg (districts) feature 1 and feature 2: A1 柳林社区 and A2 三角村") for s in found)


def test_long_numbers_beside_an_empty_field_are_not_rounded(utility: Path, tmp_path: Path) -> None:
    features = [(430_102_000_000_000_123, "a"), (None, "b")]
    points = [shapely.Point(112.01, 27.71)] * 2
    numbers = np.array([features[0][0], 0], dtype=np.int64)
    from pyogrio import raw

    wkb = np.array([shapely.to_wkb(p) for p in points], dtype=object)
    masks = [np.array([False, True]), None]
    names = np.array(["a", "b"], dtype=object)
    raw.write(
        str(utility / "depots.gpkg"),
        wkb,
        [numbers, names],
        ["code", "name"],
        field_mask=masks,
        geometry_type="Point",
        crs="EPSG:4490",
        layer="depots",
    )
    write_manifest(utility, {"depots": {"file": "depots.gpkg", "crs": "EPSG:4490"}})
    assert any(s.startswith("depots.gpkg: the column code holds numbers too long") for s in blocking(utility))


def test_geojson_of_points_and_an_old_crs_member(utility: Path) -> None:
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},'
    point = '{"type":"Feature","geometry":{"type":"Point","coordinates":[112.01,27.71,88.0]},"properties":'
    row = '{"code":"D1","name":"柳林所","squad":"柳林队","county":"东河县"}}'
    text = '{"type":"FeatureCollection",%s"features":[' + point + row + "]}"
    (utility / "depots.geojson").write_text(text % "", encoding="utf-8")
    entry = {"depots": {"file": "depots.geojson", "crs": "EPSG:4326"}}
    write_manifest(utility, entry)
    [depot] = strict(layers.read_depots(folder_at(utility)))
    assert (depot.code, depot.at.lon, depot.at.lat) == ("D1", 112.01, 27.71)
    (utility / "depots.geojson").write_text(text % crs, encoding="utf-8")
    write_manifest(utility, entry)
    assert any(s.startswith("depots.geojson says itself that its crs is") for s in blocking(utility))


def test_areas_in_our_own_form_that_state_another_crs_inside(tmp_path: Path) -> None:
    from tests.gis.small_map import text_files

    inside = '{"crs": {"type": "name", "properties": {"name": "EPSG:4547"}}, '
    areas = {AREAS: inside + text_files()[AREAS].lstrip("{")}
    assert blocking(write(tmp_path / "map", areas))[0] == (
        "areas.geojson says itself that its crs is EPSG:4547, but manifest.toml says EPSG:4326; mend the wrong one."
    )


def test_areas_as_wkt_in_a_csv(utility: Path) -> None:
    outlines, areas = shapes_of(AREAS)
    head = "code,name,area_class,township,county,wkt"
    lines = [f'{",".join(a.values())},"{shape.wkt}"' for a, shape in zip(areas, outlines, strict=True)]
    (utility / "areas.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    write_manifest(utility, {"areas": {"file": "areas.csv", "crs": "EPSG:4326"}})
    assert check(folder_at(utility)) == []
    assert len(strict(layers.read_areas(folder_at(utility)))) == 6


def test_projected_positions_in_a_csv(utility: Path) -> None:
    [at] = projected([shapely.Point(112.01, 27.71)])
    text = f"code,name,squad,county,X,Y\nD1,柳林所,柳林队,东河县,{shapely.get_x(at)},{shapely.get_y(at)}\n"
    (utility / "stations.csv").write_text(text, encoding="utf-8")
    entry = {"file": "stations.csv", "crs": "EPSG:4546", "columns": {"lon": "X", "lat": "Y"}}
    write_manifest(utility, {"depots": entry})
    [depot] = strict(layers.read_depots(folder_at(utility)))
    assert (depot.at.lon, depot.at.lat) == pytest.approx((112.01, 27.71), abs=1e-8)


def test_streets_come_from_lines(utility: Path) -> None:
    line = shapely.LineString([(112.002, 27.71), (112.018, 27.71)])
    columns = {"code": ["S1"], "name": ["书院路"], "county": ["东河县"], "township": ["柳林镇"], "aliases": [""]}
    numbers = {"first_no": [1], "last_no": [88]}
    write_layer(utility / "streets.shp", "streets", [line], {**columns, **numbers}, "EPSG:4490", encoding="GBK")
    write_manifest(utility, {"streets": {"file": "streets.shp", "crs": "EPSG:4490"}})
    [street] = strict(layers.read_streets(folder_at(utility)))
    assert (street.name, street.last_no, [at.lon for at in street.line]) == ("书院路", 88, [112.002, 112.018])


def test_roads_come_from_lines_and_meet_where_both_have_a_corner(utility: Path) -> None:
    """Two roads that share a corner, and a bridge over one of them that does not."""
    lines = [
        shapely.LineString([(112.0, 27.71), (112.01, 27.71), (112.02, 27.71)]),
        shapely.LineString([(112.01, 27.71), (112.01, 27.72)]),
        shapely.LineString([(112.015, 27.70), (112.015, 27.72)]),
    ]
    columns = {"class": ["tertiary", "residential", "primary"], "oneway": ["0", "0", "1"]}
    write_layer(utility / "roads.gpkg", "roads", projected(lines), columns, "EPSG:4546")
    write_manifest(
        utility, {"road_nodes": None, "road_edges": None, "roads": {"file": "roads.gpkg", "crs": "EPSG:4546"}}
    )
    nodes, edges = layers.roads_of(folder_at(utility))
    assert (len(nodes), len(edges)) == (6, 4)
    at = {n.node: n.at for n in nodes}
    for edge in edges:
        assert edge.metres == pytest.approx(metres_between(at[edge.start], at[edge.end]), rel=0.01)
    assert [e.road_class.value for e in edges] == ["tertiary", "tertiary", "residential", "primary"]
    assert [e.oneway for e in edges] == [False, False, False, True]


def test_a_name_that_is_listed_twice_is_refused(utility: Path) -> None:
    text = (utility / "manifest.toml").read_text(encoding="utf-8")
    (utility / "manifest.toml").write_text(text + '\n[[layers]]\nname = "areas"\nfile = "more.gpkg"\n')
    with pytest.raises(ValueError, match="lists areas twice"):
        folder_at(utility)


def test_a_self_crossing_district_is_told_with_its_feature_and_place(utility: Path) -> None:
    bow_tie = shapely.Polygon([(112.0, 27.7), (112.02, 27.72), (112.02, 27.7), (112.0, 27.72)])
    assert not bow_tie.is_valid
    assert box(0, 0, 1, 1)[0] == [112.0, 27.7]
    write_utility(utility)
    write_areas(utility, {"A1": bow_tie})
    write_manifest(utility)
    [sentence] = [s for s in blocking(utility) if "not valid" in s]
    assert sentence.startswith("net.gpkg (districts) feature 1: the outline of A1 is not valid at 112.01")


def test_accounts_are_customers_of_ours_whatever_the_file_is_called(utility: Path) -> None:
    folder = folder_at(utility)
    assert folder.label(ACCOUNTS) == "customers.csv"
    assert [a.account_no for a in strict(layers.read_accounts(folder))] == ["1001", "1002"]


def test_the_manifest_in_the_documentation_is_read_as_it_stands(utility: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "deploying.md").read_text(encoding="utf-8")
    own = text.partition("## Your own layers\n")[2]
    manifest = own.partition("```toml\n")[2].partition("```")[0]
    folder = folder_of({"manifest.toml": manifest.encode()})
    assert list(folder.layers) == [AREAS, ACCOUNTS]
    areas, accounts = folder.layers.values()
    assert (areas.label, areas.crs, areas.columns["code"]) == ("network.gpkg (DISTRICTS)", "EPSG:4547", "DISTRICT_ID")
    assert set(areas.values["area_class"].values()) == {"urban", "rural", "remote"}
    assert (accounts.encoding, accounts.values["no_night_calls"]) == ("GBK", {"": "0"})
    named = {word for line in own.splitlines() if line.startswith("| `") for word in line.split("`")[1::2]}
    assert {*BY_NAME} - named == {"road_nodes", "road_edges", "crew_people"}


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 4096, b"SQLite format 3\x00garbage", b"{}", b"a,b\n1\n", b"\xff\xfe"]
)
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".json", ".csv", ".zip"])
def test_a_file_of_rubbish_is_told_and_nothing_falls_over(utility: Path, suffix: str, content: bytes) -> None:
    (utility / f"broken{suffix}").write_bytes(content)
    for name in ("areas", "accounts", "feeders"):
        entry = {"file": f"broken{suffix}", "crs": "EPSG:4326"}
        write_manifest(utility, {name: entry})
        assert any(s.startswith(f"broken{suffix}") for s in blocking(utility))


@pytest.mark.parametrize("lacking", [".shx", ".dbf", ".prj"])
def test_a_shapefile_that_lacks_a_part(utility: Path, lacking: str) -> None:
    """Without .prj it says nothing of its crs, and the manifest holds; without .dbf there are no names."""
    (utility / f"counties{lacking}").unlink()
    write_manifest(utility)
    found = [s for s in blocking(utility) if s.startswith("counties.shp")]
    assert (found == []) == (lacking == ".prj"), found


def test_a_layer_without_features_is_an_empty_layer(utility: Path) -> None:
    columns = {"DISTRICT_ID": ["A"], "NAME": ["A"], "CLASS": ["城区"], "TOWNSHIP": ["A"], "COUNTY": ["A"]}
    write_layer(utility / "empty.gpkg", "districts", [shapely.box(0, 0, 1, 1)], columns, "EPSG:4546")
    import sqlite3

    with sqlite3.connect(utility / "empty.gpkg") as db:
        db.execute("DROP TRIGGER IF EXISTS trigger_delete_feature_count_districts")
        db.execute("PRAGMA trusted_schema = 1")
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        db.execute("DELETE FROM districts")
    write_manifest(utility, changed("areas", file="empty.gpkg"))
    assert strict(layers.read_areas(folder_at(utility))) == []
    assert "empty.gpkg (districts) holds nothing." in blocking(utility)
