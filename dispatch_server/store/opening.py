"""Opens the store an address names, its schema brought to the newest first."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from dispatch_server.clock import Clock
from dispatch_server.store.schema import NEWEST, REVISION, CannotOpen, bring_up_to_date
from dispatch_server.store.sqlite import SqliteStore, connect
from dispatch_server.store.store import Store

log = logging.getLogger(__name__)
_EVERYBODY = 0o007


def open_store(address: str, clock: Clock) -> Store:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, a bare path, or `postgresql://…`."""
    path, url = prepare(address)
    if path is not None:
        return SqliteStore(path, clock)
    from dispatch_server.store.postgres import PostgresStore  # its driver takes 9 MB, which SQLite has no use for

    return PostgresStore(url, clock)


def prepare(address: str) -> tuple[Path | None, str]:
    """Brings the schema to the newest; gives the path of a SQLite file, or None and the URL of PostgreSQL."""
    path, url = _whereabouts(address)
    if path is not None:
        prepare_sqlite(path)
    else:
        from dispatch_server.store.opening_postgres import prepare_postgres

        prepare_postgres(url)
    return path, url


def prepare_sqlite(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_private(path)
        with closing(connect(path)) as connection:
            is_newest = _sqlite_revision(connection) == NEWEST
    except (sqlite3.Error, OSError) as error:
        raise CannotOpen(
            f"The database file {path} cannot be opened: {error}. Check the path and its rights."
        ) from error
    if not is_newest:
        with alone_in_sqlite(path) as alone:
            bring_up_to_date(alone)


def _keep_private(path: Path) -> None:
    """Readable by us alone, and the log beside it with it: it holds callers' names and numbers."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & _EVERYBODY:
        log.warning("%s can be read by everybody on this machine; run: chmod o-rwx %s*", path, path)


@contextmanager
def alone_in_sqlite(path: Path) -> Iterator[Connection]:
    """One transaction that nobody else writes beside."""
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            yield connection
    except OperationalError as error:
        raise CannotOpen(f"The database file {path} is in use or cannot be written: {error.orig}.") from error


@contextmanager
def alone_in(address: str) -> Iterator[Connection]:
    path, url = _whereabouts(address)
    if path is not None:
        with alone_in_sqlite(path) as connection:
            yield connection
    else:
        from dispatch_server.store.opening_postgres import alone_in_postgres

        with alone_in_postgres(url) as connection:
            yield connection


def _whereabouts(address: str) -> tuple[Path | None, str]:
    """The path of a SQLite file, or None and the URL of a PostgreSQL database."""
    scheme, colon, _ = address.partition("://")
    if not colon or scheme == "sqlite":
        return Path(address.removeprefix("sqlite:///")), ""
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return None, address.replace(scheme, "postgresql", 1)
    raise CannotOpen(
        f"Relight keeps its data in SQLite or PostgreSQL, not in {scheme}. "
        "RELIGHT_DATABASE_URL looks like sqlite:///relight.db or postgresql://user@host/relight."
    )


def _sqlite_revision(connection: sqlite3.Connection) -> str | None:
    try:
        found = connection.execute(REVISION).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if found is None else str(found[0])
