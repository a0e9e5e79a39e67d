"""A private PostgreSQL for tests, from the system's own binaries: one cluster a run, one database a test."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")
_PR_SET_PDEATHSIG = 1
_ROOM = 2 << 30


def _in_memory() -> str | None:
    """Where files cost nothing: a new database then takes 20 ms instead of 300. None where there is no room."""
    shared = Path("/dev/shm")
    return str(shared) if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM else None


def installed_binaries() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


class Cluster:
    """Listens on a socket in its own folder and nowhere else."""

    def __init__(self, binaries: Path, settings: Sequence[str] = _FASTER, within: str | None = None) -> None:
        """`within` is a folder to stand in; without one it stands in memory where there is room."""
        self._binaries = binaries
        self._settings = settings
        self._folder = Path(
            tempfile.mkdtemp(prefix="relight-pg-", dir=within or _in_memory())
        )  # short: a socket's path holds 107
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            user = next(u for u in pwd.getpwall() if u.pw_name in ("postgres", "nobody"))
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._numbers = count(1)
        self._init()
        self.start()

    def url(self, database: str) -> str:
        return f"postgresql://relight@/{database}?host={self._folder}"

    def start(self) -> None:
        settings = [
            word for setting in (*self._settings, f"unix_socket_directories={self._folder}") for word in ("-c", setting)
        ]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._folder / "data", *settings],
                env=self._env(),
                cwd=self._folder,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent,
                **self._as_user,
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it at once and in order; SIGQUIT as a crash would."""
        self._server.send_signal(how)
        self._server.wait(timeout=30)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def new_database(self, template: str | None = None) -> str:
        """Gives the name of a database that nobody else uses."""
        name = f"d{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def drop(self, database: str) -> None:
        self.run(f"DROP DATABASE {database} WITH (FORCE)")

    def run(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())

    def make_template(self, prepare: Callable[[str], None]) -> str:
        """A database with what `prepare` puts in it, to copy from."""
        name = self.new_database()
        prepare(self.url(name))
        return name

    def _init(self) -> None:
        how = ("-U", "relight", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        subprocess.run(
            [self._binaries / "initdb", "-D", self._folder / "data", *how],
            check=True,
            env=self._env(),
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            **self._as_user,
        )

    def _env(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self._folder)}

    def _wait(self) -> None:
        give_up_at = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > give_up_at:
                    raise AssertionError((self._folder / "log").read_text(errors="replace")[-2000:]) from None
                time.sleep(0.02)


def _end_with_parent() -> None:
    # A test run that is killed leaves no server behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
