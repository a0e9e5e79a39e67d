"""What a pull brings is kept in one transaction: cards, cursor, duty, and the server's time."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from dispatch_server.protocol.codec import Json, canonical, encode
from mobile_app.core.clock import Clocks
from mobile_app.core.job_cards import card_number, told_by_radio
from mobile_app.core.known import contact_at
from mobile_app.core.outbox import forget_answered
from mobile_app.core.store import Store, many, put

RADIO_KEPT_FOR = timedelta(hours=24)  # a job told by radio that the server never showed


def keep_pull(store: Store, said: Mapping[str, Json], clocks: Clocks, shown: int, token: str) -> bool:
    """False where somebody else has signed in since it was asked for: its cards are not his.

    `shown` is how many answers had been heard before it was asked for.
    """
    contact = contact_at(said["server_time"], clocks)
    cards = [card for card in said.get("cards", ()) if card_number(card) is not None]
    with store.writing() as connection:
        if json.loads(_value(connection, "token") or '""') != token:
            return False
        if not said.get("unchanged"):
            connection.execute("DELETE FROM cards WHERE NOT by_radio")
            rows = [(card_number(card), canonical(card)) for card in cards]
            connection.executemany("INSERT OR REPLACE INTO cards (job_id, body, by_radio) VALUES (?, ?, 0)", rows)
        _forget_old_radio(connection, datetime.fromisoformat(said["server_time"]))
        jobs = [job_id for (job_id,) in connection.execute("SELECT job_id FROM cards")]
        forget_answered(connection, shown, jobs)
        put(connection, _settings(said, contact, shown, jobs, connection))
    return True


def keep_told_by_radio(store: Store, job_id: int, now: datetime) -> None:
    body = canonical(told_by_radio(job_id, now))
    with store.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO cards (job_id, body, by_radio) VALUES (?, ?, 1)", (job_id, body))


def photos_to_forget(store: Store) -> list[tuple[str, Path]]:
    """Sent, and their job is on no card any more: the tablet is not the archive."""
    found = store.rows(
        "SELECT photo_id, path FROM photos WHERE state = 'sent' AND job_id NOT IN (SELECT job_id FROM cards)"
    )
    return [(photo_id, Path(path)) for photo_id, path in found]


def forget_photos(store: Store, photo_ids: Iterable[str]) -> None:
    gone = tuple(photo_ids)
    with store.writing() as connection:
        connection.execute(f"DELETE FROM photos WHERE photo_id IN ({many(gone)})", gone)


def _settings(
    said: Mapping[str, Json], contact: Json, shown: int, jobs: Iterable[int], connection: sqlite3.Connection
) -> dict[str, Json]:
    newest = max([int(json.loads(_value(connection, "newest_job") or "0")), *jobs])
    settings = {"cursor": said["cursor"], "contact": contact, "shown": shown, "newest_job": newest, "must_sign_in": ""}
    settings |= {name: said[name] for name in ("on_duty", "aboard", "offline_hours") if said.get(name) is not None}
    if said.get("renewed_until") is not None:
        settings["session_ends"] = said["renewed_until"]
    if isinstance(said.get("crew"), str):
        settings["crew"] = said["crew"]
    return settings


def _forget_old_radio(connection: sqlite3.Connection, now: datetime) -> None:
    told = connection.execute("SELECT job_id, body FROM cards WHERE by_radio").fetchall()
    before = encode(now - RADIO_KEPT_FOR)
    old = [job_id for job_id, body in told if (json.loads(body).get("offered_at") or "") < before]
    connection.execute(
        f"DELETE FROM cards WHERE by_radio AND job_id IN ({many(old)}) AND job_id NOT IN "
        "(SELECT job_id FROM actions WHERE state = 'waiting' AND job_id IS NOT NULL)",
        old,
    )


def _value(connection: sqlite3.Connection, key: str) -> str | None:
    found = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return None if found is None else str(found[0])
