"""A demo under a clock that a test moves: the real store, services and ticker, as fast as the machine can."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.drill.demo import DEMO_POLICY, Demo
from dispatch_server.drill.people import DemoUser
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Work
from dispatch_server.workers.ticker import Ticker
from tests.clock import FakeClock
from tests.town import policy

PASS_EVERY = timedelta(seconds=5)


class Played:
    """`demo` is the one acting now; `again` makes another on the same folder, as a restart does."""

    def __init__(self, folder: Path, layers: Path, seed: str = "test") -> None:
        self.clock = FakeClock()
        self.folder = folder
        self.seed = seed
        self.store = open_store(f"sqlite:///{folder}/relight.db", self.clock)
        self.store.work(COMMAND_LINE, lambda work: load_layers(work, layers))
        self.territory = self.store.read(lambda reading: territory_from(reading, policy(DEMO_POLICY)))
        self.ticker = Ticker(self.store, lambda: self.territory)
        self.demo = Demo(self.store, lambda: self.territory, folder, seed)
        self.users: list[DemoUser] = self.demo.prepare()

    def again(self) -> Demo:
        self.demo = Demo(self.store, lambda: self.territory, self.folder, self.seed)
        self.users = self.demo.prepare()
        return self.demo

    def play(self, every: timedelta = PASS_EVERY, **parts: float) -> None:
        """Time passes: invented people act, and the ticker does what has fallen due."""
        end = self.clock.now + timedelta(**parts)
        while self.clock.now < end:
            self.clock.advance(min(every, end - self.clock.now))
            self.demo.once()
            self.ticker.enforce()
            self.ticker.offer()

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        question = Question(sql)
        return self.store.read(lambda reading: list(reading.rows(question, **params)))

    def one(self, sql: str, **params: Any) -> Any:
        [(value,)] = self.rows(sql, **params)
        return value

    def do(self, deed: Any) -> Any:
        """A Work of somebody real."""

        def work(work: Work) -> Any:
            return deed(work)

        return self.store.work(COMMAND_LINE, work)


@contextmanager
def played(folder: Path, layers: Path, seed: str = "test") -> Iterator[Played]:
    stage = Played(folder, layers, seed)
    yield stage
    stage.store.close()
