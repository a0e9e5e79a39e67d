"""Improves a plan for as long as it is given: whose days are cut where is drawn, how they go on is SciPy's assignment.

Measured against an annealer that moves one outage at a time: a step here settles forty crews in about a third of a
millisecond, which Python needs for a single trial of the other (docs/decisions)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.exchange import exchange_stretches, exchange_tails, reorder
from dispatch_server.planning.ground import NOBODY, Floats, Numbers
from dispatch_server.planning.routes import Routes

CREWS_A_STEP = 40  # neighbours; with more, the assignment takes longer than what it finds is worth
WARM, COLD = 8.0, 0.5  # spread of the noise at the start and the end, in minutes of weight 1
REORDERED, TAILS = 0.2, 0.5  # shares of the steps: below the first, below the second, else stretches
STRETCH_SHARES = np.array([0.3, 0.85])  # of stretches with no stop; with none or one; the others have two
AT_ONE_TIME = 0.6  # of the tails are cut at one moment for all crews, the others anywhere

Spent = Callable[[int], float]  # steps taken -> share of the budget spent; 1 ends the search


def steps(most: int) -> Spent:
    """A budget that gives the same plan on every machine."""
    return lambda taken: taken / most if most else 1.0


def seconds(most: float, clock: Callable[[], float]) -> Spent:
    """A budget by a clock that is handed in."""
    started = clock()
    return lambda _: (clock() - started) / most


@dataclass(slots=True)
class Search:
    """`around` is the outages a change has touched: then only crews near one of them are looked at."""

    routes: Routes
    random: np.random.Generator
    around: Numbers | None = None
    warmth: float = WARM
    taken: int = 0

    def improve(self, spent: Spent) -> Routes:
        """The best plan met on the way, never worse than the one it began with."""
        best, gained, most = self.routes.copy(), 0.0, 0.0
        while (share := spent(self.taken)) < 1.0 and len(self.routes.ground.reachable):
            heat = self.warmth * (COLD / self.warmth) ** share if self.warmth else 0.0
            self.taken += 1
            gained -= self._step(heat)
            if gained > most + 1e-6:
                best, most = self.routes.copy(), gained
        return best

    def _step(self, heat: float) -> float:
        kind = self.random.random()
        if kind < REORDERED:
            return self._reorder(heat)
        crews = self._neighbours()
        noise = self.random.standard_normal((len(crews), len(crews))) * heat if heat else None
        if kind < TAILS:
            return exchange_tails(self.routes, crews, self._cuts(crews), noise)
        return self._exchange_stretches(crews, noise)

    def _reorder(self, heat: float) -> float:
        count = self.routes.count
        start, end = ((self.random.random(len(count)) * count).astype(np.int64) for _ in range(2))
        patience = heat * self.random.exponential(size=len(count)) - 1e-6
        return reorder(self.routes, start, end, patience)

    def _exchange_stretches(self, crews: Numbers, noise: Floats | None) -> float:
        stops = self.routes.count[crews]
        count = np.minimum(STRETCH_SHARES.searchsorted(self.random.random(len(crews))), stops)
        cut = (self.random.random(len(crews)) * (stops - count + 1)).astype(np.int64)
        return exchange_stretches(self.routes, crews, cut, count, noise)

    def _cuts(self, crews: Numbers) -> Numbers:
        stops = self.routes.count[crews]
        if self.random.random() >= AT_ONE_TIME:
            return (self.random.random(len(crews)) * (stops + 1)).astype(np.int64)
        arrives = self.routes.arrives[crews]
        moment = self.random.random() * arrives.max()
        cut: Numbers = ((arrives <= moment) & (self.routes.stops[crews] != NOBODY)).sum(axis=1)
        return cut

    def _neighbours(self) -> Numbers:
        """Crews that pass near an outage drawn by lot, each looked at from one of its stops."""
        routes, ground = self.routes, self.routes.ground
        if ground.crews <= CREWS_A_STEP:
            return routes.every_crew
        near = self.random.choice(ground.reachable if self.around is None else self.around)
        turn = (self.random.random(ground.crews) * np.maximum(routes.count, 1)).astype(np.int64)
        stop = routes.stops[routes.every_crew, turn]
        row = np.where(stop == NOBODY, ground.outages + routes.every_crew, stop)
        return np.argpartition(ground.minutes[row, near], CREWS_A_STEP - 1)[:CREWS_A_STEP]
