"""Claim: a fault call is taken, placed, grouped, sealed and durable at no more than about three times the bare cost.

`POST /calls` on the real server process, with the Loudi sample and 1,000 open outages in suggest mode, beside a bare
route with one group-committed row (the limit) and a SQLModel session per request (what most projects write).

    python -m benchmarks.intake [--quick] [--repeat N]
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.durable import postgres
from benchmarks.load import Measured, request, run_load
from benchmarks.loudi import Filled, call_bodies, copy_of, fill
from benchmarks.servers import Running, relight, running
from benchmarks.tables import against, asked, say_where, table

CLIENTS = (1, 8, 32)
OPEN_OUTAGES = 1_000
SHARE_OF_KNOWN = 0.3
NOTHING_DUE = "[dispatch]\nissue_within_s = 36000\n"  # else the ticker is busy with the outages filled in before
JOINED = b'"joined":true'
PATH = "/api/v1/calls"
LIMIT, NAIVE, SQLITE, POSTGRES = "bare route (limit)", "session per request", "Relight, SQLite", "Relight, PostgreSQL"

_seeds = count(1)


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    seconds = 0.5 if options.quick else 4.0
    found: dict[tuple[str, int], list[Measured]] = {}
    with tempfile.TemporaryDirectory() as name, postgres() as address:
        folder = Path(name)
        contenders = _filled(folder, address, 100 if options.quick else OPEN_OUTAGES)
        for _ in range(options.repeat):
            for contender, filled in contenders.items():
                for clients in CLIENTS:
                    with _serving(contender, folder, address) as server:
                        measured = _measure(server, filled, clients, seconds)
                    found.setdefault((contender, clients), []).append(measured)
    _report(found)


def _filled(folder: Path, address: str | None, outages: int) -> dict[str, Filled]:
    filled = fill(f"sqlite:///{folder / 'relight.db'}", outages, policy_text=NOTHING_DUE)
    contenders = {LIMIT: filled, NAIVE: filled, SQLITE: filled}
    if address is None:
        print("PostgreSQL is not installed: its row is left out.\n")
    else:
        contenders[POSTGRES] = fill(address, outages, policy_text=NOTHING_DUE)
    return contenders


@contextmanager
def _serving(contender: str, folder: Path, address: str | None) -> Iterator[Running]:
    """SQLite begins anew from the filled file each time; PostgreSQL keeps what the runs before brought."""
    own = folder / f"run{next(_seeds)}"
    with ExitStack() as stack:
        if contender == SQLITE:
            yield stack.enter_context(relight(own, copy_of(folder / "relight.db", own)))
        elif contender == POSTGRES:
            own.mkdir()
            assert address is not None
            yield stack.enter_context(relight(own, address))
        else:
            own.mkdir()
            kind = "bare" if contender == LIMIT else "naive"
            yield stack.enter_context(running(("benchmarks.peers", kind, str(own)), own / "log"))


def _measure(server: Running, filled: Filled, clients: int, seconds: float) -> Measured:
    """Other calls in every run: the same call again would join its own outage."""
    bodies = call_bodies(filled, int(12_000 * seconds), SHARE_OF_KNOWN, next(_seeds))
    requests = [request("POST", PATH, body, filled.call_taker) for body in bodies]
    warm = int(500 * min(1.0, seconds))
    run_load(server.url, requests[:warm], clients, 2.0).require_status(201)
    return run_load(server.url, requests[warm:], clients, seconds, mark=JOINED).require_status(201)


def _report(found: dict[tuple[str, int], list[Measured]]) -> None:
    rate = {key: median(m.per_second for m in runs) for key, runs in found.items()}
    rows = [
        (
            contender,
            clients,
            rate[contender, clients],
            median(m.p50 for m in runs),
            median(m.p99 for m in runs),
            f"{rate[contender, clients] / rate[LIMIT, clients]:.2f}",
            f"{rate[contender, clients] / rate[NAIVE, clients]:.1f}",
            _joined(runs) if contender in (SQLITE, POSTGRES) else "",
            median(m.client_cpu_us for m in runs),
        )
        for (contender, clients), runs in found.items()
    ]
    head = ("", "clients", "calls/s", "p50 ms", "p99 ms", "of the limit", "× naive", "joined", "client µs/call")
    table(head, rows)
    for clients in CLIENTS:
        ours = rate[SQLITE, clients]
        against(f"share of the limit, {clients} clients", ours / rate[LIMIT, clients], 0.3, at_least=True)
        against(f"times the session per request, {clients} clients", ours / rate[NAIVE, clients], 2.0, at_least=True)
    against("p99 with 32 clients", median(m.p99 for m in found[SQLITE, 32]), 60.0, " ms")


def _joined(runs: list[Measured]) -> str:
    return f"{median(m.marked / m.answers for m in runs):.0%}"


if __name__ == "__main__":
    main()
