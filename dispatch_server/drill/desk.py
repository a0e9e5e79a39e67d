"""The desk of a drill: faults are reported as the scenario drew them, taken one after the other by a few people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from random import Random

from dispatch_server.domain.people import Author
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.scenarios import Fault
from dispatch_server.drill.simulated import Agenda
from dispatch_server.protocol.words import Channel, Hazard
from dispatch_server.services import intake
from dispatch_server.services.intake import NewCall
from dispatch_server.services.ports import Territory
from dispatch_server.store.accounts import Customer
from dispatch_server.store.store import Store

SEATS = 4
# In a storm everybody takes calls. With four seats half of a thunderstorm's outages were on the board 49 min after the
# call: no choice of crews could have been in time.
SEATS_IN_A_STORM = 12
CALL_TAKES_S = (50.0, 130.0)
DESK = Author("drill desk")


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody rings about a fault; `first` is who reported it."""

    at: datetime
    fault: int
    customer: Customer
    trouble: Trouble
    first: bool


def rings_of(faults: Iterable[Fault]) -> list[Ring]:
    rings = []
    for n, fault in enumerate(faults):
        rings.append(Ring(fault.at, n, fault.customer, fault.trouble, True))
        quiet = replace(fault.trouble, hazard=Hazard.NONE)
        rings += [Ring(fault.at + after, n, who, quiet, False) for who, after in fault.neighbours]
    return sorted(rings, key=lambda ring: ring.at)


@dataclass(slots=True)
class Desk:
    """`outages` says which fault became which outage, `works` how long one takes where that is known. A neighbour whose
    power is back does not ring."""

    store: Store
    territory: Callable[[], Territory]
    seed: str
    seats: int = SEATS
    outages: dict[int, int] = field(default_factory=dict)
    works: dict[int, timedelta] = field(default_factory=dict)
    _known: dict[int, timedelta] = field(default_factory=dict)
    _agenda: Agenda = field(default_factory=Agenda)

    def expect(self, faults: Iterable[Fault]) -> None:
        """Who finds every seat taken waits for the first that is free."""
        faults = list(faults)
        self._known = {n: fault.work for n, fault in enumerate(faults) if fault.work is not None}
        rng, rings = Random(f"{self.seed}|desk"), rings_of(faults)
        free_at = [ring.at for ring in rings[:1]] * self.seats
        for ring in rings:
            filed_at = max(ring.at, heappop(free_at)) + timedelta(seconds=rng.uniform(*CALL_TAKES_S))
            heappush(free_at, filed_at)
            self._agenda.plan(filed_at, partial(self._file, ring))

    def once(self) -> int:
        return self._agenda.once(self.store.clock())

    def next_at(self) -> datetime | None:
        return self._agenda.next_at

    def _file(self, ring: Ring) -> None:
        if not ring.first and not self._still_out(ring.fault):
            return
        territory = self.territory()
        new = NewCall(
            channel=Channel.HOTLINE,
            received_at=ring.at,
            caller_name=ring.customer.name,
            caller_phone=ring.customer.phone,
            account_no=ring.customer.account_no or None,
            pin=None if ring.customer.account_no else ring.customer.at,
            crs=None if ring.customer.account_no else "EPSG:4326",
            fault_kind=ring.trouble.kind,
            hazard=ring.trouble.hazard,
        )
        try:
            filed = self.store.work(DESK, lambda work: intake.take_call(work, territory, new))
        except (Refused, BadInput):
            return
        if ring.first and filed.outage is not None:
            self.outages[ring.fault] = filed.outage.id
            if ring.fault in self._known:
                self.works[filed.outage.id] = self._known[ring.fault]

    def _still_out(self, fault: int) -> bool:
        outage_id = self.outages.get(fault)
        return outage_id is not None and self.store.read(lambda reading: reading.outage(outage_id).is_open)
