"""For the people who run the server: is it up, can it work, how much does it do."""

from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from dispatch_server.store.deadlines import overdue
from dispatch_server.store.geocoded import outcomes
from dispatch_server.store.store import StoreBusy
from dispatch_server.web.answers import as_json
from dispatch_server.web.deps import guarded_router, open_to_anybody, served_of
from dispatch_server.web.errors import problem

router = guarded_router("", "operations")

OVERDUE_AFTER = timedelta(seconds=10)
_METRICS: dict[int | str, Any] = {
    200: {"description": "Counts and durations.", "content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}
}


@router.get("/healthz", summary="The process runs", **open_to_anybody())
async def get_healthz(request: Request) -> Response:
    return as_json({"status": "ok"})


@router.get("/readyz", summary="The server can work", **open_to_anybody(problems=(503,)))
async def get_readyz(request: Request) -> Response:
    """The database answers, the map is loaded, and the feed is read."""
    served = served_of(request)
    try:
        await served.store.aread(lambda reading: overdue(reading, reading.now))
    except StoreBusy as busy:
        return problem(request.scope, 503, str(busy))
    if not served.live.is_running:
        return problem(request.scope, 503, "The feed is not being read; the server is starting, or stuck: see its log.")
    return as_json({"status": "ready", "layers": served.territory().locator.version})


@router.get("/metrics", summary="Prometheus", **open_to_anybody(problems=(503,), answers=_METRICS))
async def get_metrics(request: Request) -> Response:
    served = served_of(request)
    behind, asked = await served.store.aread(
        lambda reading: (overdue(reading, reading.now - OVERDUE_AFTER), outcomes(reading))
    )
    served.metrics.overdue.set(behind)
    served.metrics.geocoders(asked)
    return Response(served.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
