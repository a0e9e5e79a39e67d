"""What a store promises, whichever database stands behind it."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.work import Reading, Work

T = TypeVar("T")
STOPPING = "This server is stopping. Nothing was saved; try again in a moment."
_log = logging.getLogger("relight.store")
Deed = Callable[[Work], T]
Question = Callable[[Reading], T]


class StoreBusy(Exception):
    """The database did not answer in time or went away; nothing was written. Worth another try (503)."""


class SavingUnsure(StoreBusy):
    """The database went away in the middle of the commit: it may have been saved."""


class Store(Protocol):
    """`work` runs a deed in one transaction and returns after the commit; `read` asks of one snapshot.

    The `a…` forms are for coroutines, the plain ones for threads and the command line. A deed may be run more than
    once (on PostgreSQL, when two Works met): what it does outside the Work belongs in `after_commit`. No deed and no
    question may call the store again.
    """

    dialect: str
    clock: Clock

    async def awork(self, author: Author, deed: Deed[T]) -> T: ...
    def work(self, author: Author, deed: Deed[T]) -> T: ...
    async def aread(self, question: Question[T]) -> T: ...
    def read(self, question: Question[T]) -> T: ...
    def on_change(self, listener: Callable[[], None]) -> None:
        """`listener` is called from a thread of the store after facts were committed, perhaps with nothing new."""

    def close(self) -> None: ...


def hand_over(pool: ThreadPoolExecutor, ask: Callable[[], T]) -> Future[T]:
    """`ask` on a thread of the pool. A future cannot carry StopIteration: whoever waits for it would wait for ever."""

    def asked() -> T:
        try:
            return ask()
        except StopIteration as error:
            raise RuntimeError("A deed let StopIteration out.") from error

    try:
        return pool.submit(asked)
    except RuntimeError as error:  # the pool was shut down
        raise StoreBusy(STOPPING) from error


def call_each(callbacks: Iterable[Callable[[], None]]) -> None:
    """After a commit. What fails here cannot undo it, and must not stop the writer or pass for a failed Work."""
    for callback in callbacks:
        try:
            callback()
        except Exception:
            _log.exception("A callback after a commit failed; the commit stands")
