"""Who rings when: a stream of calls in the rhythm of a day, neighbours of one fault, and the same desk afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.drill.aftercare import Aftercare
from dispatch_server.drill.authors import Authors
from dispatch_server.drill.customers import NEIGHBOURS, Trouble, any_trouble, enquiry, report
from dispatch_server.drill.rhythm import FAULT_SHARE, next_ring
from dispatch_server.protocol.words import FaultKind, Hazard
from dispatch_server.services import intake
from dispatch_server.services.intake import Filed, NewCall
from dispatch_server.services.ports import Territory
from dispatch_server.store.accounts import Customer, customers_on, how_many_customers, nth_customer
from dispatch_server.store.store import Store

CHASE_SHARE = 0.1
# A visitor sees something at once: seconds after the start, and what is wrong.
FIRST_CALLS = (
    (3, Trouble(FaultKind.LV)),
    (9, Trouble(FaultKind.HV)),
    (20, Trouble(FaultKind.LV, Hazard.WIRE_DOWN)),
    (38, Trouble(FaultKind.INSIDE_HOME)),
)


class Callers:
    """`once` lets everybody ring whose moment has come. `faster` multiplies the calls, not the people's patience."""

    def __init__(
        self, store: Store, territory: Callable[[], Territory], authors: Authors, seed: str, faster: float = 1.0
    ) -> None:
        self._store = store
        self._territory = territory
        self._authors = authors
        self._seed = seed
        self._faster = faster
        self._aftercare = Aftercare(store, territory, authors, seed)
        self._planned: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._rng = Random(seed)
        self._customers = 0

    def begin(self) -> None:
        now = self._store.clock()
        self._rng = Random(f"{self._seed}|callers|{now.isoformat()}")
        self._customers = self._store.read(how_many_customers)
        if self._customers == 0:
            return
        for seconds, trouble in FIRST_CALLS:
            self._plan(now + timedelta(seconds=seconds), partial(self._fault, trouble))
        self._plan_next(now)

    def once(self) -> int:
        """One pass; gives the number of calls and other deeds."""
        now, done = self._store.clock(), 0
        while self._planned and self._planned[0][0] <= now:
            _, _, deed = heappop(self._planned)
            deed()
            done += 1
        return done + self._aftercare.once(now)

    def _plan(self, at: datetime, deed: Callable[[], None]) -> None:
        heappush(self._planned, (at, next(self._order), deed))

    def _plan_next(self, after: datetime) -> None:
        self._plan(next_ring(after, self._territory().policy.zone, self._faster, self._rng), self._ring)

    def _ring(self) -> None:
        """One call of the stream. What a sleeping computer missed is not made up for."""
        self._plan_next(self._store.clock())
        if self._rng.random() < FAULT_SHARE:
            self._fault(any_trouble(self._rng))
        elif (customer := self._somebody()) is not None:
            self._take(enquiry(customer, self._rng))

    def _fault(self, trouble: Trouble) -> None:
        customer = self._somebody()
        if customer is None:
            return
        filed = self._report(customer, trouble)
        if filed is None or filed.outage is None:
            return
        outage_id, call_id = filed.outage.id, filed.call.id
        for neighbour, after in self._neighbours(customer, trouble):
            rings = partial(self._neighbour_rings, neighbour, trouble, outage_id)
            self._plan(self._store.clock() + after, rings)
        if self._rng.random() < CHASE_SHARE:
            waits = timedelta(minutes=self._rng.uniform(20, 60))
            self._plan(self._store.clock() + waits, partial(self._aftercare.chase, call_id, outage_id))

    def _neighbours(self, customer: Customer, trouble: Trouble) -> list[tuple[Customer, timedelta]]:
        """Within minutes, from the same transformer."""
        most = NEIGHBOURS.get(trouble.kind, 0)
        code = customer.transformer
        if most == 0 or code is None:
            return []
        known = self._store.read(lambda reading: customers_on(reading, code, 40))
        others = [c for c in known if c.account_no != customer.account_no]
        ringing = self._rng.sample(others, min(len(others), self._rng.randint(0, most)))
        return [(c, timedelta(minutes=self._rng.expovariate(1 / 4))) for c in ringing]

    def _neighbour_rings(self, neighbour: Customer, trouble: Trouble, outage_id: int) -> None:
        """Nobody reports a power cut that is over."""
        if self._store.read(lambda reading: reading.outage(outage_id).is_open):
            self._report(neighbour, Trouble(trouble.kind))

    def _report(self, customer: Customer, trouble: Trouble) -> Filed | None:
        names = self._territory().locator.names_at(customer.at)
        filed = self._take(report(customer, names, trouble, self._store.clock(), self._rng))
        if filed is not None:
            self._aftercare.remember(filed.call.id, customer)
        return filed

    def _take(self, new: NewCall) -> Filed | None:
        territory = self._territory()
        try:
            return self._store.work(
                self._rng.choice(self._authors.desk), lambda work: intake.take_call(work, territory, new)
            )
        except (Refused, BadInput):
            return None

    def _somebody(self) -> Customer | None:
        n = self._rng.randrange(self._customers)
        return self._store.read(lambda reading: nth_customer(reading, n))
