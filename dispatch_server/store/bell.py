"""LISTEN and NOTIFY between servers on one PostgreSQL. They only wake; the journal's cursor is the truth."""

import logging
import secrets
import threading
from collections.abc import Callable

import psycopg

CHANNEL = "relight_facts"
LISTEN_S = 0.5  # how long closing may have to wait for the listener
AGAIN_AFTER_S = 1.0

_log = logging.getLogger("relight.store")


class Bell:
    """Rings once for many commits, on a connection of its own: NOTIFY inside a Work would make all commits queue."""

    def __init__(self, url: str, on_ring: Callable[[], None]) -> None:
        self._url = url
        self._on_ring = on_ring
        self._own_name = secrets.token_hex(8)
        self._is_due = threading.Event()
        self._is_closing = threading.Event()
        self._starting = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def ring(self) -> None:
        """Tells the other servers that facts were committed."""
        self._start("bell ringer", self._ring_when_due)
        self._is_due.set()

    def listen(self) -> None:
        self._start("bell listener", self._listen_until_closed)

    def close(self) -> None:
        """What is due is still rung: a command-line writer lives no longer than its one Work."""
        self._is_closing.set()
        self._is_due.set()
        for thread in self._threads.values():
            thread.join()

    def _start(self, name: str, run: Callable[[], None]) -> None:
        with self._starting:
            if name not in self._threads:
                thread = self._threads[name] = threading.Thread(target=run, name=name, daemon=True)
                thread.start()

    def _ring_when_due(self) -> None:
        self._again_and_again(self._ring)

    def _listen_until_closed(self) -> None:
        self._again_and_again(self._listen)

    def _again_and_again(self, run: Callable[[psycopg.Connection], None]) -> None:
        """`run` returns when the bell closes; a lost connection is made anew."""
        while True:
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=10) as connection:
                    run(connection)
                return
            except psycopg.Error as error:
                _log.warning("Other servers are heard of a little later: %s", error)
            if self._is_closing.wait(AGAIN_AFTER_S):
                return

    def _ring(self, connection: psycopg.Connection) -> None:
        while True:
            self._is_due.wait()
            self._is_due.clear()
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, self._own_name))
            if self._is_closing.is_set():
                return

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}".encode())
        self._on_ring()  # something may have come while nobody listened
        while not self._is_closing.is_set():
            for heard in connection.notifies(timeout=LISTEN_S):
                if heard.payload != self._own_name:
                    self._on_ring()
