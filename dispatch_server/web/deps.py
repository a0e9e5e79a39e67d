"""Who asks, and whether this route is open to him. Declared on the route as data, so that a test walks the table.

A route class instead of dependencies: FastAPI resolves each of those anew for 20–50 µs, and would read the body first.
"""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from dispatch_server.domain.people import User, author_of
from dispatch_server.domain.refusals import Forbidden
from dispatch_server.protocol.codec import Malformed, plain
from dispatch_server.protocol.words import Role
from dispatch_server.services.ports import Territory
from dispatch_server.store.people import OpenSession
from dispatch_server.store.work import Reading, Work
from dispatch_server.web.served import Served

T = TypeVar("T")
API = "/api/v1"
COOKIE = "relight_session"
CONSOLE_HEADER = "x-relight-console"
ROLES_KEY = "x-roles"
ANYBODY = "anybody"
FIELDS_MOST = 100

DESK = (Role.CALL_TAKER, Role.DISPATCHER)
DISPATCHER = (Role.DISPATCHER,)
BOARD = (Role.CALL_TAKER, Role.DISPATCHER, Role.MANAGER, Role.CONTROL_ROOM)
CREW = (Role.CREW,)
EVERY_ROLE = tuple(Role)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBLEMS = {
    400: "The body is not JSON.",
    401: "Not signed in, or the session has ended.",
    403: "This role may not do it.",
    404: "There is no such thing, or not for this person.",
    409: "A rule forbids it; `detail` says which and what to do instead.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "A field or a query parameter is missing, wrong or not known; `detail` names it.",
    429: "Too many failed tries.",
    503: "The database is busy; nothing was saved. Try again after `Retry-After` seconds.",
}


def open_to(
    *roles: Role, problems: tuple[int, ...] = (), answers: dict[int | str, Any] | None = None
) -> dict[str, Any]:
    """Keywords of a route: who may call it, what it answers, and the problems it may answer besides the usual ones."""
    usual = (401, 403, 422, 503, *problems)
    return {
        "openapi_extra": {ROLES_KEY: sorted(roles)},
        "responses": {**(answers or {}), **documented(usual)},
        "response_model": None,
    }


def open_to_anybody(problems: tuple[int, ...] = (), answers: dict[int | str, Any] | None = None) -> dict[str, Any]:
    return {
        "openapi_extra": {ROLES_KEY: [ANYBODY], "security": []},
        "responses": {**(answers or {}), **documented((422, *problems))},
        "response_model": None,
    }


def documented(problems: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _PROBLEMS[status], "content": shape} for status in sorted(problems)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its route sees it: by whom, and of what."""

    served: Served
    session: OpenSession
    token: str

    @property
    def user(self) -> User:
        return self.session.user

    @property
    def territory(self) -> Territory:
        return self.served.territory()

    @property
    def crew_id(self) -> int:
        if self.user.crew_id is None:
            raise Forbidden("This user belongs to no crew; ask the administrator to name one.")
        return self.user.crew_id

    async def work(self, deed: Callable[[Work], T]) -> T:
        metrics, recorded = self.served.metrics, 0

        def counted(work: Work) -> T:
            nonlocal recorded
            result = deed(work)
            recorded = work.recorded
            return result

        metrics.works.inc()
        try:
            result = await self.served.store.awork(author_of(self.user), counted)
        finally:
            metrics.works.dec()
        metrics.facts.inc(recorded)
        return result

    async def read(self, question: Callable[[Reading], T]) -> T:
        return await self.served.store.aread(question)


def asked_of(request: Request) -> Asked:
    asked: Asked = request.scope["asked"]
    return asked


def served_of(request: Request) -> Served:
    served: Served = request.app.state.served
    return served


class PlainRequest(Request):
    """Refuses, at the door, JSON that a database or another reader of JSON could not hold."""

    async def json(self) -> Any:
        try:
            return plain(_require_few_fields(json.loads(await self.body())))
        except Malformed as error:
            raise HTTPException(422, str(error)) from None
        except json.JSONDecodeError as error:
            at = error.pos + 1
            raise HTTPException(400, f"The body is not JSON: look at character {at}.") from None
        except UnicodeDecodeError:
            raise HTTPException(400, "The body is not UTF-8.") from None
        except (RecursionError, ValueError):
            raise HTTPException(400, "The body is nested too deep or holds a number too long to read.") from None


def _require_few_fields(said: Any) -> Any:
    """A complaint about each of 100,000 unknown fields would keep everybody waiting."""
    if isinstance(said, dict) and len(said) > FIELDS_MOST:
        raise Malformed(f"The body has more than {FIELDS_MOST} fields; send those that are described.")
    return said


class GuardedRoute(APIRoute):
    """Asks who it is before anything else is read. A route that does not say who may call it cannot be made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        roles: list[str] = (self.openapi_extra or {}).get(ROLES_KEY, [])
        if not roles:
            raise TypeError(f"{self.path} does not say to whom it is open.")
        allowed = None if roles == [ANYBODY] else frozenset(Role(role) for role in roles)
        takes_body = self.body_field is not None
        known = [parameter.alias for parameter in self.dependant.query_params]
        # A tablet is updated on another day than the server, and must have its cards all the same.
        takes_more = roles == [Role.CREW]

        async def handle(request: Request) -> Response:
            if allowed is not None:
                request.scope["asked"] = await _admit(request, allowed)
            if request.scope["query_string"]:
                _require_plain_query(request)
                request.scope["ignored"] = ignored = _not_among(request, known)
                if not takes_more:
                    _require_known_query(request, known, ignored)
            if takes_body:
                _require_json(request)
            return await inner(PlainRequest(request.scope, request.receive))

        return handle


def guarded_router(prefix: str, tag: str) -> APIRouter:
    return APIRouter(prefix=prefix, tags=[tag], route_class=GuardedRoute, strict_content_type=False)


async def _admit(request: Request, allowed: frozenset[Role]) -> Asked:
    served = served_of(request)
    token = _token_of(request)
    session = None if token is None else await served.sessions.of(token)
    if token is None or session is None:
        raise HTTPException(401, "Sign in first: POST /api/v1/sessions.", {"WWW-Authenticate": "Bearer"})
    if session.user.role not in allowed:
        raise Forbidden(
            f"This is open to {', '.join(sorted(allowed))}; you are signed in as {session.user.role.value}."
        )
    return Asked(served, session, token)


def _token_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method not in _SAFE and CONSOLE_HEADER not in request.headers:
        raise Forbidden("A change by cookie needs the header X-Relight-Console: 1; other programs send a bearer token.")
    return cookie


def _require_plain_query(request: Request) -> None:
    for name, value in request.query_params.multi_items():
        plain(value, name if name.isidentifier() else "query")


def _not_among(request: Request, known: Sequence[str]) -> list[str]:
    return [name for name in request.query_params if name not in known]


def _require_known_query(request: Request, known: Sequence[str], unknown: Sequence[str]) -> None:
    """A parameter that nobody reads was meant to say something: `?form=` must not give the figures of all days."""
    said = Counter(name for name, _ in request.query_params.multi_items())
    twice = [name for name, times in said.items() if times > 1 and name in known]
    wrong = [("unknown_parameter", name) for name in unknown] + [("repeated_parameter", name) for name in twice]
    if wrong:
        raise RequestValidationError(
            [{"type": kind, "loc": ("query", name), "ctx": {"known": known}} for kind, name in wrong]
        )


def ignored_in_query(request: Request) -> list[str]:
    """What a newer tablet asked for and this server does not know."""
    ignored: list[str] = request.scope.get("ignored", [])
    return ignored


def _require_json(request: Request) -> None:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send the body as application/json.")
