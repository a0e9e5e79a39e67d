"""An index costs every write: each on the outages is used by a question of ours."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import closing

from sqlalchemy import text

from dispatch_server import store as rooms
from dispatch_server.store.opening import alone_in, open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.tables import OutageRow
from tests.clock import FakeClock


def questions_about_outages() -> Iterator[str]:
    for module in pkgutil.iter_modules(rooms.__path__, f"{rooms.__name__}."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, Question):
                sql, _ = found._sql("sqlite")
                if re.search(r"\b(FROM|JOIN) outages\b", sql):
                    yield sql


def test_every_index_of_the_outages_is_used(new_database: Callable[[str], str], clock: FakeClock) -> None:
    """Asked of SQLite, whose planner chooses by the question alone where it has no statistics."""
    address, asked = new_database("sqlite"), list(questions_about_outages())
    assert len(asked) > 8
    with closing(open_store(address, clock)), alone_in(address) as connection:
        plans = [
            str(tuple(row))
            for sql in asked
            for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), dict.fromkeys(re.findall(r":(\w+)", sql)))
        ]
    indexes = [str(index.name) for index in OutageRow.metadata.tables["outages"].indexes]
    assert [name for name in indexes if not any(name in plan for plan in plans)] == []
