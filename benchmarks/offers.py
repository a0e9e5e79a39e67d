"""Claim: in auto mode an offer follows its call within 300 ms, and a storm does not hold it up.

Steady: 50 calls a second on the real server process, crews with room for all of them; from the instant the outage is
opened to the instant the offer is recorded, out of the journal. Storm: every crew full, 600 outages waiting, calls
still coming in; four times a second a crew gives a job up, and what is measured is how soon that crew is offered its
next one. The limit is one list of suggested crews over HTTP: no offer comes sooner than the crews are ranked.

    python -m benchmarks.offers [--quick] [--repeat N]
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.load import request, run_load
from benchmarks.loudi import Filled, call_bodies, fill
from benchmarks.servers import Running, relight
from benchmarks.tables import against, asked, say_where, table
from dispatch_server.clock import utc_now
from dispatch_server.protocol.codec import encode

AUTO = '[dispatch]\nmode = "auto"\n'
ROOM_FOR_ALL = AUTO + "jobs_in_hand_max = 100000\n"
CALLS_A_SECOND, STORM_CALLS_A_SECOND, DECLINES_A_SECOND = 50.0, 20.0, 4.0
WAITING, CREWS, IN_HAND = 600, 49, 3
SHARE_OF_KNOWN = 0.3
CALLS, PUSH = "/api/v1/calls", "/api/v1/tablet/push"

_FACTS = "SELECT kind, subject_id, body, recorded_at_us FROM facts WHERE seq > ? ORDER BY seq"
_ON_THE_MAP = "SELECT id FROM outages WHERE site_lon IS NOT NULL"
_OFFERED = "SELECT id, crew_id FROM jobs WHERE state = 'offered' ORDER BY id"
_SETTLED = "SELECT count(*) FROM deadlines WHERE kind = 'offer_next' AND due_at_us <= ?"
_END = "SELECT max(seq) FROM facts"


@dataclass(frozen=True, slots=True)
class Lags:
    """Milliseconds from what calls for an offer to the offer; `without` had none when the run ended."""

    ms: list[float]
    without: int
    limit_ms: float

    @property
    def p95(self) -> float:
        return sorted(self.ms)[max(0, ceil(len(self.ms) * 0.95) - 1)]


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    seconds = 3.0 if options.quick else 20.0
    steady, storm = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n in range(options.repeat):
            steady.append(_steady(folder / f"steady{n}", seconds))
            storm.append(_storm(folder / f"storm{n}", seconds / 2, 50 if options.quick else WAITING))
    rows = [_row("steady, from call to offer", steady), _row("storm, from a crew free to its offer", storm)]
    table(("", "measured", "p50 ms", "p95 ms", "most ms", "without an offer", "one list of crews ms"), rows)
    against(f"offer after a call, {CALLS_A_SECOND:.0f} calls/s, p95", float(rows[0][3]), 300.0, " ms")
    against("next offer to a freed crew in a storm, p95", float(rows[1][3]), 1_000.0, " ms")
    against("offers that never came", float(sum(lags.without for lags in steady)), 0.0)


def _row(what: str, runs: list[Lags]) -> tuple[str, int, float, float, float, int, float]:
    return (
        what,
        sum(len(lags.ms) for lags in runs),
        median(median(lags.ms) for lags in runs),
        median(lags.p95 for lags in runs),
        max(max(lags.ms) for lags in runs),
        sum(lags.without for lags in runs),
        median(lags.limit_ms for lags in runs),
    )


def _steady(folder: Path, seconds: float) -> Lags:
    filled, path, policy = _prepared(folder, 100, ROOM_FOR_ALL)
    with relight(folder, f"sqlite:///{path}", policy) as server, closing(sqlite3.connect(path)) as db:
        _wait_until_settled(db)
        limit_ms = _one_list(server, filled)
        end = db.execute(_END).fetchone()[0]
        calls = call_bodies(filled, int(CALLS_A_SECOND * seconds), SHARE_OF_KNOWN, 1)
        requests = [request("POST", CALLS, body, filled.call_taker) for body in calls]
        run_load(server.url, requests, 16, seconds, rate=CALLS_A_SECOND).require_status(201)
        time.sleep(2.0)
        on_the_map = {row[0] for row in db.execute(_ON_THE_MAP)}
        opened, offered = {}, {}
        for kind, subject, body, at_us in db.execute(_FACTS, (end,)):
            if kind == "OutageOpened" and subject in on_the_map:
                opened[subject] = at_us
            elif kind == "JobOffered":
                offered.setdefault(json.loads(body)["outage_id"], at_us)
    lags = [(offered[outage] - at_us) / 1000 for outage, at_us in opened.items() if outage in offered]
    return Lags(lags, len(opened) - len(lags), limit_ms)


def _storm(folder: Path, seconds: float, waiting: int) -> Lags:
    filled, path, policy = _prepared(folder, CREWS * IN_HAND + waiting, AUTO)
    with relight(folder, f"sqlite:///{path}", policy) as server, closing(sqlite3.connect(path)) as db:
        _wait_until_settled(db)
        limit_ms = _one_list(server, filled)
        end = db.execute(_END).fetchone()[0]
        _calls_and_declines(server, filled, db, seconds)
        time.sleep(2.0)
        lags, open_since = [], {}
        crew_of = dict(db.execute("SELECT id, crew_id FROM jobs"))
        for kind, subject, body, at_us in db.execute(_FACTS, (end,)):
            if kind == "JobDeclined":
                open_since.setdefault(crew_of[subject], at_us)
            elif kind == "JobOffered" and (since := open_since.pop(json.loads(body)["crew_id"], None)) is not None:
                lags.append((at_us - since) / 1000)
    return Lags(lags, len(open_since), limit_ms)


def _calls_and_declines(server: Running, filled: Filled, db: sqlite3.Connection, seconds: float) -> None:
    """Both in one stream at an even rate: every sixth request is a crew that gives a job up."""
    per_decline = int(STORM_CALLS_A_SECOND / DECLINES_A_SECOND)
    calls = iter(call_bodies(filled, int(STORM_CALLS_A_SECOND * seconds), SHARE_OF_KNOWN, 2))
    requests = []
    for job_id, crew_id in db.execute(_OFFERED).fetchmany(int(DECLINES_A_SECOND * seconds)):
        requests.append(request("POST", PUSH, _decline(crew_id, job_id), filled.crews[crew_id]))
        requests += [request("POST", CALLS, body, filled.call_taker) for body in islice(calls, per_decline)]
    rate = STORM_CALLS_A_SECOND + DECLINES_A_SECOND
    run_load(server.url, requests, 16, 2 * seconds, rate=rate).require_status(200, 201)


def _decline(crew_id: int, job_id: int) -> bytes:
    now = encode(utc_now())
    action = {
        "action_id": str(uuid4()),
        "seq": 1_000 + job_id,
        "job_id": job_id,
        "kind": "decline",
        "occurred_at": now,
        "elapsed_ms": 100_000,
        "boot_id": "boot",
        "reason": "车辆故障，正在等拖车",
    }
    push = {"protocol_version": 1, "device_id": f"tablet-{crew_id}", "boot_id": "boot", "sent_at": now}
    return json.dumps({**push, "elapsed_ms": 100_000, "actions": [action], "positions": []}).encode()


def _prepared(folder: Path, outages: int, policy: str) -> tuple[Filled, Path, Path]:
    folder.mkdir()
    path, rules = folder / "relight.db", folder / "policy.toml"
    rules.write_text(policy, encoding="utf-8")
    return fill(f"sqlite:///{path}", outages, policy_text=policy), path, rules


def _one_list(server: Running, filled: Filled) -> float:
    asking = [request("GET", f"/api/v1/outages/{n}/crews", token=filled.dispatcher) for n in range(1, 31)]
    return run_load(server.url, asking, 1, 30.0).require_status(200).p50


def _wait_until_settled(db: sqlite3.Connection) -> None:
    """Until the offers that were due when the server started are out."""

    def is_settled() -> bool:
        now_us = int(utc_now().timestamp() * 1e6)
        return bool(db.execute(_SETTLED, (now_us,)).fetchone()[0] == 0)

    _wait(is_settled, 60.0)


def _wait(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise SystemExit(f"The server was not ready for the measurement within {seconds:.0f} s.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
