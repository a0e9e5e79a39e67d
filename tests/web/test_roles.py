"""Who may call what: the contract's table against the table of routes, and both against the running server."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from dispatch_server.protocol.words import Role
from dispatch_server.web.app import ROUTERS
from dispatch_server.web.deps import ANYBODY, ROLES_KEY, GuardedRoute
from tests.town import Town

DESK = {"call_taker", "dispatcher"}
BOARD = {"call_taker", "dispatcher", "manager", "control_room"}
EVERYBODY_SIGNED_IN = {role.value for role in Role}

# The contract, and what was added to it.
OPEN_TO: dict[str, set[str]] = {
    "POST /api/v1/sessions": {ANYBODY},
    "GET /api/v1/sessions/current": EVERYBODY_SIGNED_IN,
    "DELETE /api/v1/sessions/current": EVERYBODY_SIGNED_IN,
    "POST /api/v1/calls": {"call_taker", "dispatcher", "control_room"},
    "GET /api/v1/calls": DESK,
    "GET /api/v1/calls/{call_id}": DESK,
    "POST /api/v1/calls/{call_id}/place": DESK,
    "POST /api/v1/calls/{call_id}/chase": DESK,
    "POST /api/v1/calls/{call_id}/close": DESK,
    "POST /api/v1/calls/{call_id}/call-back": DESK,
    "GET /api/v1/places": DESK,
    "POST /api/v1/places/lookup": DESK,
    "GET /api/v1/outages": BOARD,
    "GET /api/v1/outages/{outage_id}": BOARD,
    "GET /api/v1/outages/{outage_id}/crews": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/merge": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/split": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/close": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/hazard": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/exemption": {"dispatcher"},
    "POST /api/v1/outages/{outage_id}/relaxation": {"dispatcher"},
    "POST /api/v1/jobs": {"dispatcher"},
    "POST /api/v1/jobs/{job_id}/withdraw": {"dispatcher"},
    "POST /api/v1/jobs/{job_id}/confirm-arrival": {"dispatcher"},
    "POST /api/v1/tablet/push": {"crew"},
    "GET /api/v1/tablet/pull": {"crew"},
    "GET /api/v1/crews": EVERYBODY_SIGNED_IN,
    "GET /api/v1/areas": EVERYBODY_SIGNED_IN,
    "GET /api/v1/feed": BOARD | {"crew"},
    "GET /api/v1/coverage": {"dispatcher", "manager", "control_room"},
    "GET /api/v1/overrides": {"dispatcher", "manager"},
    "GET /api/v1/travel/speeds": {"manager", "dispatcher", "admin"},
    "GET /api/v1/plan": {"dispatcher"},
    "GET /api/v1/stats/arrivals": {"manager", "dispatcher"},
    "GET /api/v1/stats/arrivals/rows": {"manager", "dispatcher"},
    "GET /api/v1/sentences": EVERYBODY_SIGNED_IN,
    "GET /healthz": {ANYBODY},
    "GET /readyz": {ANYBODY},
    "GET /metrics": {ANYBODY},
}


def routes() -> Iterator[tuple[str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, GuardedRoute), route
            for method in route.methods or ():
                yield f"{method} {route.path}", route


def test_every_route_says_to_whom_it_is_open_and_no_other_than_the_table() -> None:
    declared = {name: set((route.openapi_extra or {})[ROLES_KEY]) for name, route in routes()}
    assert declared == OPEN_TO


def test_a_route_that_does_not_say_so_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="to whom"):
        GuardedRoute("/secret", lambda: None)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_server_keeps_to_the_table(town: Town) -> None:
    """Each route as each role, and as nobody: what is not open is 403, or 401 to a stranger."""
    tokens = {role.value: town.token("crew1" if role is Role.CREW else role.value) for role in Role}
    wrong = []
    for name, allowed in OPEN_TO.items():
        if name == "DELETE /api/v1/sessions/current":
            continue  # it would end the sessions that this test needs; tests/web/test_sessions.py has it
        status = _status(town, name, None)
        if (status == 401) == (ANYBODY in allowed) and name != "POST /api/v1/sessions":
            wrong.append((name, "nobody", status))
        for role, token in tokens.items():
            status = _status(town, name, token)
            is_open = role in allowed or ANYBODY in allowed
            if is_open == (status == 403) or status == 401 or status >= 500:
                wrong.append((name, role, status))
    assert not wrong


def _status(town: Town, name: str, token: str | None) -> int:
    method, path = name.split()
    head = {} if token is None else {"Authorization": f"Bearer {token}"}
    body: dict[str, str] | None = {} if method == "POST" else None
    with town.http.stream(method, re.sub(r"{\w+}", "1", path), headers=head, json=body) as answer:
        return answer.status_code


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_who_may_not_is_told_before_the_body_is_read(town: Town) -> None:
    answer = town.http.post("/api/v1/calls", content=b"not json", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_crew_sees_itself_only(town: Town) -> None:
    assert [crew["crew_id"] for crew in town.get("/crews", "crew3")["crews"]] == [3]
    assert len(town.get("/crews", "manager")["crews"]) == 4
