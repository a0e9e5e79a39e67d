"""The one file of the tablet: presses, cards, photos, positions, settings. A commit is on the disk when it returns."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from dispatch_server.protocol.codec import Json

FILE = "tablet.db"
BUSY_MS = 10_000  # the location service writes positions into the same file
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})

VERSION = 1
SCHEMA = """
CREATE TABLE actions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    action_id TEXT NOT NULL UNIQUE,
    crew_id INTEGER NOT NULL,
    job_id INTEGER,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    pressed_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    sentence TEXT NOT NULL DEFAULT '',
    answered INTEGER
);
CREATE INDEX actions_waiting ON actions (crew_id, seq) WHERE state = 'waiting';
CREATE TABLE cards (job_id INTEGER PRIMARY KEY, body TEXT NOT NULL, by_radio INTEGER NOT NULL DEFAULT 0);
CREATE TABLE positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    crew_id INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    elapsed_ms INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE photos (
    photo_id TEXT PRIMARY KEY,
    crew_id INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    step TEXT,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    sentence TEXT NOT NULL DEFAULT ''
);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE packs (version TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class StoreFull(OSError):
    """The disk takes nothing more. What was pressed is not kept, and the crew is told so at once."""


class StoreDamaged(OSError):
    """The file was damaged while it was open. The next start moves it aside."""


class Store:
    """One connection, used by all threads in turn. `changes` goes up with every commit of this process."""

    def __init__(self, folder: Path) -> None:
        """A file that cannot be read is moved aside, never deleted; `moved_aside` says where it is."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self.changes = 0
        self._lock = RLock()
        self.moved_aside: Path | None = None
        try:
            self._connection = _opened(self.path)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise
            self.moved_aside = _move_aside(self.path)
            self._connection = _opened(self.path)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk when the block ends, or none of it."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                raise _in_words(error, self._connection) from error
            self.changes += 1

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(question, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise _in_words(error, self._connection) from error

    def row(self, question: str, *values: object) -> tuple[Any, ...] | None:
        found = self.rows(question, *values)
        return found[0] if found else None

    def version(self) -> tuple[int, int]:
        """Differs when anything was written, here or by the location service in its own process."""
        [(of_others,)] = self.rows("PRAGMA data_version")
        return self.changes, of_others

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several questions of one state: nobody writes between them."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    # Settings

    def settings(self) -> dict[str, Json]:
        return {key: json.loads(value) for key, value in self.rows("SELECT key, value FROM settings")}

    def setting(self, key: str) -> Json:
        found = self.row("SELECT value FROM settings WHERE key = ?", key)
        return None if found is None else json.loads(found[0])

    def set(self, **settings: Json) -> None:
        with self.writing() as connection:
            put(connection, settings)


def put(connection: sqlite3.Connection, settings: Mapping[str, Json]) -> None:
    rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in settings.items()]
    connection.executemany("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", rows)


def many(values: Sequence[object]) -> str:
    """The question marks of an IN list."""
    return ", ".join("?" * len(values))


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        [(verdict,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            damage = sqlite3.DatabaseError(verdict)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        _bring_up_to_date(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")


def _move_aside(path: Path) -> Path:
    """With its write-ahead log: the last presses may be in there."""
    count = len(list(path.parent.glob(f"{path.name}.damaged-*")))
    aside = path.with_name(f"{path.name}.damaged-{count + 1}")
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _in_words(error: sqlite3.DatabaseError, connection: sqlite3.Connection) -> Exception:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _FULL:
        return StoreFull("The tablet's storage takes nothing more. Free some space, then press again.")
    if code in _DAMAGED:
        return StoreDamaged("The tablet's file is damaged. Close the app and start it again; nothing is deleted.")
    return error
