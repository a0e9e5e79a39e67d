"""SQLite: one writer thread runs every Work, several to a commit, each in its own savepoint."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.store import Deed, Question, StoreBusy, T
from dispatch_server.store.work import Reading, Work

BUSY_TIMEOUT_MS = 20_000  # command-line writers share the file; a restore of a large backup holds it longest
WORKS_PER_COMMIT = 64  # more would make the last answer of a batch wait without making the commit any cheaper
READERS = 4


@dataclass(slots=True)
class _Task:
    author: Author
    deed: Callable[[Work], Any]
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None
    result: Any = None
    error: BaseException | None = None
    work: Work | None = None

    def deliver(self) -> None:
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteStore:
    dialect = "sqlite"

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._listeners: list[Callable[[], None]] = []
        self._per_thread = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._writer.start()

    async def awork(self, author: Author, deed: Deed[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Task(author, deed, future, loop))
        return await future

    def work(self, author: Author, deed: Deed[T]) -> T:
        future: Future[T] = Future()
        self._queue.put(_Task(author, deed, future, None))
        return future.result()

    async def aread(self, question: Question[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, question)

    def read(self, question: Question[T]) -> T:
        connection = self._reading_connection()
        cursor = connection.cursor()
        cursor.execute("BEGIN")
        try:
            return question(Reading(cursor, self.dialect, self.clock()))
        finally:
            cursor.execute("ROLLBACK")
            cursor.close()

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        self._queue.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()

    def _reading_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._per_thread, "connection", None)
        if connection is None:
            connection = self._per_thread.connection = connect(self.path)
            connection.execute("PRAGMA query_only=ON")
            self._opened.append(connection)
        return connection

    def _write(self) -> None:
        with closing(connect(self.path)) as connection:
            cursor = connection.cursor()
            while (first := self._queue.get()) is not None:
                batch, is_last = self._batch(first)
                self._commit_together(cursor, batch)
                self._tell(batch)
                if is_last:
                    return

    def _batch(self, first: _Task) -> tuple[list[_Task], bool]:
        batch = [first]
        while len(batch) < WORKS_PER_COMMIT:
            try:
                task = self._queue.get_nowait()
            except Empty:
                break
            if task is None:
                return batch, True
            batch.append(task)
        return batch, False

    def _commit_together(self, cursor: sqlite3.Cursor, batch: list[_Task]) -> None:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            for task in batch:
                self._run(cursor, task)
            cursor.execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(cursor, batch, error)
            return
        for task in batch:
            if task.work is not None and task.error is None:
                for callback in task.work.after_commit:
                    callback()

    def _run(self, cursor: sqlite3.Cursor, task: _Task) -> None:
        cursor.execute("SAVEPOINT one_work")
        try:
            task.work = Work(cursor, self.dialect, self.clock(), task.author)
            task.result = task.deed(task.work)
            task.work.flush()
        except Exception as error:  # a deed's own failure undoes its savepoint and nobody else's
            task.error = error
            cursor.execute("ROLLBACK TO SAVEPOINT one_work")
        cursor.execute("RELEASE SAVEPOINT one_work")

    def _fail(self, cursor: sqlite3.Cursor, batch: list[_Task], error: sqlite3.Error) -> None:
        """A failed commit fails its whole batch: none of it was written."""
        if cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")
        for task in batch:
            task.error = StoreBusy(f"The database could not write ({error}). Nothing was saved; try again.")

    def _tell(self, batch: list[_Task]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Task]] = {}
        for task in batch:
            if task.loop is None:
                task.deliver()
            else:
                by_loop.setdefault(task.loop, []).append(task)
        for loop, tasks in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_deliver_all, tasks)
        if any(t.work is not None and t.error is None and t.work.recorded for t in batch):
            for listener in self._listeners:
                listener()


def _deliver_all(tasks: list[_Task]) -> None:
    for task in tasks:
        task.deliver()
