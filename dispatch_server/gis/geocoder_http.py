"""How another geocoder is asked over HTTP: within a time for the whole answer, and never more than a little is read.

geopy's own adapters bound each wait but not their sum, read answers of any length, follow wherever they are sent, and
log addresses; a provider that is broken or worse must cost a worker seconds, and an address must reach no log.
"""

import json
import socket
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
    getproxies,
)

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderTimedOut, GeocoderUnavailable

LARGEST = 256 * 1024  # five answers of the wordiest provider have some ten kilobytes


class TooLarge(GeocoderParseError):  # type: ignore[misc]
    """More than anybody asked for."""


class _Asked(Request):
    """A request whose connection can be cut from another thread."""

    line: socket.socket | None = None
    is_cut = False

    def answered_by(self, line: socket.socket) -> None:
        """Whoever took all the time to connect must not be listened to: nobody would cut that line any more."""
        self.line = line
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        self.is_cut = True
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    def __init__(self, host: str, *, asked: _Asked, **more: Any) -> None:
        super().__init__(host, **more)
        self._asked = asked

    def connect(self) -> None:
        super().connect()
        self._asked.answered_by(self.sock)


class _Secure(HTTPSConnection):
    def __init__(self, host: str, *, asked: _Asked, **more: Any) -> None:
        super().__init__(host, **more)
        self._asked = asked

    def connect(self) -> None:
        super().connect()
        self._asked.answered_by(self.sock)


class _PlainHandler(HTTPHandler):
    def http_open(self, request: Request) -> Any:
        connection: Any = _Plain
        return self.do_open(connection, request, asked=request)


class _SecureHandler(HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trusts = context

    def https_open(self, request: Request) -> Any:
        connection: Any = _Secure
        return self.do_open(connection, request, context=self._trusts, asked=request)


class _StaysThere(HTTPRedirectHandler):
    """A key is sent to the address that the utility wrote down, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class BoundedAdapter(BaseSyncAdapter):  # type: ignore[misc]
    """In the place of geopy's own. No error of it holds what was asked or what was answered."""

    def __init__(self, *, proxies: dict[str, str] | None, ssl_context: ssl.SSLContext | None) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        through = ProxyHandler(getproxies() if proxies is None else proxies)
        secure = _SecureHandler(ssl_context or ssl.create_default_context())
        self._open = build_opener(through, _PlainHandler(), secure, _StaysThere()).open

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        try:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers), parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise GeocoderParseError("The answer is not JSON.") from None

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        asked = _Asked(url, headers=headers)
        limit = Timer(timeout, asked.cut)
        limit.daemon = True
        limit.start()
        try:
            return self._read(asked, timeout)
        finally:
            limit.cancel()

    def _read(self, asked: _Asked, timeout: float) -> str:
        try:
            with self._open(asked, timeout=timeout) as page:
                body: bytes = page.read(LARGEST + 1)
        except HTTPError as error:
            with error:
                raise _refusal(error) from None
        except (OSError, HTTPException, ValueError) as error:
            late = (
                asked.is_cut or isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", 0), TimeoutError)
            )
            if late:
                raise GeocoderTimedOut("No answer in time.") from None
            raise GeocoderUnavailable("No connection, or it broke off.") from None
        if asked.is_cut:
            raise GeocoderTimedOut("No whole answer in time.")
        if len(body) > LARGEST:
            raise TooLarge("The answer is too long.")
        return body.decode("utf-8")


def _refusal(error: HTTPError) -> AdapterHTTPError:
    """Without the text of the answer, which geopy would log: it may repeat the address."""
    headers = {name.lower(): value for name, value in error.headers.items()}
    return AdapterHTTPError(f"HTTP status {error.code}", status_code=error.code, headers=headers, text=None)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of a position")
