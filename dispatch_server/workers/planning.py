"""Keeps the plan of the whole board for auto mode: made again after every change, outside any Work."""

from collections.abc import Callable

from dispatch_server.services import whole_board
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.store.feed import end_of_journal
from dispatch_server.store.outages import waiting
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

# A plan of a large board takes a second or two of the processor that callers are served by.
PAUSE_S = 2.0
ALONE = 1  # one outage that waits is given to the best crew for it, plan or not


class Planning:
    """`once` is one pass. A fresh plan stands until something is recorded; where at most one waits none is made."""

    def __init__(self, store: Store, territory: Callable[[], Territory], board: WholeBoard) -> None:
        self._store = store
        self._territory = territory
        self._board = board
        self._seen = ""

    def once(self) -> int:
        seen = self._store.read(lambda reading: str(end_of_journal(reading)))
        outrun = self._board.latest(self._store.clock()) is None
        if (outrun or seen != self._seen) and self._store.read(_several_wait):
            territory = self._territory()
            now = self._store.read(lambda reading: whole_board.situation(reading, territory))
            self._board.plan(now)
        self._seen = seen
        return 0


def _several_wait(reading: Reading) -> bool:
    return len(waiting(reading)) > ALONE
