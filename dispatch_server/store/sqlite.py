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
from dispatch_server.store.store import STOPPING, Deed, Question, StoreBusy, T, call_each, hand_over
from dispatch_server.store.work import Reading, Work

BUSY_TIMEOUT_MS = 20_000  # command-line writers share the file; a restore of a large backup holds it longest
WORKS_PER_COMMIT = 64  # more would make the last answer of a batch wait without making the commit any cheaper
READERS = 4
PAGES_A_CHECKPOINT = 8_000  # 32 MB: a call touches some 25 pages, so that at the usual 1,000 every 40th paid

# What the surroundings do to us, as against a mistake in a question: another process, a full disk, a broken one.
_SURROUNDINGS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


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


def connect(path: Path, *, lasting: bool = True) -> sqlite3.Connection:
    """`lasting` commits survive a power cut; a file that is thrown away afterwards need not wait for the disk."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        f"synchronous={'FULL' if lasting else 'OFF'}",
        "foreign_keys=ON",
        f"wal_autocheckpoint={PAGES_A_CHECKPOINT}",
    ):
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
        self._is_closed = False
        self._closing = threading.Lock()
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._writer.start()

    async def awork(self, author: Author, deed: Deed[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Task(author, deed, future, loop))
        return await future

    def work(self, author: Author, deed: Deed[T]) -> T:
        future: Future[T] = Future()
        self._put(_Task(author, deed, future, None))
        return future.result()

    async def aread(self, question: Question[T]) -> T:
        return await asyncio.wrap_future(hand_over(self._readers, lambda: self._ask(question)))

    def read(self, question: Question[T]) -> T:
        return hand_over(self._readers, lambda: self._ask(question)).result()

    def _put(self, task: _Task) -> None:
        with self._closing:  # nobody may wait for a writer that is gone
            if self._is_closed:
                raise StoreBusy(STOPPING)
            self._queue.put(task)

    def _ask(self, question: Question[T]) -> T:
        try:
            connection = self._reading_connection()
            with closing(connection.cursor()) as cursor:
                cursor.execute("BEGIN")
                try:
                    return question(Reading(cursor, self.dialect, self.clock()))
                finally:
                    if connection.in_transaction:
                        cursor.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if _is_of_surroundings(error):
                raise StoreBusy(f"The database could not be read ({error}). Try again in a moment.") from error
            raise

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
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
                call_each(task.work.after_commit)

    def _run(self, cursor: sqlite3.Cursor, task: _Task) -> None:
        cursor.execute("SAVEPOINT one_work")
        try:
            task.work = Work(cursor, self.dialect, self.clock(), task.author)
            task.result = task.deed(task.work)
            task.work.finish()
        except BaseException as error:  # a deed's own failure undoes its savepoint and nobody else's
            if not cursor.connection.in_transaction:  # a full or broken disk: SQLite has undone the whole batch
                raise _undone(error) from error
            task.error = _as_told(error)
            cursor.execute("ROLLBACK TO SAVEPOINT one_work")
        cursor.execute("RELEASE SAVEPOINT one_work")

    def _fail(self, cursor: sqlite3.Cursor, batch: list[_Task], error: sqlite3.Error) -> None:
        """A failed commit fails its whole batch: none of it was written."""
        if cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")
        for task in batch:
            task.error = _could_not_write(error)

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
            call_each(self._listeners)


def _deliver_all(tasks: list[_Task]) -> None:
    for task in tasks:
        task.deliver()


def _undone(error: BaseException) -> sqlite3.Error:
    return error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError("the disk is full or broken")


def _as_told(error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.OperationalError) and _is_of_surroundings(error):
        return _could_not_write(error)
    if isinstance(error, StopIteration):  # futures refuse to carry it, and the caller would wait for ever
        told = RuntimeError("The deed let StopIteration out.")
        told.__cause__ = error
        return told
    return error


def _is_of_surroundings(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SURROUNDINGS


def _could_not_write(error: sqlite3.Error) -> StoreBusy:
    return StoreBusy(f"The database could not write ({error}). Nothing was saved; try again.")
