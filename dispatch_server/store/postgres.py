"""PostgreSQL: each Work has its own transaction on a thread of a pool; any number of servers side by side."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.bell import Bell
from dispatch_server.store.store import Deed, Question, SavingUnsure, StoreBusy, T, call_each, hand_over
from dispatch_server.store.work import Reading, Work

WORKERS = 8  # writers, and as many readers: three servers fit in PostgreSQL's usual hundred connections
TRIES = 8
LOCK_TIMEOUT_S = 3
IDLE_TIMEOUT_S = 60  # a server that hangs inside a Work would hold back every reader of the journal
DEAD_NETWORK_MS = 15_000

# The whole Work is undone and may be run again: two rows locked crosswise, or two firsts of one external_ref.
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation, errors.LockNotAvailable)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]


def connect(url: str) -> Connection:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=10, tcp_user_timeout=DEAD_NETWORK_MS)
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT_S}s'")
    return connection


UNNOTICED = "A question failed inside this Work and nobody noticed; nothing was saved."


class PostgresStore:
    dialect = "postgresql"

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._per_thread = threading.local()
        self._opened: list[Connection] = []
        self._writers = ThreadPoolExecutor(WORKERS, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(WORKERS, thread_name_prefix="reader")
        self._bell = Bell(url, lambda: call_each(self._listeners))

    async def awork(self, author: Author, deed: Deed[T]) -> T:
        return await asyncio.wrap_future(hand_over(self._writers, lambda: self._work(author, deed)))

    def work(self, author: Author, deed: Deed[T]) -> T:
        return hand_over(self._writers, lambda: self._work(author, deed)).result()

    async def aread(self, question: Question[T]) -> T:
        return await asyncio.wrap_future(hand_over(self._readers, lambda: self._ask(question)))

    def read(self, question: Question[T]) -> T:
        return hand_over(self._readers, lambda: self._ask(question)).result()

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)
        self._bell.listen()

    def close(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        self._bell.close()
        while self._opened:
            self._opened.pop().close()

    def _work(self, author: Author, deed: Deed[T]) -> T:
        for attempt in range(TRIES):
            try:
                work, result = self._once(_BEGIN, lambda cursor: self._do(cursor, author, deed))
                break
            except _AGAIN as error:
                if attempt == TRIES - 1:
                    raise StoreBusy("Too many people change this at once. Nothing was saved; try again.") from error
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        call_each(work.after_commit)
        if work.recorded:
            call_each(self._listeners)
            self._bell.ring()
        return result

    def _do(self, cursor: Cursor, author: Author, deed: Deed[T]) -> tuple[Work, T]:
        work = Work(cursor, self.dialect, self.clock(), author)
        result = deed(work)
        try:
            work.finish()
        except errors.InFailedSqlTransaction as error:
            raise RuntimeError(UNNOTICED) from error
        return work, result

    def _ask(self, question: Question[T]) -> T:
        return self._once(_BEGIN_READING, lambda cursor: question(Reading(cursor, self.dialect, self.clock())))

    def _once(self, begin: str, ask: Callable[[Cursor], T]) -> T:
        """One transaction. A connection that died is made anew once: until the commit nothing is lost by that."""
        for is_last in (False, True):
            try:
                with self._connection().cursor() as cursor, _transaction(cursor, begin):
                    return ask(cursor)
            except _AGAIN:
                raise
            except _AWAY as error:
                self._drop_connection()
                if is_last:
                    raise StoreBusy(
                        "The database does not answer. Nothing was saved; try again in a moment."
                    ) from error
        raise AssertionError("unreachable")

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._per_thread, "connection", None)
        if connection is not None and connection.info.transaction_status is not TransactionStatus.IDLE:
            self._drop_connection()
            connection = None
        if connection is None:
            connection = self._per_thread.connection = connect(self.url)
            self._opened.append(connection)
        return connection

    def _drop_connection(self) -> None:
        connection: Connection | None = getattr(self._per_thread, "connection", None)
        self._per_thread.connection = None
        if connection is not None:
            connection.close()
            self._opened.remove(connection)


@contextmanager
def _transaction(cursor: Cursor, begin: str) -> Iterator[None]:
    cursor.execute(begin.encode())
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):  # a connection that is gone has rolled back by itself
            cursor.execute("ROLLBACK")
        raise
    try:
        cursor.execute("COMMIT")
    except _AWAY as error:
        raise SavingUnsure(
            "The database went away at the last moment. Look whether this was saved before you send it again."
        ) from error
    if cursor.statusmessage != "COMMIT":  # PostgreSQL answers ROLLBACK, without an error, when a statement had failed
        raise RuntimeError(UNNOTICED)
