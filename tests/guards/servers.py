"""The real `relight` in processes of its own, and people who talk to it while it is killed."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

import httpx

from dispatch_server.clock import utc_now
from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import CrewAction, Provider, Role
from dispatch_server.services.layers import load_layers
from dispatch_server.services.people import add_user, hash_of
from dispatch_server.store.opening import open_store
from tests.town import CREWS, PASSWORD, write_layers

READY_WITHIN_S = 30


def prepare(address: str, folder: Path) -> None:
    """The town's map and its people, in a store that is then closed."""
    write_layers(folder / "layers")
    store, hashed = open_store(address, utc_now), hash_of(PASSWORD)
    people = [("call_taker", Role.CALL_TAKER, None), ("dispatcher", Role.DISPATCHER, None)]
    people += [("dispatcher2", Role.DISPATCHER, None), ("manager", Role.MANAGER, None)]
    people += [(f"crew{n}", Role.CREW, n) for n in range(1, len(CREWS) + 1)]
    try:
        store.work(COMMAND_LINE, lambda work: load_layers(work, folder / "layers"))
        for name, role, crew_id in people:
            store.work(COMMAND_LINE, lambda work, n=name, r=role, c=crew_id: add_user(work, n, r, hashed, c))
    finally:
        store.close()


class Relight:
    """One `relight …` process. `stop` is a polite end, `kill` a power cut."""

    def __init__(self, *command: str, address: str, folder: Path, **settings: str) -> None:
        said = {"DATA_DIR": str(folder), "DATABASE_URL": address, **settings}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RELIGHT_")}
        environment |= {f"RELIGHT_{name}": value for name, value in said.items()}
        self._log = (folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dispatch_server", *command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        self.first_line = _first_line(self._process.stdout)

    @property
    def url(self) -> str:
        return self.first_line.removeprefix("READY ")

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(how)
        self._process.wait(timeout=READY_WITHIN_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


def _first_line(output: IO[str]) -> str:
    said: SimpleQueue[str] = SimpleQueue()
    Thread(target=lambda: said.put(output.readline()), daemon=True).start()
    try:
        line = said.get(timeout=READY_WITHIN_S).strip()
    except Empty:
        raise AssertionError("relight said nothing within thirty seconds") from None
    assert line, "relight ended without a word; see server.log"
    return line


@contextmanager
def serving(address: str, folder: Path, *more: str, **settings: str) -> Iterator[Relight]:
    server = Relight("serve", "--port", "0", *more, address=address, folder=folder, **settings)
    try:
        yield server
    finally:
        server.stop()


def verdict_of_verify(address: str, folder: Path) -> str:
    environment = {**os.environ, "RELIGHT_DATABASE_URL": address, "RELIGHT_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "dispatch_server", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Line:
    """One person's line to one server. A server that is gone answers None, as does one that is busy."""

    url: str
    token: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=10)
        self.client.headers["Authorization"] = f"Bearer {self.token}"

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **params: Any
    ) -> httpx.Response | None:
        try:
            answer = self.client.request(method, path, json=body, params=params)
        except httpx.TransportError:
            return None
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        return None if answer.status_code == 503 else answer

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask("GET", path, **params)
        assert answer is not None and answer.status_code == 200, answer and answer.text
        return answer.json()


def sign_in(url: str, name: str) -> str:
    answer = httpx.post(f"{url}/api/v1/sessions", json={"name": name, "password": PASSWORD}, timeout=20)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def an_action(seq: int, kind: CrewAction, job_id: int | None = None, at: LonLat | None = None) -> ActionTaken:
    fix = None if at is None else Fix(at.lon, at.lat, 5.0, utc_now(), Provider.GPS, elapsed_ms=seq)
    note = "a gate is locked" if kind is CrewAction.NOTE else None
    return ActionTaken(str(uuid.uuid4()), seq, kind, utc_now(), seq, "boot", job_id=job_id, fix=fix, note=note)


def a_push(crew_id: int, *actions: ActionTaken) -> dict[str, Any]:
    """As a tablet sends it; its counter stands at the last thing it did."""
    elapsed_ms = max((a.elapsed_ms for a in actions), default=0) + 1
    said: dict[str, Any] = json.loads(json.dumps(encode(Push(f"t{crew_id}", "boot", utc_now(), elapsed_ms, actions))))
    return said
