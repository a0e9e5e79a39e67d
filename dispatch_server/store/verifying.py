"""Recomputes everything that can be recomputed: seals, chains, the state tables from the journal, the signed roots.

Reads page by page in one snapshot: memory does not grow with the journal.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import bindparam, select

from dispatch_server.protocol.codec import decode
from dispatch_server.store.feed import START, Cursor, FactRead, facts_since
from dispatch_server.store.journal import FIRST_SEAL, FOLDS, Subject, seal_of
from dispatch_server.store.projection import STATE_TABLES
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.roots import FIRST_ROOT, Root, all_roots, digest_on, sign
from dispatch_server.store.work import Reading

PAGE = 2_000

_FACTS = Question(
    "SELECT seq, subject_id, n, kind, body, said_by, happened_at_us, measured_at_us, recorded_at_us, seal FROM facts "
    "WHERE subject_kind = :kind AND (subject_id, n) > (:id, :n) ORDER BY subject_id, n LIMIT :most"
)
_STRANGERS = Question(
    "SELECT seq, subject_kind, subject_id FROM facts "
    f"WHERE subject_kind NOT IN ({', '.join(repr(kind) for kind in FOLDS)}) ORDER BY seq LIMIT 1"
)
_NOTHING = -(2**63)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked, and the first thing that is wrong as a sentence; None when all is well."""

    facts: int
    subjects: int
    roots: int
    wrong: str | None = None


class Wrong(Exception):
    """The first bad row, in a sentence."""


@dataclass(frozen=True, slots=True)
class _Fact:
    seq: int
    subject: Subject
    n: int
    row: dict[str, Any]


class _Checked:
    def __init__(self) -> None:
        self.facts = self.subjects = self.roots = 0


def verify(reading: Reading, key: bytes | None) -> Verdict:
    """`key` signed the daily roots; without it their digests are checked and their signatures are not."""
    checked = _Checked()
    wrong = None
    try:
        _check_chains(reading, checked)
        _check_roots(reading, key, checked)
    except Wrong as found:
        wrong = str(found)
    return Verdict(checked.facts, checked.subjects, checked.roots, wrong)


def _check_chains(reading: Reading, checked: _Checked) -> None:
    stranger = reading.row(_STRANGERS)
    if stranger is not None:
        raise Wrong(f"Fact {stranger[0]} is about {stranger[1]}:{stranger[2]}, which Relight does not know.")
    for kind in FOLDS:
        rows = _StateRows(reading, kind)
        for subject, facts in groupby(_facts(reading, kind), key=lambda fact: fact.subject):
            rows.pass_by(subject)
            rows.compare(subject, *_fold(subject, facts, checked))
            checked.subjects += 1
        rows.pass_by(None)


def _facts(reading: Reading, kind: str) -> Iterator[_Fact]:
    last = (_NOTHING, 0)
    while rows := reading.rows(_FACTS, kind=kind, id=last[0], n=last[1], most=PAGE):
        for row in rows:
            yield _fact(kind, row)
        last = (rows[-1][1], rows[-1][2])


def _fact(kind: str, row: Row) -> _Fact:
    said = {
        "subject_kind": kind,
        "subject_id": row[1],
        "n": row[2],
        "kind": row[3],
        "body": row[4],
        "said_by": row[5],
        "happened_at_us": row[6],
        "measured_at_us": row[7],
        "recorded_at_us": row[8],
        "seal": row[9],
    }
    return _Fact(row[0], Subject(kind, row[1]), row[2], said)


def _fold(subject: Subject, facts: Iterator[_Fact], checked: _Checked) -> tuple[Any, int, str]:
    """The state, the count and the last seal of a chain, every link of it checked."""
    fold = FOLDS[subject.kind]
    state, n, seal = None, 0, FIRST_SEAL
    for fact in facts:
        n += 1
        checked.facts += 1
        if fact.n != n:
            raise Wrong(
                f"{subject}: fact {n} is missing from the journal (the next is row {fact.seq}, number {fact.n})."
            )
        if seal_of(seal, fact.row) != fact.row["seal"]:
            raise Wrong(f"{subject}: fact {n} (row {fact.seq}, {fact.row['kind']}) was changed: its seal does not fit.")
        seal = fact.row["seal"]
        try:
            state = fold.after(state, decode(fold.facts[fact.row["kind"]], json.loads(fact.row["body"])))
        except Exception as error:
            raise Wrong(
                f"{subject}: fact {n} (row {fact.seq}, {fact.row['kind']}) cannot be folded: {error}"
            ) from error
    return state, n, seal


class _StateRows:
    """The state table of one kind, walked beside the journal in the order of ids."""

    def __init__(self, reading: Reading, kind: str) -> None:
        self._reading = reading
        self._kind = kind
        self._table = STATE_TABLES[kind]
        t = self._table.table
        page = select(t).where(t.c.id > bindparam("after")).order_by(t.c.id).limit(bindparam("most"))
        self._question = Question(page)
        self._names = [c.name for c in t.columns]
        self._rows = self._walk()
        self._next = next(self._rows, None)

    def _walk(self) -> Iterator[dict[str, Any]]:
        after = _NOTHING
        while rows := self._reading.rows(self._question, after=after, most=PAGE):
            for row in rows:
                yield dict(zip(self._names, row, strict=True))
            after = rows[-1][self._names.index("id")]

    def pass_by(self, subject: Subject | None) -> None:
        """Every row before this subject has facts of its own; None: every row that is left."""
        if self._next is not None and (subject is None or self._next["id"] < subject.id):
            raise Wrong(f"{self._kind}:{self._next['id']} stands in {self._table.name} and has no fact in the journal.")

    def compare(self, subject: Subject, state: Any, count: int, seal: str) -> None:
        row = self._next
        if row is None or row["id"] != subject.id:
            raise Wrong(f"{subject} has facts in the journal and no row in {self._table.name}.")
        if row["fact_count"] != count or row["seal"] != seal:
            raise Wrong(
                f"{subject}: its row in {self._table.name} ends the chain at fact {row['fact_count']}, the journal at "
                f"fact {count}, or their seals differ: facts were cut off or put on."
            )
        for name, value in self._table.row_of(state, count, seal).items():
            if row[name] != value and not (name == "body" and _says_the_same(subject, row["body"], state)):
                raise Wrong(f"{subject}: {name} in {self._table.name} is not what the journal gives.")
        self._next = next(self._rows, None)


def _says_the_same(subject: Subject, body: str, state: Any) -> bool:
    """A body written before a field with a default was added says the same in fewer words."""
    try:
        return bool(decode(FOLDS[subject.kind].state, json.loads(body)) == state)
    except Exception:
        return False


def _check_roots(reading: Reading, key: bytes | None, checked: _Checked) -> None:
    roots = all_roots(reading)
    if key is not None:
        _check_signatures(roots, key)
    journal = _Journal(reading)
    for before, root in pairwise([None, *roots]):
        assert root is not None
        journal.go_on_to(root, before)
        checked.roots += 1


def _check_signatures(roots: Sequence[Root], key: bytes) -> None:
    ours = [_is_signed(root, before, key) for before, root in zip([None, *roots], roots, strict=False)]
    if all(ours):
        return
    if not any(ours):
        raise Wrong(
            f"The root of {roots[0].day} does not bear our signature, nor does any other: this is not the key that "
            "signed them (bring root.key from the server that did), earlier ones are missing, or all were written anew."
        )
    if ours == sorted(ours):
        raise Wrong(
            f"The roots up to {roots[ours.index(True) - 1].day} do not bear our signature and those since then do: "
            "another key signed them, or they were changed."
        )
    raise Wrong(
        f"The root of {roots[ours.index(False)].day} does not bear our signature: it was changed, the one before it is "
        "missing, or another key signed it."
    )


def _is_signed(root: Root, before: Root | None, key: bytes) -> bool:
    signature = sign(key, before, root.day, root.facts, root.root, root.made_at_us)
    return hmac.compare_digest(signature, root.signature)


class _Journal:
    """The journal digested in its own order, from root to root."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._root = FIRST_ROOT
        self._count = 0
        self._cursor: Cursor = START

    def go_on_to(self, root: Root, before: Root | None) -> None:
        while self._count < root.facts:
            page = facts_since(self._reading, self._cursor, min(PAGE, root.facts - self._count))
            if not page:
                raise Wrong(
                    f"The root of {root.day} covers {root.facts} facts and the journal holds {self._count}: "
                    "facts were removed."
                )
            self._take(page)
        if self._root != root.root:
            since = f"between the roots of {before.day} and {root.day}" if before else f"before the root of {root.day}"
            raise Wrong(
                f"The facts recorded {since} are not those that were signed: some were removed, added or changed."
            )

    def _take(self, page: list[FactRead]) -> None:
        self._root = digest_on(self._root, page)
        self._count += len(page)
        self._cursor = page[-1].cursor
