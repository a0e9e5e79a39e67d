"""The smallest case with exact answers: two units, calls lost when both are busy (Larson's hypercube of two).

A drill's agenda plays it; the balance of the four states solves it. Whoever doubts the event loop can compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from dispatch_server.drill.simulated import Agenda

HOUR = timedelta(hours=1)
UNITS = (1, 2)
Rule = Mapping[str, int]  # the unit that is sent first to each place; the other goes when that one is busy


@dataclass(frozen=True, slots=True)
class Case:
    """`minutes` of unit 1 and unit 2 to each place; calls and services per unit of time."""

    rates: Mapping[str, float]
    minutes: Mapping[str, tuple[float, float]]
    mean_service: float = 1.0

    def closest_first(self) -> Rule:
        return {place: 1 if m[0] <= m[1] else 2 for place, m in self.minutes.items()}


def mean_response(case: Case, rule: Rule) -> float:
    """Exact, over the calls that are served. Balance of the states: nobody busy, unit 1, unit 2, both."""
    first = {unit: sum(rate for place, rate in case.rates.items() if rule[place] == unit) for unit in UNITS}
    whole, done = sum(case.rates.values()), 1 / case.mean_service
    # p1 (whole + done) = first[1] p0 + done p12, and alike for p2; p12 · 2 done = whole (p1 + p2); p0 = 1.
    share = whole / 2
    a, b, c = whole + done - share, -share, first[1]
    d, e, f = -share, whole + done - share, first[2]
    both = a * e - b * d
    only_1, only_2 = (c * e - b * f) / both, (a * f - c * d) / both
    served = driven = 0.0
    for place, rate in case.rates.items():
        to = case.minutes[place]
        for weight, unit in ((1.0, rule[place]), (only_1, 2), (only_2, 1)):
            served += rate * weight
            driven += rate * weight * to[unit - 1]
    return driven / served


@dataclass(slots=True)
class Playing:
    """The same, call by call, on a drill's agenda."""

    case: Case
    rule: Rule
    rng: Random
    busy: set[int] = field(default_factory=set)
    served: int = 0
    lost: int = 0
    driven: float = 0.0
    _agenda: Agenda = field(default_factory=Agenda)
    _now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def play(self, calls: int) -> float:
        """The mean over so many calls served."""
        self._plan_next()
        while self.served < calls:
            following = self._agenda.next_at
            assert following is not None
            self._now = following
            self._agenda.once(following)
        return self.driven / self.served

    def _plan_next(self) -> None:
        gap = self.rng.expovariate(sum(self.case.rates.values()))
        self._agenda.plan(self._now + gap * HOUR, self._ring)

    def _ring(self) -> None:
        self._plan_next()
        place = self.rng.choices(tuple(self.case.rates), tuple(self.case.rates.values()))[0]
        unit = self._free(place)
        if unit is None:
            self.lost += 1
            return
        self.served += 1
        self.driven += self.case.minutes[place][unit - 1]
        self.busy.add(unit)
        service = self.rng.expovariate(1 / self.case.mean_service)
        self._agenda.plan(self._now + service * HOUR, lambda: self.busy.discard(unit))

    def _free(self, place: str) -> int | None:
        wanted: Sequence[int] = (self.rule[place], 3 - self.rule[place])
        return next((unit for unit in wanted if unit not in self.busy), None)
