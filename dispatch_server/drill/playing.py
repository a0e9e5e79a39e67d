"""A drill: the real store, services and rules under a simulated clock that jumps from one event to the next."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.rules import Policy as Rules
from dispatch_server.drill.authors import Authors
from dispatch_server.drill.chances import drill_manner
from dispatch_server.drill.desk import SEATS, SEATS_IN_A_STORM, Desk
from dispatch_server.drill.on_duty import CrewsOnDuty, Manner
from dispatch_server.drill.policies import Policy
from dispatch_server.drill.scenarios import Fault, Scenario
from dispatch_server.drill.simulated import SimulatedClock, earliest
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.services.ports import Territory
from dispatch_server.store.accounts import Customer, all_customers
from dispatch_server.store.alone import StoreForOne
from dispatch_server.store.deadlines import next_due
from dispatch_server.store.outages import open_sites
from dispatch_server.store.store import Store

AFTERWARDS = timedelta(hours=36)  # what is still dark then is counted as it stands
WATCH_EVERY = timedelta(minutes=2)  # a live job's estimated arrival; a server looks four times as often
STEPS_AT_ONCE = 200  # within one second; more would mean that two of them undo each other's deeds


class Ticking(Protocol):
    """The ticker, handed in: what is due, and in auto mode the offers."""

    def enforce(self) -> int: ...
    def offer(self) -> int: ...


MakeTicker = Callable[[Store, Callable[[], Territory]], Ticking]
MakeManner = Callable[[Scenario, str, SimulatedClock, Callable[[datetime], int], Mapping[int, timedelta]], Manner]


@dataclass(frozen=True, slots=True)
class Stage:
    """Layers loaded once, for any number of drills: each begins with a copy of `file`."""

    file: Path
    territory: Territory
    customers: Sequence[Customer]
    make_ticker: MakeTicker
    rules: Rules


def set_stage(folder: Path, layers: Path, rules: Rules, make_ticker: MakeTicker) -> Stage:
    file = folder / "stage.db"
    store = StoreForOne(file, SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    try:
        store.work(COMMAND_LINE, lambda work: load_layers(work, layers))
        territory = store.read(lambda reading: territory_from(reading, rules))
        customers = store.read(all_customers)
    finally:
        store.close()
    return Stage(file, territory, customers, make_ticker, rules)


@dataclass(frozen=True, slots=True)
class Played:
    """A drill that is over; its store stays open until `close`."""

    scenario: Scenario
    policy: Policy
    seed: int
    faults: Sequence[Fault]
    desk: Desk
    store: Store
    territory: Territory
    still_dark: int

    def close(self) -> None:
        self.store.close()


class Drill:
    """One scenario, policy and seed. `play` runs to the end; `play_until` to a moment, for whoever watches."""

    def __init__(
        self,
        stage: Stage,
        scenario: Scenario,
        policy: Policy,
        seed: int,
        file: Path,
        make_manner: MakeManner = drill_manner,
    ) -> None:
        rules = replace(stage.rules, mode=policy.mode, watch_every=WATCH_EVERY)
        self.scenario, self.policy, self.seed = scenario, policy, seed
        self.territory = _under(stage.territory, rules)
        self.clock = SimulatedClock(scenario.begins_at(rules.zone))
        self.ends_at = scenario.ends_at(rules.zone)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(stage.file, file)
        self.store = StoreForOne(file, self.clock)
        self.faults = scenario.faults(stage.customers, rules.zone, seed)
        self.desk = Desk(self.store, self._ground, str(seed), SEATS_IN_A_STORM if scenario.all_hands else SEATS)
        self.desk.expect(self.faults)
        self._ticker = stage.make_ticker(self.store, self._ground)
        self._dispatching = policy.dispatching(self.store, self._ground)
        works, hour_of = self.desk.works, lambda at: at.astimezone(rules.zone).hour
        manner = make_manner(scenario, str(seed), self.clock, hour_of, works)
        self._crews = CrewsOnDuty(self.store, self._ground, Authors(), str(seed), manner=manner)

    def _ground(self) -> Territory:
        return self.territory

    def play(self, afterwards: timedelta = AFTERWARDS) -> Played:
        self._crews.begin()
        self.play_until(self.ends_at)
        last = self.ends_at + afterwards
        while self.clock.now < last and (self.desk.next_at() is not None or self.store.read(open_sites)):
            self.play_until(min(last, self.clock.now + timedelta(hours=1)))
        dark = len(self.store.read(open_sites))
        return Played(self.scenario, self.policy, self.seed, self.faults, self.desk, self.store, self.territory, dark)

    def play_until(self, end: datetime) -> None:
        while self.clock.now < end:
            self._settle()
            following = earliest((self.store.read(next_due), self.desk.next_at(), self._crews.next_at(), end))
            assert following is not None
            self.clock.move_to(following)

    def _settle(self) -> None:
        """Everybody does what is due, until nobody has anything left to do at this moment."""
        for _ in range(STEPS_AT_ONCE):
            if not self._step():
                return
        raise RuntimeError(f"The drill does not get past {self.clock.now.isoformat()}: two deeds undo each other.")

    def _step(self) -> int:
        done = self.desk.once()
        if (due := self.store.read(next_due)) is not None and due <= self.clock.now:
            done += self._ticker.enforce() + self._ticker.offer()
        return done + self._dispatching.once() + self._crews.once()


def _under(territory: Territory, rules: Rules) -> Territory:
    """The same ground under other rules."""
    return Territory(territory.locator, territory.travel, rules, territory.crews, territory.reach)
