"""Who goes where in which order, for all crews at once: one row a crew, with the arrival at each stop."""

from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.ground import NOBODY, Floats, Ground, Numbers

ROOM = 6  # stops by which a crew's day may grow beyond the longest one at the start


@dataclass(frozen=True, slots=True)
class Heads:
    """Each crew just before its cut: the row of the matrix it drives on from, and when."""

    row: Numbers
    at: Floats
    empty: Numbers  # 1 where the cut is before the first stop


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stops that follow each other, one row a crew. As nobody ever waits at a stop, all of them shift by the minutes by
    which the first one shifts: a stretch is `weight` × its start + `fixed`, and late where the start passes `slack`."""

    stops: Numbers
    count: Numbers
    weight: Floats
    fixed: Floats
    slack: Floats
    late_cost: Floats
    need: Numbers
    first: Numbers
    last: Numbers
    lasts: Floats  # minutes from the arrival at the first stop to the end of the work at the last


class Routes:
    def __init__(self, ground: Ground, sequences: list[list[int]]) -> None:
        self.ground = ground
        self.width = max((len(s) for s in sequences), default=0) + ROOM
        self.stops: Numbers = np.full((ground.crews, self.width), NOBODY, np.int64)
        for crew, sequence in enumerate(sequences):
            self.stops[crew, : len(sequence)] = sequence
        self.count: Numbers = (self.stops != NOBODY).sum(axis=1)
        self.arrives: Floats = np.zeros((ground.crews, self.width))
        self.every_crew: Numbers = np.arange(ground.crews)
        self.drive(self.every_crew)

    def copy(self) -> "Routes":
        other = object.__new__(Routes)
        other.ground, other.width, other.every_crew = self.ground, self.width, self.every_crew
        other.stops, other.count, other.arrives = self.stops.copy(), self.count.copy(), self.arrives.copy()
        return other

    def sequences(self) -> list[list[int]]:
        return [row[:n].tolist() for row, n in zip(self.stops, self.count, strict=True)]

    def put(self, crews: Numbers, stops: Numbers) -> None:
        self.stops[crews] = stops
        self.count[crews] = (stops != NOBODY).sum(axis=1)
        self.drive(crews)

    def drive(self, crews: Numbers) -> None:
        """Arrivals anew, stop by stop, all these crews side by side."""
        self.arrives[crews] = self.arrivals(crews, self.stops[crews])

    def arrivals(self, crews: Numbers, stops: Numbers) -> Floats:
        ground, arrives = self.ground, np.zeros(stops.shape)
        row, at = ground.outages + crews, ground.free[crews]
        for n in range(int((stops != NOBODY).sum(axis=1).max(initial=0))):
            here = stops[:, n]
            arrives[:, n] = at = at + ground.minutes[row, here]
            at = at + ground.work[here]
            row = np.where(here != NOBODY, here, row)
        return arrives

    def costs(self, crews: Numbers, stops: Numbers) -> Floats:
        """Of each crew's day, without what the waiting until now has cost: no plan can change that."""
        return self.priced(crews, stops, self.arrivals(crews, stops))

    def standing_costs(self) -> Floats:
        return self.priced(self.every_crew, self.stops, self.arrives)

    def priced(self, crews: Numbers, stops: Numbers, arrives: Floats) -> Floats:
        ground = self.ground
        late = arrives > ground.due[stops]
        costs: Floats = (ground.weight[stops] * arrives + ground.late_cost[stops] * late).sum(axis=1)
        if ground.bound:
            held, heading = ground.held_by[stops], ground.heading[crews]
            broken = ((held != NOBODY) & (held != crews[:, None])).sum(axis=1)
            turned = (heading != NOBODY) & (stops[:, 0] != heading)
            costs += ground.prices.turning * (broken + turned)
        return costs

    def cost(self) -> float:
        return float(self.standing_costs().sum())

    def heads(self, crews: Numbers, cut: Numbers) -> Heads:
        before = np.maximum(cut - 1, 0)
        last = self.stops[crews, before]
        begun = cut > 0
        row = np.where(begun, last, self.ground.outages + crews)
        at = np.where(begun, self.arrives[crews, before] + self.ground.work[last], self.ground.free[crews])
        return Heads(row, at, (~begun).astype(np.int64))

    def stretch(self, crews: Numbers, start: Numbers, count: Numbers) -> Stretch:
        ground = self.ground
        along = np.arange(max(1, int(count.max())))[None, :]
        place = np.minimum(start[:, None] + along, self.width - 1)
        inside = along < count[:, None]
        stops = np.where(inside, self.stops[crews[:, None], place], NOBODY)
        arrives = self.arrives[crews[:, None], place]
        offset = np.where(inside, arrives - arrives[:, :1], 0.0)
        weight = ground.weight[stops]
        end = np.arange(len(crews)), np.maximum(count - 1, 0)
        return Stretch(
            stops=stops,
            count=count,
            weight=weight.sum(axis=1),
            fixed=(weight * offset).sum(axis=1),
            slack=ground.due[stops] - offset,
            late_cost=ground.late_cost[stops],
            need=np.bitwise_or.reduce(ground.need[stops], axis=1),
            first=stops[:, 0],
            last=stops[end],
            lasts=offset[end] + ground.work[stops[end]],
        )
