"""The best that anybody could have done, had he known everything beforehand: exact, and for small cases only.

Nobody takes time to answer or to get ready, and each repair takes just as long as it did. Two of those who know all:
one sends crews before anybody has rung (`waits_on_the_spot`), the other when the call is on the board and no sooner
(`sent_at_the_call`). No policy can have a lower mean than the first; none that hears of a fault by its call, one than
the second.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FAULTS_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A fault as one sees it who knows everything. `crews` are those that may be sent; `opened` is when it was on the
    board, somewhat after the call. Minutes from the beginning."""

    called: float
    work: float
    crews: frozenset[int]
    opened: float = 0.0  # not before the call in any case


@dataclass(frozen=True, slots=True)
class Leg:
    """A crew that is free at `free`, at its base (`after` None) or where it worked last, and goes to `fault` next."""

    crew: int
    after: int | None
    free: float
    fault: int


Arrives = Callable[[Leg], float]


@dataclass(frozen=True, slots=True)
class Case:
    """`first[c][f]` is the drive of crew c from its base to fault f; `between[f][g]` from fault f to fault g."""

    faults: Sequence[Known]
    first: Mapping[int, Sequence[float]]
    between: Sequence[Sequence[float]]

    def drive(self, leg: Leg) -> float:
        return self.first[leg.crew][leg.fault] if leg.after is None else self.between[leg.after][leg.fault]


def waits_on_the_spot(case: Case) -> Arrives:
    """A crew that comes before the call waits there."""
    return lambda leg: max(case.faults[leg.fault].called, leg.free + case.drive(leg))


def sent_at_the_call(case: Case, on_the_way_home: Arrives | None = None) -> Arrives:
    """Until then a crew stays where it was, or drives home, whichever turns out better. `on_the_way_home` is when it
    would arrive had it begun to drive home when it was free."""

    def arrives(leg: Leg) -> float:
        one = case.faults[leg.fault]
        stayed = max(one.called, one.opened, leg.free) + case.drive(leg)
        return stayed if on_the_way_home is None else min(stayed, on_the_way_home(leg))

    return arrives


def best_mean_minutes(case: Case, arrives: Arrives | None = None) -> float:
    """The least mean of minutes from call to arrival over all ways to share the faults out."""
    if not 1 <= len(case.faults) <= FAULTS_AT_MOST:
        raise ValueError(f"An exact answer takes 1 to {FAULTS_AT_MOST} faults, not {len(case.faults)}.")
    return _Search(case, arrives or waits_on_the_spot(case)).best() / len(case.faults)


class _Search:
    """Depth first: the next fault of some crew, the one that it would reach soonest before the others. Crews are filled
    one after the other, so that no two orders of the same schedule are looked at twice."""

    def __init__(self, case: Case, arrives: Arrives) -> None:
        self._faults, self._crews, self._arrives = case.faults, tuple(case.first), arrives
        self._least = float("inf")

    def best(self) -> float:
        self._go(0, None, 0.0, frozenset(range(len(self._faults))), 0.0)
        return self._least

    def _go(self, n: int, after: int | None, free: float, left: frozenset[int], waited: float) -> None:
        if waited >= self._least:
            return
        if not left:
            self._least = waited
            return
        for arrives, fault in self._next(self._crews[n], after, free, left):
            one = self._faults[fault]
            self._go(n, fault, arrives + one.work, left - {fault}, waited + arrives - one.called)
        if n + 1 < len(self._crews):
            self._go(n + 1, None, 0.0, left, waited)

    def _next(self, crew: int, after: int | None, free: float, left: frozenset[int]) -> list[tuple[float, int]]:
        able = [fault for fault in left if crew in self._faults[fault].crews]
        return sorted((self._arrives(Leg(crew, after, free, fault)), fault) for fault in able)
