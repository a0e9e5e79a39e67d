"""Geocoders that are broken or worse: each is left in time, whatever it sends, and takes no memory."""

import gzip
import itertools
import os
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dispatch_server.gis.geocoder import NotAnswered, RemoteGeocoder, Why
from tests.gis.test_geocoder import PROVIDERS, SHOP, WORDS
from tests.outside import PATH_OF, Outside, a_stranger, an_outside, found_by, says

TIMEOUT_S = 0.5
LEFT_WITHIN_S = 3.0
MOST_BYTES = 8_000_000
OK = b"HTTP/1.1 200 OK\r\n"
PIECE = b" " * 65_536
NO_ANSWER = (Why.LATE, Why.AWAY, Why.UNREADABLE, Why.TOO_LARGE, Why.FAILED)
Speak = Callable[[socket.socket], object]


@pytest.fixture
def outside() -> Iterator[Outside]:
    with an_outside() as outside:
        yield outside


def endlessly(first: bytes, again: bytes, pause_s: float = 0.0) -> Speak:
    def speak(line: socket.socket) -> None:
        line.sendall(first)
        while True:
            line.sendall(again)
            time.sleep(pause_s)

    return speak


def once(said: bytes) -> Speak:
    return lambda line: line.sendall(said)


def breaking_off(said: bytes) -> Speak:
    """With a reset instead of an end."""

    def speak(line: socket.socket) -> None:
        line.sendall(said)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return speak


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SPEECHES: dict[str, Speak] = {
    "ten gigabytes": endlessly(OK + b"Content-Length: 10000000000\r\n\r\n", PIECE),
    "without end": endlessly(OK + b"\r\n", PIECE),
    "chunks without end": endlessly(CHUNKED, b"10000\r\n" + PIECE + b"\r\n"),
    "one chunk without end": endlessly(CHUNKED + b"FFFFFFFFFFFFFFF\r\n", PIECE),
    "a chunk below nothing": once(CHUNKED + b"-5\r\n\r\n"),
    "a length of a chunk without end": endlessly(CHUNKED, b"0"),
    "words behind the end": endlessly(CHUNKED + b"2\r\n[]\r\n0\r\n", b"X: y\r\n"),
    "lines without end": endlessly(OK, b"X: y\r\n"),
    "a line without end": endlessly(OK + b"X: ", PIECE),
    "long lines": endlessly(OK, b"X: " + b"y" * 60_000 + b"\r\n"),
    "a first line without end": endlessly(b"HTTP/1.1 ", PIECE),
    "one moment, please": endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "noise": once(os.urandom(100_000)),
    "TLS": once(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500)),
    "nothing": once(b""),
    "a length below nothing": once(OK + b"Content-Length: -1\r\n\r\n{}x"),
    "a compressed bomb": once(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000))),
    "a reset in the head": breaking_off(OK + b"Content-"),
    "a reset in the body": breaking_off(OK + b"Content-Length: 1000\r\n\r\n[{"),
    "a long number": once(OK + b"\r\n[" + b"9" * 200_000 + b"]"),
    "dripping": endlessly(OK + b"\r\n", b" ", 0.05),
    "a dripping head": endlessly(OK, b"X", 0.05),
    "a dripping first line": endlessly(b"HTTP", b"/", 0.05),
    "dripping chunks": endlessly(CHUNKED, b"1\r\n \r\n", 0.05),
}


def why(url: str, **terms: Any) -> Why:
    geocoder = RemoteGeocoder(_terms(url, **terms))
    with pytest.raises(NotAnswered) as failed:
        geocoder.ask(WORDS)
    return failed.value.why


def _terms(url: str, **terms: Any) -> Any:
    with an_outside() as anybody:
        return anybody.terms("nominatim", url=url, **{"timeout_s": TIMEOUT_S, **terms})


@pytest.mark.parametrize("speech", SPEECHES)
def test_whatever_is_sent_is_left_in_time_and_not_kept(speech: str) -> None:
    threads = threading.active_count()
    with a_stranger(SPEECHES[speech]) as url:
        tracemalloc.start()
        began = time.monotonic()
        found = why(url)
        took_s, (_, most) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert found in NO_ANSWER
    assert took_s < LEFT_WITHIN_S
    assert most < MOST_BYTES
    while threading.active_count() > threads:  # the stranger notices that nobody listens
        assert time.monotonic() - began < LEFT_WITHIN_S + 5
        time.sleep(0.02)


def test_who_drips_after_a_name_that_was_long_looked_for_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is over before there is a line that could be cut."""
    look_up = socket.getaddrinfo

    def slowly(*asked: Any, **more: Any) -> Any:
        time.sleep(2 * TIMEOUT_S)
        return look_up(*asked, **more)

    with a_stranger(endlessly(OK + b"\r\n", b" ", 0.05)) as url:
        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        began = time.monotonic()
        assert why(url) is Why.LATE
        assert time.monotonic() - began < LEFT_WITHIN_S


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["itself", "file:///etc/passwd", "ftp://127.0.0.1/", "//127.0.0.1:1/x", "data:,[]", ""])
def test_nobody_is_followed_anywhere(status: int, to: str, outside: Outside) -> None:
    outside.reply = lambda q: says([], status, Location=q.path if to == "itself" else to)
    with pytest.raises(NotAnswered) as failed:
        outside.geocoder("nominatim").ask(WORDS)
    assert failed.value.why is Why.FAILED
    assert len(outside.asked) == 1


FAR = 10**400
ANSWERS = [
    ("nominatim", b'[{"lat": 1e999, "lon": 112, "display_name": "x"}]'),
    ("nominatim", b'[{"lat": 27.7, "lon": -1e999, "display_name": "x"}]'),
    ("nominatim", [{"lat": FAR, "lon": FAR, "display_name": "x"}]),
    ("nominatim", [{"lat": 1e308, "lon": 1e308, "display_name": "x"}]),
    ("nominatim", [{"lat": "27.7", "lon": "112", "display_name": None}]),
    ("nominatim", [{"lat": [27.7], "lon": {"x": 1}, "display_name": "x"}]),
    ("nominatim", [{"lat": "27.7", "lon": "112", "display_name": "x", "boundingbox": ["1e999"] * 4}]),
    ("nominatim", [{"lat": "27.7", "lon": "112", "display_name": "x", "boundingbox": {"a": 1}}]),
    ("nominatim", [{"lat": None, "lon": None, "display_name": "x"}]),
    ("photon", b'{"features": [{"geometry": {"coordinates": [1e999, 1]}, "properties": {}}]}'),
    ("photon", {"features": [{"geometry": {"coordinates": "11"}, "properties": {"type": []}}]}),
    ("photon", {"features": [{"geometry": {"coordinates": [112, 27.7]}, "properties": {"extent": [1, 2]}}]}),
    ("photon", {"features": [{"geometry": {"coordinates": [112, 27.7]}, "properties": {"name": 5}}]}),
    ("baidu", b'{"status": 0, "result": {"location": {"lng": 112, "lat": 1e999}}}'),
    ("baidu", {"status": 0, "result": {"location": {"lng": 112, "lat": 27.7}, "confidence": None}}),
    ("baidu", {"status": 0, "result": [1, 2]}),
    ("baidu", {"status": [], "result": {}}),
    ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": "nan,nan"}]}),
    ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": "1e999,27.7"}]}),
    ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"location": "112.0,27.7,5"}]}),
    ("amap", {"status": "1", "infocode": "10000", "geocodes": {"location": "112.0,27.7"}}),
    ("amap", {"status": "1", "infocode": "10000", "geocodes": [{"formatted_address": None, "location": "112,27.7"}]}),
]


@pytest.mark.parametrize(("provider", "answer"), ANSWERS)
def test_a_position_that_is_none_is_no_answer(provider: str, answer: Any, outside: Outside) -> None:
    outside.always(says(answer))
    with pytest.raises(NotAnswered) as failed:
        outside.geocoder(provider).ask(WORDS)
    assert failed.value.why in (Why.UNREADABLE, Why.FAILED)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whatever_stands_in_the_place_of_each_value_nothing_else_than_a_refusal_comes(
    provider: str, outside: Outside
) -> None:
    """Every value of a good answer in turn, and whatever JSON can put there; what is found lies on the globe."""
    good = found_by(provider, SHOP)
    geocoder = outside.geocoder(provider, per_second=4.0)
    for answer in _spoiled(good):
        outside.always(says(answer))
        try:
            found = geocoder.ask(WORDS)
        except NotAnswered as error:
            assert error.why is not Why.LATE
        else:
            assert all(abs(f.lon) <= 180 and abs(f.lat) <= 90 and f.radius_m >= 50 for f in found)
    assert {q.path for q in outside.asked} == {PATH_OF[provider]}


BAD: tuple[Any, ...] = (None, True, 0, -1, 1e308, FAR, "", "x", "nan", "1e999", "<b>x</b>", [], [[]], {}, {"a": []})


def _spoiled(good: Any) -> Iterator[Any]:
    for path, bad in itertools.product(list(_paths(good)), BAD):
        yield _with(good, path, bad)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], bad: Any) -> Any:
    if not path:
        return bad
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = _with(value[path[0]], path[1:], bad)
    return changed


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("0", 0),
        ("-5", 0),
        ("9" * 4_000, int("9" * 4_000)),
        ("9" * 5_000, None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Fri, 99 Foo 99999 99:99:99", None),
        ("soon", None),
        ("1e9", None),
    ],
)
def test_an_absurd_wait_breaks_nothing(said: str, wait_s: float | None, outside: Outside) -> None:
    outside.always(says({}, 429, Retry_After=said))
    with pytest.raises(NotAnswered) as failed:
        outside.geocoder("nominatim").ask(WORDS)
    if wait_s is not None:
        assert failed.value.retry_after_s == wait_s
    assert failed.value.why in (Why.TOO_MANY, Why.UNREADABLE)
