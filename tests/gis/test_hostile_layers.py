"""Layers that nobody would write on purpose: each is told in a sentence, and nothing falls over."""

import json
import os
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import folder_at, folder_of
from dispatch_server.protocol.sentences import in_chinese
from tests.gis.small_map import (
    a_folder,
    area_features,
    box,
    collection,
    feature,
    files,
    manifest,
    ring_of,
    text_files,
    write,
)
from tests.gis.utility_files import ENTRIES, write_areas, write_manifest, write_utility

DEEP = '{"features":' + "[" * 200_000
LONG = "a" * 200_000


def told(changes: dict[str, str | None]) -> list[str]:
    return [flaw.sentence for flaw in check(a_folder(changes)) if flaw.blocks]


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("areas.geojson", DEEP, "areas.geojson is not a GeoJSON FeatureCollection."),
        ("feeders.csv", f"{LONG}\n", "feeders.csv line 1: field larger than field limit (131072)."),
        (
            "feeders.csv",
            text_files()["feeders.csv"] + "F\x009,n,s,10\n",
            "feeders.csv line 4: it holds a character that is not text.",
        ),
        (
            "areas.geojson",
            text_files()["areas.geojson"].replace("柳林社区", "柳\\u0000林"),
            "areas.geojson feature 1: name holds a character that is not text.",
        ),
        (
            "areas.geojson",
            text_files()["areas.geojson"].replace("柳林社区", "柳\\ud800林"),
            "areas.geojson feature 1: name holds a character that is not text.",
        ),
    ],
)
def test_a_file_of_ours_is_told(file: str, text: str, sentence: str) -> None:
    assert_said(sentence, told({file: text}))


def assert_said(sentence: str, flaws: Sequence[str]) -> None:
    """In both languages."""
    [found, *_] = [flaw for flaw in flaws if flaw.startswith(sentence)] or [f"not said, but {flaws}"]
    assert found.startswith(sentence), found
    assert in_chinese(found) != found


# Outlines


def with_first(ring: Any) -> dict[str, str | None]:
    """The first area with these coordinates; JSON as Python writes it, NaN and all."""
    features = area_features()
    features[0]["geometry"]["coordinates"] = ring
    return {"areas.geojson": json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)}


OFF_THE_GLOBE = "areas.geojson feature 1: its outline is empty or leaves the globe"
NO_OUTLINE = "areas.geojson feature 1: its geometry is not a Polygon or MultiPolygon with closed rings."
RING = ring_of("A1")


@pytest.mark.parametrize(
    ("rings", "sentence"),
    [
        ([[[float("nan"), 27.7], *RING[1:]]], OFF_THE_GLOBE),
        ([[RING[0], [float("nan"), float("nan")], *RING[2:]]], OFF_THE_GLOBE),
        ([[RING[0], [112.02, float("inf")], *RING[2:]]], OFF_THE_GLOBE),
        ([[RING[0], [1e308, -1e308], *RING[2:]]], OFF_THE_GLOBE),
        ([[RING[0], [10**400, 27.7], *RING[2:]]], NO_OUTLINE),
        ([], NO_OUTLINE),
        ([[]], NO_OUTLINE),
        ([RING[:2]], NO_OUTLINE),
        ([[[112.0]] * 5], NO_OUTLINE),
        ([["x"] * 5], NO_OUTLINE),
        ([[[112.0, 27.7]] * 5], "areas.geojson feature 1: the outline of A1 is not valid"),
        (
            [[*RING[:2], [112.03, 27.72], RING[1], *RING[2:]]],
            "areas.geojson feature 1: the outline of A1 is not valid at 112.02",
        ),
        (
            [[RING[0], RING[2], RING[1], RING[3], RING[0]]],
            "areas.geojson feature 1: the outline of A1 is not valid at 112.01",
        ),
        (
            [[[179.9, 27.7], [-179.9, 27.7], [-179.9, 27.8], [179.9, 27.8], [179.9, 27.7]]],
            "areas.geojson feature 1: its outline reaches around half of the globe",
        ),
    ],
)
def test_an_outline_that_is_none_is_told_where_it_stands(rings: Any, sentence: str) -> None:
    assert_said(sentence, told(with_first(rings)))


def test_an_area_on_both_sides_of_the_180th_meridian_is_told_too() -> None:
    features = area_features()
    sides = [[[[west, 27.7], [west + 0.1, 27.7], [west + 0.1, 27.8], [west, 27.7]]] for west in (179.9, -180.0)]
    features[0]["geometry"] = {"type": "MultiPolygon", "coordinates": sides}
    assert_said(
        "areas.geojson feature 1: its outline reaches around half of the globe",
        told({"areas.geojson": collection(features)}),
    )


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e308, -1e308])
def test_no_datum_makes_a_position_of_what_is_none(crs: str, odd: float) -> None:
    for ring in ([RING[0], [odd, 27.7], *RING[2:]], [[odd, 27.7], *RING[1:-1]], [*RING[:-1], [112.0, odd]]):
        folder = a_folder(with_first([ring]), {"areas.geojson": crs})
        assert_said(OFF_THE_GLOBE, [flaw.sentence for flaw in check(folder) if flaw.blocks])


def test_a_sliver_and_a_self_touching_ring_are_told_with_their_place() -> None:
    sliver = with_first([[*RING[:1], [112.020001, 27.7], [112.020001, 27.72], *RING[3:]]])
    notes = [flaw.sentence for flaw in check(a_folder(sliver)) if not flaw.blocks]
    assert any("both cover" in s and "a sliver 0.1 m wide" in s for s in notes)
    touching = with_first([[RING[0], RING[1], RING[2], [112.01, 27.7], RING[3], RING[0]]])
    assert_said("areas.geojson feature 1: the outline of A1 is not valid", told(touching))


def many_areas(count: int, ring: Any) -> dict[str, str | None]:
    said = {"area_class": "rural", "township": "柳林镇", "county": "东河县"}
    known = area_features()
    more = [feature(ring(n), code=f"B{n:06d}", name=f"{n}村", **said) for n in range(count)]
    return {"areas.geojson": collection([*known, *more])}


def test_a_heap_of_areas_is_told_before_it_eats_the_memory() -> None:
    """Two thousand times the same: two million pairs, and a grid of a gigabyte; of more there would be more."""
    folder = a_folder(many_areas(2_000, lambda _: box(0, 0, 3, 2)))
    tracemalloc.start()
    flaws = [flaw.sentence for flaw in check(folder) if flaw.blocks]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_said("areas.geojson: more than 21,060 pairs of areas cover the same ground", flaws)
    assert most < 300_000_000


def test_a_few_areas_that_stand_there_twice_are_told_one_by_one() -> None:
    notes = [f.sentence for f in check(a_folder(many_areas(3, lambda _: ring_of("A1")))) if not f.blocks]
    assert any(
        s.startswith("areas.geojson feature 1 and feature 7: A1 柳林社区 and B000000 0村 both cover") for s in notes
    )


# Rows


HEAD, FIRST, *_ = text_files()["accounts.csv"].splitlines()


def account(**changes: str) -> dict[str, str | None]:
    values = dict(zip(HEAD.split(","), FIRST.split(","), strict=True)) | {"account_no": "1009"} | changes
    return {"accounts.csv": text_files()["accounts.csv"] + ",".join(values.values()) + "\r\n"}


@pytest.mark.parametrize("lon", ["nan", "inf", "-inf", "1e308", "1e999", "112..0", "180.0001", "9" * 100_000])
def test_a_longitude_that_is_none_is_told_briefly(lon: str) -> None:
    flaws = told(account(lon=lon))
    assert_said("accounts.csv line 4: lon must be a number from -180 to 180, not '", flaws)
    assert max(map(len, flaws)) < 300


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        (
            "gazetteer.csv",
            "V9,某村,village,柳林镇,东河县,112,27.71,1e308,A1,",
            "radius_m must be a number from 0 to",
        ),
        ("road_edges.csv", "1,2,1e300,tertiary,0", "metres must be a number from 0 to 1,000,000"),
        ("crews.csv", "K9,x,x,x,D1,lv,1e18,van,0", "people must be a number from 1 to 1,000,000"),
        ("transformers.csv", "T9,x,F1,A1,112.01,27.71,9999999999", "customers must be a number from 0 to 1,000,000"),
        ("transformers.csv", f"{'T' * 3_000},x,F1,A1,112.01,27.71,9", "code has 3,000 characters; 500 are the most"),
        ("shifts.csv", f"K1,1,{'9' * 5_000}:00,20:00", "starts has 5,003 characters; 500 are the most"),
    ],
)
def test_what_the_store_could_not_hold_is_told(file: str, line: str, sentence: str) -> None:
    rows = text_files()[file]
    flaws = told({file: rows + line + "\r\n"})
    assert_said(f"{file} line {len(rows.splitlines()) + 1}: {sentence}", flaws)


def test_a_name_without_end_is_told() -> None:
    features = area_features()
    features[2]["properties"]["name"] = "长" * 100_000
    assert_said(
        "areas.geojson feature 3: name has 100,000 characters; 500 are the most that is kept.",
        told({"areas.geojson": collection(features)}),
    )


def test_a_column_that_stands_there_twice_is_told_and_one_that_nobody_reads_is_not() -> None:
    twice = text_files()["feeders.csv"].replace("substation,voltage_kv", "code,voltage_kv")
    assert_said(
        "feeders.csv names the column code twice in its first line; one of them must go.", told({"feeders.csv": twice})
    )
    beside = "\r\n".join(f"{line},x,x" for line in text_files()["feeders.csv"].splitlines()) + "\r\n"
    assert told({"feeders.csv": beside}) == []


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n", "\r"),
        lambda text: text.replace("\r\n", "\n", 1),
        lambda text: f"\ufeff{text}",
        lambda text: text + "\r\n\r\n",
        lambda text: text.removesuffix("\r\n"),
    ],
    ids=["LF", "CR", "mixed", "BOM", "empty lines at the end", "no end of the last line"],
)
def test_however_lines_end_the_same_is_read(rewritten: Any) -> None:
    texts = {name: rewritten(text) for name, text in text_files().items() if name.endswith(".csv")}
    assert check(a_folder(texts)) == []


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-32"])
@pytest.mark.parametrize("file", ["gazetteer.csv", "areas.geojson", "manifest.toml"])
def test_another_encoding_is_told(file: str, encoding: str) -> None:
    contents = files()
    written = contents[file].decode().replace("made for the tests", "供电公司").encode(encoding)
    if file == "manifest.toml":
        with pytest.raises(BadInput, match=r"manifest\.toml is not valid TOML"):
            folder_of({**contents, file: written})
        return
    changed = {name: written if name == file else content for name, content in contents.items() if name != MANIFEST}
    folder = folder_of({**changed, MANIFEST: manifest(changed, {}).encode()})
    assert_said(f"{file} is not UTF-8 (byte ", [flaw.sentence for flaw in check(folder) if flaw.blocks])


MANIFEST = "manifest.toml"


def test_a_manifest_without_bottom_is_told() -> None:
    with pytest.raises(BadInput, match=r"manifest\.toml is not valid TOML"):
        folder_of({**files(), MANIFEST: b"layers = " + b"[" * 100_000})


# The folder


@pytest.mark.parametrize("file", ["accounts.csv", "areas.geojson", MANIFEST])
def test_a_link_out_of_the_folder_is_not_followed(file: str, tmp_path: Path) -> None:
    directory, elsewhere = write(tmp_path / "map"), tmp_path / "elsewhere"
    (directory / file).rename(elsewhere)
    (directory / file).symlink_to(elsewhere)
    with pytest.raises(BadInput) as refused:
        folder_at(directory)
    assert_said(f"{file} is a link that leads out of the folder; copy the file itself into it.", [str(refused.value)])


def test_a_link_within_the_folder_is_followed_and_so_is_one_to_the_folder(tmp_path: Path) -> None:
    directory = write(tmp_path / "map")
    (directory / "accounts.csv").rename(directory / "accounts-2026.csv")
    (directory / "accounts.csv").symlink_to("accounts-2026.csv")
    (tmp_path / "current").symlink_to(directory)
    assert check(folder_at(tmp_path / "current")) == []


def test_a_file_that_no_memory_holds_is_told_before_it_is_read(tmp_path: Path) -> None:
    directory = write(tmp_path / "map")
    os.truncate(directory / "accounts.csv", 10**12)
    with pytest.raises(BadInput) as refused:
        folder_at(directory)
    assert_said("accounts.csv has 1,000,000,000,000 bytes; a file may have up to 1,073,741,824.", [str(refused.value)])


@pytest.fixture(scope="module")
def utility(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_utility(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize(
    ("changes", "content", "sentence"),
    [
        ({"file": "a\0b.csv"}, None, "manifest.toml names the file 'a\\x00b.csv'; a file's name has only characters"),
        ({"encoding": "undefined"}, None, "customers.csv is not written in undefined; add encoding"),
        ({"encoding": "a\0b"}, None, "customers.csv is not written in a\0b; add encoding"),
        ({"file": "odd.csv"}, f"{LONG}\n", "odd.csv line 1: field larger than field limit (131072)."),
    ],
)
def test_a_register_of_theirs_is_told(
    utility: Path, changes: dict[str, Any], content: str | None, sentence: str
) -> None:
    assert_told(utility, "accounts", changes, content, sentence)


@pytest.mark.parametrize("content", [DEEP, '{"features":[{"properties":[1,2],"geometry":{"type":"Polygon"}}, 5]}'])
def test_outlines_of_theirs_are_told(utility: Path, content: str) -> None:
    assert_told(utility, "counties", {"file": "odd.geojson", "columns": {}}, content, "odd.geojson")


def assert_told(utility: Path, layer: str, changes: dict[str, Any], content: str | None, sentence: str) -> None:
    if content is not None:
        (utility / changes["file"]).write_text(content, encoding="utf-8")
    write_manifest(utility, {layer: {**ENTRIES[layer], **changes}})
    assert any(flaw.sentence.startswith(sentence) for flaw in check(folder_at(utility)) if flaw.blocks)


VRT = """<OGRVRTDataSource><OGRVRTLayer name="districts"><SrcDataSource>{source}</SrcDataSource>
<SrcLayer>{layer}</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_a_list_of_other_files_and_addresses_is_no_layer(suffix: str, utility: Path, tmp_path: Path) -> None:
    """GDAL would read it by what it holds, whatever it is called, and fetch what it names."""
    secret = tmp_path / "secret.csv"
    secret.write_text("code,name\nthe key,of the house\n", encoding="utf-8")
    content = VRT.format(source=secret, layer="secret")
    changes = {"file": f"odd{suffix}", "layer": "districts", "columns": {}}
    called = "GeoPackage" if suffix == ".gpkg" else "Shapefile"
    assert_told(utility, "counties", changes, content, f"odd{suffix} is no {called}, whatever its name says; export")


def test_the_rest_of_a_shapefile_must_lie_in_the_folder_too(utility: Path, tmp_path: Path) -> None:
    (utility / "counties.dbf").rename(tmp_path / "counties.dbf")
    (utility / "counties.dbf").symlink_to(tmp_path / "counties.dbf")
    try:
        assert_told(utility, "counties", {}, None, "counties.dbf is a link that leads out of the folder")
    finally:
        (tmp_path / "counties.dbf").replace(utility / "counties.dbf")


@pytest.mark.parametrize("name", ["count[1]*.shp", "a?.shp"])
def test_the_checksum_of_a_shapefile_covers_its_parts_whatever_it_is_called(name: str, utility: Path) -> None:
    for part in list(utility.glob("counties.*")):
        (utility / name).with_suffix(part.suffix).write_bytes(part.read_bytes())
    write_manifest(utility, {"counties": {**ENTRIES["counties"], "file": name}})
    assert [flaw.sentence for flaw in check(folder_at(utility)) if flaw.blocks] == []
    table_of = (utility / name).with_suffix(".dbf")
    table_of.write_bytes(table_of.read_bytes().replace(b"2", b"3", 1))
    assert any(f.sentence.startswith(f"{name} is not the file manifest.toml") for f in check(folder_at(utility)))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e308])
def test_positions_of_theirs_that_are_none_are_told(odd: float, tmp_path: Path) -> None:
    directory = write_utility(tmp_path)
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon([(112.0, 27.7), (112.02, 27.7), (odd, 27.72), (112.0, 27.72)])
        write_areas(directory, {"A1": shape})
    write_manifest(directory)
    flaws = [flaw.sentence for flaw in check(folder_at(directory)) if flaw.blocks]
    assert any(s.startswith("net.gpkg (districts)") for s in flaws), flaws


def test_outlines_in_words_that_are_none_are_told_one_by_one(utility: Path) -> None:
    deep = "GEOMETRYCOLLECTION(" * 2_000 + "POINT(1 1)" + ")" * 2_000
    odd = ("POLYGON((nan nan, 1 1, 2 2, nan nan))", "POLYGON((0 0, 1e400 1, 1 1, 0 0))", "POLYGON", "POINT(1 1)", deep)
    rows = [f'{n},county {n},"{wkt}"\n' for n, wkt in enumerate(odd)]
    (utility / "odd.csv").write_text("code,name,wkt\n" + "".join(rows), encoding="utf-8")
    write_manifest(utility, {"counties": {"file": "odd.csv", "crs": "EPSG:4326"}})
    flaws = [flaw.sentence for flaw in check(folder_at(utility)) if flaw.blocks]
    assert [s[: len("odd.csv line 2")] for s in flaws] == [f"odd.csv line {n}" for n in range(2, 7)]


def test_one_file_may_be_two_layers_but_no_layer_is_two_files(utility: Path) -> None:
    text = (write_manifest(utility) / MANIFEST).read_text(encoding="utf-8")
    (utility / MANIFEST).write_text(f"{text}\n{text}", encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        folder_at(utility)
    assert_said("manifest.toml lists areas twice, as layer", [str(refused.value)])


def test_ten_thousand_areas_are_checked_in_seconds() -> None:
    """A hundred thousand took 18 s when this was written; ten thousand here, for the sake of everybody's time."""
    side = 100

    def ring(n: int) -> list[list[float]]:
        west, south = 113.0 + n % side * 0.01, 25.0 + n // side * 0.01
        corners = [(0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01), (0, 0)]
        return [[round(west + x, 6), round(south + y, 6)] for x, y in corners]

    folder = a_folder(many_areas(side * side, ring))
    began = time.process_time()
    assert [flaw.sentence for flaw in check(folder) if flaw.blocks] == []
    assert time.process_time() - began < 20
