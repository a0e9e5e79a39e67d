"""What the desk does after the call: settles unclear places, hears who asks again, rings when power is back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from dispatch_server.domain.calls import Call, CallBackAnswer
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.drill import sayings
from dispatch_server.drill.authors import Authors
from dispatch_server.services import follow_up, intake
from dispatch_server.services.ports import Territory
from dispatch_server.store.accounts import Customer
from dispatch_server.store.calls import calls_to_call_back, last_place_of_call, unplaced_calls
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading, Work

LOOKS_EVERY = timedelta(seconds=20)
REMEMBERED = 2000  # customers by call; older calls are placed by what was said
_ANSWERS = {
    CallBackAnswer.SATISFIED: 0.9,
    CallBackAnswer.DISSATISFIED: 0.03,
    CallBackAnswer.STILL_OUT: 0.02,
    CallBackAnswer.NO_ANSWER: 0.05,
}
_NOTES = {
    CallBackAnswer.SATISFIED: sayings.CALL_BACKS_GOOD,
    CallBackAnswer.DISSATISFIED: sayings.CALL_BACKS_BAD,
    CallBackAnswer.STILL_OUT: sayings.CALL_BACKS_OUT,
    CallBackAnswer.NO_ANSWER: ("",),
}


class Aftercare:
    """Leaves a visitor some minutes to do it himself: only what is still waiting then is done."""

    def __init__(self, store: Store, territory: Callable[[], Territory], authors: Authors, seed: str) -> None:
        self._store = store
        self._territory = territory
        self._authors = authors
        self._seed = seed
        self._customers: dict[int, Customer] = {}
        self._asked_again: dict[int, datetime] = {}
        self._unanswered: dict[int, int] = {}
        self._looks_at: datetime | None = None

    def remember(self, call_id: int, customer: Customer) -> None:
        self._customers[call_id] = customer
        if len(self._customers) > REMEMBERED:
            del self._customers[next(iter(self._customers))]

    def once(self, now: datetime) -> int:
        if self._looks_at is not None and now < self._looks_at:
            return 0
        self._looks_at = now + LOOKS_EVERY
        unplaced, to_call_back = self._store.read(lambda reading: (unplaced_calls(reading), _to_call_back(reading)))
        placed = sum(self._place(call) for call in unplaced if now >= self._settles_at(call))
        return placed + sum(
            self._call_back(call, now) for call, back_at in to_call_back if now >= self._rings_at(call, back_at)
        )

    def chase(self, call_id: int, outage_id: int) -> None:
        """催办, while it is still dark."""
        if self._store.read(lambda reading: reading.outage(outage_id).is_open):
            self._do(call_id, lambda work: intake.chase_call(work, call_id))

    def _settles_at(self, call: Call) -> datetime:
        """By then somebody has found the bill."""
        return call.entered_at + timedelta(minutes=self._chance(call, "place").uniform(2, 8))

    def _rings_at(self, call: Call, restored_at: datetime) -> datetime:
        again = self._asked_again.get(call.id)
        return again or restored_at + timedelta(minutes=self._chance(call, "back").uniform(4, 25))

    def _place(self, call: Call) -> bool:
        territory, customer = self._territory(), self._customers.get(call.id)
        pin = None if customer is None else customer.at
        candidate_id = None
        if pin is None:
            said = self._store.read(lambda reading: last_place_of_call(reading, call.id))
            if said is None or not said.candidates:
                return False
            candidate_id = said.candidates[0].candidate_id
        return self._do(call.id, lambda work: intake.place_call(work, territory, call.id, pin, candidate_id))

    def _call_back(self, call: Call, now: datetime) -> bool:
        tries = self._unanswered.get(call.id, 0)
        rng = self._chance(call, f"answer {tries}")
        answer = rng.choices(tuple(_ANSWERS), tuple(_ANSWERS.values()))[0]
        if answer is CallBackAnswer.NO_ANSWER:
            self._unanswered[call.id] = tries + 1
            self._asked_again[call.id] = now + timedelta(minutes=rng.uniform(20, 90))
        territory, note = self._territory(), rng.choice(_NOTES[answer])
        return self._do(call.id, lambda work: follow_up.record_call_back(work, territory, call.id, answer, note))

    def _do(self, call_id: int, deed: Callable[[Work], object]) -> bool:
        """False where somebody was quicker."""
        desk = self._authors.desk
        try:
            self._store.work(desk[call_id % len(desk)], deed)
        except (Refused, BadInput, NotFound):
            return False
        return True

    def _chance(self, call: Call, about: str) -> Random:
        return Random(f"{self._seed}|{call.number}|{about}")


def _to_call_back(reading: Reading) -> list[tuple[Call, datetime]]:
    """With the moment at which power came back."""
    found = calls_to_call_back(reading)
    restored = {i: reading.outage(i).restored_at for i in {c.outage_id for c in found if c.outage_id is not None}}
    return [(c, at) for c in found if c.outage_id is not None and (at := restored[c.outage_id]) is not None]
