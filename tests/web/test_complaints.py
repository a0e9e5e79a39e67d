"""Every complaint about a field is a sentence of ours, in both languages; a field that nobody knows is named."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import httpx
import pytest

from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import CrewAction, Provider
from dispatch_server.web.complaints import PLAIN, UNFAMILIAR
from tests.town import Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

RUBBISH: dict[str, Any] = {
    "null": None,
    "a boolean": True,
    "zero": 0,
    "below everything": -(2**62),
    "beyond everything": 2**62,
    "a fraction": 1.5,
    "a large fraction": 1e300,
    "nothing": "",
    "a blank": " ",
    "a word": "pigeon",
    "a long text": "长" * 2_001,
    "a number as text": "12",
    "a number of many digits as text": "9" * 5_000,
    "not a number as text": "nan",
    "a naive time": "2026-05-01T08:00:00",
    "a time before every calendar": "0001-01-01T00:00:00+08:00",
    "a list": [],
    "a list of rubbish": [None, "x", 0, 1.5, [], {}],
    "a long list": [1] * 1_001,
    "an object": {},
    "an object with a key": {"a": 1},
}
WHOLE_BODIES: list[Any] = [None, [], "text", 1, 1.5, True, [{}], {}]
# What may stand in a Chinese sentence in Latin letters: names of fields, and what is to be sent.
TABLET = {
    "push",
    *(f.name for shape in (Push, ActionTaken, Fix) for f in fields(shape)),
    *CrewAction,
    *Provider,
    "UUID",
}
VALUES = {*("true", "false", "T08", "POST", "api", "v1", "sessions", "openapi", "json", "JSON", "UTF", "application")}


def operations(town: Town) -> Iterator[tuple[str, str, dict[str, Any], set[str]]]:
    """(method, path, operation, the names that stand in it) of whatever takes a body, a query or a number."""
    described = town.http.get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/") and not path.endswith(("/feed", "/current")):
                yield method, path, operation, names_in(operation, described["components"]["schemas"])


def names_in(value: Any, schemas: dict[str, Any]) -> set[str]:
    """Names of fields and of choices, however deep."""
    if isinstance(value, list):
        return set().union(*(names_in(one, schemas) for one in value))
    if not isinstance(value, dict):
        return set()
    here = {str(one) for one in value.get("enum", [])} | set(value.get("properties", {}))
    here |= {value["name"]} if isinstance(value.get("name"), str) else set()
    if isinstance(value.get("$ref"), str):
        here |= names_in(schemas[value["$ref"].rpartition("/")[2]], schemas)
    return here.union(*(names_in(one, schemas) for key, one in value.items() if key != "responses"))


def shape_of(operation: dict[str, Any], town: Town) -> dict[str, Any]:
    [content] = operation["requestBody"]["content"].values()
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    described: dict[str, Any] = town.http.get("/api/v1/openapi.json").json()["components"]["schemas"].get(name, {})
    return described


def require_chinese(answer: httpx.Response, names: set[str], what: str) -> None:
    assert answer.status_code < 500, (what, answer.text)
    if answer.status_code not in (400, 422):
        return
    said = answer.json()
    for sentence in (said["detail"], *(field["message"] for field in said.get("fields", ()))):
        require_no_english(sentence, names, what)
    assert said["detail"].endswith("。"), (what, said["detail"])


def require_no_english(sentence: str, names: set[str], what: str) -> None:
    words = re.findall(r"[A-Za-z][A-Za-z_0-9]*", re.sub(r"\de[+-]?\d", "", sentence))
    parts = {part for name in names for part in (name, *re.findall(r"[A-Za-z]+", name))}
    foreign = [word for word in words if word not in parts | VALUES]
    assert not foreign, (what, sentence, foreign)
    assert in_chinese(UNFAMILIAR) not in sentence, (what, sentence)


def ask(town: Town, method: str, path: str, operation: dict[str, Any], **more: Any) -> httpx.Response:
    roles = operation["x-roles"]
    who = "crew1" if roles == ["crew"] else "manager" if "manager" in roles else "dispatcher"
    head = {"Authorization": f"Bearer {town.token(who)}", "Accept-Language": "zh"}
    return town.http.request(method, re.sub(r"{\w+}", "1", path), headers=head, **more)


def test_rubbish_in_every_field_is_answered_in_chinese(town: Town) -> None:
    tried = 0
    for method, path, operation, names in operations(town):
        if "requestBody" not in operation:
            continue
        for field in shape_of(operation, town).get("properties", {}):
            for what, value in RUBBISH.items():
                answer = ask(town, method, path, operation, json={field: value})
                require_chinese(answer, names, f"{what} as {field} to {path}")
                tried += 1
        for body in WHOLE_BODIES:
            require_chinese(ask(town, method, path, operation, json=body), names | TABLET, f"{body} to {path}")
    assert tried > 500


def test_rubbish_in_every_query_and_path_is_answered_in_chinese(town: Town) -> None:
    texts = [str(value) for value in RUBBISH.values() if not isinstance(value, list | dict)]
    for method, path, operation, names in operations(town):
        for parameter in operation.get("parameters", []):
            for text in texts:
                if parameter["in"] == "query":
                    answer = ask(town, method, path, operation, params={parameter["name"]: text})
                else:
                    where = path.replace(f"{{{parameter['name']}}}", text[:100].strip() or "x")
                    answer = ask(town, method, where, operation, json={} if "requestBody" in operation else None)
                require_chinese(answer, names, f"{text[:30]!r} as {parameter['name']} to {path}")


def test_rubbish_in_every_field_of_an_action_is_answered_in_chinese(town: Town) -> None:
    now = town.clock.now.isoformat()
    push = {"protocol_version": 1, "device_id": "d", "boot_id": "b", "sent_at": now, "elapsed_ms": 1, "positions": []}
    fix = {"lon": 112, "lat": 27, "accuracy_m": 5, "fixed_at": now, "elapsed_ms": 1, "provider": "gps"}
    action = {"seq": 1, "kind": "note", "occurred_at": now, "elapsed_ms": 1, "boot_id": "b", "job_id": 99, "note": "n"}
    wrongs = [
        (shape, f.name, value) for shape in (ActionTaken, Fix) for f in fields(shape) for value in RUBBISH.values()
    ]
    actions = [
        {"action_id": f"a{n}", **action, **({name: value} if shape is ActionTaken else {"fix": {**fix, name: value}})}
        for n, (shape, name, value) in enumerate(wrongs)
    ]
    head = {"Authorization": f"Bearer {town.token('crew1')}", "Accept-Language": "zh"}
    for start in range(0, len(actions), 400):
        sent = actions[start : start + 400]
        answers = town.http.post("/api/v1/tablet/push", json={**push, "actions": sent}, headers=head).json()["answers"]
        assert len(answers) == len(sent)
        for said, one in zip(answers, sent, strict=True):
            require_no_english(said["sentence"], TABLET | {"actions"}, f"{one}"[:500])
    for name in push:
        for value in RUBBISH.values():
            answer = town.http.post("/api/v1/tablet/push", json={**push, "actions": [], name: value}, headers=head)
            require_chinese(answer, TABLET | {"actions"}, f"{value!r:.40} as {name}")


@pytest.mark.parametrize("body", [b"", b"x", b'{"channel"', b'{"a":"', b"\xff", b"[" * 99_999, b"9" * 9_999])
def test_what_is_not_json_is_said_in_chinese(town: Town, body: bytes) -> None:
    head = {"Authorization": f"Bearer {town.token('dispatcher')}", "Accept-Language": "zh"}
    answer = town.http.post("/api/v1/calls", content=body, headers={**head, "Content-Type": "application/json"})
    require_chinese(answer, {"body"}, repr(body[:20]))


@pytest.mark.parametrize("english", sorted({*PLAIN.values(), UNFAMILIAR}))
def test_every_plain_complaint_has_its_chinese(english: str, address: str) -> None:
    assert in_chinese(english) != english


@pytest.mark.parametrize(
    ("path", "body", "wrong", "meant"),
    [
        ("/calls", {"channel": "hotline", "adress": "河口镇"}, "adress", "address"),
        ("/calls", {"channel": "hotline", "phone": "1"}, "phone", "caller_phone"),
        ("/calls", {"channel": "hotline", "latitude": 1}, "latitude", "lat"),
        ("/calls", {"channel": "hotline", "Address": "x"}, "Address", "address"),
        ("/calls/1/place", {"candidate": "1"}, "candidate", "candidate_id"),
        ("/calls/1/call-back", {"answer": "satisfied", "notes": "n"}, "notes", "note"),
        ("/places/lookup", {"q": "河口", "acount_no": "1"}, "acount_no", "account_no"),
        ("/outages/1/merge", {"into": 2, "in_to": 3}, "in_to", "into"),
        ("/outages/1/split", {"call_ids": [1], "call_id": 1}, "call_id", "call_ids"),
        ("/outages/1/exemption", {"reason": "r", "aproved": True}, "aproved", "approved"),
        ("/jobs", {"outage_id": 1, "crew_id": 1, "crew": 1}, "crew", "crew_id"),
        ("/jobs/1/withdraw", {"reason": "r", "resaon": "r"}, "resaon", "reason"),
    ],
)
def test_a_field_that_nobody_knows_is_named(town: Town, path: str, body: Any, wrong: str, meant: str) -> None:
    answer = town.ask("POST", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"{wrong}: is not a field of this request; {meant} may be meant."
    assert answer.json()["fields"][0]["field"] == wrong


def test_where_no_field_is_like_it_all_are_named(town: Town) -> None:
    answer = town.ask("POST", "/outages/1/relaxation", json={"approved": True, "x": 1})
    assert answer.json()["detail"] == "x: is not a field of this request; its fields are: approved."


def test_nothing_was_done_when_a_field_is_not_known(town: Town) -> None:
    call = {"channel": "hotline", "external_ref": "r1", "address": "河口镇"}
    assert town.ask("POST", "/calls", json={**call, "hazzard": "fire"}).status_code == 422
    assert town.ask("POST", "/calls", json=call).status_code == 201


def test_no_body_is_complained_about_100_000_times(town: Town) -> None:
    answer = town.ask("POST", "/calls", json={f"k{n}": n for n in range(100_000)})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("The body has more than 100 fields")
    long_name = town.ask("POST", "/calls", json={"channel": "hotline", "x" * 100_000: 1})
    assert len(long_name.text) < 1_000


def test_a_stranger_who_signs_in_is_told_too(town: Town) -> None:
    answer = town.http.post("/api/v1/sessions", json={"name": "a", "passwort": "b"}, headers={"Accept-Language": "zh"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "password：必填；passwort：不是此请求的字段，可能应为 password。"
