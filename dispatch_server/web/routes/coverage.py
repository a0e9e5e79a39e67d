"""Cover: what the crews that are free now would reach in time, where it is thin, and who might stand by where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from dispatch_server.protocol.words import AreaClass, Role
from dispatch_server.services import coverage
from dispatch_server.services.coverage import CoverReport, Move
from dispatch_server.services.dispatching import crews_now
from dispatch_server.web.answers import answered, as_json
from dispatch_server.web.deps import API, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader

router = guarded_router(f"{API}/coverage", "coverage")


@dataclass(frozen=True, slots=True)
class ClassCoverShown:
    """`share` is of the customers; an area whose customers nobody counted weighs as one."""

    area_class: AreaClass
    limit_min: float
    areas: int
    areas_reached: int
    customers: int
    customers_reached: int
    share: float


@dataclass(frozen=True, slots=True)
class ThinPlaceShown:
    """A township with areas out of reach of every free crew; `lon`, `lat` are where most of those customers live."""

    township: str
    county: str
    areas: int
    customers: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class MoveShown:
    """`gain` and `loss` are customers that would be reached in time, or no longer would."""

    crew_id: int
    to: str
    lon: float
    lat: float
    minutes_away: float
    gain: int
    loss: int
    sentence: str


@dataclass(frozen=True, slots=True)
class CoverageShown:
    """`moves` are suggested where a class is covered less than the policy's `cover_thin_below`."""

    classes: list[ClassCoverShown]
    free_crews: int
    thin: bool
    thin_places: list[ThinPlaceShown]
    moves: list[MoveShown]
    why_not: str
    server_time: datetime


@router.get(
    "",
    summary="What the free crews would reach in time",
    **open_to(
        Role.DISPATCHER,
        Role.MANAGER,
        Role.CONTROL_ROOM,
        answers=answered(200, CoverageShown, "By area class, with thin places and moves."),
    ),
)
async def get_coverage(request: Request) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    report, now = await asked.read(
        lambda reading: (coverage.report(territory, crews_now(reading, territory), reading.now), reading.now)
    )
    return for_reader(request, as_json(_shown(report) | {"server_time": now}))


def _shown(report: CoverReport) -> dict[str, Any]:
    return {
        "classes": report.classes,
        "free_crews": report.free_crews,
        "thin": report.is_thin,
        "thin_places": [
            {
                "township": place.township,
                "county": place.county,
                "areas": place.areas,
                "customers": place.customers,
                "lon": place.at.lon,
                "lat": place.at.lat,
            }
            for place in report.thin_places
        ],
        "moves": [_move(one) for one in report.moves],
        "why_not": report.why_not,
    }


def _move(one: Move) -> dict[str, Any]:
    return {
        "crew_id": one.move.crew_id,
        "to": one.move.to.name,
        "lon": one.move.to.at.lon,
        "lat": one.move.to.at.lat,
        "minutes_away": one.minutes_away,
        "gain": one.move.gain,
        "loss": one.move.loss,
        "sentence": one.sentence,
    }
