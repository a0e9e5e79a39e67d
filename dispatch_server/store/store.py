"""What a store promises, whichever database stands behind it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from dispatch_server.clock import Clock
from dispatch_server.domain.people import Author
from dispatch_server.store.work import Reading, Work

T = TypeVar("T")
Deed = Callable[[Work], T]
Question = Callable[[Reading], T]


class StoreBusy(Exception):
    """The database did not answer in time or went away; nothing was written. Worth another try (503)."""


class Store(Protocol):
    """`work` runs a deed in one transaction and returns after the commit; `read` asks of one snapshot.

    The `a…` forms are for coroutines, the plain ones for threads and the command line.
    """

    dialect: str
    clock: Clock

    async def awork(self, author: Author, deed: Deed[T]) -> T: ...
    def work(self, author: Author, deed: Deed[T]) -> T: ...
    async def aread(self, question: Question[T]) -> T: ...
    def read(self, question: Question[T]) -> T: ...
    def on_change(self, listener: Callable[[], None]) -> None:
        """`listener` is called from a writer thread after a commit that recorded facts."""

    def close(self) -> None: ...
