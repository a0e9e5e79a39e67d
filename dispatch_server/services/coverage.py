"""How much of the territory the free crews would reach in time. Searches over roads: not for inside a Work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch_server.domain import coverage
from dispatch_server.domain.coverage import THIN_PLACES_SHOWN, ClassCover, Cover, Spot, StandByMove, ThinPlace
from dispatch_server.domain.crews import CrewNow
from dispatch_server.domain.fitness import is_free
from dispatch_server.services.ports import Territory

NOT_YET = "Cover is being worked out; ask again in a few seconds."


@dataclass(frozen=True, slots=True)
class Move:
    """A crew that might stand by elsewhere, how far that is, and what it would gain."""

    move: StandByMove
    minutes_away: float
    sentence: str


@dataclass(frozen=True, slots=True)
class CoverReport:
    """`moves` are suggested only where cover is thin; `why_not` is a sentence while nothing is known yet."""

    free_crews: int
    is_thin: bool
    classes: Sequence[ClassCover] = ()
    thin_places: Sequence[ThinPlace] = ()
    moves: Sequence[Move] = ()
    why_not: str = ""


def cover_of(territory: Territory, crews: Iterable[CrewNow], now: datetime) -> Cover | None:
    """None while the places of too many crews are new: `prepare` looks at them without anybody waiting."""
    free = [crew for crew in crews if is_free(crew, territory.policy)]
    reached = territory.reach.reached_from([c.position for c in free], territory.policy.limits_on(now).minutes)
    if reached is None:
        return None
    return Cover(territory.reach.seats, {c.crew.id: seats for c, seats in zip(free, reached, strict=True)})


def prepare(territory: Territory, now: datetime) -> None:
    """Every depot, where crews stand when nothing is wrong."""
    depots = {record.crew.depot for record in territory.crews.values()}
    territory.reach.prepare(depots, territory.policy.limits_on(now).minutes)


def report(territory: Territory, crews: Sequence[CrewNow], now: datetime) -> CoverReport:
    cover = cover_of(territory, crews, now)
    if cover is None:
        free = sum(is_free(crew, territory.policy) for crew in crews)
        return CoverReport(free, False, why_not=NOT_YET)
    classes = cover.classes(territory.policy.limits_on(now).minutes)
    places = coverage.thin_places(cover)[:THIN_PLACES_SHOWN]
    thin = coverage.is_thin(classes, territory.policy.ranking.cover_thin_below)
    moves = _moves(territory, crews, cover, places, now) if thin else []
    return CoverReport(len(cover.reach), thin, classes, places, moves)


def _moves(
    territory: Territory, crews: Sequence[CrewNow], cover: Cover, places: Sequence[ThinPlace], now: datetime
) -> list[Move]:
    spots = [*(Spot(place.township, place.at) for place in places), *_depots(territory)]
    reached = territory.reach.reached_from([s.at for s in spots], territory.policy.limits_on(now).minutes)
    if reached is None:
        return []
    by_id = {crew.crew.id: crew for crew in crews}
    moves = coverage.stand_by_moves(cover, dict(zip(spots, reached, strict=True)))
    return [_told(territory, by_id[move.crew_id], move) for move in moves]


def _depots(territory: Territory) -> list[Spot]:
    by_place = {record.crew.depot: record.crew.squad for record in territory.crews.values()}
    return [Spot(squad, at) for at, squad in by_place.items()]


def _told(territory: Territory, crew: CrewNow, move: StandByMove) -> Move:
    [drive] = territory.travel.estimates(move.to.at, [crew.position], None)
    gain = move.gain - move.loss
    sentence = f"{crew.crew.name} could stand by at {move.to.name}: {gain} more customers would be reached in time."
    return Move(move, drive.minutes, sentence)
