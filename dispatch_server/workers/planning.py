"""Keeps the plan of the whole board for auto mode: made again after every change, outside any Work."""

from collections.abc import Callable
from datetime import datetime

from dispatch_server.services import whole_board
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.store.feed import end_of_journal
from dispatch_server.store.outages import waiting
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

PAUSE_S = 2.0
RESTS = 3  # times as long as a pass took: the plan of a large board must not take the processor from callers
ALONE = 1  # one outage that waits is given to the best crew for it, plan or not


class Planning:
    """`once` is one pass. A fresh plan stands until something is recorded; where at most one waits none is made."""

    def __init__(self, store: Store, territory: Callable[[], Territory], board: WholeBoard) -> None:
        self._store = store
        self._territory = territory
        self._board = board
        self._seen = ""
        self._rests_until: datetime | None = None

    def once(self) -> int:
        began = self._store.clock()
        if self._rests_until is not None and began < self._rests_until:
            return 0
        seen = self._store.read(lambda reading: str(end_of_journal(reading)))
        if (self._board.latest(began) is None or seen != self._seen) and self._store.read(_several_wait):
            self._plan()
        self._seen = seen
        ended = self._store.clock()
        self._rests_until = ended + RESTS * (ended - began)
        return 0

    def _plan(self) -> None:
        territory = self._territory()
        now = self._store.read(lambda reading: whole_board.situation(reading, territory))
        self._board.plan(now)


def _several_wait(reading: Reading) -> bool:
    return len(waiting(reading)) > ALONE
