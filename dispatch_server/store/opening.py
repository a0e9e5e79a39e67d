"""Opens the store an address names, its schema brought to the newest first."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from dispatch_server.clock import Clock
from dispatch_server.store.postgres import PostgresStore
from dispatch_server.store.schema import LOCK, NEWEST, CannotOpen, bring_up_to_date
from dispatch_server.store.sqlite import SqliteStore, connect
from dispatch_server.store.store import Store

OLDEST_POSTGRESQL = 130_000  # the first with pg_current_xact_id()
_REVISION = "SELECT version_num FROM alembic_version"


def open_store(address: str, clock: Clock) -> Store:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, a bare path, or `postgresql://…`."""
    scheme, colon, _ = address.partition("://")
    if not colon or scheme == "sqlite":
        path = Path(address.removeprefix("sqlite:///"))
        prepare_sqlite(path)
        return SqliteStore(path, clock)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        url = address.replace(scheme, "postgresql", 1)
        prepare_postgres(url)
        return PostgresStore(url, clock)
    raise CannotOpen(
        f"Relight keeps its data in SQLite or PostgreSQL, not in {scheme}. "
        "RELIGHT_DATABASE_URL looks like sqlite:///relight.db or postgresql://user@host/relight."
    )


def prepare_sqlite(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(path)) as connection:
            is_newest = _sqlite_revision(connection) == NEWEST
    except (sqlite3.Error, OSError) as error:
        raise CannotOpen(
            f"The database file {path} cannot be opened: {error}. Check the path and its rights."
        ) from error
    if not is_newest:
        _prepare(f"sqlite:///{path}", path)


def prepare_postgres(url: str) -> None:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            version = connection.info.server_version
            is_newest = _postgres_revision(connection) == NEWEST
    except psycopg.OperationalError as error:
        raise CannotOpen(
            f"The database does not answer: {error}. Check RELIGHT_DATABASE_URL and the server."
        ) from error
    if version < OLDEST_POSTGRESQL:
        raise CannotOpen("Relight needs PostgreSQL 13 or newer; upgrade the database server.")
    if not is_newest:
        _prepare(url.replace("postgresql://", "postgresql+psycopg://", 1))


def _sqlite_revision(connection: sqlite3.Connection) -> str | None:
    try:
        found = connection.execute(_REVISION).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if found is None else str(found[0])


def _postgres_revision(connection: psycopg.Connection[tuple[object, ...]]) -> str | None:
    try:
        found = connection.execute(_REVISION).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return None if found is None else str(found[0])


def _prepare(url: str, path: Path | None = None) -> None:
    """One server does it; another that starts now waits, and finds it done."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if path is None:
        engine, lock = create_engine(url, poolclass=NullPool), f"SELECT pg_advisory_xact_lock({LOCK})"
    else:
        at = path
        engine, lock = create_engine("sqlite://", creator=lambda: connect(at), poolclass=NullPool), "BEGIN EXCLUSIVE"
    with engine.begin() as connection:
        connection.exec_driver_sql(lock)
        bring_up_to_date(connection)
