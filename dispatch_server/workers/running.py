"""Passes repeated in threads: at once when something was recorded, else a few times a second, until told to stop."""

import logging
import threading
from collections.abc import Callable

PAUSE_S = 0.25  # how late the ticker may be by itself; other servers' facts are noticed as late as this
PAUSE_AFTER_FAILURE_S = 2.0
GATHER_S = 0.01  # a burst of commits is looked at once
log = logging.getLogger(__name__)


class Repeated:
    """Runs `once` again and again in a thread of its own, first after `first_s`. `wake` shortens the pause."""

    def __init__(self, name: str, once: Callable[[], int], pause_s: float = PAUSE_S, first_s: float = 0.0) -> None:
        self._once = once
        self._pause_s = pause_s
        self._first_s = first_s
        self._awake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> "Repeated":
        self._thread.start()
        return self

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        """Waits for the pass under way."""
        self._stopped.set()
        self._awake.set()
        self._thread.join()

    def _run(self) -> None:
        self._awake.wait(self._first_s)
        while not self._stopped.is_set():
            pause_s = self._pass()
            if self._awake.wait(pause_s) and pause_s:
                self._stopped.wait(GATHER_S)
            self._awake.clear()

    def _pass(self) -> float:
        """One pass; gives how long to wait before the next."""
        try:
            return 0.0 if self._once() else self._pause_s
        except Exception:
            log.exception("%s failed; it goes on in %s s", self._thread.name, PAUSE_AFTER_FAILURE_S)
            return PAUSE_AFTER_FAILURE_S
