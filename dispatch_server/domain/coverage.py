"""Cover: what the crews that are free now could reach in time, what sending one of them leaves bare, and who might
stand by where.

Seats are numbered, and a set of them is a whole number with a bit for each: with hundreds of crews and thousands of
areas, what nobody else reaches is a handful of operations on numbers. Seats weigh as much as they have customers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dispatch_server.domain.crews import CrewId
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

SeatSet = int
NOBODY: SeatSet = 0
THIN_PLACES_SHOWN = 10
MOVES_SHOWN = 3
LEAST_GAIN = 0.005  # of all customers: below that nobody drives for it


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an area is reached: its village, and how many customers live in it."""

    code: str
    name: str
    area_class: AreaClass
    township: str
    county: str
    at: LonLat
    customers: int

    @property
    def weight(self) -> int:
        """An area whose customers nobody has counted is not nothing."""
        return max(self.customers, 1)


class Seats:
    """All areas, numbered."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        self.all = tuple(seats)
        self.of_class = {c: _set_of(n for n, s in enumerate(seats) if s.area_class is c) for c in AreaClass}

    @cached_property
    def _planes(self) -> list[SeatSet]:
        """The weights in binary: the seats whose weight has a one, a two, a four, … in it."""
        most = max((s.weight for s in self.all), default=0)
        return [_set_of(n for n, s in enumerate(self.all) if s.weight >> bit & 1) for bit in range(most.bit_length())]

    @cached_property
    def everywhere(self) -> SeatSet:
        return (1 << len(self.all)) - 1

    @cached_property
    def weight_of_class(self) -> dict[AreaClass, int]:
        return {c: self.weigh(seats) for c, seats in self.of_class.items()}

    def weigh(self, seats: SeatSet) -> int:
        """The customers of a set of seats."""
        return sum((seats & plane).bit_count() << bit for bit, plane in enumerate(self._planes))

    def members(self, seats: SeatSet) -> list[Seat]:
        return [seat for n, seat in enumerate(self.all) if seats >> n & 1]


@dataclass(frozen=True, slots=True)
class ClassCover:
    """One area class: how much of it the free crews reach within its limit."""

    area_class: AreaClass
    limit_min: float
    areas: int
    areas_reached: int
    customers: int
    customers_reached: int
    share: float


@dataclass(frozen=True, slots=True)
class CoverLost:
    """The class that suffers most when a crew is sent: points of its customers lost, and the share left uncovered."""

    area_class: AreaClass
    points: float
    uncovered: float


@dataclass(frozen=True, slots=True)
class ThinPlace:
    """A township with areas that no free crew reaches in time, and how many customers live in them."""

    township: str
    county: str
    areas: int
    customers: int
    at: LonLat


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a crew could stand by: a depot, or the heart of a thin place."""

    name: str
    at: LonLat


@dataclass(frozen=True, slots=True)
class StandByMove:
    """`gain` and `loss` are customers that would be reached in time, or no longer would."""

    crew_id: CrewId
    to: Spot
    gain: int
    loss: int


class Cover:
    """What is reached now: `reach` says for each free crew which seats it is at within their limit."""

    def __init__(self, seats: Seats, reach: Mapping[CrewId, SeatSet]) -> None:
        self.seats = seats
        self.reach = reach
        once = twice = NOBODY
        for reached in reach.values():
            twice |= once & reached
            once |= reached
        self.reached = once
        self._by_one_only = once & ~twice

    def only(self, crew_id: CrewId) -> SeatSet:
        """What nobody else who is free would reach in time."""
        return self.reach.get(crew_id, NOBODY) & self._by_one_only

    def lost_without(self, crew_id: CrewId) -> CoverLost | None:
        """None for a crew that is not free: it covers nothing now."""
        if crew_id not in self.reach:
            return None
        only = self.only(crew_id)
        return self._worst(only) if only else self._nothing_lost

    @cached_property
    def _nothing_lost(self) -> CoverLost | None:
        """Most crews are not missed at all."""
        return self._worst(NOBODY)

    def _worst(self, lost: SeatSet) -> CoverLost | None:
        losses = [self._lost(c, lost & members) for c, members in self.seats.of_class.items() if members]
        return max(losses, key=lambda one: one.points, default=None)

    def _lost(self, area_class: AreaClass, lost: SeatSet) -> CoverLost:
        whole = self.seats.weight_of_class[area_class]
        gone = self.seats.weigh(lost) if lost else 0
        return CoverLost(area_class, 100 * gone / whole, 1 - (self._held[area_class] - gone) / whole)

    @cached_property
    def _held(self) -> dict[AreaClass, int]:
        return {c: self.seats.weigh(self.reached & members) for c, members in self.seats.of_class.items()}

    def classes(self, limits_min: Mapping[AreaClass, float]) -> list[ClassCover]:
        """One line for each class that has areas."""
        return [self._class(c, members, limits_min[c]) for c, members in self.seats.of_class.items() if members]

    def _class(self, area_class: AreaClass, members: SeatSet, limit_min: float) -> ClassCover:
        whole, held = self.seats.weight_of_class[area_class], self._held[area_class]
        reached = (self.reached & members).bit_count()
        return ClassCover(area_class, limit_min, members.bit_count(), reached, whole, held, held / whole)


def thin_places(cover: Cover) -> list[ThinPlace]:
    """Townships with customers whom no free crew would reach in time, most customers first."""
    seats = cover.seats
    by_township: dict[tuple[str, str], list[Seat]] = {}
    for seat in seats.members(seats.everywhere & ~cover.reached):
        by_township.setdefault((seat.county, seat.township), []).append(seat)
    places = [
        ThinPlace(township, county, len(bare), sum(s.weight for s in bare), max(bare, key=lambda s: s.weight).at)
        for (county, township), bare in by_township.items()
    ]
    return sorted(places, key=lambda p: (-p.customers, p.county, p.township))


def is_thin(classes: Sequence[ClassCover], below: float) -> bool:
    return any(c.share < below for c in classes)


def stand_by_moves(cover: Cover, spots: Mapping[Spot, SeatSet]) -> list[StandByMove]:
    """The best few moves one after the other, each with the crews as the moves before it would leave them."""
    moves: list[StandByMove] = []
    least = LEAST_GAIN * cover.seats.weigh(cover.seats.everywhere)
    while len(moves) < MOVES_SHOWN:
        moved = {move.crew_id for move in moves}
        best = max(_moves(cover, spots, moved), key=lambda m: (m.gain - m.loss, -m.crew_id, m.to.name), default=None)
        if best is None or best.gain - best.loss < least:
            break
        moves.append(best)
        cover = Cover(cover.seats, {**cover.reach, best.crew_id: spots[best.to]})
    return moves


def _moves(cover: Cover, spots: Mapping[Spot, SeatSet], moved: set[CrewId]) -> list[StandByMove]:
    """Of every free crew to every spot from which more would be reached; whoever moved already stays there."""
    useful = {spot: reached for spot, reached in spots.items() if reached & ~cover.reached}
    return [
        _move(cover, crew_id, spot, useful[spot]) for crew_id in cover.reach if crew_id not in moved for spot in useful
    ]


def _move(cover: Cover, crew_id: CrewId, spot: Spot, reached: SeatSet) -> StandByMove:
    weigh = cover.seats.weigh
    return StandByMove(crew_id, spot, weigh(reached & ~cover.reached), weigh(cover.only(crew_id) & ~reached))


def _set_of(numbers: Iterable[int]) -> SeatSet:
    found = NOBODY
    for n in numbers:
        found |= 1 << n
    return found
