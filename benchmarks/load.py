"""Clients in a process of their own: bare sockets with keep-alive, and what the client itself costs.

A client that parses HTTP in full would spend as much as the server does. This one looks for the end of the head and for
Content-Length, and says how much processor time it took for each request.
"""

import asyncio
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(slots=True)
class Measured:
    """One run of a load. `marked` counts the answers that held the mark asked for."""

    answers: int
    seconds: float
    latencies_ms: list[float]
    statuses: Counter[int]
    marked: int
    client_cpu_us: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """Nearest rank over every answer."""
        ordered = sorted(self.latencies_ms)
        return ordered[max(0, ceil(len(ordered) * share) - 1)]

    @property
    def p50(self) -> float:
        return median(self.latencies_ms)

    @property
    def p99(self) -> float:
        return self.percentile(0.99)

    def require_status(self, *good: int) -> "Measured":
        bad = {status: n for status, n in self.statuses.items() if status not in good}
        if bad:
            raise SystemExit(f"Answers with another status than {good}: {bad}. Nothing was measured.")
        return self


def request(method: str, path: str, body: bytes = b"", token: str = "") -> bytes:
    """The bytes of one request, made before the clock starts."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def run_load(
    url: str, requests: Sequence[bytes], clients: int, seconds: float, *, rate: float = 0.0, mark: bytes = b""
) -> Measured:
    """Sends `requests`, each at most once, over `clients` connections, until they or the seconds are used up.

    With a `rate` (requests a second) each is sent when it is due and its latency counts from then on; without, every
    client sends its next as soon as it has its answer.
    """
    with _process() as client:
        answer, _ = client.communicate(pickle.dumps((url, list(requests), clients, seconds, rate, mark)))
    if client.returncode:
        raise SystemExit("The client failed; nothing was measured.")
    measured: Measured = pickle.loads(answer)
    return measured


@contextmanager
def load_beside(url: str, asking: bytes, pause_s: float) -> Iterator[None]:
    """One request again and again from a process of its own, `pause_s` apart, while the block runs."""
    with _process() as client:
        assert client.stdin is not None
        client.stdin.write(pickle.dumps((url, [asking] * 100_000, 1, 3600.0, 1 / pause_s, b"")))
        client.stdin.close()
        try:
            yield
        finally:
            client.terminate()


def _process() -> "subprocess.Popen[bytes]":
    """This module by its own name: it loads nothing of the server."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )


async def _drive(url: str, requests: list[bytes], clients: int, seconds: float, rate: float, mark: bytes) -> Measured:
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    run = _Run(iter(requests), time.perf_counter(), seconds, mark)
    connections = [
        (await loop.create_connection(lambda: _Connection(run), where.hostname, where.port))[1] for _ in range(clients)
    ]
    cpu, run.began = time.process_time(), time.perf_counter()
    if rate:
        await _at_rate(run, connections, rate)
    else:
        for connection in connections:
            connection.send_next()
    await asyncio.gather(*(c.finished for c in connections))
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    for connection in connections:
        connection.close()
    n = len(run.latencies_ms)
    if n == 0:
        raise SystemExit(f"{url} answered nothing.")
    return Measured(n, ended - run.began, run.latencies_ms, run.statuses, run.marked, cpu / n * 1e6)


async def _at_rate(run: "_Run", connections: "list[_Connection]", rate: float) -> None:
    free = asyncio.Queue["_Connection"]()
    for connection in connections:
        connection.free = free
        free.put_nowait(connection)
    for n, wanted in enumerate(run.requests):
        due = run.began + n / rate
        if due - run.began >= run.seconds:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        (await free.get()).send(wanted, due)
    for _ in connections:
        (await free.get()).finish()


@dataclass(slots=True)
class _Run:
    requests: Iterator[bytes]
    began: float
    seconds: float
    mark: bytes
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    marked: int = 0

    def next_request(self) -> bytes | None:
        return None if time.perf_counter() - self.began >= self.seconds else next(self.requests, None)


class _Connection(asyncio.Protocol):
    """One client: one request under way at a time."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._received = bytearray()
        self._sent_at = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.free: asyncio.Queue[_Connection] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(ConnectionError(f"The server closed a connection: {exc}"))

    def send_next(self) -> None:
        wanted = self._run.next_request()
        if wanted is None:
            self.finish()
        else:
            self.send(wanted, time.perf_counter())

    def send(self, wanted: bytes, sent_at: float) -> None:
        self._sent_at = sent_at
        self._transport.write(wanted)

    def finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(_HEAD_END)
        if head_end < 0:
            return
        length = _content_length(bytes(self._received[:head_end]).lower())
        if len(self._received) < head_end + len(_HEAD_END) + length:
            return
        self._note(bytes(self._received))
        self._received.clear()
        if self.free is None:
            self.send_next()
        else:
            self.free.put_nowait(self)

    def _note(self, answer: bytes) -> None:
        run = self._run
        run.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        run.statuses[int(answer[9:12])] += 1
        if run.mark and run.mark in answer:
            run.marked += 1


def _content_length(head: bytes) -> int:
    begins = head.index(_LENGTH) + len(_LENGTH)
    return int(head[begins:].split(b"\r\n", 1)[0])


if __name__ == "__main__":
    from benchmarks import load  # what is measured must be pickled under the module's own name

    sys.stdout.buffer.write(pickle.dumps(uvloop.run(load._drive(*pickle.load(sys.stdin.buffer)))))
