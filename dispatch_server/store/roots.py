"""Daily roots: signed digests over the journal in its order, each chained to the one before.

A seal chain shows an edited row; a root shows a cut tail, a missing subject, or a chain written anew. The key lies
outside the database, so that whoever can change the tables cannot sign them.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dispatch_server.domain.people import Author
from dispatch_server.store.feed import START, Cursor, FactRead, facts_since
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.schema import CannotOpen
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading, Work

PAGE = 2_000
SHORTEST_KEY = 16  # bytes
FIRST_ROOT = hashlib.sha256(b"").hexdigest()

_COLUMNS = "SELECT day, upto_seq, facts, root, signature, made_at_us FROM daily_roots "
_ALL = Question(_COLUMNS + "ORDER BY facts, day")
_LAST = Question(_COLUMNS + "ORDER BY facts DESC, day DESC LIMIT 1")
_OF_DAY = Question(_COLUMNS + "WHERE day = :day")
_ADD = Question(
    "INSERT INTO daily_roots (day, upto_seq, facts, root, signature, made_at_us) "
    "VALUES (:day, :upto_seq, :facts, :root, :signature, :made_at_us)"
)


@dataclass(frozen=True, slots=True)
class Root:
    """Covers the first `facts` facts of the journal. `upto` only spares reading them again."""

    day: str
    upto: Cursor
    facts: int
    root: str
    signature: str
    made_at_us: int


def root_key(file: Path) -> bytes:
    """The key in the file; a new one, readable by us alone, where there is none."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _key_in(file)
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(key.hex() + "\n")
    return key


def _key_in(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < SHORTEST_KEY:
        raise CannotOpen(f"{file} holds no key: it must be {2 * SHORTEST_KEY} or more hexadecimal digits in one line.")
    return key


def make_root(store: Store, author: Author, key: bytes, day: str) -> Root:
    """The root of this day over everything in the journal now; the one already made where there is one.

    The journal is read outside the Work, and its end is moved on inside only if nobody else did so meanwhile.
    """
    while True:
        before, made = store.read(lambda reading: _next_root(reading, key, day))
        kept = store.work(author, lambda work: _keep(work, before, made))  # noqa: B023 - run before the next turn
        if kept is not None:
            return kept


def all_roots(reading: Reading) -> list[Root]:
    return [_root(row) for row in reading.rows(_ALL)]


def digest_on(root: str, facts: Iterable[FactRead]) -> str:
    """Goes on from a root over further facts, in the journal's order."""
    for fact in facts:
        root = hashlib.sha256(f"{root}\n{fact.subject}:{fact.n}\n{fact.seal}".encode()).hexdigest()
    return root


def sign(key: bytes, before: Root | None, day: str, facts: int, root: str, made_at_us: int) -> str:
    said = f"{before.signature if before else ''}\n{day}\n{facts}\n{root}\n{made_at_us}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def _next_root(reading: Reading, key: bytes, day: str) -> tuple[Root | None, Root]:
    before = _last(reading)
    upto, facts, root = (before.upto, before.facts, before.root) if before else (START, 0, FIRST_ROOT)
    while page := facts_since(reading, upto, PAGE):
        root = digest_on(root, page)
        facts += len(page)
        upto = page[-1].cursor
    made_at_us = to_us(reading.now)
    return before, Root(day, upto, facts, root, sign(key, before, day, facts, root, made_at_us), made_at_us)


def _keep(work: Work, before: Root | None, made: Root) -> Root | None:
    """None when another root was made since `before`: then this one does not continue the chain."""
    work.lock("daily roots")
    known = work.row(_OF_DAY, day=made.day)
    if known is not None:
        return _root(known)
    if _last(work) != before:
        return None
    work.do(
        _ADD,
        day=made.day,
        upto_seq=made.upto.seq,
        facts=made.facts,
        root=made.root,
        signature=made.signature,
        made_at_us=made.made_at_us,
    )
    return made


def _last(reading: Reading) -> Root | None:
    found = reading.row(_LAST)
    return None if found is None else _root(found)


def _root(row: Row) -> Root:
    day, seq, *rest = row
    return Root(day, Cursor(seq), *rest)
