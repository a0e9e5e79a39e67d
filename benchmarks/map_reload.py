"""Claim: a new version of the map is in force two seconds after it was loaded, and no call waits for it.

The Loudi sample in SQLite, a real server with its ticker, calls coming in. `relight gis load` of the sample with one
village renamed, from its commit until the server answers with the new name, which is asked for every ten milliseconds.
The peer is the reading of the same layers alone, in a process that does nothing else.

    python -m benchmarks.map_reload [--quick] [--repeat N]
"""

import hashlib
import http.client
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from benchmarks.load import Measured, request, run_load
from benchmarks.loudi import SAMPLE, Filled, call_bodies, fill
from benchmarks.servers import Running, relight
from benchmarks.tables import against, asked, say_where, table
from dispatch_server.clock import utc_now
from dispatch_server.gis.folder import folder_at
from dispatch_server.services.layers import load_folder, locator_of
from dispatch_server.store.opening import open_store

CALLS_A_SECOND = 20
ASKED_EVERY_S = 0.01
GIVEN_UP_AFTER_S = 30.0
QUIET_S = 10.0
SETTLED_S = 3.0  # between two loads
A_LOAD_S = 8.0  # with its checks, and the pause before it
SEED = 354


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    loads = 2 if options.quick else 5
    taken: list[float] = []
    quiet: list[Measured] = []
    loading: list[Measured] = []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            filled = fill(f"sqlite:///{folder / 'relight.db'}", 100)
            with relight(folder, f"sqlite:///{folder / 'relight.db'}") as server:
                with calls_coming_in(server, filled, QUIET_S, quiet):
                    pass
                with calls_coming_in(server, filled, loads * A_LOAD_S, loading):
                    taken += [_taken_up_after_s(server, filled, folder, n) for n in range(loads)]
    _tell(taken, quiet, loading, [_read_s() for _ in range(options.repeat)])


def _tell(taken: list[float], quiet: list[Measured], loading: list[Measured], read: list[float]) -> None:
    table(
        ("", "median s", "longest s"),
        [
            ("from the commit of a load to the new map in force", median(taken), max(taken)),
            ("reading the same layers alone", median(read), max(read)),
        ],
    )
    rows = [
        (what, sum(m.answers for m in some), median(m.p50 for m in some), median(m.p99 for m in some), _longest(some))
        for what, some in (("nothing is loaded", quiet), ("maps are loaded", loading))
    ]
    table((f"{CALLS_A_SECOND} calls/s while", "calls", "p50 ms", "p99 ms", "longest ms"), rows)
    against("from the commit of a load to the new map in force", median(taken), 2, " s")
    against("longest wait of a call meanwhile", _longest(loading), 2_000, " ms")


def _longest(some: list[Measured]) -> float:
    return max(max(m.latencies_ms) for m in some)


@contextmanager
def calls_coming_in(server: Running, filled: Filled, seconds: float, measured: list[Measured]) -> Iterator[None]:
    """At a steady pace, for so long; every one must be filed."""
    bodies = call_bodies(filled, int(seconds * CALLS_A_SECOND), 0.3, SEED)
    requests = [request("POST", "/api/v1/calls", body, filled.call_taker) for body in bodies]

    def ask() -> None:
        measured.append(run_load(server.url, requests, 8, seconds, rate=CALLS_A_SECOND).require_status(201))

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(1)  # its process starts
    try:
        yield
    finally:
        thread.join()


def _taken_up_after_s(server: Running, filled: Filled, folder: Path, n: int) -> float:
    """Loads a version in which one village has another name, and waits until the server says it."""
    time.sleep(SETTLED_S)
    name, words = _renamed(folder / "layers", n)
    store = open_store(f"sqlite:///{folder / 'relight.db'}", utc_now)
    committed: list[float] = []

    def say(sentence: str) -> None:
        if sentence.startswith("Loaded version"):
            committed.append(time.perf_counter())

    try:
        if in_the_way := load_folder(store, folder / "layers", say):
            raise SystemExit(f"Nothing was loaded: {in_the_way[0]}")
    finally:
        store.close()
    return _wait_until_it_says(name, words, server, filled) - committed[0]


def _renamed(layers: Path, n: int) -> tuple[str, str]:
    """Gives the new name of an area, and words that lead into it."""
    shutil.copytree(SAMPLE, layers, dirs_exist_ok=True)
    text = (SAMPLE / "areas.geojson").read_text(encoding="utf-8")
    said = json.loads(text)["features"][0]["properties"]
    name = f"{said['name']}第{n + 2}版"
    changed = text.replace(f'"{said["name"]}"', f'"{name}"', 1)
    (layers / "areas.geojson").write_text(changed, encoding="utf-8")
    manifest = (layers / "manifest.toml").read_text(encoding="utf-8")
    old, new = (hashlib.sha256(one.encode()).hexdigest() for one in (text, changed))
    (layers / "manifest.toml").write_text(manifest.replace(old, new), encoding="utf-8")
    return name, f"{said['county']}{said['township']}{said['name']}"


def _wait_until_it_says(name: str, words: str, server: Running, filled: Filled) -> float:
    where, until = urlsplit(server.url), time.perf_counter() + GIVEN_UP_AFTER_S
    line = http.client.HTTPConnection(where.hostname or "", where.port)
    head = {"Authorization": f"Bearer {filled.dispatcher}"}
    while time.perf_counter() < until:
        line.request("GET", f"/api/v1/places?q={quote(words)}", headers=head)
        area = json.loads(line.getresponse().read())["place"]["area"]
        if area is not None and area["name"] == name:
            return time.perf_counter()
        time.sleep(ASKED_EVERY_S)
    raise SystemExit(f"The server did not take the map up within {GIVEN_UP_AFTER_S:.0f} s.")


def _read_s() -> float:
    began = time.perf_counter()
    locator_of(folder_at(SAMPLE))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
