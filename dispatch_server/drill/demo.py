"""A demo: people who may sign in, and a thread in which invented callers and crews live."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from dispatch_server.domain.refusals import Refused
from dispatch_server.drill.authors import authors_in
from dispatch_server.drill.callers import Callers
from dispatch_server.drill.on_duty import CrewsOnDuty, QuietCrews
from dispatch_server.drill.people import DemoUser, demo_users, write_demo_file
from dispatch_server.services.ports import Territory
from dispatch_server.store.store import Store

# Invented crews are relieved by nobody: they may work for ever.
DEMO_POLICY = """
[dispatch]
mode = "auto"

[ranking]
duty_hours_max = 1e6
"""
SEED = "loudi"
PASS_EVERY_S = 1.0
PAUSE_AFTER_FAILURE_S = 5.0
log = logging.getLogger(__name__)


@contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    """Two demos on one folder would each drive the same invented crews. The lock goes with the process."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"A demo already runs on {data_dir}. End it, or name another folder with --data-dir."
            ) from None
        yield


class Acting(Protocol):
    """Somebody invented. `once` does what is due by now and gives the number of deeds."""

    def begin(self) -> None: ...
    def once(self) -> int: ...


class Demo:
    """`prepare` before the server is up, `start` for the invented people, `announce` when the address is known."""

    def __init__(self, store: Store, territory: Callable[[], Territory], data_dir: Path, seed: str = SEED) -> None:
        self._store = store
        self._territory = territory
        self._data_dir = data_dir
        self._seed = seed
        self._users: list[DemoUser] = []
        self._acting: list[Acting] = []
        self._crews: CrewsOnDuty | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def prepare(self) -> list[DemoUser]:
        """The users, by role; the same folder keeps names and passwords."""
        crews = [record.crew for record in self._territory().crews.values()]
        self._users = demo_users(self._store, crews, self._data_dir)
        return self._users

    def announce(self, url: str) -> None:
        write_demo_file(self._data_dir, self._users, url)

    def begin(
        self, *, quiet_callers: bool = False, quiet_crews: bool = False, faster: float = 1.0, haste: float = 1.0
    ) -> None:
        """Crews on duty, callers at their phones. `faster` makes for more calls, `haste` for quicker crews."""
        authors = self._store.read(authors_in)
        if quiet_crews:
            self._acting.append(QuietCrews(self._store, self._territory, authors))
        else:
            self._crews = CrewsOnDuty(self._store, self._territory, authors, self._seed, haste)
            self._acting.append(self._crews)
        if not quiet_callers:
            self._acting.append(Callers(self._store, self._territory, authors, self._seed, faster))
        for acting in self._acting:
            acting.begin()

    def once(self) -> int:
        """One pass of everybody; for tests and drills that move the clock themselves."""
        return sum(acting.once() for acting in self._acting)

    def end(self) -> None:
        """The crews' outboxes are sent; the next run goes on from their cards."""
        if self._crews is not None:
            self._crews.end()
        self._crews = None
        self._acting.clear()

    def start(
        self, *, quiet_callers: bool = False, quiet_crews: bool = False, faster: float = 1.0, haste: float = 1.0
    ) -> None:
        """As `begin`; from then on a thread makes the passes."""
        self.begin(quiet_callers=quiet_callers, quiet_crews=quiet_crews, faster=faster, haste=haste)
        self._thread = threading.Thread(target=self._live, name="drill", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Waits for the pass under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.end()

    def _live(self) -> None:
        while not self._stopped.wait(self._pass()):
            pass

    def _pass(self) -> float:
        """Gives how long to wait before the next."""
        try:
            self.once()
            return PASS_EVERY_S
        except Exception:
            log.exception("The invented people stumbled; they go on in %s s", PAUSE_AFTER_FAILURE_S)
            return PAUSE_AFTER_FAILURE_S
