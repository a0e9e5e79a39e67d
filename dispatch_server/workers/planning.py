"""Keeps the plan of the whole board for auto mode: made again after every change, outside any Work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import sleep, thread_time

from dispatch_server.services import whole_board
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.store.feed import end_of_journal
from dispatch_server.store.outages import waiting_since
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

PAUSE_S = 2.0
STRETCH_S = 0.005
RESTS = 3  # times as long as it worked: the plan of a large board must not take the processor from callers
ALONE = 1  # one outage that waits is given to the best crew for it, plan or not
# A fresh outage is offered in a moment anyway; planning then would slow the offers, and more would seem to wait.
WAITS_AFTER = timedelta(seconds=10)


@dataclass(slots=True)
class Unhurried:
    """Rests after every short stretch of work and not after all of it: others wait milliseconds for the processor.

    `worked_s` counts the processor time of this thread, so that a busy machine makes no rest longer.
    """

    worked_s: Callable[[], float] = thread_time
    rest: Callable[[float], None] = sleep
    _since_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._since_s = self.worked_s()

    def breathe(self) -> None:
        stretch_s = self.worked_s() - self._since_s
        if stretch_s >= STRETCH_S:
            self.rest(RESTS * stretch_s)
            self._since_s = self.worked_s()


class Planning:
    """`once` is one pass. A fresh plan stands until something is recorded; where at most one waits none is made."""

    def __init__(self, store: Store, territory: Callable[[], Territory], board: WholeBoard) -> None:
        self._store = store
        self._territory = territory
        self._board = board
        self._seen = ""

    def once(self) -> int:
        seen = self._store.read(lambda reading: str(end_of_journal(reading)))
        fresh = self._board.latest(self._store.clock()) is not None
        if (not fresh or seen != self._seen) and self._store.read(_several_wait):
            self._plan()
        self._seen = seen
        return 0

    def _plan(self) -> None:
        territory = self._territory()
        # Read and reckoned in two threads: each counts its own work.
        now = self._store.read(lambda reading: whole_board.situation(reading, territory, Unhurried().breathe))
        self._board.plan(now, Unhurried().breathe)


def _several_wait(reading: Reading) -> bool:
    return waiting_since(reading, reading.now - WAITS_AFTER) > ALONE
