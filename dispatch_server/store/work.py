"""One request = one transaction = one instant = one author. Nobody else commits, nobody else asks the time."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from dispatch_server.domain.calls import Call
from dispatch_server.domain.crews import Duty
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.people import Author
from dispatch_server.domain.refusals import NotFound
from dispatch_server.protocol.codec import decode
from dispatch_server.store.journal import FIRST_SEAL, FOLDS, Subject, Times, fact_row
from dispatch_server.store.projection import STATE_TABLES
from dispatch_server.store.questions import Cursor, Question, Row
from dispatch_server.store.tables import FactRow, table_of

_FACTS = table_of(FactRow)
_ADD_FACT = Question(
    insert(_FACTS).values({c.name: None for c in _FACTS.c if c.name != "seq"}).inline()  # asks no seq back
)
_LOCK = Question("SELECT 1", postgresql="SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_NUMBERED = {"call": "calls", "outage": "outages", "job": "jobs", "place": "places"}
_NEXT_ID = {
    kind: Question(f"SELECT coalesce(max(id), 0) + 1 FROM {table}", postgresql=f"SELECT nextval('{table}_id_seq')")
    for kind, table in _NUMBERED.items()
}

JOURNAL = "journal"


class Reading:
    """Questions only, on one connection."""

    def __init__(self, cursor: Cursor, dialect: str, now: datetime) -> None:
        self._cursor = cursor
        self.dialect = dialect
        self.now = now

    def rows(self, question: Question, **params: Any) -> list[Row]:
        question.ask(self._cursor, self.dialect, params)
        return self._cursor.fetchall()

    def row(self, question: Question, **params: Any) -> Row | None:
        question.ask(self._cursor, self.dialect, params)
        return self._cursor.fetchone()

    def find(self, subject: Subject) -> Any | None:
        """The state of a subject, or None."""
        found = self.row(STATE_TABLES[subject.kind].load, id=subject.id)
        return None if found is None else decode(FOLDS[subject.kind].state, json.loads(found[0]))

    def _state(self, kind: str, of_id: int) -> Any:
        state = self.find(Subject(kind, of_id))
        if state is None:
            raise NotFound(f"There is no {kind} {of_id}.")
        return state

    def call(self, call_id: int) -> Call:
        return self._state("call", call_id)  # type: ignore[no-any-return]

    def outage(self, outage_id: int) -> Outage:
        return self._state("outage", outage_id)  # type: ignore[no-any-return]

    def job(self, job_id: int) -> Job:
        return self._state("job", job_id)  # type: ignore[no-any-return]

    def duty(self, crew_id: int) -> Duty | None:
        return self.find(Subject("crew", crew_id))


@dataclass(slots=True)
class _Head:
    """A subject inside a Work: its state and the end of its chain; `is_new` until its first row is written."""

    state: Any
    fact_count: int
    seal: str
    is_new: bool
    changed: bool = False
    beside: dict[str, Any] = field(default_factory=dict)


class Work(Reading):
    """Loads lock their row on PostgreSQL. States are written before the next question is asked, facts at the end."""

    def __init__(self, cursor: Cursor, dialect: str, now: datetime, author: Author) -> None:
        super().__init__(cursor, dialect, now)
        self.author = author
        self.after_commit: list[Callable[[], None]] = []
        self.recorded = 0
        self._heads: dict[Subject, _Head] = {}
        self._facts: list[dict[str, Any]] = []
        self._later: list[tuple[Question, dict[str, Any]]] = []
        self._dirty = False
        self._is_lost = False
        self._ids_given: dict[str, int] = {}

    def rows(self, question: Question, **params: Any) -> list[Row]:
        self.flush()
        return super().rows(question, **params)

    def row(self, question: Question, **params: Any) -> Row | None:
        self.flush()
        return super().row(question, **params)

    def do(self, question: Question, **params: Any) -> int:
        """A change outside the journal; gives the number of rows it touched."""
        self.flush()
        question.ask(self._cursor, self.dialect, params)
        return self._cursor.rowcount

    def later(self, question: Question, **params: Any) -> None:
        """A change outside the journal that waits for the next flush: nobody asks for its outcome."""
        self._later.append((question, params))
        self._dirty = True

    def lock(self, name: str) -> None:
        """Holds `name` until the end of this Work. SQLite has one writer and needs no lock."""
        if self.dialect == "postgresql":
            super().row(_LOCK, name=name)

    def do_many(self, question: Question, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.flush()
            question.ask_many(self._cursor, self.dialect, rows)

    def new_id(self, kind: str) -> int:
        """On SQLite the ids given before are counted here, since their rows may not be written yet."""
        if kind in self._ids_given and self.dialect == "sqlite":
            self._ids_given[kind] += 1
        else:
            found = super().row(_NEXT_ID[kind])
            assert found is not None
            self._ids_given[kind] = int(found[0])
        return self._ids_given[kind]

    def find(self, subject: Subject) -> Any | None:
        head = self._heads.get(subject) or self._load(subject)
        return None if head is None else head.state

    def record(
        self,
        subject: Subject,
        facts: Sequence[object],
        *,
        happened_at: datetime | None = None,
        measured_at: datetime | None = None,
        is_new: bool = False,
        **beside: Any,
    ) -> Any:
        """Appends facts to the subject's chain and folds them; gives the new state.

        `is_new` spares the look for a row that cannot exist. `beside` sets columns that stand beside the fold
        (`external_ref`, `site_lon`, …).
        """
        head = self._heads.get(subject) or (None if is_new else self._load(subject)) or self._begin(subject)
        times = Times(happened_at or self.now, measured_at, self.now)
        after = FOLDS[subject.kind].after
        for fact in facts:
            head.fact_count += 1
            row = fact_row(subject, head.fact_count, head.seal, fact, times, self.author.name)
            head.seal = row["seal"]
            head.state = after(head.state, fact)
            self._facts.append(row)
        if facts or beside:
            head.changed = self._dirty = True
            head.beside.update(beside)
            self.recorded += len(facts)
        return head.state

    def finish(self) -> None:
        """The last thing in a Work. The facts get their numbers under a lock that is held until the commit: the order
        of the journal is the order of the commits, whatever was waited for before."""
        self.flush()
        if self._facts:
            self.lock(JOURNAL)
            _ADD_FACT.ask_many(self._cursor, self.dialect, self._facts)
            self._facts = []

    def flush(self) -> None:
        """Writes each changed state once, and what waited beside the journal."""
        if self._is_lost:
            raise RuntimeError("This Work lost its transaction; none of it can be saved.")
        if not self._dirty:
            return
        self._dirty = False
        for subject, head in self._heads.items():
            if head.changed:
                self._write(subject, head)
        later, self._later = self._later, []
        for question, params in later:
            question.ask(self._cursor, self.dialect, params)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone alone when it fails."""
        self.flush()
        recorded, facts, callbacks = self.recorded, len(self._facts), len(self.after_commit)
        self._cursor.execute("SAVEPOINT inner_work", {})
        try:
            yield
            self.flush()
        except BaseException:
            self._undo_to_savepoint()
            self._forget(recorded, facts, callbacks)
            raise
        self._cursor.execute("RELEASE SAVEPOINT inner_work", {})

    def _undo_to_savepoint(self) -> None:
        self._is_lost = True  # a full disk or a lost connection undoes everything at once: then nothing may follow
        self._cursor.execute("ROLLBACK TO SAVEPOINT inner_work", {})
        self._cursor.execute("RELEASE SAVEPOINT inner_work", {})
        self._is_lost = False

    def _forget(self, recorded: int, facts: int, callbacks: int) -> None:
        # Heads were changed in place since; the rows that still stand are read again when they are needed.
        self._heads.clear()
        del self._facts[facts:]
        self._later.clear()
        self._dirty = False
        self.recorded = recorded
        del self.after_commit[callbacks:]

    def _load(self, subject: Subject) -> _Head | None:
        STATE_TABLES[subject.kind].load_locked.ask(self._cursor, self.dialect, {"id": subject.id})
        found = self._cursor.fetchone()
        if found is None:
            return None
        state: Any = decode(FOLDS[subject.kind].state, json.loads(found[0]))
        head = self._heads[subject] = _Head(state, found[1], found[2], is_new=False)
        return head

    def _begin(self, subject: Subject) -> _Head:
        head = self._heads[subject] = _Head(None, 0, FIRST_SEAL, is_new=True)
        return head

    def _write(self, subject: Subject, head: _Head) -> None:
        table = STATE_TABLES[subject.kind]
        row = table.row_of(head.state, head.fact_count, head.seal)
        if head.is_new:
            beside = dict.fromkeys(table.beside) | head.beside
            table.add.ask(self._cursor, self.dialect, {**row, **beside, "id": subject.id})
        else:
            table.change.ask(self._cursor, self.dialect, {**row, "of_id": subject.id})
            for name, value in head.beside.items():
                table.change_beside[name].ask(self._cursor, self.dialect, {"of_id": subject.id, "value": value})
        head.is_new = head.changed = False
        head.beside = {}
