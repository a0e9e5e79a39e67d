"""Claim: tablets may send every position they have; fifty thousand a second are kept, also while the board is read.

`POST /tablet/push` by many crews on the real server process, in batches of 100 and one by one, beside the same rows
written straight to a table by one connection (the limit), and again while a console asks for the whole board.

    python -m benchmarks.positions [--quick] [--repeat N]
"""

import json
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Measured, load_beside, request, run_load
from benchmarks.loudi import Filled, copy_of, fill
from benchmarks.servers import Running, relight
from benchmarks.tables import against, asked, say_where, table
from dispatch_server.clock import utc_now
from dispatch_server.protocol.codec import encode
from dispatch_server.store.sqlite import connect

CLIENTS = 16
BATCH = 100
PATH = "/api/v1/tablet/push"
ROWS = 200_000
BOARD_EVERY_S = 0.25  # four consoles that take the whole board each second


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    seconds = 0.5 if options.quick else 4.0
    found: dict[tuple[int, bool], list[Measured]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled = fill(f"sqlite:///{folder / 'relight.db'}", 100 if options.quick else 1_000)
        limit = {size: _straight(folder, size) for size in (BATCH, 1)}
        for round_ in range(options.repeat):
            for size in (BATCH, 1):
                for is_read in (False, True):
                    own = folder / f"run{round_}-{size}-{is_read}"
                    with relight(own, copy_of(folder / "relight.db", own)) as server:
                        measured = _measure(server, filled, size, seconds, is_read)
                    found.setdefault((size, is_read), []).append(measured)
    _report(found, limit)


def _measure(server: Running, filled: Filled, size: int, seconds: float, is_read: bool) -> Measured:
    count = int((1_500 if size == BATCH else 6_000) * seconds)
    pushes = _pushes(filled, size, count + CLIENTS)
    run_load(server.url, pushes[:CLIENTS], CLIENTS, 5.0).require_status(200)
    if not is_read:
        return run_load(server.url, pushes[CLIENTS:], CLIENTS, seconds).require_status(200)
    board = request("GET", "/api/v1/outages?state=open&limit=10000", token=filled.dispatcher)
    with load_beside(server.url, board, BOARD_EVERY_S):
        return run_load(server.url, pushes[CLIENTS:], CLIENTS, seconds).require_status(200)


def _pushes(filled: Filled, size: int, count: int) -> list[bytes]:
    """Each crew in turn; a fix a second, the last of them now."""
    now, crews = utc_now(), cycle(filled.crews.items())
    bodies = {crew_id: json.dumps(_push(crew_id, size, now)).encode() for crew_id in filled.crews}
    return [request("POST", PATH, bodies[crew_id], token) for crew_id, token in (next(crews) for _ in range(count))]


def _push(crew_id: int, size: int, now: Any) -> dict[str, Any]:
    fixes = [
        {
            "lon": 112.0 + n / 10_000,
            "lat": 27.73,
            "accuracy_m": 6.5,
            "fixed_at": encode(now + timedelta(milliseconds=n)),
            "elapsed_ms": 60_000 + n,
            "provider": "gps",
            "speed_mps": 9.5,
        }
        for n in range(size)
    ]
    return {
        "protocol_version": 1,
        "device_id": f"tablet-{crew_id}",
        "boot_id": "boot",
        "sent_at": encode(now),
        "elapsed_ms": 120_000,
        "actions": [],
        "positions": fixes,
    }


def _straight(folder: Path, size: int) -> float:
    """Rows a second into one table with the same columns and index, a transaction for each `size` of them."""
    rows = ROWS if size > 1 else ROWS // 20
    with closing(connect(folder / f"limit{size}.db")) as db:
        db.execute(
            "CREATE TABLE positions (id INTEGER PRIMARY KEY, crew_id INTEGER, fixed_at_us INTEGER, lon REAL, lat REAL, "
            "accuracy_m REAL, provider TEXT, is_mock INTEGER, speed_mps REAL, received_at_us INTEGER)"
        )
        db.execute("CREATE INDEX of_crew ON positions (crew_id, fixed_at_us)")
        began = time.perf_counter()
        for first in range(0, rows, size):
            _insert(db, first, size)
        return rows / (time.perf_counter() - began)


def _insert(db: sqlite3.Connection, first: int, size: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany(
        "INSERT INTO positions (crew_id, fixed_at_us, lon, lat, accuracy_m, provider, is_mock, speed_mps, "
        "received_at_us) VALUES (?, ?, 112.0, 27.7, 6.5, 'gps', 0, 9.5, 0)",
        [(first % 49, n) for n in range(first, first + size)],
    )
    db.execute("COMMIT")


def _report(found: dict[tuple[int, bool], list[Measured]], limit: dict[int, float]) -> None:
    rate = {key: median(m.per_second * key[0] for m in runs) for key, runs in found.items()}
    rows = [
        (
            "batches of 100" if size == BATCH else "one by one",
            "yes" if is_read else "no",
            rate[size, is_read],
            median(m.p50 for m in runs),
            median(m.p99 for m in runs),
            f"{rate[size, is_read] / limit[size]:.2f}",
            median(m.client_cpu_us for m in runs),
        )
        for (size, is_read), runs in found.items()
    ]
    head = ("positions", "board read", "positions/s", "p50 ms", "p99 ms", "of the limit", "client µs/push")
    table(head, rows)
    print(f"the limit: one connection straight into the table, {limit[BATCH]:,.0f}/s and {limit[1]:,.0f}/s\n")
    against("positions a second, batches of 100", rate[BATCH, False], 50_000.0, at_least=True)
    against("the same while the board is read", rate[BATCH, True], 50_000.0, at_least=True)
    against("positions a second, one by one", rate[1, False], 2_000.0, at_least=True)
    against("the same while the board is read", rate[1, True], 2_000.0, at_least=True)


if __name__ == "__main__":
    main()
