"""Layers that nobody would write on purpose: each is told in a sentence, and nothing falls over."""

from pathlib import Path
from typing import Any

import pytest

from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import folder_at
from tests.gis.small_map import a_folder, text_files
from tests.gis.utility_files import ENTRIES, write_manifest, write_utility

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
    assert any(flaw.startswith(sentence) for flaw in told({file: text}))


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
