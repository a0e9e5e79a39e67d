"""What strangers read about the API holds: every route is described, and real answers have the shapes it promises."""

import json
import re
from typing import Any

import jsonschema
import pytest

from dispatch_server.protocol.words import CrewAction
from dispatch_server.web.app import ROUTERS
from dispatch_server.web.deps import ANYBODY
from tests.town import MARKET, Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

Described = dict[str, Any]


def described(town: Town) -> Described:
    answer = town.http.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


def operations(description: Described) -> dict[str, Described]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_is_described_with_its_roles_and_its_problems(town: Town) -> None:
    found = operations(described(town))
    assert len(found) == sum(len(router.routes) for router in ROUTERS)
    for name, operation in found.items():
        assert operation["summary"] and operation["tags"], name
        answers = operation["responses"]
        if operation["x-roles"] != [ANYBODY]:
            assert {"401", "403", "503"} <= answers.keys(), name
        if "requestBody" in operation:
            assert {"400", "415", "422"} <= answers.keys(), name
        for status, answer in answers.items():
            if int(status) >= 400:
                assert "application/problem+json" in answer["content"], (name, status)


def test_every_reference_leads_somewhere(town: Town) -> None:
    text = json.dumps(described(town))
    schemas = json.loads(text)["components"]["schemas"]
    wanted = {name.rsplit("/", 1)[1] for name in re.findall(r'"\$ref": "(#/components/schemas/[^"]+)"', text)}
    assert wanted <= schemas.keys()
    assert "#/$defs" not in text


def test_the_description_can_be_read_without_signing_in_and_fetches_nothing(town: Town) -> None:
    assert "://" not in json.dumps(described(town))


def test_real_answers_have_the_shapes_that_are_promised(town: Town) -> None:
    description = described(town)
    crew = town.tablet(2)
    asked: list[tuple[str, str, Any, str]] = [
        ("POST", "/calls", {"channel": "hotline", "account_no": "43130000000001", "hazard": "wire_down"}, "dispatcher"),
        ("POST", "/calls", {"channel": "hotline", "lon": 112.0101, "lat": 27.72, "crs": "EPSG:4326"}, "call_taker"),
        ("POST", "/calls", {"channel": "web", "address": "不知道", "external_ref": "1"}, "call_taker"),
        ("POST", "/calls", {"channel": "web", "address": "不知道", "external_ref": "1"}, "call_taker"),
        ("GET", "/calls?state=unplaced", None, "dispatcher"),
        ("GET", "/calls/1", None, "dispatcher"),
        ("POST", "/calls/1/chase", {}, "dispatcher"),
        ("GET", "/places?q=柳田村", None, "call_taker"),
        ("POST", "/places/lookup", {"account_no": "43130000000004"}, "call_taker"),
        ("GET", "/outages", None, "manager"),
        ("GET", "/outages/1/crews", None, "dispatcher"),
        ("POST", "/jobs", {"outage_id": 1, "crew_id": 2}, "dispatcher"),
        ("GET", "/crews", None, "manager"),
        ("GET", "/travel/speeds", None, "admin"),
        ("GET", "/tablet/pull", None, "crew2"),
        ("GET", "/outages/1", None, "control_room"),
        ("GET", "/sessions/current", None, "crew2"),
        ("GET", "/coverage", None, "control_room"),
        ("GET", "/overrides?from=2026-05-01&to=2026-05-02", None, "manager"),
        ("GET", "/plan", None, "dispatcher"),
        ("GET", "/stats/arrivals?from=2026-05-01&to=2026-05-02&by=crew", None, "manager"),
        ("GET", "/stats/arrivals/rows?from=2026-05-01&to=2026-05-02", None, "manager"),
        ("POST", "/outages/1/exemption", {"reason": "ice", "evidence": "photo 7"}, "dispatcher"),
        ("POST", "/outages/1/exemption", {"approved": True}, "dispatcher"),
        ("POST", "/jobs/1/withdraw", {"reason": "a nearer crew"}, "dispatcher"),
        ("POST", "/calls/2/close", {"reason": "by phone"}, "dispatcher"),
        ("GET", "/outages/999", None, "dispatcher"),
        ("POST", "/calls", {"channel": "pigeon"}, "dispatcher"),
    ]
    for method, path, body, who in asked:
        answer = town.ask(method, path, who, json=body)
        _require_shape(description, method, path, answer.status_code, answer.json())
        if path == "/jobs":
            crew.do(CrewAction.ACCEPT, answer.json()["id"])
            crew.check_in(answer.json()["id"], MARKET)


def _require_shape(description: Described, method: str, path: str, status: int, said: Any) -> None:
    template = re.sub(r"/\d+", "/{id}", "/api/v1" + path.partition("?")[0])
    by_template = {re.sub(r"{\w+}", "{id}", name): one for name, one in operations(description).items()}
    operation = by_template[f"{method} {template}"]
    content = operation["responses"][str(status)]["content"]
    [schema] = [one["schema"] for one in content.values()]
    whole = {**schema, "components": description["components"]}
    jsonschema.validate(said, whole, format_checker=jsonschema.FormatChecker())
