"""The tablets of all crews against the real services: pulled, acted on and pushed, pass by pass."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from dispatch_server.domain.crews import JobInHand
from dispatch_server.drill.authors import Authors
from dispatch_server.drill.cards import Card, read_card
from dispatch_server.drill.crews import PARKED_EVERY, TABLET, Habits, VirtualCrew
from dispatch_server.drill.driving import Roads, gps_fix, roads_of
from dispatch_server.drill.fates import Fate, fates_of, wall_error_of
from dispatch_server.drill.tablet import Tablet
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services import cards, crew_work
from dispatch_server.services.ports import Territory, Travel
from dispatch_server.store.crews import CrewRecord, Heard, OnDuty, duties, last_heard
from dispatch_server.store.jobs import jobs_in_hand
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

LOOKS_AT_SHIFTS_EVERY = timedelta(minutes=15)
PULLS_EVERY = timedelta(seconds=15)  # with a job in hand; without one, when something is offered
DEVICE = "demo-tablet"
NOTHING: frozenset[JobInHand] = frozenset()


@dataclass(slots=True)
class _Aboard:
    """A crew with what only its driver needs to know. Before `acts_at` it need not be looked at."""

    crew: VirtualCrew
    wakes_at: datetime
    acts_at: datetime
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


def always(_: CrewRecord, __: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Manner:
    """What a drill sees differently from a demo: how crews fare, on which roads, how often their tablets speak, and
    who works at which hour (local time). `alone`: nobody else writes to the store, which says whenever it changed."""

    fates: Callable[[str], Callable[[Card], Fate]]
    roads: Callable[[Travel], Roads] = roads_of
    works: Callable[[CrewRecord, datetime], bool] = always
    habits: Habits = TABLET
    pulls_every: timedelta = PULLS_EVERY
    alone: bool = False


class CrewsOnDuty:
    """Invented crews that accept, drive and repair. One thread calls `once`."""

    def __init__(
        self,
        store: Store,
        territory: Callable[[], Territory],
        authors: Authors,
        seed: str,
        haste: float = 1.0,
        manner: Manner | None = None,
    ) -> None:
        self._store = store
        self._territory = territory
        self._authors = authors
        self._seed = seed
        self._haste = haste
        self._manner = manner or Manner(lambda code: fates_of(seed, code, haste))
        self._aboard: list[_Aboard] = []
        self._looks_at: datetime | None = None
        self._has_news = True
        self._in_hand: Mapping[int, list[JobInHand]] = {}
        self._store.on_change(self._hear_news)

    def _hear_news(self) -> None:
        self._has_news = True

    def begin(self) -> None:
        """Whoever works at this hour on duty and heard; the first pass reads the cards, and with them goes on with open
        jobs."""
        now, territory = self._store.clock(), self._territory()
        standing, roads = self._store.read(_standing), self._manner.roads(territory.travel)
        for crew_id, record in territory.crews.items():
            crew = record.crew
            tablet = Tablet(f"{DEVICE}-{crew.code}", now, wall_error_of(self._seed, crew.code))
            at = standing.position(crew_id, crew.depot)
            fates, habits = self._manner.fates(crew.code), self._manner.habits
            acting = VirtualCrew(crew, tablet, roads, fates, at, now, self._haste, habits)
            acting.is_on_duty = standing.is_on_duty(crew_id)
            self._keep_shift(acting, record, now)
            acting.act(now)
            self._aboard.append(_Aboard(acting, now, now, now - self._manner.pulls_every))
            self._push(self._aboard[-1], now)

    def once(self) -> int:
        """One pass; gives the number of crews that did something."""
        now = self._store.clock()
        if self._manner.alone and not self._has_news and now < self.next_at():
            return 0
        if self._has_news or not self._manner.alone:
            self._has_news = False
            self._in_hand = self._store.read(jobs_in_hand)
        self._look_at_shifts(now)
        return sum(self._one(aboard, now) for aboard in self._aboard)

    def next_at(self) -> datetime:
        """Nothing changes before, unless somebody else changes it."""
        shifts = self._looks_at or self._store.clock() + LOOKS_AT_SHIFTS_EVERY
        return min([shifts, *(aboard.acts_at for aboard in self._aboard)])

    def _next_of(self, aboard: _Aboard) -> datetime:
        crew = aboard.crew
        if not crew.is_on_duty:
            return aboard.wakes_at
        reads_at = aboard.pulled_at if aboard.stirred else aboard.pulled_at + self._manner.pulls_every
        reads_at = max(reads_at, crew.silent_until)
        return min(aboard.wakes_at, reads_at) if aboard.stirred or crew.live_jobs else aboard.wakes_at

    def _look_at_shifts(self, now: datetime) -> None:
        if self._looks_at is not None and now < self._looks_at:
            return
        self._looks_at = now + LOOKS_AT_SHIFTS_EVERY
        crews = self._territory().crews
        for aboard in self._aboard:
            self._keep_shift(aboard.crew, crews[aboard.crew.crew.id], now)
            if aboard.crew.tablet.has_actions:
                aboard.acts_at = aboard.wakes_at = now

    def _keep_shift(self, crew: VirtualCrew, record: CrewRecord, now: datetime) -> None:
        """A crew ends what it is at before it goes home."""
        works = self._manner.works(record, now.astimezone(self._territory().policy.zone))
        if works and not crew.is_on_duty:
            crew.go_on_duty(now)
        elif not works and crew.is_on_duty and not crew.is_at_work:
            crew.go_off_duty(now)

    def end(self) -> None:
        """Says what is still in the outboxes, silent or not: the next run reads the cards and goes on."""
        for aboard in self._aboard:
            aboard.crew.act(self._store.clock())
            self._push(aboard, self._store.clock())
        self._aboard.clear()

    def _one(self, aboard: _Aboard, now: datetime) -> bool:
        held = self._in_hand.get(aboard.crew.crew.id)
        jobs = NOTHING if held is None else frozenset(held)
        if jobs == aboard.in_hand and now < aboard.acts_at:
            return False
        aboard.stirred = aboard.stirred or jobs != aboard.in_hand
        aboard.in_hand = jobs
        acted = self._act(aboard, now)
        aboard.acts_at = self._next_of(aboard)
        return acted

    def _act(self, aboard: _Aboard, now: datetime) -> bool:
        crew = aboard.crew
        reads = crew.is_on_duty and not crew.is_silent(now) and self._has_to_pull(aboard, now)
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
        return aboard.stirred or (aboard.crew.live_jobs > 0 and now - aboard.pulled_at >= self._manner.pulls_every)

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
