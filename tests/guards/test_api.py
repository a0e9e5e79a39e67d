"""Guards the API's description: for every role and for strangers, whatever is sent, the answer is one it documents.

Never an error of ours, always the declared status, content type and shape.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dispatch_server.protocol.words import CrewAction, Role
from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.guards.soaking import SOAKING, soak, times
from tests.town import MARKET, MEADOW, Town, a_town

pytestmark = [soak, pytest.mark.parametrize("address", ["sqlite"], indirect=True)]

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
# The feed never ends and has tests of its own; signing out would make a stranger of everybody.
LEFT_OUT = {("GET", "/api/v1/feed"), ("DELETE", "/api/v1/sessions/current")}
STRANGER = "stranger"


@pytest.fixture
def town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """With calls, outages and a job at work, so that small numbers name something."""
    with a_town(store, clock, tmp_path) as town:
        crew = town.tablet(1)
        for at in (MARKET, MEADOW):
            town.call_at(at)
        job = town.offer(1, 1)
        crew.do(CrewAction.ACCEPT, job["id"])
        crew.check_in(job["id"], MARKET)
        yield town


@pytest.mark.parametrize("who", [*(role.value for role in Role), STRANGER])
def test_every_answer_is_a_documented_one(town: Town, who: str) -> None:
    described = town.http.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    name = "crew1" if who == Role.CREW else who
    head = {} if who == STRANGER else {"Authorization": f"Bearer {town.token(name)}"}
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if (operation.method.upper(), operation.path) not in LEFT_OUT:
            _try(operation, str(town.http.base_url), head)
            tried += 1
    assert tried == sum(len(methods) for methods in described["paths"].values()) - len(LEFT_OUT)


def _try(operation: Any, url: str, head: dict[str, str]) -> None:
    @settings(
        max_examples=times(25, 400),
        derandomize=not SOAKING,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        case.call_and_validate(base_url=url, headers=head, checks=CHECKS, timeout=20)

    one()
