"""Guards the door: whatever rubbish comes in, by whichever route, the answer is a problem in a sentence.

Never an error of ours, never a traceback, and the server goes on answering afterwards.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.guards.soaking import soak
from tests.town import MARKET, Town, a_town

pytestmark = [soak, pytest.mark.parametrize("address", ["sqlite"], indirect=True)]

HUGE = 10**400
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a word": b'"outage"',
    "a number": b"1",
    "not JSON": b"channel=hotline&lon=112",
    "cut off": b'{"channel": "hotl',
    "NaN": b'{"lon": NaN, "lat": -Infinity, "elapsed_ms": Infinity}',
    "a huge number": json.dumps({"lon": HUGE, "crew_id": HUGE, "outage_id": HUGE, "seq": HUGE}).encode(),
    "a number of 100,000 digits": b'{"lon": ' + b"9" * 100_000 + b"}",
    "1e999": b'{"lon": 1e999, "lat": 1e999, "crs": "EPSG:4326", "channel": "hotline"}',
    "half a character": b'{"channel": "hotline", "words": "\\ud800", "reason": "\\udfff", "name": "\\ud83d"}',
    "a NUL": b'{"channel": "hotline", "words": "a\\u0000b", "reason": "\\u0000", "name": "\\u0000"}',
    "a bare NUL": b'\x00{"channel": "hotline"}\x00',
    "not UTF-8": b'{"words": "\xff\xfe\xc3\x28"}',
    "UTF-16": '{"channel": "hotline"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"channel": "hotline"}',
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "nested under a known field": b'{"channel": ' + b"[" * 900 + b"]" * 900 + b"}",
    "keys by the thousand": json.dumps({f"k{n}": n for n in range(20_000)}).encode(),
    "the same key twice": b'{"channel": "hotline", "channel": {"a": 1}}',
    "wrong types": json.dumps({k: [{"a": True}] for k in ("channel", "lon", "reason", "actions", "call_ids")}).encode(),
    "emoji": json.dumps(
        {"channel": "👩‍🚒🔥", "reason": "💥" * 5_000, "name": "🙈", "q": "🏚️"}, ensure_ascii=False
    ).encode(),
    "right to left": json.dumps({"reason": "\u202egnol\u2066", "channel": "\u202e"}).encode(),
    "SQL": json.dumps({"name": "' OR 1=1; --", "password": "\\", "reason": "'); DROP TABLE facts; --"}).encode(),
    "years out of reach": json.dumps({"channel": "hotline", "received_at": "9999-12-31T23:59:59-23:59"}).encode(),
}
CONTENT_TYPES = [
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "application/json; charset=utf-16",
    ";",
    "🙈",
]
PATHS = [
    "/%00",
    "/calls/%00",
    "/calls/%ff",
    f"/outages/{HUGE}",
    "/outages/-1",
    "/outages/1e3",
    "/jobs/../../etc/passwd",
    "/calls/" + "9" * 5000,
    "/%F0%9F%99%88",
    "//calls",
    "/calls/1/place/",
    "/outages?state=%00",
    f"/outages?after={HUGE}",
    "/places?q=%00",
    "/places?q=%ed%a0%80",
    "/feed?cursor=%00",
    "/feed?cursor=1.1.1",
    f"/feed?cursor={HUGE}.1",
    "/stats/arrivals?from=0000-00-00&to=x",
    "/stats/arrivals?from=9999-12-31&to=9999-12-31",
    "/stats/arrivals?from=0001-01-01&to=9999-12-31",
    "/tablet/pull?cursor=" + quote("💥" * 500),
]
HEADERS: list[tuple[bytes, bytes]] = [
    (b"Authorization", b"Bearer \xff\xfe"),
    (b"Authorization", b"Bearer"),
    (b"Authorization", b"Bearer " + b"a" * 8000),
    (b"Authorization", b"Basic \x80"),
    (b"Cookie", b"relight_session=\xff\xfe; ;;=;\x01"),
    (b"Cookie", b"relight_session=" + b"a" * 8000),
    (b"Accept-Language", b"zh;q=x,,;\xff"),
    (b"Last-Event-ID", b"\xff"),
    (b"Content-Length", b"-1"),
    (b"Content-Length", b"1" * 40),
    (b"Content-Length", "¹".encode()),
    (b"Transfer-Encoding", b"gzip"),
    (b"Host", b"\x00"),
    (b"X-Forwarded-For", b"\xf0\x9f\x99\x88"),
    (b"Expect", b"the worst"),
    (b"Range", b"bytes=5-1"),
]


@pytest.fixture
def town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    with a_town(store, clock, tmp_path) as town:
        town.call_at(MARKET)
        yield town
        assert town.http.get("/readyz").status_code == 200
        town.require_sound_journal()


def require_no_fault_of_ours(what: str, answer: httpx.Response) -> None:
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:500]}"
    assert "Traceback" not in answer.text, what
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", f"{what}: {answer.headers}"
        assert answer.json()["detail"].strip(), what


def posts(town: Town) -> list[str]:
    """Every address that takes a body, with a number that names something where one is asked for."""
    described = town.http.get("/api/v1/openapi.json").json()["paths"]
    paths = [path for path, methods in described.items() if "requestBody" in methods.get("post", {})]
    assert len(paths) > 10
    return [path.split("{")[0] + "1" + path.split("}")[1] if "{" in path else path for path in paths]


def heads(town: Town) -> list[dict[str, str]]:
    return [{}, *({"Authorization": f"Bearer {town.token(who)}"} for who in ("dispatcher", "crew1", "manager"))]


def test_rubbish_in_the_body(town: Town) -> None:
    for path in posts(town):
        for head in heads(town):
            for what, body in BODIES.items():
                answer = town.http.post(path, content=body, headers={**head, "Content-Type": "application/json"})
                require_no_fault_of_ours(f"{what} to {path}", answer)


def test_rubbish_as_a_content_type(town: Town) -> None:
    for path in posts(town):
        for kind in CONTENT_TYPES:
            head: list[tuple[bytes, bytes]] = [
                (b"Authorization", f"Bearer {town.token('dispatcher')}".encode()),
                (b"Content-Type", kind.encode()),
            ]
            require_no_fault_of_ours(f"{kind} to {path}", town.http.post(path, content=b"{}", headers=head))


def test_rubbish_in_the_address(town: Town) -> None:
    for path in PATHS:
        for head in heads(town):
            for method in ("GET", "POST", "DELETE", "PUT", "TRACE"):
                with town.http.stream(method, f"/api/v1{path}", headers=head) as answer:
                    if answer.headers.get("Content-Type", "").startswith("text/event-stream"):
                        continue  # a cursor it could read; the feed would go on for ever
                    answer.read()
                    require_no_fault_of_ours(f"{method} {path}", answer)


def test_rubbish_in_the_head(town: Town) -> None:
    for name, value in HEADERS:
        said = _raw(town, b"POST /api/v1/calls HTTP/1.1\r\n" + name + b": " + value + b"\r\n", b"{}")
        assert b" 5" not in said.split(b"\r\n")[0][8:10], (name, said[:300])
        assert b"Traceback" not in said, name


def test_ten_megabytes_are_refused_before_they_are_read(town: Town) -> None:
    body = json.dumps({"channel": "hotline", "words": "啊" * 3_500_000}, ensure_ascii=False).encode()
    assert len(body) > 10_000_000
    head = {"Authorization": f"Bearer {town.token('dispatcher')}", "Content-Type": "application/json"}
    for path in ("/api/v1/calls", "/api/v1/tablet/push", "/api/v1/sessions"):
        try:
            answer = town.http.post(path, content=body, headers=head)
        except (httpx.WriteError, httpx.ReadError):
            continue  # answered and hung up while we were still sending
        assert answer.status_code in (403, 413), path
        require_no_fault_of_ours(path, answer)


def test_a_body_that_never_ends_is_cut_off(town: Town) -> None:
    """In chunks, without a length, for as long as somebody listens: thirty megabytes at most."""
    head = f"POST /api/v1/calls HTTP/1.1\r\nAuthorization: Bearer {town.token('dispatcher')}\r\n"
    with _connected(town) as line:
        line.sendall(
            f"{head}Host: here\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
        sent = 0
        try:
            while sent < 30_000_000:
                line.sendall(chunk)
                sent += 0x10000
        except OSError:
            pass  # it hung up, as it may
        assert sent < 30_000_000 or b" 413 " in line.recv(4096)


def test_a_client_that_goes_away_in_the_middle(town: Town) -> None:
    token = town.token("dispatcher")
    for cut in (b"POST /api/v1/calls HT", f"POST /api/v1/calls HTTP/1.1\r\nAuthorization: Bearer {token}\r\n".encode()):
        for rest in (
            b"",
            b"Host: here\r\nContent-Length: 500\r\n\r\n{",
            b"Host: here\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):
            with _connected(town) as line:
                line.sendall(cut + rest)


def _connected(town: Town) -> socket.socket:
    where: Any = urlsplit(str(town.http.base_url))
    return socket.create_connection((where.hostname, where.port), timeout=10)


def _raw(town: Town, head: bytes, body: bytes) -> bytes:
    with _connected(town) as line:
        line.sendall(head + b"Host: here\r\nConnection: close\r\n")
        line.sendall(b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        line.settimeout(3)
        try:
            return line.recv(65_536)
        except OSError:
            return b""  # it waits for a body that never comes, or hung up
