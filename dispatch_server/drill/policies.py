"""Who decides which crew is asked. All of them offer through the same service and are judged by the same rules.

`ours` is the server's own auto mode. The others play a dispatcher beside a server in suggest mode.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from dispatch_server.domain.crews import CrewNow
from dispatch_server.domain.fitness import is_fit
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.people import Author
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import Mode
from dispatch_server.planning.planner import RollingPlanner
from dispatch_server.planning.search import steps
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import FaultKind
from dispatch_server.services import dispatching, whole_board
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import Situation
from dispatch_server.store.outages import site_of, waiting, who_refused
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

DISPATCHER = Author("drill dispatcher")
PLAN_STEPS = 200
_PRESSING = {Priority.DANGER: 0, Priority.URGENT: 1, Priority.ORDINARY: 2}
Pairs = list[tuple[int, int]]  # outage and crew


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outage that nobody has, as a dispatcher sees it."""

    outage: Outage
    site: LonLat
    refused: frozenset[int]


@dataclass(frozen=True)
class Scene:
    """What waits, and who is on duty, at one moment. In a storm hundreds wait, and mostly nobody can be sent: they are
    read when a policy asks for them."""

    reading: Reading
    territory: Territory
    read_waiting: Callable[[], Sequence[Waiting]]
    crews: Sequence[CrewNow]
    _fit: dict[tuple[FaultKind | None, int], bool] = field(default_factory=dict)

    @cached_property
    def waiting(self) -> Sequence[Waiting]:
        return self.read_waiting()

    @property
    def idle(self) -> list[CrewNow]:
        return [crew for crew in self.crews if not crew.jobs]

    @property
    def with_room(self) -> list[CrewNow]:
        return [crew for crew in self.crews if crew.in_hand < self.territory.policy.jobs_in_hand_max]

    def able(self, one: Waiting, crews: Sequence[CrewNow]) -> list[CrewNow]:
        """Of crews with room. Those who refused are asked again only when nobody else is left."""
        fit = [crew for crew in crews if self._is_fit(one.outage, crew)]
        return [c for c in fit if c.crew.id not in one.refused] or fit

    def _is_fit(self, outage: Outage, crew: CrewNow) -> bool:
        """Nobody has the outage yet, so the kind of fault alone decides about a crew with room."""
        key = outage.fault_kind, crew.crew.id
        if key not in self._fit:
            self._fit[key] = is_fit(outage, crew, self.territory.policy)
        return self._fit[key]

    def minutes(self, one: Waiting, crews: Sequence[CrewNow]) -> dict[int, float]:
        froms = [crew.position for crew in crews]
        found = self.territory.travel.estimates(one.site, froms, one.outage.area_class, self.reading.now)
        return {crew.crew.id: drive.minutes for crew, drive in zip(crews, found, strict=True)}


Choose = Callable[[Scene], Pairs]


class Dispatching(Protocol):
    """`once` makes the offers that are due; gives how many."""

    def once(self) -> int: ...


class Nobody:
    """The server offers by itself."""

    def once(self) -> int:
        return 0


@dataclass(slots=True)
class ByHand:
    """A dispatcher who decides at once by one rule, and looks again whenever something changed."""

    store: Store
    territory: Callable[[], Territory]
    choose: Choose
    _seen: object = field(default=None)
    _has_news: bool = field(default=True)

    def __post_init__(self) -> None:
        self.store.on_change(self._hear_news)

    def _hear_news(self) -> None:
        self._has_news = True

    def once(self) -> int:
        if not self._has_news:
            return 0
        self._has_news = False
        pairs = self.store.read(self._chosen)
        return sum(self._offer(outage_id, crew_id) for outage_id, crew_id in pairs)

    def _chosen(self, reading: Reading) -> Pairs:
        ids = waiting(reading)
        if not ids:
            return []
        territory = self.territory()
        crews = [crew for crew in dispatching.crews_now(reading, territory) if crew.on_duty]
        seen = (tuple(ids), tuple((c.crew.id, tuple((j.job_id, j.state) for j in c.jobs)) for c in crews))
        if seen == self._seen:
            return []
        self._seen = seen
        return self.choose(Scene(reading, territory, lambda: _read(reading, ids), crews))

    def _offer(self, outage_id: int, crew_id: int) -> bool:
        territory = self.territory()
        try:
            self.store.work(
                DISPATCHER, lambda work: dispatching.offer_job(work, territory, outage_id, crew_id, None, "By hand.")
            )
        except (Refused, BadInput):
            return False
        return True


def _read(reading: Reading, ids: Sequence[int]) -> list[Waiting]:
    """Those that are on the map."""
    refused = who_refused(reading)
    sites = {i: site_of(reading, i) for i in ids}
    return [
        Waiting(reading.outage(i), site, refused.get(i, frozenset())) for i, site in sites.items() if site is not None
    ]


def nearest_idle(scene: Scene) -> Pairs:
    """First come: in the order of the calls, each to the nearest crew that has nothing to do."""
    pairs: Pairs = []
    idle = scene.idle
    if not idle:
        return pairs
    for one in sorted(scene.waiting, key=lambda w: (w.outage.first_call_at, w.outage.id)):
        if not idle:
            break
        if able := scene.able(one, idle):
            minutes = scene.minutes(one, able)
            nearest = min(able, key=lambda crew: (minutes[crew.crew.id], crew.crew.id))
            idle.remove(nearest)
            pairs.append((one.outage.id, nearest.crew.id))
    return pairs


def own_squad_first(scene: Scene) -> Pairs:
    """As done by hand: the squad whose depot lies nearest gets the call, danger first; when all its crews are at work,
    behind the work of the one that has least of it. Another squad is asked when the own has nobody who may."""
    pairs: Pairs = []
    crews = scene.with_room
    if not crews:
        return pairs
    for one in sorted(scene.waiting, key=lambda w: (_PRESSING[w.outage.priority], w.outage.first_call_at)):
        if not crews:
            break
        if own := own_squad(scene.territory, one.site, scene.able(one, crews)):
            minutes = scene.minutes(one, own)
            least = min(own, key=lambda c: (c.in_hand, minutes[c.crew.id], c.crew.id))
            crews.remove(least)
            pairs.append((one.outage.id, least.crew.id))
    return pairs


def own_squad(territory: Territory, site: LonLat, able: Sequence[CrewNow]) -> list[CrewNow]:
    """Of the squads that have somebody, the one whose depot is nearest by the road."""
    depots = {crew.crew.squad: crew.crew.depot for crew in able}
    if not depots:
        return []
    squads = sorted(depots)
    drives = territory.travel.estimates(site, [depots[squad] for squad in squads], None)
    nearest = min(zip(drives, squads, strict=True), key=lambda pair: (pair[0].minutes, pair[1]))[1]
    return [crew for crew in able if crew.crew.squad == nearest]


def whole_board_first_stops(scene: Scene) -> Pairs:
    """The plan of the whole board, made anew at every event; a crew that has nothing to do gets its first stop."""
    if not any(scene.able(one, scene.idle) for one in scene.waiting):
        return []
    now: Situation = whole_board.situation(scene.reading, scene.territory)
    plan = RollingPlanner().plan(now.board, steps(PLAN_STEPS))
    return first_stops(scene, {stop.outage_id: (stop.crew_id, stop.turn) for stop in plan.stops.values()})


def first_stops(scene: Scene, plan: Mapping[int, tuple[int, int]]) -> Pairs:
    """Of a plan that says for each outage which crew goes there, and which stop of its day that is (the first is 1)."""
    idle = {crew.crew.id for crew in scene.idle}
    free = {one.outage.id for one in scene.waiting}
    return [(o, crew) for o, (crew, turn) in sorted(plan.items()) if turn == 1 and crew in idle and o in free]


@dataclass(frozen=True, slots=True)
class Policy:
    """`choose` is None where the server offers by itself."""

    name: str
    about: str
    choose: Choose | None

    @property
    def mode(self) -> Mode:
        return Mode.AUTO if self.choose is None else Mode.SUGGEST

    def dispatching(self, store: Store, territory: Callable[[], Territory]) -> Dispatching:
        return Nobody() if self.choose is None else ByHand(store, territory, self.choose)


OURS = Policy("ours", "the server's auto mode", None)
NEAREST = Policy("nearest", "first come, nearest idle crew", nearest_idle)
OWN = Policy("own", "own squad first, as done by hand", own_squad_first)
BOARD = Policy("board", "the plan of the whole board, made anew at every event", whole_board_first_stops)
POLICIES = {policy.name: policy for policy in (OURS, NEAREST, OWN, BOARD)}
