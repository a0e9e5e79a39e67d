"""Opening a PostgreSQL database. Apart from `opening`, so that a server on SQLite does not load the driver."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from dispatch_server.store.schema import LOCK, NEWEST, REVISION, CannotOpen, bring_up_to_date

OLDEST_POSTGRESQL = 130_000  # the first with pg_current_xact_id()


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
        with alone_in_postgres(url) as alone:
            bring_up_to_date(alone)


@contextmanager
def alone_in_postgres(url: str) -> Iterator[Connection]:
    """One transaction; another server that starts now waits for its end."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        yield connection


def _postgres_revision(connection: psycopg.Connection[tuple[object, ...]]) -> str | None:
    try:
        found = connection.execute(REVISION).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return None if found is None else str(found[0])
