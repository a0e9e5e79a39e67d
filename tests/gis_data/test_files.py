"""The folder as a whole: what the manifest promises, and what the importer says to it."""

import hashlib
import re
import tomllib
from collections import Counter

import pytest

from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import OPTIONAL, REQUIRED, WITH_POSITIONS, folder_at
from tests.gis_data.shipped import LOUDI, rows

MANIFEST = tomllib.loads((LOUDI / "manifest.toml").read_text(encoding="utf-8"))["layers"]
BY_FILE = {layer["file"]: layer for layer in MANIFEST}
CODES = {
    "gazetteer.csv": "code",
    "feeders.csv": "code",
    "transformers.csv": "code",
    "accounts.csv": "account_no",
    "depots.csv": "code",
    "crews.csv": "code",
    "road_nodes.csv": "node",
    "streets.csv": "code",
    "landmarks.csv": "code",
    "poles.csv": "code",
}


@pytest.mark.parametrize("file", sorted(BY_FILE))
def test_a_file_has_the_checksum_its_manifest_states(file: str) -> None:
    assert hashlib.sha256((LOUDI / file).read_bytes()).hexdigest() == BY_FILE[file]["sha256"]


def test_every_layer_is_there_and_nothing_else() -> None:
    assert set(REQUIRED) <= set(BY_FILE) <= {*REQUIRED, *OPTIONAL}
    assert {path.name for path in LOUDI.iterdir()} == {*BY_FILE, "manifest.toml"}


def test_positions_state_their_datum_and_every_layer_its_origin() -> None:
    assert {file for file, layer in BY_FILE.items() if layer.get("crs") == "EPSG:4326"} == (
        set(WITH_POSITIONS) & set(BY_FILE)
    )
    assert all(layer["source"] and layer["licence"] for layer in MANIFEST)
    assert [file for file, layer in BY_FILE.items() if not layer["invented"]] == ["counties.geojson"]


def test_the_importer_finds_nothing_wrong() -> None:
    assert check(folder_at(LOUDI)) == []


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in LOUDI.iterdir()) < 25_000_000


@pytest.mark.parametrize(("file", "key"), CODES.items())
def test_no_code_stands_twice(file: str, key: str) -> None:
    codes = [row[key] for row in rows(file)]
    assert len(codes) == len(set(codes))


def test_positions_are_written_to_six_decimals() -> None:
    text = (LOUDI / "areas.geojson").read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{7}", text)


@pytest.mark.parametrize(
    "file",
    [
        *("feeders.csv", "transformers.csv", "accounts.csv", "crew_people.csv", "road_nodes.csv", "road_edges.csv"),
        *("streets.csv", "landmarks.csv", "poles.csv"),
    ],
)
def test_the_readme_counts_the_rows_as_they_are(file: str) -> None:
    said = (LOUDI.parent / "README.md").read_text(encoding="utf-8")
    [line] = [line for line in said.splitlines() if line.startswith("|") and f"`{file}`" in line]
    assert f"{len(rows(file)):,}" in line


def test_the_readme_counts_former_names() -> None:
    said = (LOUDI.parent / "README.md").read_text(encoding="utf-8")
    former = Counter(row["kind"] for row in rows("gazetteer.csv") if row["former"])
    assert f"{former['township']} 个改名乡镇和 {former['village']} 个改名村" in said
