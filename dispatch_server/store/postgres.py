"""PostgreSQL: each Work has its own transaction on a thread of a pool; any number of servers side by side."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import errors

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.store import Deed, Question, StoreBusy, T
from dispatch_server.store.work import Reading, Work

WORKERS = 8
TRIES = 8

# The whole Work is undone and may be run again: two rows locked crosswise, or two firsts of one external_ref.
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation, errors.LockNotAvailable)


class PostgresStore:
    dialect = "postgresql"

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._per_thread = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []
        self._writers = ThreadPoolExecutor(WORKERS, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(WORKERS, thread_name_prefix="reader")

    async def awork(self, author: Author, deed: Deed[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writers, self.work, author, deed)

    def work(self, author: Author, deed: Deed[T]) -> T:
        for attempt in range(TRIES):
            try:
                return self._work_once(author, deed)
            except _AGAIN as error:
                if attempt == TRIES - 1:
                    raise StoreBusy("Too many people change this at once. Nothing was saved; try again.") from error
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
            except psycopg.OperationalError as error:
                self._drop_connection()
                raise StoreBusy("The database does not answer. Try again in a moment.") from error
        raise AssertionError("unreachable")

    def _work_once(self, author: Author, deed: Deed[T]) -> T:
        connection = self._connection()
        with connection.transaction(), connection.cursor() as cursor:
            work = Work(cursor, self.dialect, self.clock(), author)
            result = deed(work)
            work.flush()
        for callback in work.after_commit:
            callback()
        if work.recorded:
            for listener in self._listeners:
                listener()
        return result

    async def aread(self, question: Question[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, question)

    def read(self, question: Question[T]) -> T:
        try:
            connection = self._connection()
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return question(Reading(cursor, self.dialect, self.clock()))
        except psycopg.OperationalError as error:
            self._drop_connection()
            raise StoreBusy("The database does not answer. Try again in a moment.") from error

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()

    def _connection(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] | None = getattr(self._per_thread, "connection", None)
        if connection is None or connection.closed:
            connection = self._per_thread.connection = psycopg.connect(self.url, autocommit=True, connect_timeout=10)
            self._opened.append(connection)
        return connection

    def _drop_connection(self) -> None:
        connection: psycopg.Connection[Any] | None = getattr(self._per_thread, "connection", None)
        self._per_thread.connection = None
        if connection is not None:
            connection.close()
            self._opened.remove(connection)
