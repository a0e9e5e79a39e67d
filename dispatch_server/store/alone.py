"""SQLite for one thread alone and for nobody to keep: a drill runs a million Works, and waits for no other thread.

The same Works, Readings and savepoints as `SqliteStore`; commits do not wait for the disk.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.opening import prepare_sqlite
from dispatch_server.store.sqlite import connect
from dispatch_server.store.store import Deed, Question, T, call_each
from dispatch_server.store.work import Reading, Work


class StoreForOne:
    """A deed that fails is undone; nothing else runs beside it."""

    dialect = "sqlite"

    def __init__(self, path: Path, clock: Clock) -> None:
        prepare_sqlite(path)
        self.path = path
        self.clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._connection: sqlite3.Connection = connect(path, lasting=False)
        self._thread = threading.get_ident()

    def work(self, author: Author, deed: Deed[T]) -> T:
        self._require_own_thread()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                work = Work(cursor, self.dialect, self.clock(), author)
                result = deed(work)
                work.finish()
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
        call_each(work.after_commit)
        if work.recorded:
            call_each(self._listeners)
        return result

    def read(self, question: Question[T]) -> T:
        self._require_own_thread()
        with closing(self._connection.cursor()) as cursor:
            return question(Reading(cursor, self.dialect, self.clock()))

    async def awork(self, author: Author, deed: Deed[T]) -> T:
        await asyncio.sleep(0)
        return self.work(author, deed)

    async def aread(self, question: Question[T]) -> T:
        await asyncio.sleep(0)
        return self.read(question)

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        self._connection.close()

    def _require_own_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("This store belongs to the thread that opened it.")
