"""The best that anybody could have done, had he known everything beforehand: exact, and for small cases only.

Every crew may set out before the call comes, nobody takes time to answer or to get ready, and each repair takes just
as long as it did. No policy can have a lower mean: for these drives and repairs it is a bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FAULTS_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A fault as one sees it who knows everything. `crews` are those that may be sent. Minutes from the beginning."""

    called: float
    work: float
    crews: frozenset[int]


@dataclass(frozen=True, slots=True)
class Case:
    """`first[c][f]` is the drive of crew c from its base to fault f; `between[f][g]` from fault f to fault g."""

    faults: Sequence[Known]
    first: Mapping[int, Sequence[float]]
    between: Sequence[Sequence[float]]


def best_mean_minutes(case: Case) -> float:
    """The least mean of minutes from call to arrival over all ways to share the faults out."""
    if not 1 <= len(case.faults) <= FAULTS_AT_MOST:
        raise ValueError(f"An exact answer takes 1 to {FAULTS_AT_MOST} faults, not {len(case.faults)}.")
    crews = tuple(case.first)
    return _Search(case, crews).best() / len(case.faults)


class _Search:
    """Depth first: the next fault of some crew; a crew that comes before the call waits on the spot. Crews are filled
    one after the other, so that no two orders of the same schedule are looked at twice."""

    def __init__(self, case: Case, crews: Sequence[int]) -> None:
        self._case, self._crews = case, crews
        self._least = float("inf")

    def best(self) -> float:
        self._go(0, None, 0.0, frozenset(range(len(self._case.faults))), 0.0)
        return self._least

    def _go(self, crew: int, at: int | None, free: float, left: frozenset[int], waited: float) -> None:
        if waited >= self._least:
            return
        if not left:
            self._least = waited
            return
        for fault in sorted(left):
            known = self._case.faults[fault]
            if self._crews[crew] in known.crews:
                arrives = max(known.called, free + self._drive(crew, at, fault))
                self._go(crew, fault, arrives + known.work, left - {fault}, waited + arrives - known.called)
        if crew + 1 < len(self._crews):
            self._go(crew + 1, None, 0.0, left, waited)

    def _drive(self, crew: int, at: int | None, fault: int) -> float:
        return self._case.first[self._crews[crew]][fault] if at is None else self._case.between[at][fault]
