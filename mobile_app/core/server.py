"""What is asked of the server, and what each failure means. The only httpx of the tablet."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import httpx

from dispatch_server.protocol.codec import Json

API = "/api/v1"
CONNECT_S = 5.0
ANSWER_S = 15.0
HOLD_S = 25.0  # a pull in the foreground holds the line open this long
LONGEST_RETRY_S = 60.0


class Trouble(Exception):
    """Something that the crew can read, and mostly do something about. Nothing that it pressed is lost by it."""


class Unreachable(Trouble):
    """No server answered, or something else did in its place: it is tried again by itself."""

    def __init__(self, sentence: str, retry_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_s = retry_s


class SignInEnded(Trouble):
    """401: everything stays, and goes up once somebody has signed in again."""


class NotTaken(Trouble):
    """The server read it and said no. `status` and `said` are its own."""

    def __init__(self, sentence: str, status: int, said: Mapping[str, Any]) -> None:
        super().__init__(sentence)
        self.status = status
        self.said = said


NO_ADDRESS = "Enter the address of the server, such as http://10.0.0.5:8000."
NO_ANSWER = "The server does not answer. What you press is kept and goes up by itself."
SOMETHING_ELSE = "Something else than the server answered, such as the sign-in page of a network. Check the connection."
BUSY = "The server is busy or being restarted. What you press is kept and goes up by itself."


class Server:
    """One address, one language, and the session of one crew. `transport` is the network, handed in."""

    def __init__(
        self, url: str, token: str = "", language: str = "zh", transport: httpx.BaseTransport | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Trouble(NO_ADDRESS)
        head = {"Accept-Language": language, "Accept": "application/json"}
        if token:
            head["Authorization"] = f"Bearer {token}"
        times = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
        self._http = httpx.Client(base_url=url.rstrip("/") + API, headers=head, timeout=times, transport=transport)

    def close(self) -> None:
        self._http.close()

    # Signing in

    def enrol(self, code: str, device_id: str, model: str) -> Json:
        return self._post("/devices/enrol", {"code": code, "device_id": device_id, "model": model})

    def sign_in(self, name: str, password: str) -> Json:
        return self._post("/sessions", {"name": name, "password": password})

    def sign_out(self) -> None:
        self._ask("DELETE", "/sessions/current")

    # Up and down

    def push(self, body: str) -> Json:
        """The body as it was put together: actions go up as they were written."""
        head = {"Content-Type": "application/json"}
        return self._ask("POST", "/tablet/push", content=body.encode(), headers=head, holds="answers")

    def pull(self, cursor: str | None, wait_s: float) -> Json:
        asked = {} if cursor is None else {"cursor": cursor}
        if wait_s:
            asked["wait"] = f"{wait_s:g}"
        times = httpx.Timeout(wait_s + ANSWER_S, connect=CONNECT_S)
        return self._ask("GET", "/tablet/pull", params=asked, timeout=times, holds="cursor")

    def pack(self, have: str | None) -> Json:
        return self._ask("GET", "/tablet/pack", params={} if have is None else {"have": have}, holds="version")

    def track(self, day: date) -> Json:
        return self._ask("GET", "/tablet/track", params={"day": day.isoformat()}, holds="positions")

    # Photos

    def announce_photo(self, said: Mapping[str, Json]) -> Json:
        return self._post("/tablet/photos", said)

    def send_photo(self, photo_id: str, offset: int, chunk: bytes) -> Json:
        head = {"Content-Type": "application/octet-stream"}
        where = f"/tablet/photos/{photo_id}"
        return self._ask("PUT", where, params={"offset": str(offset)}, content=chunk, headers=head, holds="received")

    # How it is asked

    def _post(self, path: str, said: Mapping[str, Json]) -> Json:
        return self._ask("POST", path, json=dict(said))

    def _ask(self, method: str, path: str, holds: str = "", **more: Any) -> Json:
        try:
            answer = self._http.request(method, path, **more)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(NO_ANSWER) from error
        return _read(answer, holds)


def _read(answer: httpx.Response, holds: str) -> Json:
    """`holds` is a field that the answer must have: a network that wants a sign-in answers 200 to everything."""
    said = _json_of(answer)
    if answer.is_success and answer.status_code == httpx.codes.NO_CONTENT:
        return {}
    if answer.is_success:
        if not isinstance(said, dict) or (holds and holds not in said):
            raise Unreachable(SOMETHING_ELSE)
        return said
    problem = said if isinstance(said, dict) else {}
    sentence = str(problem.get("detail") or "")
    if answer.status_code == httpx.codes.UNAUTHORIZED and sentence:
        raise SignInEnded(sentence)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        raise Unreachable(sentence or BUSY, _retry_s(answer))
    if not sentence:
        raise Unreachable(SOMETHING_ELSE)
    raise NotTaken(sentence, answer.status_code, problem)


def _json_of(answer: httpx.Response) -> Json:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _retry_s(answer: httpx.Response) -> float | None:
    """An HTTP date, which needs a clock that is right, is left alone."""
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_RETRY_S) if said.isdecimal() else None
