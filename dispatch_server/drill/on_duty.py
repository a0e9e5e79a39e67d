"""The tablets of all crews against the real services: pulled, acted on and pushed, pass by pass."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from dispatch_server.domain.crews import JobInHand
from dispatch_server.drill.authors import Authors
from dispatch_server.drill.cards import read_card
from dispatch_server.drill.crews import PARKED_EVERY, VirtualCrew
from dispatch_server.drill.driving import gps_fix, roads_of
from dispatch_server.drill.fates import fates_of, wall_error_of
from dispatch_server.drill.tablet import Tablet
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services import cards, crew_work
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import Heard, OnDuty, duties, last_heard
from dispatch_server.store.jobs import jobs_in_hand
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

PULLS_EVERY = timedelta(seconds=15)  # with a job in hand; without one, when something is offered
DEVICE = "demo-tablet"


@dataclass(slots=True)
class _Aboard:
    """A crew with what only its driver needs to know."""

    crew: VirtualCrew
    wakes_at: datetime
    pulled_at: datetime
    cursor: str | None = None
    in_hand: frozenset[JobInHand] = frozenset()
    stirred: bool = True


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a restart finds."""

    duties: Mapping[int, OnDuty]
    heard: Mapping[int, Heard]
    in_hand: Mapping[int, list[JobInHand]]

    def position(self, crew_id: int, depot: LonLat) -> LonLat:
        """Where it was heard last when it has a job; without one it has driven home since."""
        heard = self.heard.get(crew_id)
        return depot if heard is None or heard.at is None or crew_id not in self.in_hand else heard.at

    def is_on_duty(self, crew_id: int) -> bool:
        duty = self.duties.get(crew_id)
        return duty is not None and duty.on_duty


def _standing(reading: Reading) -> _Standing:
    return _Standing(duties(reading), last_heard(reading), jobs_in_hand(reading))


class CrewsOnDuty:
    """Invented crews that accept, drive and repair. One thread calls `once`."""

    def __init__(
        self, store: Store, territory: Callable[[], Territory], authors: Authors, seed: str, haste: float = 1.0
    ) -> None:
        self._store = store
        self._territory = territory
        self._authors = authors
        self._seed = seed
        self._haste = haste
        self._aboard: list[_Aboard] = []

    def begin(self) -> None:
        """Everybody on duty and heard; the first pass reads the cards, and with them goes on with open jobs."""
        now, territory = self._store.clock(), self._territory()
        standing, roads = self._store.read(_standing), roads_of(territory.travel)
        for crew_id, record in territory.crews.items():
            crew = record.crew
            tablet = Tablet(f"{DEVICE}-{crew.code}", now, wall_error_of(self._seed, crew.code))
            at = standing.position(crew_id, crew.depot)
            fates = fates_of(self._seed, crew.code, self._haste)
            acting = VirtualCrew(crew, tablet, roads, fates, at, now, self._haste)
            if not standing.is_on_duty(crew_id):
                acting.go_on_duty(now)
            acting.act(now)
            self._aboard.append(_Aboard(acting, now, now - PULLS_EVERY))
            self._push(self._aboard[-1], now)

    def once(self) -> int:
        """One pass; gives the number of crews that did something."""
        now, in_hand = self._store.clock(), self._store.read(jobs_in_hand)
        return sum(self._one(aboard, in_hand, now) for aboard in self._aboard)

    def end(self) -> None:
        """Says what is still in the outboxes, silent or not: the next run reads the cards and goes on."""
        for aboard in self._aboard:
            aboard.crew.act(self._store.clock())
            self._push(aboard, self._store.clock())
        self._aboard.clear()

    def _one(self, aboard: _Aboard, in_hand: Mapping[int, list[JobInHand]], now: datetime) -> bool:
        crew = aboard.crew
        jobs = frozenset(in_hand.get(crew.crew.id, ()))
        aboard.stirred = aboard.stirred or jobs != aboard.in_hand
        aboard.in_hand = jobs
        reads = not crew.is_silent(now) and self._has_to_pull(aboard, now)
        if not reads and now < aboard.wakes_at:
            return False
        crew.act(now)
        if crew.has_to_send(now):
            self._push(aboard, now)
        if reads:
            self._pull(aboard, now)
        aboard.wakes_at = crew.wakes_at()
        return True

    def _has_to_pull(self, aboard: _Aboard, now: datetime) -> bool:
        return aboard.stirred or (aboard.crew.live_jobs > 0 and now - aboard.pulled_at >= PULLS_EVERY)

    def _push(self, aboard: _Aboard, now: datetime) -> None:
        crew_id, tablet, territory = aboard.crew.crew.id, aboard.crew.tablet, self._territory()
        while tablet.waiting:
            push = tablet.next_push(now)
            receive = partial(crew_work.receive, territory=territory, crew_id=crew_id, push=push)
            answers = self._store.work(self._authors.crew(crew_id), receive)
            tablet.sent(push, answers)
            aboard.stirred = aboard.stirred or bool(answers)

    def _pull(self, aboard: _Aboard, now: datetime) -> None:
        """Twice where cards changed: the second time says that the tablet has them."""
        crew_id, territory = aboard.crew.crew.id, self._territory()
        pulled = self._store.read(lambda reading: cards.pull(reading, territory, crew_id, aboard.cursor))
        if not pulled.unchanged:
            aboard.crew.read_cards(map(read_card, pulled.cards))
            cursor = pulled.cursor
            pulled = self._store.read(lambda reading: cards.pull(reading, territory, crew_id, cursor))
            aboard.cursor = cursor
        if waiting := pulled.undelivered:
            self._store.work(self._authors.crew(crew_id), lambda work: cards.mark_delivered(work, crew_id, waiting))
        aboard.stirred = not pulled.unchanged
        aboard.pulled_at = now


@dataclass(slots=True)
class QuietCrews:
    """On duty, reachable, and nothing by themselves: somebody else presses on their tablets."""

    store: Store
    territory: Callable[[], Territory]
    authors: Authors
    _tablets: dict[int, Tablet] = field(default_factory=dict)
    _said: dict[int, datetime] = field(default_factory=dict)
    _again_at: datetime | None = None

    def begin(self) -> None:
        now = self.store.clock()
        standing = self.store.read(_standing)
        for crew_id, record in self.territory().crews.items():
            tablet = self._tablets[crew_id] = Tablet(f"{DEVICE}-{record.crew.code}", now, timedelta(0))
            if not standing.is_on_duty(crew_id):
                tablet.press(CrewAction.DUTY_ON, now, data={"aboard": max(2, record.crew.people)})
            self._say_where(crew_id, standing.position(crew_id, record.crew.depot), now)
        self._again_at = now + PARKED_EVERY

    def once(self) -> int:
        """A sign of life from the depot now and then, unless a tablet of somebody's has spoken for the crew since."""
        now = self.store.clock()
        if self._again_at is None or now < self._again_at:
            return 0
        self._again_at = now + PARKED_EVERY
        heard = self.store.read(last_heard)
        mine = [(crew_id, h.at) for crew_id, h in heard.items() if h.fixed_at == self._said.get(crew_id)]
        for crew_id, at in mine:
            if at is not None:
                self._say_where(crew_id, at, now)
        return len(mine)

    def end(self) -> None:
        self._tablets.clear()
        self._said.clear()

    def _say_where(self, crew_id: int, at: LonLat, now: datetime) -> None:
        territory, tablet = self.territory(), self._tablets[crew_id]
        fix = gps_fix(at, now, tablet.elapsed_ms(now), Random(f"{crew_id}|{now.isoformat()}"), speed_mps=0)
        tablet.note_position(fix)
        self._said[crew_id] = fix.fixed_at
        push = tablet.next_push(now)
        answers = self.store.work(
            self.authors.crew(crew_id), lambda work: crew_work.receive(work, territory, crew_id, push)
        )
        tablet.sent(push, answers)
