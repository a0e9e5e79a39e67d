"""Two policies on the same faults: how much sooner one arrives than the other, outage by outage.

Both meet the same calls, repairs and crews, so most of what chance does to one it does to the other. What is left is
judged by days: outages of one day hang together, days hardly do. A storm is one event, whatever it lasts.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from dispatch_server.domain.outages import Priority
from dispatch_server.drill.measures import ALL, CLASSES, DANGER, Row
from dispatch_server.planning.intervals import quantile_of_t

SURE = 0.95


@dataclass(frozen=True, slots=True)
class Pair:
    """One outage under both policies. `cluster` is the event that it hangs together with."""

    one: Row
    other: Row
    cluster: Hashable


@dataclass(frozen=True, slots=True)
class Difference:
    """`mean` ± `half` is the 95 % interval; without a second cluster nothing is known of it."""

    mean: float
    half: float | None

    def __str__(self) -> str:
        return f"{self.mean:+.1f}" + ("" if self.half is None else f" ± {self.half:.1f}")

    @property
    def verdict(self) -> str:
        """Of minutes, where less is better."""
        if self.half is None:
            return "not known"
        if self.mean + self.half < 0:
            return "better"
        return "worse" if self.mean - self.half > 0 else "no difference shown"


def pairs_of(one: Sequence[Row], other: Sequence[Row], cluster: Callable[[datetime], Hashable]) -> list[Pair]:
    """By the instant of the first call, which no policy moves. Where calls were joined otherwise there is no pair."""
    known = {row.called_at: row for row in other}
    return [Pair(row, known[row.called_at], cluster(row.called_at)) for row in one if row.called_at in known]


def by_group(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """Over all, by class, and over danger to life; a group without outages is not there."""
    groups = {ALL: list(pairs)}
    groups |= {name: [pair for pair in pairs if pair.one.area_class == name] for name in CLASSES}
    groups[DANGER] = [pair for pair in pairs if pair.one.priority == Priority.DANGER.value]
    return {name: some for name, some in groups.items() if some}


def difference(pairs: Sequence[Pair], figure: Callable[[Row], float | None]) -> Difference:
    """Mean of one less the other over the outages that both have a figure of, with the spread over the clusters."""
    found: list[tuple[Hashable, float]] = []
    for pair in pairs:
        one, other = figure(pair.one), figure(pair.other)
        if one is not None and other is not None:
            found.append((pair.cluster, one - other))
    if not found:
        return Difference(0.0, None)
    mean = sum(value for _, value in found) / len(found)
    sums: dict[Hashable, float] = {}
    for cluster, value in found:
        sums[cluster] = sums.get(cluster, 0.0) + value - mean
    return Difference(mean, _half(sums, len(found)))


def _half(sums: Mapping[Hashable, float], count: int) -> float | None:
    """Of a mean of `count` values whose deviations add up to these sums in each cluster."""
    clusters = len(sums)
    if clusters < 2:
        return None
    error = sqrt(sum(s * s for s in sums.values()) * clusters / (clusters - 1)) / count
    return half_width(clusters, error)


def half_width(count: int, error: float) -> float:
    """Half of the 95 % interval of a mean over so many, by Student's t."""
    return quantile_of_t(count - 1, (1 + SURE) / 2) * error


def late_ratio(pairs: Sequence[Pair]) -> float | None:
    """Late arrivals of one for each of the other; None where the other has none."""
    other = sum(pair.other.late for pair in pairs)
    return sum(pair.one.late for pair in pairs) / other if other else None
