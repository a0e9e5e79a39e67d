"""Acts on what has fallen due. A restart loses nothing, two tickers do no harm: each row is taken by one Work."""

import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from dispatch_server.domain.people import OFFERING, TICKER
from dispatch_server.services import dispatching, enforcement, offering
from dispatch_server.services.dispatching import Outlook
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard, led_by_plan
from dispatch_server.store.deadlines import Deadline, Kind, due, offers_due
from dispatch_server.store.store import Store, StoreBusy
from dispatch_server.store.work import Work

ROWS_A_PASS = 200
OFFERS_A_PASS = 8  # a call that has just come in may be more pressing than all that wait
log = logging.getLogger(__name__)


class Ticker:
    """One pass at a time. `enforce` and `offer` may run in threads of their own."""

    def __init__(self, store: Store, territory: Callable[[], Territory], board: WholeBoard | None = None) -> None:
        """`board` holds the plan that somebody else keeps fresh; without it each outage is looked at alone."""
        self._store = store
        self._territory = territory
        self._board = board

    def enforce(self) -> int:
        """Everything that has fallen due but the offers; gives the number of rows acted on."""
        rows = self._store.read(lambda reading: due(reading, reading.now, ROWS_A_PASS))
        return sum(self._one(self._enforce_one, row) for row in rows)

    def offer(self) -> int:
        """The most pressing offers to be made in auto mode; gives the number of rows acted on."""
        rows = self._store.read(lambda reading: offers_due(reading, reading.now, ROWS_A_PASS))
        acted_on = (row for row in rows if self._one(self._offer_one, row))
        return sum(1 for _ in islice(acted_on, OFFERS_A_PASS))

    def _one(self, act: Callable[[Deadline], bool], row: Deadline) -> bool:
        """A row that cannot be acted on stays due and is tried again; it must not keep the others waiting."""
        try:
            return act(row)
        except StoreBusy as busy:
            log.warning("%s of %s waits: %s", row.kind, row.subject_id, busy)
        except Exception:
            log.exception("%s of %s could not be acted on", row.kind, row.subject_id)
        return False

    def _enforce_one(self, row: Deadline) -> bool:
        territory = self._territory()
        expected = self._expected(territory, row) if row.kind is Kind.WATCH else None
        return self._store.work(TICKER, lambda work: enforcement.enforce(work, territory, row, expected))

    def _expected(self, territory: Territory, row: Deadline) -> tuple[datetime, str] | None:
        return self._store.read(lambda reading: dispatching.expected_arrival(reading, territory, row.subject_id))

    def _offer_one(self, row: Deadline) -> bool:
        territory = self._territory()
        outlook = self._store.read(lambda reading: dispatching.crews_to_ask(reading, territory, row.subject_id))
        plan = None if self._board is None else self._board.latest(self._store.clock())
        led = led_by_plan(outlook, plan)
        self._store.work(OFFERING, lambda work: _offer(work, territory, row, led))
        return True


def _offer(work: Work, territory: Territory, row: Deadline, outlook: Outlook) -> None:
    if row.kind is Kind.OFFER_WIDER:
        offering.offer_wider(work, territory, row, outlook)
    else:
        offering.offer_next(work, territory, row, outlook)
