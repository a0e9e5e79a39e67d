"""The plan of the whole board: all open outages and all crews on duty at once, made anew from itself when asked for.

A plan is a proposal: nothing is recorded, and every offer is judged again in its own Work. Routes and the search take
too long for a Work: `situation` is read, `WholeBoard.look` reckons, both outside.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch_server.domain.crews import CrewNow
from dispatch_server.domain.fitness import Reason, is_fit, skill_for
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.planning.board import Board, CrewToSend, Plan, ToReach, board_of
from dispatch_server.planning.explaining import Explained, Explainer
from dispatch_server.planning.planner import RollingPlanner
from dispatch_server.planning.search import Spent, steps
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import JobState
from dispatch_server.services.dispatching import Outlook, crews_now
from dispatch_server.services.ports import Planner, Territory
from dispatch_server.store.outages import open_sites, who_refused
from dispatch_server.store.work import Reading

WEIGHTS = {Priority.DANGER: 8.0, Priority.URGENT: 4.0, Priority.ORDINARY: 1.0}
# Steps of the search, a third of a millisecond each; a small board is settled after a few for each outage.
STEPS_AN_OUTAGE, STEPS_AT_FIRST, STEPS_AGAIN = 15, 1_500, 150
FRESH = timedelta(seconds=30)  # how long a plan speaks for crews that drive on
MINUTE = timedelta(minutes=1)
Breath = Callable[[], None]  # taken between the parts of a long reckoning, by those who must not hurry


def at_once() -> None:
    """No breath: a dispatcher waits for the plan."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The board as numbers, at one moment. `unplaced` are outages that no plan can look at: nobody knows where."""

    at: datetime
    board: Board
    numbers: Mapping[int, str]
    unplaced: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One plan with its reasons."""

    situation: Situation
    plan: Plan
    explained: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class _Bond:
    """What a crew has taken on: where it drives, else what waits for it."""

    crew_id: int
    is_driving: bool


def situation(reading: Reading, territory: Territory, breathe: Breath = at_once) -> Situation:
    crews = [crew for crew in crews_now(reading, territory) if crew.on_duty]
    sites = open_sites(reading)
    there = {job.outage_id for crew in crews for job in crew.jobs if job.state is JobState.ON_SITE}
    outages = [reading.outage(outage_id) for outage_id, site in sites.items() if site is not None]
    missing = [outage for outage in outages if outage.id not in there]
    refused = who_refused(reading)
    bonds = _bonds(crews)
    barred = _Barred(crews, territory)
    to_reach = [
        _to_reach(outage, territory, reading.now, barred.of(outage) | refused.get(outage.id, frozenset()), bonds)
        for outage in missing
    ]
    to_send = [_to_send(crew, territory, reading.now, bonds) for crew in crews]
    places = [site for o in missing if (site := sites[o.id]) is not None]
    drives = _drives(territory, missing, places, crews, breathe)
    unplaced = tuple(outage_id for outage_id, site in sites.items() if site is None)
    return Situation(reading.now, board_of(to_reach, to_send, drives), {o.id: o.number for o in missing}, unplaced)


def _bonds(crews: Sequence[CrewNow]) -> dict[int, _Bond]:
    """By outage; a crew on the road comes before one that has accepted, and that before one that is asked."""
    bonds: dict[int, _Bond] = {}
    for state in (JobState.EN_ROUTE, JobState.ACCEPTED, JobState.OFFERED):
        for crew in crews:
            for job in crew.jobs:
                if job.state is state:
                    bonds.setdefault(job.outage_id, _Bond(crew.crew.id, state is JobState.EN_ROUTE))
    return bonds


def _to_reach(
    outage: Outage, territory: Territory, now: datetime, barred: frozenset[int], bonds: Mapping[int, _Bond]
) -> ToReach:
    bond = bonds.get(outage.id)
    return ToReach(
        id=outage.id,
        waited_min=(now - outage.first_call_at) / MINUTE,
        limit_min=(outage.arrive_by - outage.first_call_at) / MINUTE,
        work_min=territory.policy.ranking.job_takes / MINUTE,
        weight=WEIGHTS[outage.priority],
        skill=skill_for(outage, territory.policy),
        barred=barred if bond is None else barred - {bond.crew_id},
        held_by=None if bond is None or bond.is_driving else bond.crew_id,
    )


def _to_send(crew: CrewNow, territory: Territory, now: datetime, bonds: Mapping[int, _Bond]) -> CrewToSend:
    """Free when its work on site is done, by its own estimate where it gave one. Of several crews that drive to one
    place the first is reckoned to go on; the others may be sent elsewhere."""
    busy = crew.busy_on
    on_site = busy is not None and busy.state is JobState.ON_SITE
    takes = territory.policy.ranking.job_takes
    until = takes if busy is None or busy.etr_at is None else max(timedelta(0), busy.etr_at - now)
    return CrewToSend(
        id=crew.crew.id,
        name=crew.crew.name,
        free_in_min=until / MINUTE if on_site else 0.0,
        skills=crew.crew.skills,
        heading_to=next((o for o, bond in bonds.items() if bond == _Bond(crew.crew.id, True)), None),
    )


class _Barred:
    """Crews unfit for a kind of fault, whatever they have in hand: a plan waits until there is room."""

    def __init__(self, crews: Sequence[CrewNow], territory: Territory) -> None:
        self._crews = [replace(crew, jobs=()) for crew in crews]
        self._policy = territory.policy
        self._known: dict[object, frozenset[int]] = {}

    def of(self, outage: Outage) -> frozenset[int]:
        kind = outage.fault_kind
        if kind not in self._known:
            unfit = (crew.crew.id for crew in self._crews if not is_fit(outage, crew, self._policy))
            self._known[kind] = frozenset(unfit)
        return self._known[kind]


def _drives(
    territory: Territory,
    outages: Sequence[Outage],
    sites: Sequence[LonLat],
    crews: Sequence[CrewNow],
    breathe: Breath,
) -> list[list[float]]:
    froms = [*sites, *(crew.position for crew in crews)]
    drives = []
    for outage, site in zip(outages, sites, strict=True):
        drives.append([e.minutes for e in territory.travel.estimates(site, froms, outage.area_class)])
        breathe()
    return drives


def _breathing(spent: Spent, breathe: Breath) -> Spent:
    def after(taken: int) -> float:
        breathe()
        return spent(taken)

    return after


@dataclass(slots=True)
class WholeBoard:
    """The plan of this process. Each is made from the one before, so that little changes without a reason."""

    planner: Planner = RollingPlanner()
    _former: Plan | None = None
    _made_at: datetime | None = None
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def latest(self, now: datetime) -> Plan | None:
        """None when there is none that crews and outages have not outrun."""
        return None if self._made_at is None or now - self._made_at > FRESH else self._former

    def plan(self, now: Situation, breathe: Breath = at_once) -> Plan:
        with self._one_at_a_time:
            enough = STEPS_AN_OUTAGE * len(now.board.outages)
            if self._former is None:
                plan = self.planner.plan(now.board, _breathing(steps(min(STEPS_AT_FIRST, enough)), breathe))
            else:
                again = _breathing(steps(min(STEPS_AGAIN, enough)), breathe)
                plan = self.planner.plan_again(now.board, self._former, again)
            self._former, self._made_at = plan, now.at
            return plan

    def look(self, now: Situation) -> Look:
        plan = self.plan(now)
        explainer = Explainer(now.board, plan, self.planner.prices)
        return Look(now, plan, tuple(explainer.explain(outage.id) for outage in now.board.outages))


def led_by_plan(outlook: Outlook, plan: Plan | None) -> Outlook:
    """The crew that the plan sends there is asked before the others. Danger to life waits for no plan: there, and where
    the plan does not know the outage yet, the ranking stands."""
    stop = None if plan is None else plan.stops.get(outlook.outage.id)
    if stop is None or outlook.outage.priority is Priority.DANGER:
        return outlook
    first = [c for c in outlook.candidates if c.crew_id == stop.crew_id and c.fit]
    others = [c for c in outlook.candidates if c not in first]
    said = Reason(True, "sent there by the plan of the whole board")
    return replace(outlook, candidates=(*(replace(c, reasons=(*c.reasons, said)) for c in first), *others))
