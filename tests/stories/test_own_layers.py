"""A utility brings its own layers while its desk works: they are checked, mended, previewed and loaded.

A GeoPackage on a projection of CGCS2000 and a Shapefile in GBK take the place of the town's own files; the border
between the built-up column and the fields lies a kilometre further east in them.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from tests.gis.utility_files import PROJECTED, entry_text, projected, write_layer
from tests.guards.servers import Line, Relight, prepare, serving, sign_in, verdict_of_verify
from tests.town import ACCOUNTS, CREWS, NORTH, RIDGE, ROAD, SOUTH, TRANSFORMERS, URBAN_TO_RURAL, write_layers

MOVED_TO = URBAN_TO_RURAL + 0.01
BETWEEN = URBAN_TO_RURAL + 0.005  # rural by the old map, urban by the new one
CLASSES = {"urban": "城区", "rural": "农村", "remote": "偏远"}
TAKEN_UP_WITHIN_S = 30


@dataclass
class Desk:
    """A running server, and the administrator's command line beside it."""

    address: str
    folder: Path
    line: Line

    def relight(self, *words: str, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RELIGHT_", "LC_", "LANG"))}
        environment |= {"RELIGHT_DATABASE_URL": self.address, "RELIGHT_DATA_DIR": str(self.folder), "LANG": language}
        command = [sys.executable, "-m", "dispatch_server", *words]
        return subprocess.run(
            command, env={**environment, "PYTHONUTF8": "1"}, capture_output=True, text=True, check=False
        )

    def call_at(self, lon: float, lat: float = ROAD) -> dict[str, Any]:
        body = {"channel": "hotline", "lon": lon, "lat": lat, "crs": "EPSG:4326"}
        answer = self.line.ask("POST", "/calls", body)
        assert answer is not None and answer.status_code == 201, answer and answer.text
        return dict(answer.json())

    def outage(self, filed: dict[str, Any]) -> dict[str, Any]:
        answer = self.line.ask("GET", f"/outages/{filed['outage']['id']}")
        assert answer is not None and answer.status_code == 200
        found = answer.json()
        return dict(found.get("outage", found))

    def wait_for_class(self, lon: float, area_class: str) -> None:
        """Servers take a new map up by themselves; a lookup writes nothing."""
        until = time.monotonic() + TAKEN_UP_WITHIN_S
        while time.monotonic() < until:
            answer = self.line.ask("GET", "/areas")
            assert answer is not None
            if _class_at(answer.json(), lon) == area_class:
                return
            time.sleep(0.2)
        raise AssertionError(f"no server took up the new map within {TAKEN_UP_WITHIN_S} s")


def _class_at(areas: dict[str, Any], lon: float) -> str:
    point = shapely.Point(lon, ROAD)
    shapes = [(f["properties"]["area_class"], shapely.geometry.shape(f["geometry"])) for f in areas["features"]]
    return next(str(area_class) for area_class, shape in shapes if shape.covers(point))


@pytest.fixture
def desk(address: str, tmp_path: Path) -> Iterator[Desk]:
    prepare(address, tmp_path)
    with serving(address, tmp_path) as server, Line(server.url, _token(server)) as line:
        yield Desk(address, tmp_path, line)
    verdict_of_verify(address, tmp_path)


def _token(server: Relight) -> str:
    return sign_in(server.url, "dispatcher")


class Utility:
    """The folder that the utility's map room hands over."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_layers(folder)
        self.areas = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))["features"]
        self.counties = json.loads((folder / "counties.geojson").read_text(encoding="utf-8"))["features"]
        (folder / "areas.geojson").unlink()
        (folder / "counties.geojson").unlink()

    def give(self, *, crossing: bool, with_cpg: bool) -> None:
        """`crossing`: a corner was drawn wrongly, so that the outline of the fields crosses itself."""
        outlines = []
        for feature in self.areas:
            west, _, east, _ = shapely.geometry.shape(feature["geometry"]).bounds
            west, east = (MOVED_TO if lon == URBAN_TO_RURAL else lon for lon in (west, east))
            corners = [(west, SOUTH), (east, SOUTH), (east, NORTH), (west, NORTH)]
            if crossing and feature["properties"]["code"] == "A-R":
                corners[2], corners[3] = corners[3], corners[2]
            outlines.append(shapely.Polygon(corners))
        said = [feature["properties"] for feature in self.areas]
        columns = {"ID": [a["code"] for a in said], "LEVEL": [CLASSES[a["area_class"]] for a in said]}
        columns |= {name: [a[name] for a in said] for name in ("name", "township", "county")}
        write_layer(self.folder / "net.gpkg", "districts", projected(outlines), columns, PROJECTED)
        counties = [shapely.geometry.shape(c["geometry"]) for c in self.counties]
        names = {n: [c["properties"][n] for c in self.counties] for n in ("code", "name")}
        write_layer(self.folder / "counties.shp", "counties", counties, names, "EPSG:4490", encoding="GBK")
        if not with_cpg:
            (self.folder / "counties.cpg").unlink()
        self._write_manifest()

    def _write_manifest(self) -> None:
        plain = sorted(path.name for path in self.folder.glob("*.csv"))
        meanings = {said: ours for ours, said in CLASSES.items()}
        entries: dict[str, dict[str, Any]] = {
            "areas": {
                "file": "net.gpkg",
                "layer": "districts",
                "crs": PROJECTED,
                "columns": {"code": "ID", "area_class": "LEVEL"},
                "values": {"area_class": meanings},
            },
            "counties": {"file": "counties.shp", "crs": "EPSG:4490"},
            **{name.partition(".")[0]: {"file": name, "crs": "EPSG:4326"} for name in plain},
        }
        text = "\n".join(entry_text(self.folder, name, entry) for name, entry in entries.items())
        (self.folder / "manifest.toml").write_text(text, encoding="utf-8")


def test_layers_are_checked_mended_previewed_and_loaded_while_the_desk_works(desk: Desk, tmp_path: Path) -> None:
    between, far = desk.call_at(BETWEEN), desk.call_at(RIDGE.lon)
    assert (between["outage"]["area_class"], far["outage"]["area_class"]) == ("rural", "remote")

    # It comes with two mistakes, each told where it is and what to do; it cannot be loaded, and nothing changes.
    utility = Utility(tmp_path / "own")
    utility.give(crossing=True, with_cpg=False)
    checked = desk.relight("gis", "check", str(utility.folder))
    assert checked.returncode == 1
    assert "net.gpkg (districts) feature 2: the outline of A-R is not valid at 112.0" in checked.stdout
    assert 'counties.shp does not say how its text is written (there is no .cpg file); add encoding = "GBK"' in (
        checked.stdout
    )
    in_chinese = desk.relight("gis", "check", str(utility.folder), language="zh_CN.UTF-8").stdout
    assert "net.gpkg (districts) 要素 2：A-R 的轮廓在 112.0" in in_chinese
    assert "counties.shp 未说明文字编码" in in_chinese
    refused = desk.relight("gis", "load", str(utility.folder))
    assert (refused.returncode, refused.stdout.splitlines()[-1]) == (1, "Nothing was loaded.")

    # Mended, it is sound; the preview says what a load would change, and changes nothing.
    utility.give(crossing=False, with_cpg=True)
    checked = desk.relight("gis", "check", str(utility.folder))
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "Nothing is wrong with it."), checked.stdout
    previewed = desk.relight("gis", "load", "--preview", str(utility.folder)).stdout
    for sentence in (
        "Areas: 0 added, 0 removed, 2 reshaped, 0 of another class, 0 renamed.",
        "1 open and past calls would change class, 1 of them open; 1 would lie in another area. "
        "2 calls with a place were looked at.",
        "Calls from rural to urban: 1.",
        "1 of 2 open outages would get another target if their calls were placed anew: 1 an earlier one, "
        "0 a later one.",
        "Of the accounts, 0 are new, 0 changed, 0 not in this folder; these stay.",
    ):
        assert sentence in previewed.splitlines(), previewed
    assert len(desk.relight("gis", "versions").stdout.splitlines()) == 2

    # It is loaded while calls come in, and the running server takes it up.
    with calls_coming_in(desk) as filed:
        loaded = desk.relight("gis", "load", str(utility.folder))
        assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        desk.wait_for_class(BETWEEN, "urban")
    assert len(filed) >= 2
    assert {one["place"]["area"]["code"] for one in filed} <= {"A-R", "A-U"}
    history = desk.relight("gis", "versions").stdout.splitlines()
    assert len(history) == 3 and history[-1] == "The last one is in force."
    held = f"3 areas, {len(CREWS)} crews, {len(TRANSFORMERS)} transformers, {len(ACCOUNTS)} accounts."
    assert history[1].endswith(f"loaded by command_line: {held}")

    # A new call lies in the built-up column; yesterday's keeps its area and its clock until its pin is moved.
    assert desk.call_at(BETWEEN)["place"]["area"]["area_class"] == "urban"
    kept = desk.outage(between)
    assert (kept["area_class"], kept["arrive_by"]) == ("rural", between["outage"]["arrive_by"])
    body = {"lon": BETWEEN, "lat": ROAD, "crs": "EPSG:4326"}
    moved = desk.line.ask("POST", f"/calls/{between['call']['id']}/place", body)
    assert moved is not None and moved.status_code in (200, 201), moved and moved.text
    placed_anew = desk.outage(between)
    assert placed_anew["area_class"] == "urban" and placed_anew["arrive_by"] < between["outage"]["arrive_by"]


class calls_coming_in:  # noqa: N801 - reads as what happens meanwhile
    """Calls from the strip that changes hands, one after the other, until the end of the block."""

    def __init__(self, desk: Desk) -> None:
        self._desk = replace(desk, line=Line(desk.line.url, desk.line.token))
        self._filed: list[dict[str, Any]] = []
        self._failed: list[BaseException] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._file)

    def __enter__(self) -> list[dict[str, Any]]:
        self._thread.start()
        return self._filed

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._desk.line.client.close()
        assert self._failed == []

    def _file(self) -> None:
        try:
            while not self._over.wait(0.1):
                self._filed.append(self._desk.call_at(BETWEEN, ROAD + 0.01))
        except BaseException as error:
            self._failed.append(error)
