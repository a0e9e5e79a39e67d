"""Lines that are held open, half spoken or never read cost the others nothing; no call that was answered is lost."""

import socket
from contextlib import ExitStack
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.town import Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

BODY = b'{"channel": "hotline", "external_ref": "%d"}'
PATIENCE_S = 5.0


def test_two_hundred_feeds_half_heads_and_slow_bodies(town: Town) -> None:
    where: Any = urlsplit(str(town.http.base_url))
    signed = f"Host: here\r\nAuthorization: Bearer {town.token('dispatcher')}\r\n".encode()
    feed = b"GET /api/v1/feed HTTP/1.1\r\n" + signed + b"\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(BODY % 100)
    with ExitStack() as held:

        def say(words: bytes) -> socket.socket:
            line = held.enter_context(socket.create_connection((where.hostname, where.port), timeout=10))
            line.sendall(words)
            return line

        for _ in range(200):
            say(feed)
            say(feed[: len(feed) // 2])
        bodies = [BODY % n for n in range(100, 200)]
        slow = [say(b"POST /api/v1/calls HTTP/1.1\r\n" + signed + length + body[:9]) for body in bodies]
        began = monotonic()
        quick = [town.call()["call"]["id"] for _ in range(20)]
        assert monotonic() - began < PATIENCE_S
        for line, body in zip(slow[::2], bodies[::2], strict=True):
            line.sendall(body[9:])
        assert all(line.recv(12) == b"HTTP/1.1 201" for line in slow[::2])
    for call_id in quick:
        assert town.get(f"/calls/{call_id}")["call"]["id"] == call_id
    for body in bodies[::2]:
        head = {"Authorization": f"Bearer {town.token('dispatcher')}"}
        assert town.http.post("/api/v1/calls", content=body, headers=head).status_code == 200  # known already
    for body in bodies[1::2]:
        assert town.http.post("/api/v1/calls", content=body, headers=head).status_code == 201  # never came to its end
    town.require_sound_journal()
