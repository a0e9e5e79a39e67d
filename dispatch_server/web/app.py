"""Puts the routes together. Everything a server needs is handed in as `Served`; nothing here is global."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import TypeAdapter
from starlette.routing import Mount, Route

from dispatch_server import __version__
from dispatch_server.web.console_files import ConsoleFiles
from dispatch_server.web.deps import API, COOKIE
from dispatch_server.web.envelope import Envelope
from dispatch_server.web.errors import answer_problems
from dispatch_server.web.routes import (
    areas,
    calls,
    coverage,
    crews,
    feed,
    jobs,
    operations,
    outages,
    overrides,
    places,
    plan,
    sentences,
    sessions,
    stats,
    tablet,
    travel,
)
from dispatch_server.web.served import Served
from dispatch_server.web.shapes import Problem

ROUTERS = tuple(
    noun.router
    for noun in (
        *(sessions, calls, places, outages, jobs, tablet, crews, areas, feed),
        *(coverage, overrides, plan, travel, stats, sentences, operations),
    )
)
_ABOUT = (
    "Relight takes fault calls, puts them on the map, sends the right crew and proves its arrival. JSON in UTF-8; "
    "times are RFC 3339 with offset; positions are `lon`, `lat` in WGS-84. Errors are `application/problem+json` with "
    "a `detail` sentence to act on. Sign in with `POST /api/v1/sessions` and send `Authorization: Bearer TOKEN`. "
    "`Accept-Language: zh` asks for sentences in Chinese. `x-roles` says to whom an operation is open."
)
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "console": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Changes need X-Relight-Console: 1."},
}


def create_app(served: Served) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with served.live.running():
            yield

    app = FastAPI(
        title="Relight",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.served = served
    answer_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes += [
        Route(f"{API}/openapi.json", _described(app)),
        Route("/", lambda _: RedirectResponse("/console/")),
        Mount("/console", ConsoleFiles(served.rules.console_dir)),
    ]
    app.add_middleware(Envelope, metrics=served.metrics, body_limit_bytes=served.rules.body_limit_bytes)
    return app


def _described(app: FastAPI) -> Any:
    async def described(_: Request) -> Response:
        return JSONResponse(description_of(app))

    return described


def description_of(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        described["components"].setdefault("schemas", {})["Problem"] = TypeAdapter(Problem).json_schema()
        described["components"]["securitySchemes"] = _SECURITY
        described["security"] = [{name: []} for name in _SECURITY]
        app.openapi_schema = described
    return app.openapi_schema
