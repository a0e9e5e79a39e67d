"""The plan of the whole board: who goes where in which order, who is late by it, and why."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response

from dispatch_server.planning.board import Stop
from dispatch_server.planning.explaining import Explained
from dispatch_server.services import whole_board
from dispatch_server.services.whole_board import Look
from dispatch_server.web.answers import answered, as_json
from dispatch_server.web.deps import API, DISPATCHER, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader

router = guarded_router(f"{API}/plan", "plan")


@dataclass(frozen=True, slots=True)
class Said:
    sentence: str


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """`dearer_min` is what the whole board would lose with it, counted by urgency."""

    crew_id: int
    name: str
    turn: int
    arrives_at: datetime
    dearer_min: float


@dataclass(frozen=True, slots=True)
class PlannedOutage:
    """`turn` 1 is where the crew goes next. Without a crew there is none that may be sent."""

    outage_id: int
    number: str
    crew_id: int | None
    name: str | None
    turn: int | None
    arrives_at: datetime | None
    in_time: bool
    late_min: float | None
    runner_up: RunnerUp | None
    reasons: list[Said]


@dataclass(frozen=True, slots=True)
class CrewsDay:
    crew_id: int
    name: str
    outage_ids: list[int]


@dataclass(frozen=True, slots=True)
class PlanShown:
    """`late`: cannot be reached in time, the worst first. `turned`: taken from the crew that had it. `unplaced`: left
    out, because nobody knows where it is."""

    outages: list[PlannedOutage]
    crews: list[CrewsDay]
    late: list[int]
    unserved: list[int]
    turned: list[int]
    unplaced: list[int]
    made_at: datetime


@router.get(
    "",
    summary="The plan of the whole board",
    **open_to(*DISPATCHER, answers=answered(200, PlanShown, "A proposal, made anew from the one before.")),
)
async def get_plan(request: Request) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    now = await asked.read(lambda reading: whole_board.situation(reading, territory))
    look = await asyncio.to_thread(asked.served.whole_board.look, now)
    return for_reader(request, as_json(_shown(look)))


def _shown(look: Look) -> dict[str, Any]:
    plan = look.plan
    names = {crew.id: crew.name for crew in look.situation.board.crews}
    return {
        "outages": [_outage(look, names, explained) for explained in look.explained],
        "crews": [
            {"crew_id": crew_id, "name": names[crew_id], "outage_ids": [stop.outage_id for stop in stops]}
            for crew_id, stops in plan.days()
        ],
        "late": [stop.outage_id for stop in plan.late],
        "unserved": plan.unserved,
        "turned": plan.turned,
        "unplaced": look.situation.unplaced,
        "made_at": look.situation.at,
    }


def _outage(look: Look, names: dict[int, str], explained: Explained) -> dict[str, Any]:
    stop, runner_up, at = explained.stop, explained.runner_up, look.situation.at
    return {
        "outage_id": explained.outage_id,
        "number": look.situation.numbers[explained.outage_id],
        **_stop(stop, names, at),
        "runner_up": None
        if runner_up is None
        else {
            "crew_id": runner_up.crew_id,
            "name": names[runner_up.crew_id],
            "turn": runner_up.turn,
            "arrives_at": _moment(at, runner_up.arrives_min),
            "dearer_min": max(0.0, runner_up.dearer),
        },
        "reasons": [{"sentence": sentence} for sentence in explained.sentences],
    }


def _stop(stop: Stop | None, names: dict[int, str], at: datetime) -> dict[str, Any]:
    if stop is None:
        return {"crew_id": None, "name": None, "turn": None, "arrives_at": None, "in_time": False, "late_min": None}
    return {
        "crew_id": stop.crew_id,
        "name": names[stop.crew_id],
        "turn": stop.turn,
        "arrives_at": _moment(at, stop.arrives_min),
        "in_time": stop.in_time,
        "late_min": stop.late_min,
    }


def _moment(at: datetime, minutes: float) -> datetime:
    return at + timedelta(minutes=minutes)
