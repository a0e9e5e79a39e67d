"""The track that waits to be sent. Off duty nothing is kept."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from dispatch_server.protocol.codec import Json, canonical, decode, encode
from dispatch_server.protocol.messages import Fix
from mobile_app.core.clock import Clocks
from mobile_app.core.fixes import Pace, is_kept
from mobile_app.core.store import Store, many, put

POSITIONS_A_PUSH = 500
BATCH_S = 30.0  # the oldest waits this long, so that several go up together
MOST_KEPT = 20_000  # more than two days at the shortest pace; then the oldest give way
LAST = "last_position"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest ones that go up next, and how long the first has waited."""

    ids: tuple[int, ...] = ()
    bodies: tuple[str, ...] = ()
    oldest_s: float = 0.0


def keep(store: Store, crew_id: int, fix: Fix, clocks: Clocks, pace: Pace) -> bool:
    """Judged against the last one kept, whichever process kept it."""
    last = store.setting(LAST)
    since_ms = _since_ms(last, crew_id, clocks)
    known = None if since_ms is None else decode(Fix, last["fix"], "fix")
    if not is_kept(fix, known, (since_ms or 0) / 1000, pace):
        return False
    now_last = {"crew_id": crew_id, "boot_id": clocks.boot_id, "elapsed_ms": clocks.elapsed_ms, "fix": encode(fix)}
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO positions (crew_id, boot_id, elapsed_ms, body) VALUES (?, ?, ?, ?)",
            (crew_id, clocks.boot_id, clocks.elapsed_ms, canonical(fix)),
        )
        connection.execute("DELETE FROM positions WHERE id <= (SELECT max(id) FROM positions) - ?", (MOST_KEPT,))
        put(connection, {LAST: now_last})
    return True


def waiting(store: Store, crew_id: int, clocks: Clocks, most: int = POSITIONS_A_PUSH) -> Waiting:
    found = store.rows(
        "SELECT id, body, boot_id, elapsed_ms FROM positions WHERE crew_id = ? ORDER BY id LIMIT ?", crew_id, most
    )
    if not found:
        return Waiting()
    _, _, boot_id, elapsed_ms = found[0]
    age_s = (clocks.elapsed_ms - elapsed_ms) / 1000 if boot_id == clocks.boot_id else BATCH_S
    return Waiting(tuple(row[0] for row in found), tuple(row[1] for row in found), age_s)


def forget(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    connection.execute(f"DELETE FROM positions WHERE id IN ({many(ids)})", tuple(ids))


def _since_ms(last: Json, crew_id: int, clocks: Clocks) -> int | None:
    """None after a reboot, and for another crew: the next one is a first one."""
    if last is None or last["crew_id"] != crew_id or last["boot_id"] != clocks.boot_id:
        return None
    return int(clocks.elapsed_ms - last["elapsed_ms"])
