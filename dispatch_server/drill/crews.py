"""One invented crew: from the time and its cards to its next presses. No clock, no store."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dispatch_server.domain.crews import Crew
from dispatch_server.domain.outage_facts import Priority
from dispatch_server.drill import sayings
from dispatch_server.drill.cards import Card, state_of
from dispatch_server.drill.driving import Drive, Roads, gps_fix, moved, poor_fix
from dispatch_server.drill.fates import AnswerMeant, Fate, Reading
from dispatch_server.drill.tablet import Tablet
from dispatch_server.gis.travel import Waypoint
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import LIVE_JOB, CrewAction, FaultKind, JobState

SENDS_EVERY = timedelta(seconds=30)
ON_THE_ROAD_EVERY = timedelta(seconds=12)
ON_SITE_EVERY = timedelta(seconds=90)
PARKED_EVERY = timedelta(minutes=4)
STRAYS_M = 1800.0  # to a village of nearly the same name: beyond every "within"
FINDS_THE_PLACE = timedelta(minutes=6)
MAKES_SAFE = timedelta(minutes=2)
LEAVES_SAFE = timedelta(minutes=8)  # a site where it works, when danger to life calls
AT_WORK = frozenset({JobState.EN_ROUTE, JobState.ON_SITE, JobState.RESTORED})
PRESSES_AT_ONCE = 30  # of one crew in one pass: a whole life, when time jumps


@dataclass(frozen=True, slots=True)
class Habits:
    """How often a tablet reads its position, and how often it sends what it read."""

    sends_every: timedelta = SENDS_EVERY
    on_the_road_every: timedelta = ON_THE_ROAD_EVERY
    on_site_every: timedelta = ON_SITE_EVERY
    parked_every: timedelta = PARKED_EVERY


TABLET = Habits()


@dataclass(frozen=True, slots=True)
class Press:
    """Something the crew means to do on a job. `label` tells two presses of one kind apart."""

    due_at: datetime
    card: Card
    action: CrewAction
    label: str = ""
    data: Mapping[str, Any] | None = None
    reason: str | None = None

    @property
    def name(self) -> str:
        return self.label or self.action.value


class VirtualCrew:
    """`act` moves it to a moment: positions and presses go into its tablet, each at its own time."""

    def __init__(
        self,
        crew: Crew,
        tablet: Tablet,
        roads: Roads,
        fates: Callable[[Card], Fate],
        at: LonLat,
        now: datetime,
        haste: float = 1.0,
        habits: Habits = TABLET,
    ) -> None:
        self.crew = crew
        self.tablet = tablet
        self.roads = roads
        self.at = at
        self.drive: Drive | None = None
        self.silent_until = now
        self.is_on_duty = True
        self._habits = habits
        self._fate_of = fates
        self._haste = haste
        self._rng = Random(f"{crew.code}|{now.isoformat()}")
        self._acted_at = self._began_at = self._free_since = now
        self._next_position_at = now
        self._cards: dict[int, Card] = {}
        self._pressed: dict[int, dict[str, datetime]] = {}
        self._fates: dict[int, Fate] = {}
        self._signal_lost_on: set[int] = set()

    def read_cards(self, cards: Iterable[Card]) -> None:
        """The server's cards replace the ones before."""
        self._cards = {card.job_id: card for card in cards}
        self._pressed = {job_id: self._pressed.get(job_id, {}) for job_id in self._cards}
        self._fates = {job_id: fate for job_id, fate in self._fates.items() if job_id in self._cards}

    def go_on_duty(self, now: datetime) -> None:
        self.is_on_duty = True
        self._next_position_at = now
        self.tablet.press(CrewAction.DUTY_ON, now, data={"aboard": max(2, self.crew.people)})

    def go_off_duty(self, now: datetime) -> None:
        """Drives home; nobody follows it, and what it has in hand it leaves to others."""
        self.is_on_duty = False
        self.tablet.press(CrewAction.DUTY_OFF, now)

    @property
    def is_at_work(self) -> bool:
        return self._busy() is not None

    def act(self, now: datetime) -> None:
        """Everything that was due by `now`."""
        for _ in range(PRESSES_AT_ONCE):
            due = self._next_press()
            if due is None or due.due_at > now:
                break
            self._move(due.due_at)
            self._do(due)
        self._move(now)

    def wakes_at(self) -> datetime:
        """Nothing changes before, unless its cards do."""
        due = self._next_press()
        sends_at = (
            None if self.tablet.waiting == 0 else max(self.silent_until, self._acted_at + self._habits.sends_every)
        )
        moments = (self._next_position_at, None if due is None else due.due_at, sends_at)
        return min(moment for moment in moments if moment is not None)

    def is_silent(self, now: datetime) -> bool:
        return now < self.silent_until

    def has_to_send(self, now: datetime) -> bool:
        """Actions at once, positions in batches; nothing without a signal."""
        if self.is_silent(now):
            return False
        oldest = self.tablet.oldest_position
        batch_is_due = oldest is not None and (self.drive is None or now - oldest >= self._habits.sends_every)
        return self.tablet.has_actions or batch_is_due

    @property
    def live_jobs(self) -> int:
        return sum(self._state(card) in LIVE_JOB for card in self._cards.values())

    # What comes next

    def _next_press(self) -> Press | None:
        """The earliest of all; none lies before the last moment it acted at. Off duty nobody presses anything."""
        if not self.is_on_duty:
            return None
        meant = [press for card in self._cards.values() if (press := self._meant(card)) is not None]
        return min(meant, key=lambda press: (press.due_at, press.card.job_id), default=None)

    def _meant(self, card: Card) -> Press | None:
        fate = self._fate(card)
        match self._state(card):
            case JobState.OFFERED:
                return self._answer(card, fate)
            case JobState.ACCEPTED:
                return self._departure(card, fate)
            case JobState.EN_ROUTE:
                return self._arrival(card, fate)
            case JobState.ON_SITE:
                return self._called_away(card, next(self._still_to_do(card, fate), None))
            case JobState.RESTORED:
                return self._press(card, CrewAction.CLOSE, self._time(card, CrewAction.RESTORE), fate.closes_after)
            case _:
                return None

    def _answer(self, card: Card, fate: Fate) -> Press | None:
        seen_at = self._time(card, CrewAction.SEEN)
        if seen_at is None:
            return self._press(card, CrewAction.SEEN, card.offered_at, fate.sees_after)
        if card.site is None:
            return self._press(card, CrewAction.DECLINE, seen_at, fate.answers_after, reason=sayings.DECLINES_UNPLACED)
        match fate.answer:
            case AnswerMeant.ACCEPT:
                return self._press(card, CrewAction.ACCEPT, seen_at, fate.answers_after)
            case AnswerMeant.DECLINE:
                return self._press(card, CrewAction.DECLINE, seen_at, fate.answers_after, reason=fate.declines_for)
            case AnswerMeant.LET_LAPSE:
                return None

    def _departure(self, card: Card, fate: Fate) -> Press | None:
        """One job at a time, when the one before is done: the most pressing, and of those the one accepted first."""
        if self._busy() is not None or card.site is None:
            return None
        waiting = [c for c in self._cards.values() if self._state(c) is JobState.ACCEPTED and c.site is not None]
        first = min(waiting, key=lambda c: (c.comes_before, self._accepted_at(c), c.job_id))
        if first is not card:
            return None
        since = max(self._accepted_at(card), self._free_since)
        return self._press(card, CrewAction.DEPART, since, fate.departs_after)

    def _accepted_at(self, card: Card) -> datetime:
        return self._time(card, CrewAction.ACCEPT) or card.offered_at

    def _called_away(self, card: Card, next_step: Press | None) -> Press | None:
        """Danger to life that the crew has taken elsewhere: it leaves this site safe, and goes."""
        taken = [c for c in self._cards.values() if c.site is not None and self._state(c) is JobState.ACCEPTED]
        since = min((self._accepted_at(c) for c in taken if c.priority is Priority.DANGER), default=None)
        if since is None or card.priority is Priority.DANGER:
            return next_step
        leave = self._press(card, CrewAction.LEAVE, since, LEAVES_SAFE / self._haste, reason=sayings.LEAVES_FOR_DANGER)
        return leave if next_step is None or leave.due_at <= next_step.due_at else next_step

    def _arrival(self, card: Card, fate: Fate) -> Press | None:
        drive = self._drive_to(card, fate)
        return None if drive is None else self._press(card, CrewAction.CHECK_IN, drive.ends_at, fate.checks_in_after)

    def _still_to_do(self, card: Card, fate: Fate) -> Iterator[Press]:
        pressed = self._pressed[card.job_id]
        left = (p for p in self._on_site(card, fate) if p.name not in pressed)
        return iter(sorted(left, key=lambda p: p.due_at))

    def _on_site(self, card: Card, fate: Fate) -> list[Press]:
        came_at = self._time(card, CrewAction.CHECK_IN)
        found_at = FINDS_THE_PLACE / self._haste if fate.goes_astray else timedelta(0)
        ends_at = found_at + fate.surveys_after + fate.repairs_for
        plan = [
            self._step(card, came_at, found_at + MAKES_SAFE / self._haste, "made_safe", call_id)
            for call_id in card.unsafe_calls
        ]
        if fate.goes_astray:
            plan.append(self._press(card, CrewAction.CHECK_IN, came_at, found_at, label="found the place"))
        etr_at = None if came_at is None else came_at + ends_at * 1.25
        found = {"cause": fate.cause, "etr_at": encode(etr_at)}
        plan.append(self._press(card, CrewAction.SURVEY, came_at, found_at + fate.surveys_after, data=found))
        if came_at is None or came_at >= self._began_at:  # the card does not show steps of an earlier run: not twice
            plan += self._safety_steps(card, came_at, found_at + fate.surveys_after, fate.repairs_for)
        if fate.leaves_for is not None:
            plan.append(self._press(card, CrewAction.LEAVE, came_at, ends_at, reason=fate.leaves_for))
        else:
            restored = {"customers_restored": 1 if card.fault_kind in _ONE_HOME else card.customers}
            plan.append(self._press(card, CrewAction.RESTORE, came_at, ends_at, data=restored))
        return plan

    def _safety_steps(
        self, card: Card, came_at: datetime | None, surveyed: timedelta, repairs_for: timedelta
    ) -> list[Press]:
        before = sayings.STEPS_HV if card.fault_kind is FaultKind.HV else sayings.STEPS_LV
        after = sayings.STEPS_HV_AFTER if card.fault_kind is FaultKind.HV else ()
        steps = [(name, surveyed + repairs_for * (0.05 * n)) for n, name in enumerate(before, 1)]
        steps += [(name, surveyed + repairs_for * (0.9 + 0.03 * n)) for n, name in enumerate(after, 1)]
        return [self._step(card, came_at, when, name) for name, when in steps]

    def _step(
        self, card: Card, came_at: datetime | None, after: timedelta, name: str, call_id: int | None = None
    ) -> Press:
        data = {"step": name} if call_id is None else {"step": name, "call_id": call_id}
        label = f"step {name}" if call_id is None else f"made safe {call_id}"
        return self._press(card, CrewAction.SAFETY_STEP, came_at, after, label=label, data=data)

    def _press(
        self,
        card: Card,
        action: CrewAction,
        since: datetime | None,
        after: timedelta,
        label: str = "",
        data: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Press:
        due_at = (since or self._acted_at) + after
        return Press(max(due_at, self._acted_at), card, action, label, data, reason)

    # Doing it

    def _do(self, press: Press) -> None:
        card, at = press.card, press.due_at
        self._pressed[card.job_id][press.name] = at
        fix = self._fix_for(press)
        self.tablet.press(press.action, at, card.job_id, fix, press.reason, press.data)
        if press.action is CrewAction.DEPART:
            self._next_position_at = at
        if self._state(card) not in LIVE_JOB and press.action in (CrewAction.LEAVE, CrewAction.CLOSE):
            self._free_since = at

    def _fix_for(self, press: Press) -> Fix | None:
        if press.action is not CrewAction.CHECK_IN or press.card.site is None:
            return None
        fate, elapsed_ms = self._fate(press.card), self.tablet.elapsed_ms(press.due_at)
        if press.label:
            self.at = self._stand_of(press.card, fate, strays=False)
        match fate.reading:
            case Reading.GPS:
                return gps_fix(self.at, press.due_at, elapsed_ms, self._rng)
            case Reading.NETWORK:
                return poor_fix(self.at, press.due_at, elapsed_ms, self._rng)
            case Reading.NONE:
                return None

    def _stand_of(self, card: Card, fate: Fate, strays: bool) -> LonLat:
        assert card.site is not None
        return moved(card.site, STRAYS_M if strays else fate.stands_off_m, fate.stands_off_turn)

    def _drive_to(self, card: Card, fate: Fate) -> Drive | None:
        """The trip under way; planned anew when the site was moved or the demo went on after a restart."""
        if card.site is None:
            return None
        to = self._stand_of(card, fate, fate.goes_astray)
        if self.drive is None or self.drive.to != to:
            self.drive = self._plan(to, card, fate.pace)
        return self.drive

    def _plan(self, to: LonLat, card: Card | None, pace: float) -> Drive:
        way = tuple(self.roads.route(self.at, to, None if card is None else card.area_class))
        left_at = self._acted_at
        if card is not None:
            left_at = max(left_at, self._pressed[card.job_id].get(CrewAction.DEPART.value, left_at))
        return Drive((*way, Waypoint(to, way[-1].minutes)), left_at, pace)

    def _move(self, moment: datetime) -> None:
        """Drives on, or home when there is nothing to do, and keeps a reading now and then."""
        busy = self._busy()
        if busy is None:
            self._head_home()
        elif self._state(busy) is JobState.EN_ROUTE:
            self._drive_to(busy, self._fate(busy))
        else:
            self.drive = None
        while self._next_position_at <= moment:
            self._read_gps(max(self._next_position_at, self._acted_at))
        if self.drive is not None:
            self.at = self.drive.at(moment)
            self._lose_signal(busy, moment)
        self._acted_at = max(self._acted_at, moment)

    def _head_home(self) -> None:
        if self.drive is None and self.at == self.crew.depot:
            return
        if self.drive is None or self.drive.to != self.crew.depot:
            self.drive = self._plan(self.crew.depot, None, 1.0 / self._haste)
        elif self.drive.ends_at <= self._acted_at:
            self.drive, self.at = None, self.crew.depot

    def _read_gps(self, at: datetime) -> None:
        if self.drive is not None:
            self.at = self.drive.at(at)
        if self.is_on_duty:
            speed_mps = None if self.drive is None else self.drive.mean_mps
            self.tablet.note_position(gps_fix(self.at, at, self.tablet.elapsed_ms(at), self._rng, speed_mps))
        habits = self._habits
        parked_every = habits.parked_every if self._busy() is None else habits.on_site_every
        self._next_position_at = at + (parked_every if self.drive is None else habits.on_the_road_every)

    def _lose_signal(self, busy: Card | None, moment: datetime) -> None:
        if busy is None or self.drive is None or busy.job_id in self._signal_lost_on:
            return
        fate = self._fate(busy)
        if fate.loses_signal_at is not None and self.drive.share(moment) >= fate.loses_signal_at:
            self._signal_lost_on.add(busy.job_id)
            self.silent_until = moment + fate.lost_for

    # How things stand

    def _busy(self) -> Card | None:
        """The job it is driving to or working on."""
        return next((c for c in self._cards.values() if self._state(c) in AT_WORK), None)

    def _state(self, card: Card) -> JobState:
        return state_of(card, self._pressed[card.job_id])

    def _time(self, card: Card, action: CrewAction) -> datetime | None:
        return self._pressed[card.job_id].get(action.value) or card.time_of(action)

    def _fate(self, card: Card) -> Fate:
        fate = self._fates.get(card.job_id)
        if fate is None:
            fate = self._fates[card.job_id] = self._fate_of(card)
        return fate


_ONE_HOME = frozenset({FaultKind.INSIDE_HOME, FaultKind.METERING})
