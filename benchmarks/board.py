"""Claim: a day nobody has seen yet still fits the screen: 10,000 open outages, 500 crews.

The whole board (`GET /outages`), one list of suggested crews, and one pass of the ticker over everything that fell due,
on the real code, beside decoding and encoding the same outages anew (what a board without stored texts would cost).

    python -m benchmarks.board [--quick] [--repeat N]
"""

import json
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.load import request, run_load
from benchmarks.loudi import Filled, copy_of, fill
from benchmarks.servers import Running, relight
from benchmarks.tables import against, asked, say_where, table
from dispatch_server.clock import utc_now
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.rules import read_policy
from dispatch_server.main import DEFAULT_POLICY
from dispatch_server.protocol.codec import decode, encode
from dispatch_server.services.layers import territory_from
from dispatch_server.store.opening import open_store
from dispatch_server.store.outages import first_called_between
from dispatch_server.workers.ticker import ROWS_A_PASS, Ticker

OUTAGES, CREWS, LOUDIS_OWN = 10_000, 500, 49
BOARD = "/api/v1/outages?state=open&limit=10000"
ASKED = 30
# Else calls of one feeder join, and the sample has not 10,000 outages to offer.
EACH_ITS_OWN = "[grouping]\njoin_within_m = 1\n"


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    outages = 500 if options.quick else OUTAGES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled = fill(f"sqlite:///{folder / 'relight.db'}", outages, CREWS - LOUDIS_OWN, EACH_ITS_OWN)
        own = folder / "served"
        with relight(own, copy_of(folder / "relight.db", own)) as server:
            rows = _served(server, filled, outages, options.repeat)
        rows.append(("decoding and encoding them anew", *_anew(folder, options.repeat)))
        rows.append((f"one pass of the ticker, {ROWS_A_PASS} deadlines due", *_ticks(folder, options.repeat)))
    table(("", "median ms", "slowest ms"), rows)
    print(f"{outages:,} open outages, {CREWS} crews on duty\n")
    against("the whole board", rows[0][1], 100.0, " ms")
    against("one list of suggested crews", rows[1][1], 20.0, " ms")
    against("one tick", rows[3][1], 1_000.0, " ms")
    print(f"the board takes {rows[0][1] / rows[2][1]:.2f} of the time of decoding and encoding it anew")


def _served(server: Running, filled: Filled, outages: int, repeat: int) -> list[tuple[str, float, float]]:
    board = [request("GET", BOARD, token=filled.dispatcher)] * (3 * repeat + 1)
    # The first answers build the road graph and warm the page cache.
    crews = [
        request("GET", f"/api/v1/outages/{1 + n * (outages // ASKED)}/crews", token=filled.dispatcher)
        for n in range(ASKED)
    ]
    run_load(server.url, [board[0], *crews[:3]], 1, 60.0).require_status(200)
    shown = run_load(server.url, board, 1, 60.0).require_status(200)
    suggested = run_load(server.url, crews, 1, 60.0).require_status(200)
    return [
        ("the whole board over HTTP", shown.p50, max(shown.latencies_ms)),
        ("one list of suggested crews over HTTP", suggested.p50, max(suggested.latencies_ms)),
    ]


def _anew(folder: Path, repeat: int) -> tuple[float, float]:
    store = open_store(f"sqlite:///{folder / 'relight.db'}", utc_now)
    now = store.clock()

    def once() -> None:
        since, until = now - timedelta(days=2), now + timedelta(days=1)
        found = store.read(lambda reading: first_called_between(reading, since, until))
        json.dumps([encode(decode(Outage, encode(outage))) for outage, _ in found], ensure_ascii=False)

    try:
        return _timed(once, repeat)
    finally:
        store.close()


def _ticks(folder: Path, repeat: int) -> tuple[float, float]:
    """An hour and a half later nearly every outage is past something; each pass takes the next that are due."""
    later = utc_now() + timedelta(minutes=90)

    def clock() -> datetime:
        return later

    store = open_store(f"sqlite:///{folder / 'relight.db'}", clock)
    policy = read_policy("", DEFAULT_POLICY.read_text(encoding="utf-8"))
    territory = store.read(lambda reading: territory_from(reading, policy))
    ticker = Ticker(store, lambda: territory)
    try:
        return _timed(lambda: _require_all(ticker.enforce()), 2 * repeat + 1)
    finally:
        store.close()


def _require_all(acted_on: int) -> None:
    if acted_on < ROWS_A_PASS:
        raise SystemExit(f"Only {acted_on} deadlines were due; nothing was measured.")


def _timed(once: Callable[[], None], repeat: int) -> tuple[float, float]:
    """Median and slowest, in milliseconds."""
    taken = []
    for _ in range(repeat):
        began = time.perf_counter()
        once()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken), max(taken)


if __name__ == "__main__":
    main()
