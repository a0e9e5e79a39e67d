"""Opening: a fresh database, an old one, somebody else's, several servers at once."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Float, Integer, LargeBinary, MetaData, insert, inspect
from sqlmodel import SQLModel

from dispatch_server.store import schema
from dispatch_server.store.opening import alone_in, open_store
from dispatch_server.store.schema import NEWEST, REVISIONS, CannotOpen, upgrade
from tests.clock import FakeClock
from tests.store.records import DESK, a_call_with_everything, count, take_a_call, what_is_wrong

KINDS = ("sqlite", "postgresql")


def said_of(connection: Connection) -> dict[str, Any]:
    """Everything the database itself says about its tables."""
    asked = inspect(connection)
    return {
        table: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"], bool(c.get("autoincrement")))
                for c in sorted(asked.get_columns(table), key=lambda c: c["name"])
            ],
            "key": asked.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted((str(u["name"]), u["column_names"]) for u in asked.get_unique_constraints(table)),
            "indexes": sorted(
                (i["name"] or "", i["column_names"], bool(i["unique"])) for i in asked.get_indexes(table)
            ),
        }
        for table in sorted(asked.get_table_names())
    }


def a_value(column: Column[Any]) -> object:
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return b"x"
    return 1 if isinstance(column.type, Integer | Float) else "x"


def one_row_in_every_table(connection: Connection) -> list[str]:
    tables = MetaData()
    tables.reflect(connection)
    filled = [t for t in tables.sorted_tables if t.name != "alembic_version"]
    for table in filled:
        connection.execute(insert(table), {c.name: a_value(c) for c in table.columns})
    return [table.name for table in filled]


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_make_what_the_tables_say(kind: str, new_database: Callable[[str], str]) -> None:
    with alone_in(new_database(kind)) as by_tables:
        SQLModel.metadata.create_all(by_tables)
        expected = said_of(by_tables)
    with alone_in(new_database(kind)) as by_steps:
        upgrade(by_steps, NEWEST)
        made = said_of(by_steps)
    assert made.pop("alembic_version")
    assert made == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_earlier_version_is_brought_on_with_its_rows(
    kind: str, revision: str, new_database: Callable[[str], str], clock: FakeClock
) -> None:
    address = new_database(kind)
    with alone_in(address) as old:
        upgrade(old, revision)
        filled = one_row_in_every_table(old)
    with closing(open_store(address, clock)) as store:
        kept = store.read(lambda r: {t: count(r, t) for t in filled if t in SQLModel.metadata.tables})
    assert set(kept.values()) == {1}
    with alone_in(address) as brought_on, alone_in(new_database(kind)) as fresh:
        schema.bring_up_to_date(fresh)
        assert said_of(brought_on) == said_of(fresh)


def test_alembic_agrees_which_revision_is_the_newest() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [NEWEST]
    assert sorted(s.revision for s in scripts.walk_revisions()) == REVISIONS


def test_a_server_starts_without_loading_alembic(tmp_path: Path) -> None:
    """It costs a quarter of a second that a start has not got."""
    script = (
        "import sys; from dispatch_server.clock import utc_now; from dispatch_server.store.opening import open_store; "
        f"open_store('sqlite:///{tmp_path}/fresh.db', utc_now).close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_of_many_servers_that_start_at_once_one_makes_the_tables(
    kind: str, new_database: Callable[[str], str], clock: FakeClock
) -> None:
    address = new_database(kind)

    def start(_: int) -> int:
        with closing(open_store(address, clock)) as store:
            return store.work(DESK, take_a_call).id

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(start, range(6))) == [1, 2, 3, 4, 5, 6]


def test_opened_again_it_has_what_was_written(address: str, clock: FakeClock) -> None:
    for n in (1, 2):
        with closing(open_store(address, clock)) as store:
            assert store.work(DESK, a_call_with_everything).id == n
            assert what_is_wrong(store) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_of_a_newer_relight_is_left_alone(
    kind: str, new_database: Callable[[str], str], clock: FakeClock
) -> None:
    address = new_database(kind)
    open_store(address, clock).close()
    with alone_in(address) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CannotOpen, match="made by a newer Relight"):
        open_store(address, clock)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_somebody_else_are_left_alone(
    kind: str, new_database: Callable[[str], str], clock: FakeClock
) -> None:
    address = new_database(kind)
    with alone_in(address) as connection:
        connection.exec_driver_sql("CREATE TABLE users (name TEXT)")
    with pytest.raises(CannotOpen, match="tables named users"):
        open_store(address, clock)
    with alone_in(address) as connection:
        assert inspect(connection).get_table_names() == ["users"]


def test_what_cannot_be_opened_says_why(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(CannotOpen, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/letter.txt", clock)
    with pytest.raises(CannotOpen, match="not in mysql"):
        open_store("mysql://root@localhost/relight", clock)
    with pytest.raises(CannotOpen, match="does not answer"):
        open_store(f"postgresql://nobody@/nothing?host={tmp_path}", clock)


def test_a_half_made_schema_is_not_kept(tmp_path: Path, clock: FakeClock) -> None:
    """A server that is killed while it makes the tables leaves an empty database, and the next one begins anew."""
    path = tmp_path / "relight.db"

    class Killed(BaseException):
        pass

    with pytest.raises(Killed), alone_in(f"sqlite:///{path}") as connection:
        schema.bring_up_to_date(connection)
        raise Killed
    with closing(sqlite3.connect(path)) as looked:
        assert looked.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    open_store(f"sqlite:///{path}", clock).close()
