"""The town without a server: the services on a real store, for lives by the thousand."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dispatch_server.domain.people import COMMAND_LINE, User, author_of
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.protocol.codec import decode, encode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import ActionTaken, Answer, Fix, Push
from dispatch_server.protocol.words import Channel, Role, Verdict
from dispatch_server.services import cards, crew_work, dispatching, intake
from dispatch_server.services.intake import Filed, NewCall
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.store.deadlines import Kind
from dispatch_server.store.opening import open_store
from dispatch_server.store.postgres import PostgresStore
from dispatch_server.store.questions import Question
from dispatch_server.store.sqlite import SqliteStore
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading, Work
from dispatch_server.workers.ticker import Ticker
from tests import town
from tests.clock import FakeClock
from tests.cluster import Cluster

T = TypeVar("T")
REFUSALS = (Refused, BadInput, NotFound)
_WATCHED = Question("SELECT kind, subject_id FROM deadlines")
PASSES = 60  # a ticker that finds more to do in one instant than this goes round in circles

CALL_TAKER = author_of(User(1, "call_taker", Role.CALL_TAKER))
DISPATCHERS = (author_of(User(2, "dispatcher", Role.DISPATCHER)), author_of(User(3, "dispatcher2", Role.DISPATCHER)))


class Ground(Protocol):
    """Gives a fresh store with the town's map loaded; the function beside it takes it away again."""

    def __call__(self, clock: FakeClock) -> tuple[Store, Callable[[], None]]: ...


def sqlite_ground() -> Ground:
    """A file is prepared once and copied: a life begins in two milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="relight-guard-"))
    town.write_layers(folder / "layers")
    store = open_store(f"sqlite:///{folder}/template.db", FakeClock())
    store.work(COMMAND_LINE, lambda work: load_layers(work, folder / "layers"))
    store.close()
    numbers = itertools.count(1)

    def fresh(clock: FakeClock) -> tuple[Store, Callable[[], None]]:
        here = folder / f"life-{next(numbers)}"
        here.mkdir()
        shutil.copy(folder / "template.db", here / "relight.db")
        store = SqliteStore(here / "relight.db", clock)

        def gone() -> None:
            store.close()
            shutil.rmtree(here)

        return store, gone

    return fresh


def postgres_ground(cluster: Cluster) -> Ground:
    def prepare(url: str) -> None:
        folder = town.write_layers(Path(tempfile.mkdtemp(prefix="relight-guard-")))
        store = open_store(url, FakeClock())
        store.work(COMMAND_LINE, lambda work: load_layers(work, folder))
        store.close()

    template = cluster.make_template(prepare)

    def fresh(clock: FakeClock) -> tuple[Store, Callable[[], None]]:
        name = cluster.new_database(template)
        store = PostgresStore(cluster.url(name), clock)

        def gone() -> None:
            store.close()
            cluster.drop(name)

        return store, gone

    return fresh


def watched(reading: Reading) -> set[tuple[Kind, int]]:
    return {(Kind(kind), of_id) for kind, of_id in reading.rows(_WATCHED)}


class District:
    """A town on a store of its own. What the rules refuse comes back as None and changes nothing."""

    def __init__(self, ground: Ground, policy_text: str = "") -> None:
        self.clock = FakeClock()
        self.store, self.remove = ground(self.clock)
        self.policy = town.policy(policy_text)
        self.territory = self.store.read(lambda reading: territory_from(reading, self.policy))
        self.ticker = Ticker(self.store, lambda: self.territory)
        self.tablets = {crew_id: Handset(self, crew_id) for crew_id in self.territory.crews}

    def work(self, deed: Callable[[Work], T], who: int = 0) -> T | None:
        try:
            return self.store.work(DISPATCHERS[who], deed)
        except REFUSALS:
            return None

    def call(self, **said: Any) -> Filed | None:
        new = NewCall(**{"channel": Channel.HOTLINE, **said})
        try:
            return self.store.work(CALL_TAKER, lambda work: intake.take_call(work, self.territory, new))
        except REFUSALS:
            return None

    def offer(self, outage_id: int, crew_id: int, reason: str = "they are near") -> int | None:
        job = self.work(lambda work: dispatching.offer_job(work, self.territory, outage_id, crew_id, None, reason))
        return None if job is None else job.id

    def tick(self) -> None:
        for _ in range(PASSES):
            if not self.ticker.enforce() + self.ticker.offer():
                return
        raise AssertionError(f"the ticker still finds something to do after {PASSES} passes in one instant")

    def rows(self) -> set[tuple[Kind, int]]:
        """What is watched, and of which outage or job."""
        return self.store.read(watched)

    def reload(self, folder: Path) -> None:
        self.store.work(COMMAND_LINE, lambda work: load_layers(work, folder))
        self.territory = self.store.read(lambda reading: territory_from(reading, self.policy))

    def pull(self, crew_id: int, cursor: str | None) -> str:
        """As a tablet does, and what it says by its cursor that it has counts as delivered."""
        pulled = self.store.read(lambda reading: cards.pull(reading, self.territory, crew_id, cursor))
        self.store.work(self._crew(crew_id), lambda work: cards.mark_delivered(work, crew_id, pulled.undelivered))
        return pulled.cursor

    def push(self, crew_id: int, push: Push) -> list[Answer]:
        """As it comes off the wire: encoded and decoded, so that the digest is the one a server takes."""
        heard = decode(Push, encode(push))
        return self.store.work(
            self._crew(crew_id), lambda work: crew_work.receive(work, self.territory, crew_id, heard)
        )

    def _crew(self, crew_id: int) -> Any:
        return author_of(User(10 + crew_id, f"crew{crew_id}", Role.CREW, crew_id))


@dataclass
class Sent:
    """One action and what was answered the first time."""

    action: ActionTaken
    verdict: Verdict | None = None


class Handset(town.Tablet):
    """A tablet whose line goes straight to the services, with an outbox that keeps everything it ever pressed."""

    def __init__(self, district: District, crew_id: int) -> None:
        super().__init__(district, crew_id, "")
        self.district = district
        self.outbox: list[Sent] = []
        self.cursor: str | None = None

    def keep(self, *said: Any, **more: Any) -> Sent:
        sent = Sent(self.press(*said, **more))
        self.outbox.append(sent)
        return sent

    def send(self, sents: Sequence[Sent], positions: Sequence[Fix] = ()) -> None:
        """The first answer to an action stands for ever: `applied` is followed by `already`, a refusal by itself."""
        push = Push(
            f"tablet-{self.crew_id}",
            self.boot_id,
            self.town.clock.now + self.wall_error,
            self.elapsed_ms,
            tuple(s.action for s in sents),
            tuple(positions),
        )
        answers = self.district.push(self.crew_id, push)
        assert [a.action_id for a in answers] == [s.action.action_id for s in sents]
        for sent, answer in zip(sents, answers, strict=True):
            if sent.verdict is None:
                assert answer.verdict is not Verdict.ALREADY, "a first answer says applied or refused"
                sent.verdict = answer.verdict
            else:
                again = Verdict.ALREADY if sent.verdict is Verdict.APPLIED else sent.verdict
                assert answer.verdict is again, f"{sent.action.kind}: {sent.verdict}, then {answer.verdict}"

    def reboot(self) -> None:
        self.boot_id = f"boot-{self.crew_id}-{self.seq}"
        self.booted_at = self.town.clock.now
        self.seq += 1

    def near(self, at: LonLat, accuracy_m: float = 5.0, **more: Any) -> Fix:
        """A fix whose own time is the satellites', whatever the wall clock of the tablet says."""
        return replace(self.fix(at, accuracy_m), **more)
