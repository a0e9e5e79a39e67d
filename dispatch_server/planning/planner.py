"""The rolling plan: made once, then made again from itself on every change."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.board import PRICES, Board, Plan, Prices, Stop
from dispatch_server.planning.ground import NOBODY, Ground
from dispatch_server.planning.inserting import insert
from dispatch_server.planning.routes import Routes
from dispatch_server.planning.search import Search, Spent
from dispatch_server.planning.seeding import rolling_assignment

AROUND = 0.5  # warmth of a re-plan: little is stirred up for one event


@dataclass(frozen=True, slots=True)
class RollingPlanner:
    """The same board, former plan, seed and number of steps give the same plan."""

    prices: Prices = PRICES
    seed: int = 0

    def plan(self, board: Board, spent: Spent) -> Plan:
        """A plan from nothing, but for what crews have in hand already."""
        ground = Ground(board, self.prices)
        kept = _in_hand(ground)
        routes = _best(Routes(ground, rolling_assignment(ground)), _inserted(ground, kept) if ground.bound else None)
        return self._improved(board, routes, Search(routes, self._random()), spent)

    def plan_again(self, board: Board, former: Plan, spent: Spent) -> Plan:
        """From the former plan: what is gone is left out, what is new is put where it costs least, and the days of the
        crews near by are looked at again. Never dearer than the former plan with what is new put into it."""
        ground = Ground(board, self.prices)
        sequences = _still_there(ground, board, former)
        known = {stop for sequence in sequences for stop in sequence}
        routes = _inserted(ground, sequences)
        new = np.array([j for j in ground.reachable.tolist() if j not in known], np.int64)
        search = Search(routes, self._random(), new if len(new) else None, warmth=AROUND)
        return self._improved(board, routes, search, spent)

    def _random(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def _improved(self, board: Board, routes: Routes, search: Search, spent: Spent) -> Plan:
        """The beginning is looked at as well: what goes back to its crew at the end may cost more than was found."""
        if not routes.ground.bound:
            return told(board, search.improve(spent))
        begun = routes.copy()
        best = search.improve(spent)
        return told(board, _best(_kept_where_little_is_gained(best), _kept_where_little_is_gained(begun)))


def told(board: Board, routes: Routes) -> Plan:
    """The arrays as stops of outages and crews."""
    ground, due = routes.ground, routes.ground.due.tolist()
    days = zip(board.crews, routes.sequences(), routes.arrives.tolist(), strict=True)
    stops = {}
    for crew, sequence, arrivals in days:
        for turn, (outage, arrives) in enumerate(zip(sequence, arrivals, strict=False), 1):
            one = board.outages[outage].id
            stops[one] = Stop(one, crew.id, turn, arrives, max(0.0, arrives - due[outage]))
    unserved = tuple(o.id for o in board.outages if o.id not in stops)
    waited = float((ground.weight * ground.waited).sum())
    return Plan(stops, unserved, routes.cost() + waited, tuple(_taken_away(board, stops)))


def _taken_away(board: Board, stops: dict[int, Stop]) -> list[int]:
    held = [o.id for o in board.outages if o.held_by is not None and o.id in stops]
    holder = {o.id: o.held_by for o in board.outages}
    moved = [one for one in held if stops[one].crew_id != holder[one]]
    turned = [
        c.heading_to
        for c in board.crews
        if c.heading_to in stops and (stops[c.heading_to].crew_id, stops[c.heading_to].turn) != (c.id, 1)
    ]
    return sorted({*moved, *turned})


def _in_hand(ground: Ground) -> list[list[int]]:
    """Crews on the road go on, the first of those that drive to one place; what was accepted follows in the order in
    which it falls due."""
    sequences: list[list[int]] = [[] for _ in range(ground.crews)]
    by_due = np.argsort(ground.due[:-1], kind="stable")
    held = [(int(ground.held_by[j]), j) for j in by_due[ground.held_by[by_due] != NOBODY].tolist()]
    given: set[int] = set()
    for crew, outage in [*_on_the_road(ground), *held]:
        if outage not in given and ground.may[crew, outage]:
            sequences[crew].append(outage)
            given.add(outage)
    return sequences


def _on_the_road(ground: Ground) -> list[tuple[int, int]]:
    return [(crew, int(ground.heading[crew])) for crew in np.flatnonzero(ground.heading != NOBODY).tolist()]


def _still_there(ground: Ground, board: Board, former: Plan) -> list[list[int]]:
    """The former days, but a crew on the road goes on first, and what a crew holds it keeps."""
    sequences = _in_hand(ground)
    placed = {stop for sequence in sequences for stop in sequence}
    crew = {c.id: n for n, c in enumerate(board.crews)}
    outage = {o.id: n for n, o in enumerate(board.outages)}
    for crew_id, stops in former.days():
        if (c := crew.get(crew_id)) is None:
            continue
        here = [outage[s.outage_id] for s in stops if s.outage_id in outage]
        sequences[c] += [j for j in here if j not in placed and ground.may[c, j]]
        sequences[c] = _in_the_former_order(sequences[c], here, int(ground.heading[c]))
    return sequences


def _in_the_former_order(day: list[int], former: list[int], heading: int) -> list[int]:
    turn = {j: n for n, j in enumerate(former)}
    return sorted(day, key=lambda j: (j != heading, turn.get(j, len(turn))))


def _inserted(ground: Ground, sequences: list[list[int]]) -> Routes:
    """The most pressing first: by weight, then by when it falls due."""
    placed = {stop for sequence in sequences for stop in sequence}
    missing = [j for j in ground.reachable.tolist() if j not in placed]
    missing.sort(key=lambda j: (-ground.weight[j], ground.due[j], j))
    routes = Routes(ground, sequences)
    for outage in missing:
        routes = insert(routes, outage)
    return routes


def _best(one: Routes, other: Routes | None) -> Routes:
    return one if other is None or one.cost() <= other.cost() else other


def _kept_where_little_is_gained(routes: Routes) -> Routes:
    """Each outage taken from its crew goes back to it, unless that loses more than the price of turning. Again as long
    as something goes back: what one gains may hang on another."""
    bonds = _bonds(routes.ground)
    for _ in bonds:
        before = routes
        for crew, outage in bonds:
            back = _given_back(routes, crew, outage)
            if back is not None and back.cost() <= routes.cost():
                routes = back
        if routes is before:
            break
    return routes


def _bonds(ground: Ground) -> Sequence[tuple[int, int]]:
    held = [(int(ground.held_by[j]), j) for j in np.flatnonzero(ground.held_by != NOBODY).tolist()]
    return [(crew, outage) for crew, outage in [*_on_the_road(ground), *held] if ground.may[crew, outage]]


def _given_back(routes: Routes, crew: int, outage: int) -> Routes | None:
    """None where the crew has it as it should."""
    sequences = routes.sequences()
    on_the_road = routes.ground.heading[crew] == outage
    if sequences[crew][:1] == [outage] or (outage in sequences[crew] and not on_the_road):
        return None
    without = [[j for j in sequence if j != outage] for sequence in sequences]
    if on_the_road:
        without[crew].insert(0, outage)
        return Routes(routes.ground, without)
    return insert(Routes(routes.ground, without), outage, only=crew)
