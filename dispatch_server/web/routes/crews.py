"""Crews as they stand now."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from dispatch_server.domain.crews import CrewNow
from dispatch_server.protocol.words import Role
from dispatch_server.services.dispatching import crews_now
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import CrewRecord, Heard, last_heard
from dispatch_server.store.feed import end_of_journal
from dispatch_server.store.work import Reading
from dispatch_server.web.answers import CrewsShown, answered, as_json
from dispatch_server.web.deps import API, EVERY_ROLE, asked_of, guarded_router, open_to

router = guarded_router(f"{API}/crews", "crews")


@router.get(
    "",
    summary="Every crew as it stands",
    **open_to(*EVERY_ROLE, answers=answered(200, CrewsShown, "A crew sees itself only.")),
)
async def get_crews(request: Request) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    only = asked.crew_id if asked.user.role is Role.CREW else None
    return as_json(await asked.read(lambda reading: _shown(reading, territory, only)))


def _shown(reading: Reading, territory: Territory, only: int | None) -> dict[str, Any]:
    cursor, heard = end_of_journal(reading), last_heard(reading)
    crews = [c for c in crews_now(reading, territory) if only in (None, c.crew.id)]
    return {
        "crews": [_crew(crew, territory.crews, heard.get(crew.crew.id)) for crew in crews],
        "server_time": reading.now,
        "cursor": str(cursor),
    }


def _crew(now: CrewNow, records: Mapping[int, CrewRecord], heard: Heard | None) -> dict[str, Any]:
    return {
        "crew_id": now.crew.id,
        "code": now.crew.code,
        "name": now.crew.name,
        "squad": now.crew.squad,
        "county": records[now.crew.id].county,
        "on_duty": now.on_duty,
        "aboard": now.aboard,
        "in_shift": now.in_shift,
        "suspended": now.crew.suspended,
        "skills": now.crew.skills,
        "lon": now.position.lon,
        "lat": now.position.lat,
        "position_at": None if heard is None else heard.fixed_at,
        "heard_at": None if heard is None else heard.heard_at,
        "state": _state(now),
        "jobs": now.jobs,
    }


def _state(now: CrewNow) -> str:
    """One word for a board: what it moves for, else what waits for it, else whether it can be asked."""
    if now.busy_on is not None:
        return now.busy_on.state.value
    if now.jobs:
        return now.jobs[0].state.value
    return "free" if now.on_duty else "off_duty"
