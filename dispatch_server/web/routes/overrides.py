"""Offers against the advice: what was advised, why the dispatcher chose otherwise, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response

from dispatch_server.domain.overrides import Outcome, Override
from dispatch_server.protocol.words import JobState, Role
from dispatch_server.services.overrides import AT_MOST, overrides
from dispatch_server.services.ports import Territory
from dispatch_server.web.answers import answered, as_json
from dispatch_server.web.deps import API, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader
from dispatch_server.web.shapes import After

router = guarded_router(f"{API}/overrides", "overrides")

From = Annotated[date, Query(alias="from", description="First local day of the offer.")]
To = Annotated[date, Query(description="The day after the last one.")]


@dataclass(frozen=True, slots=True)
class AdvisedShown:
    """The crew that was advised and when it was expected; all null where no crew was fit."""

    crew_id: int | None
    name: str | None
    expected_at: datetime | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class SentenceShown:
    sentence: str


@dataclass(frozen=True, slots=True)
class OverrideShown:
    """`advised_because` spoke for the crew advised, `chosen_despite` against the one chosen. `advised` is null for
    offers of before it was kept."""

    job_id: int
    outage_id: int
    outage: str
    offered_at: datetime
    decided_by: str
    reason: str | None
    chosen_crew_id: int
    chosen_name: str
    expected_at: datetime | None
    advised: AdvisedShown | None
    advised_because: list[SentenceShown]
    chosen_despite: list[SentenceShown]
    state: JobState
    arrive_by: datetime
    arrived_at: datetime | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OverridesShown:
    overrides: list[OverrideShown]
    next: int | None


@router.get(
    "",
    summary="Offers against the advice",
    **open_to(
        Role.MANAGER,
        Role.DISPATCHER,
        problems=(422,),
        answers=answered(200, OverridesShown, "By job, with their outcome."),
    ),
)
async def get_overrides(
    request: Request,
    start: From,
    to: To,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=AT_MOST)] = AT_MOST,
) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    told, following = await asked.read(lambda reading: overrides(reading, territory.policy, start, to, after, limit))
    shown = [_shown(one, territory) for one in told]
    return for_reader(request, as_json({"overrides": shown, "next": following}))


def _shown(one: Override, territory: Territory) -> dict[str, Any]:
    job, advice = one.job, one.job.advice
    return {
        "job_id": job.id,
        "outage_id": one.outage.id,
        "outage": one.outage.number,
        "offered_at": job.offered_at,
        "decided_by": one.decided_by,
        "reason": job.override_reason,
        "chosen_crew_id": job.crew_id,
        "chosen_name": _name(territory, job.crew_id),
        "expected_at": job.expected_at,
        "advised": None
        if advice is None
        else {
            "crew_id": advice.crew_id,
            "name": None if advice.crew_id is None else _name(territory, advice.crew_id),
            "expected_at": advice.expected_at,
            "in_time": None if advice.crew_id is None else advice.in_time,
        },
        "advised_because": [{"sentence": s} for s in (() if advice is None else advice.reasons)],
        "chosen_despite": [{"sentence": s} for s in (() if advice is None else advice.against)],
        "state": job.state,
        "arrive_by": one.outage.arrive_by,
        "arrived_at": one.arrived_at,
        "outcome": one.outcome,
    }


def _name(territory: Territory, crew_id: int) -> str:
    record = territory.crews.get(crew_id)
    return f"crew {crew_id}" if record is None else record.crew.name
