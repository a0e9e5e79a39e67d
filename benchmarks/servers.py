"""Servers under measurement: each a process of its own on 127.0.0.1, ended when the block ends."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
READY_WITHIN_S = 120.0
_READY = "READY "


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    pid: int
    ready_after_s: float

    @property
    def rss_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    @property
    def peak_rss_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6

    @property
    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(words: Sequence[str], log: Path, **environment: str) -> Iterator[Running]:
    """`python -m WORDS` until the end of the block. It must print a line `READY URL`."""
    began = time.perf_counter()
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, **environment},
            text=True,
        )
    try:
        yield Running(_url_of(process, log), process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _url_of(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise SystemExit(f"The server ended before it was ready:\n{said}")


@contextmanager
def relight(folder: Path, database_url: str, policy: Path | None = None) -> Iterator[Running]:
    """The real server, ticker inside, as `relight serve` starts it."""
    environment = {"RELIGHT_DATA_DIR": str(folder), "RELIGHT_DATABASE_URL": database_url}
    if policy is not None:
        environment["RELIGHT_POLICY"] = str(policy)
    words = ("dispatch_server", "serve", "--host", "127.0.0.1", "--port", "0")
    with running(words, folder / "server.log", **environment) as server:
        yield server
