"""Whatever is wrong is said in a sentence, as a problem; nothing that comes from outside is an error of ours."""

import json
from typing import Any

import httpx
import pytest

from tests.town import MARKET, Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

DEEP = "[" * 100_000


def require_problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said.keys() >= {"type", "title", "status", "detail"}
    assert said["status"] == status
    assert "Traceback" not in answer.text
    assert said["detail"].endswith(".")
    return str(said["detail"])


def raw(town: Town, body: bytes | str, content_type: str | None = "application/json", path: str = "/calls") -> Any:
    head = {"Authorization": f"Bearer {town.token('dispatcher')}"}
    if content_type is not None:
        head["Content-Type"] = content_type
    return town.http.post(f"/api/v1{path}", content=body, headers=head)


def test_no_such_address(town: Town) -> None:
    assert "openapi.json" in require_problem(town.ask("GET", "/nothing"), 404)


def test_no_such_method(town: Town) -> None:
    answer = town.ask("PUT", "/calls")
    require_problem(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_no_such_thing(town: Town) -> None:
    assert "outage 99" in require_problem(town.ask("GET", "/outages/99"), 404)


def test_a_rule_forbids_it(town: Town) -> None:
    outage_id = town.call_at(MARKET)["outage"]["id"]
    answer = town.ask("POST", "/jobs", json={"outage_id": outage_id, "crew_id": 1})
    assert "off duty" in require_problem(answer, 409)


def test_a_wrong_field_is_named(town: Town) -> None:
    answer = town.ask("POST", "/calls", json={"channel": "hotline", "lon": 181, "lat": 0, "crs": "EPSG:4326"})
    assert require_problem(answer, 422).startswith("lon: ")
    assert [field["field"] for field in answer.json()["fields"]] == ["lon"]


def test_what_was_sent_is_not_repeated(town: Town) -> None:
    """A problem may end in somebody's log; a phone number must not."""
    answer = town.ask("POST", "/calls", json={"channel": "hotline", "caller_phone": "10012345678" * 10})
    require_problem(answer, 422)
    assert "10012345678" not in answer.text


def test_half_a_position(town: Town) -> None:
    answer = town.ask("POST", "/calls", json={"channel": "hotline", "lon": 112.0, "lat": 27.0})
    assert "crs" in require_problem(answer, 422)


def test_an_unknown_datum(town: Town) -> None:
    answer = town.ask("POST", "/calls", json={"channel": "hotline", "lon": 112.0, "lat": 27.0, "crs": "mars"})
    assert "mars" in require_problem(answer, 422)


def test_a_time_without_its_offset(town: Town) -> None:
    wrongs: list[Any] = ["2026-05-01T08:00:00", 1777595400, "yesterday", "0001-01-01T00:00:00+08:00", [], 10**400]
    for wrong in wrongs:
        answer = town.ask("POST", "/calls", json={"channel": "hotline", "received_at": wrong})
        require_problem(answer, 422)


def test_a_call_from_the_future(town: Town) -> None:
    answer = town.ask("POST", "/calls", json={"channel": "police_110", "received_at": "2030-01-01T00:00:00Z"})
    assert "future" in require_problem(answer, 422)


def test_a_call_from_before_this_trade_had_computers(town: Town) -> None:
    for wrong in ("0001-01-02T00:00:00Z", "1970-01-01T00:00:00+08:00", "1999-12-31T23:59:59Z"):
        answer = town.ask("POST", "/calls", json={"channel": "police_110", "received_at": wrong})
        assert "before the year 2000" in require_problem(answer, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing like json",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        DEEP.encode(),
        b'{"channel": "hotline", "words": "\\ud800"}',
        b'{"channel": "hotline", "words": "a\\u0000b"}',
        b'{"channel": "hotline", "\\ud800": 1}',
        b'{"channel": "hotline", "lon": NaN, "lat": 1, "crs": "gcj02"}',
        b'{"channel": "hotline", "lon": 1e999, "lat": 1, "crs": "gcj02"}',
        b'{"channel": "hotline", "lon": true, "lat": 1, "crs": "gcj02"}',
        b'{"channel": "hotline", "lon": "112", "lat": 27, "crs": "gcj02"}',
        b'{"channel": "hotline", "words": ' + b"9" * 5000 + b"}",
        b'{"channel": "hotline", "external_ref": ""}',
        b'{"channel": "hotline", "hazard": null}',
        json.dumps({"channel": "hotline", "words": "x" * 2001}).encode(),
        json.dumps({"channel": {"channel": "hotline"}}).encode(),
    ],
)
def test_rubbish_is_refused_and_never_an_error_of_ours(town: Town, body: bytes) -> None:
    answer = raw(town, body)
    assert answer.status_code in (400, 422), (body[:60], answer.text)
    require_problem(answer, answer.status_code)


def test_ids_beyond_the_database(town: Town) -> None:
    for path in (f"/outages/{2**63}", f"/outages/{10**30}", "/outages/0", "/outages/-1", "/outages/x"):
        require_problem(town.ask("GET", path), 422)
    for outage_id in (2**63, 10**30, 0, True, "1", 1.5):
        answer = town.ask("POST", "/jobs", json={"outage_id": outage_id, "crew_id": 1})
        require_problem(answer, 422)


def test_what_no_database_could_hold_in_a_query(town: Town) -> None:
    require_problem(town.ask("GET", "/places?q=%00"), 422)
    assert town.ask("GET", "/places?q=%ff%fe").status_code == 200
    require_problem(town.ask("GET", f"/outages?after={2**63}"), 422)
    for cursor in ("x", "1.2", "-1", f"{2**63}", "٣"):
        require_problem(town.ask("GET", "/feed", params={"cursor": cursor}), 422)


def test_another_kind_of_body(town: Town) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ):
        require_problem(raw(town, b'{"channel": "hotline"}', kind), 415)
    assert raw(town, b'{"channel": "hotline"}', "application/json; charset=utf-8").status_code == 201
    assert raw(town, b'{"channel": "hotline"}', None).status_code == 201


def test_a_body_too_large(town: Town) -> None:
    assert "2,000,000" in require_problem(raw(town, b" " * 2_000_001), 413)


def test_a_body_too_large_that_does_not_say_so(town: Town) -> None:
    parts = (b" " * 100_000 for _ in range(30))
    require_problem(raw(town, parts), 413)


def test_a_push_of_rubbish(town: Town) -> None:
    head = {"Authorization": f"Bearer {town.token('crew1')}"}
    for body in ({}, {"actions": 3}, {"actions": [], "device_id": 5}, {"device_id": "d", "actions": [None] * 501}):
        require_problem(town.http.post("/api/v1/tablet/push", json=body, headers=head), 422)
