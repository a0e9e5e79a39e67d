"""Brings a database to the newest schema before anybody uses it; of several servers starting at once, one does it."""

from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from dispatch_server.store import tables

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_345_801_126  # any number, the same in every server

REVISIONS = sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("m[0-9][0-9][0-9][0-9]_*.py"))
NEWEST = REVISIONS[-1]
REVISION = "SELECT version_num FROM alembic_version"


class CannotOpen(Exception):
    """The database named in the settings cannot be used; the sentence says why and what to do."""


def bring_up_to_date(connection: Connection) -> None:
    """Inside a transaction that nobody else can have at the same time."""
    found = revision_of(connection)
    if found is None:
        _create(connection)
    elif found not in REVISIONS:
        raise CannotOpen(
            f"This database was made by a newer Relight (its schema is {found}, this one knows up to {NEWEST}). "
            "Install the newer version; nothing was changed."
        )
    elif found != NEWEST:
        upgrade(connection, NEWEST)


def revision_of(connection: Connection) -> str | None:
    """None for a database without tables of ours."""
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        return str(connection.exec_driver_sql(REVISION).scalar_one())
    if clash := sorted(set(names) & set(SQLModel.metadata.tables)):
        raise CannotOpen(
            f"This database has tables named {', '.join(clash[:3])} that Relight did not make. "
            "Name an empty database in RELIGHT_DATABASE_URL."
        )
    return None


def upgrade(connection: Connection, to: str) -> None:
    """Runs the migrations that are missing up to `to`. Alembic is loaded only here: it costs a quarter of a second."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _create(connection: Connection) -> None:
    """An empty database gets the newest tables at once; a test holds them equal to what the migrations make."""
    assert tables.FactRow.__tablename__ in SQLModel.metadata.tables
    SQLModel.metadata.create_all(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{NEWEST}')")
