"""What surrounds every request: a limit on its size, safe headers, one line in the log, one count.

Written against ASGI itself: Starlette's middleware base class costs a task and two queues a request.
"""

import logging
from collections.abc import Iterable
from time import perf_counter
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch_server.web.errors import problem
from dispatch_server.web.metrics import Metrics

_log = logging.getLogger("relight.access")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_Headers = list[tuple[bytes, bytes]]

_ALWAYS: _Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_API: _Headers = [*_ALWAYS, (b"cache-control", b"no-store"), (b"content-security-policy", b"default-src 'none'")]


class Envelope:
    def __init__(self, app: ASGIApp, metrics: Metrics, body_limit_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
        self._limit = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500
        is_api = scope["path"].startswith("/api/")

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with(message.get("headers", ()), _API if is_api else _ALWAYS)
            await send(message)

        try:
            if self._says_too_large(scope):
                await problem(scope, 413, self._sentence())(scope, receive, send_with_headers)
            else:
                await self._app(scope, self._counted(receive), send_with_headers)
        finally:
            self._close(scope, status, perf_counter() - began)

    def _says_too_large(self, scope: Scope) -> bool:
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        return length.isdigit() and int(length) > self._limit

    def _counted(self, receive: Receive) -> Receive:
        """Guards against a body that does not say how long it is."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(413, self._sentence())
            return message

        return counted

    def _sentence(self) -> str:
        return f"The body is larger than {self._limit:,} bytes; send it in smaller parts."

    def _close(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        # The template: each path would be a label of its own.
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.answered(method, route, status, seconds)
        # No query string: it may hold an address, a phone number or a cursor.
        _log.info("%s %s %d %.1f ms", method, _on_one_line(scope["path"]), status, seconds * 1000)


def _on_one_line(path: str) -> str:
    """A path may hold a line end or a colour of the terminal, and would write lines of its own into the log."""
    return path if path.isprintable() else quote(path, errors="replace")


def _with(given: Iterable[tuple[bytes, bytes]], more: _Headers) -> _Headers:
    """What a route said itself stands."""
    headers = list(given)
    said = {name.lower() for name, _ in headers}
    return headers + [header for header in more if header[0] not in said]
