"""Figures, each with its definition, its exclusions and its rows."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response

from dispatch_server.domain.stats import ArrivalRow, outcome
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.words import Role
from dispatch_server.services import reporting
from dispatch_server.web.answers import FiguresShown, RowsShown, answered, as_json
from dispatch_server.web.deps import API, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader
from dispatch_server.web.shapes import After

router = guarded_router(f"{API}/stats", "stats")

_WHO = (Role.MANAGER, Role.DISPATCHER)
From = Annotated[date, Query(alias="from", description="First local day of the first call.")]
To = Annotated[date, Query(description="The day after the last one.")]
By = Annotated[str | None, Query(max_length=20, description="area_class, district, crew or month.")]


@router.get(
    "/arrivals",
    summary="Arrival figures",
    **open_to(*_WHO, problems=(422,), answers=answered(200, FiguresShown, "Over all, then by group.")),
)
async def get_arrivals(request: Request, start: From, to: To, by: By = None, proved: bool = False) -> Response:
    """`proved=true` counts arrivals graded A only, and shows the others among the excluded."""
    asked = asked_of(request)
    territory = asked.territory
    figures = await asked.read(lambda reading: reporting.arrival_figures(reading, territory, start, to, by, proved))
    limits = [_limits(limits) for limits in territory.policy.limit_sets]
    return for_reader(request, as_json({"figures": figures, "limits": limits}))


def _limits(limits: Any) -> dict[str, Any]:
    """The sets that `within` is read by, with their sources."""
    return {
        "name": limits.name,
        "source": limits.source,
        "valid_from": limits.valid_from.isoformat(),
        "minutes": {str(area_class.value): minutes for area_class, minutes in limits.minutes.items()},
    }


@router.get(
    "/arrivals/rows",
    summary="The rows behind the figures",
    **open_to(*_WHO, problems=(422,), answers=answered(200, RowsShown, "One row per outage, by id.")),
)
async def get_arrival_rows(
    request: Request,
    start: From,
    to: To,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=reporting.ROWS_AT_MOST)] = reporting.ROWS_AT_MOST,
) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    rows, following, now = await asked.read(
        lambda reading: (*reporting.arrival_rows(reading, territory, start, to, after, limit), reading.now)
    )
    shown = [_row(row) | {"outcome": outcome(row, now)} for row in rows]
    return as_json({"rows": shown, "next": following})


def _row(row: ArrivalRow) -> dict[str, Any]:
    return {**encode(row), "minutes": row.minutes}
