"""Signing in and out."""

from datetime import timedelta

from fastapi import HTTPException, Request, Response

from dispatch_server.domain.people import author_of
from dispatch_server.protocol.words import Role
from dispatch_server.services import people
from dispatch_server.services.people import Opened
from dispatch_server.store.people import account_named
from dispatch_server.web.answers import SessionOpened, SessionShown, answered, as_json
from dispatch_server.web.deps import (
    API,
    CONSOLE_HEADER,
    COOKIE,
    EVERY_ROLE,
    asked_of,
    guarded_router,
    open_to,
    open_to_anybody,
    served_of,
)
from dispatch_server.web.served import Served
from dispatch_server.web.shapes import SignIn

router = guarded_router(f"{API}/sessions", "sessions")

_EXAMPLE = {
    "token": "q0…",
    "role": "dispatcher",
    "name": "调度一",
    "crew_id": None,
    "expires_at": "2026-05-01T12:30:00+00:00",
}


@router.post(
    "",
    status_code=201,
    summary="Sign in",
    **open_to_anybody(
        problems=(400, 401, 415, 422, 429, 503),
        answers=answered(201, SessionOpened, "The session; send its token as `Authorization: Bearer`.", _EXAMPLE),
    ),
)
async def post_session(request: Request, said: SignIn) -> Response:
    """The console sends `X-Relight-Console: 1` and is given an HttpOnly cookie in place of a token."""
    served = served_of(request)
    address = request.client.host if request.client else ""
    account = await served.store.aread(lambda reading: account_named(reading, said.name))
    fits = await served.turnstile.lets_in(account, said.name, address, said.password)
    if account is None or not fits:
        raise HTTPException(401, "Name and password do not fit; check both.", {"WWW-Authenticate": "Bearer"})
    lasts = _lasts(served, account.user.role)
    opened = await served.store.awork(author_of(account.user), lambda work: people.open_session(work, account, lasts))
    return _with_cookie(served, opened, lasts) if CONSOLE_HEADER in request.headers else _shown(opened, opened.token)


def _lasts(served: Served, role: Role) -> timedelta:
    return served.rules.tablet_session_lasts if role is Role.CREW else served.rules.session_lasts


def _shown(opened: Opened, token: str | None) -> Response:
    user = opened.user
    return as_json(SessionOpened(token, user.role, user.name, user.crew_id, opened.expires_at), 201)


def _with_cookie(served: Served, opened: Opened, lasts: timedelta) -> Response:
    response = _shown(opened, None)
    seconds = int(lasts.total_seconds())  # not a date: a desk's own clock may be wrong
    secure = served.rules.secure_cookie
    response.set_cookie(COOKIE, opened.token, seconds, path="/", httponly=True, samesite="strict", secure=secure)
    return response


@router.get(
    "/current",
    summary="Who am I",
    **open_to(*EVERY_ROLE, answers=answered(200, SessionShown, "The session that asks.")),
)
async def get_session(request: Request) -> Response:
    asked = asked_of(request)
    session, zone = asked.session, asked.territory.policy.zone
    user = session.user
    return as_json(SessionShown(user.role, user.name, user.crew_id, session.expires_at, zone.key))


@router.delete("/current", status_code=204, summary="Sign out", **open_to(*EVERY_ROLE))
async def delete_session(request: Request) -> Response:
    asked = asked_of(request)
    await asked.work(lambda work: people.close_session(work, asked.token))
    asked.served.sessions.forget()
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response
