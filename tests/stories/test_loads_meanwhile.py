"""New versions of the map while calls come in: every call keeps the map that it was placed by, and none waits for it.

On SQLite with one server, on PostgreSQL with two; a load that is killed leaves the old map whole, and of two loads at
once one is told of the other.
"""

import hashlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import shapely

from dispatch_server.clock import utc_now
from dispatch_server.protocol.words import Role
from dispatch_server.store.calls import last_place_of_call
from dispatch_server.store.layers import loads, registered
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.store import Store
from tests.guards.servers import Line, prepare, serving, sign_in, verdict_of_verify
from tests.town import EAST, NORTH, RURAL_TO_REMOTE, SOUTH, URBAN_TO_RURAL, WEST, write_layers

BORDERS = (URBAN_TO_RURAL, URBAN_TO_RURAL + 0.01, URBAN_TO_RURAL + 0.02)  # one for each version of the map
LOADS = 5
DESKS = 3
WAITS_MOST_S = 5.0
TAKEN_UP_WITHIN_S = 15
WRITING = "Writing it to the store."
_AREAS = Question("SELECT content FROM layer_files WHERE version = :version AND name = 'areas.geojson'")


@pytest.fixture
def town_at(address: str, tmp_path: Path) -> str:
    prepare(address, tmp_path)
    return address


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    return [_a_version(tmp_path / f"version{n}", border) for n, border in enumerate(BORDERS)]


def _a_version(folder: Path, border: float, accounts: int = 0) -> Path:
    """The town with its first border elsewhere, and perhaps with many customers more."""
    write_layers(folder)
    areas = (folder / "areas.geojson").read_text(encoding="utf-8")
    _rewrite(folder, "areas.geojson", areas.replace(f"[{URBAN_TO_RURAL}, ", f"[{border}, "))
    if accounts:
        rows = [f"9{n:013d},,T-U1,某用户,,河口镇河口社区{n}号,112.01,27.72,0,household,0" for n in range(accounts)]
        known = (folder / "accounts.csv").read_text(encoding="utf-8")
        _rewrite(folder, "accounts.csv", known + "\n".join(rows) + "\n")
    return folder


def _rewrite(folder: Path, file: str, text: str) -> None:
    before = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    (folder / file).write_text(text, encoding="utf-8")
    said = (folder / "manifest.toml").read_text(encoding="utf-8")
    said = said.replace(before, hashlib.sha256(text.encode()).hexdigest())
    (folder / "manifest.toml").write_text(said, encoding="utf-8")


def loading(address: str, folder: Path, version: Path) -> "subprocess.Popen[str]":
    """`relight gis load`, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("RELIGHT_", "LC_", "LANG"))}
    environment |= {"RELIGHT_DATABASE_URL": address, "RELIGHT_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "dispatch_server", "gis", "load", str(version)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@dataclass
class Desk(threading.Thread):
    """Takes calls from all over the town, one after the other, as long as it is open."""

    line: Line
    over: threading.Event
    seed: int
    filed: list[dict[str, Any]] = field(default_factory=list)
    slowest_s: float = 0.0
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        luck = random.Random(self.seed)
        while not self.over.wait(0.02):
            at = {"lon": luck.uniform(WEST, EAST), "lat": luck.uniform(SOUTH, NORTH), "crs": "EPSG:4326"}
            began = time.monotonic()
            answer = self.line.client.post("/calls", json={"channel": "hotline", "category": "enquiry", **at})
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            if answer.status_code == 201:
                self.filed.append(answer.json() | {"at": at})
            else:
                self.failed.append(f"{answer.status_code} {answer.text}")
                return


def test_every_call_keeps_the_map_it_was_placed_by(town_at: str, tmp_path: Path, versions: Sequence[Path]) -> None:
    with ExitStack() as running:
        count = 2 if town_at.startswith("postgresql") else 1
        urls = [running.enter_context(serving(town_at, tmp_path)).url for _ in range(count)]
        token, over = sign_in(urls[0], Role.CALL_TAKER.value), threading.Event()
        lines = [running.enter_context(Line(url, token)) for url in urls]
        desks = [Desk(running.enter_context(Line(urls[n % count], token)), over, n) for n in range(DESKS)]
        for desk in desks:
            desk.start()
        for version in itertools.islice(itertools.cycle([*versions[1:], versions[0]]), LOADS):
            with loading(town_at, tmp_path, version) as load:
                said = load.communicate(timeout=60)[0]
            assert load.returncode == 0, said
            _wait_until_taken_up(lines, version)
        over.set()
        for desk in desks:
            desk.join(timeout=15)
    assert [desk.failed for desk in desks] == [[]] * DESKS
    assert max(desk.slowest_s for desk in desks) < WAITS_MOST_S
    filed = [one for desk in desks for one in desk.filed]
    assert len(filed) > 20 * LOADS
    _require_kept(town_at, filed)
    assert verdict_of_verify(town_at, tmp_path).startswith("Sound")


def _wait_until_taken_up(lines: Sequence[Line], version: Path) -> None:
    wanted = _outlines(json.loads((version / "areas.geojson").read_text(encoding="utf-8")))
    until = time.monotonic() + TAKEN_UP_WITHIN_S
    while not all(_outlines(line.get("/areas")) == wanted for line in lines):
        assert time.monotonic() < until, "a server did not take the map up"
        time.sleep(0.1)


def _outlines(areas: dict[str, Any]) -> dict[str, Any]:
    return {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]).normalize().wkt for f in areas["features"]}


def _require_kept(address: str, filed: Sequence[dict[str, Any]]) -> None:
    """What was answered is what is on record, and is what the version on record says, by a look of another kind."""
    store = open_store(address, utc_now)
    maps: dict[str, dict[str, Any]] = {}
    try:
        for one in filed:
            place = store.read(lambda reading, n=one["call"]["id"]: last_place_of_call(reading, n))
            assert place is not None and place.area is not None
            if place.layers_version not in maps:
                maps[place.layers_version] = _map_of(store, place.layers_version)
            point = shapely.Point(one["at"]["lon"], one["at"]["lat"])
            covering = sorted(code for code, shape in maps[place.layers_version].items() if shape.covers(point))
            assert place.area.code == covering[0] == one["place"]["area"]["code"]
    finally:
        store.close()
    assert len(maps) == len(BORDERS)


def _map_of(store: Store, version: str) -> dict[str, Any]:
    [[content]] = store.read(lambda reading: reading.rows(_AREAS, version=version))
    features = json.loads(bytes(content))["features"]
    return {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in features}


# A power cut in the middle


@pytest.fixture
def store_at(town_at: str) -> Iterator[Store]:
    store = open_store(town_at, utc_now)
    yield store
    store.close()


def held(store: Store) -> tuple[Any, ...]:
    """Everything that a load brings."""

    def all_of_it(reading: Any) -> tuple[Any, ...]:
        tables = {table: sorted(registered(reading, table), key=str) for table in ("crews", "transformers", "accounts")}
        return [load.version for load in loads(reading)], reading.rows(_FILES), reading.rows(_SHIFTS), tables

    return store.read(all_of_it)


_FILES = Question("SELECT version, name, sha256 FROM layer_files ORDER BY version, name")
_SHIFTS = Question("SELECT crew_id, day_of_week, starts_min, ends_min FROM shifts ORDER BY 1, 2, 3")


def test_a_load_that_is_killed_leaves_the_old_map_whole(town_at: str, store_at: Store, tmp_path: Path) -> None:
    """At moments all through the writing; the last one is let live."""
    version = _a_version(tmp_path / "new", BORDERS[1], accounts=40_000)
    before, killed = held(store_at), 0
    for after_s in (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6):
        with loading(town_at, tmp_path, version) as load:
            _wait_for(load, WRITING)
            time.sleep(after_s)
            load.send_signal(signal.SIGKILL)
        found = held(store_at)
        if len(found[0]) > 1:
            break  # it was quicker than the axe
        assert found == before
        killed += 1
    assert killed >= 2
    with loading(town_at, tmp_path, version) as load:
        assert load.wait(timeout=60) == 0
    versions, files, _, tables = held(store_at)
    assert len(tables["accounts"]) == 40_008
    assert len({version for version, *_ in files}) == 2 <= len(versions)


def _wait_for(load: "subprocess.Popen[str]", sentence: str) -> None:
    assert load.stdout is not None
    for line in load.stdout:
        if line.strip() == sentence:
            return
    raise AssertionError(f"it never said {sentence!r}")


def test_of_two_loads_at_once_one_is_told_of_the_other(
    town_at: str, store_at: Store, tmp_path: Path, versions: Sequence[Path]
) -> None:
    """Or came after it; in the end one map is in force, whole."""
    for _ in range(3):
        count = len(held(store_at)[0])
        both = [loading(town_at, tmp_path, version) for version in versions[1:]]
        said = [load.communicate(timeout=60)[0] for load in both]
        codes = [load.returncode for load in both]
        assert sorted(codes) in ([0, 0], [0, 1]), said
        for code, words in zip(codes, said, strict=True):
            assert code == 0 or words.splitlines()[-1].startswith("Somebody else loaded layers meanwhile"), words
        history, files, *_ = held(store_at)
        assert len(history) == count + codes.count(0)
        assert {name for version, name, _ in files if version == history[-1]} >= {"areas.geojson", "gazetteer.csv"}


def test_the_borders_of_the_versions_lie_where_they_should(versions: Sequence[Path]) -> None:
    for version, border in zip(versions, BORDERS, strict=True):
        features = json.loads((version / "areas.geojson").read_text(encoding="utf-8"))["features"]
        bounds = [shapely.geometry.shape(f["geometry"]).bounds for f in features]
        assert [(west, east) for west, _, east, _ in bounds] == [
            (WEST, border),
            (border, RURAL_TO_REMOTE),
            (RURAL_TO_REMOTE, EAST),
        ]
