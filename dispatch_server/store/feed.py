"""The journal as it is read: by cursor, by subject."""

import json
from dataclasses import dataclass

from dispatch_server.domain.refusals import BadInput
from dispatch_server.store.instants import from_us
from dispatch_server.store.journal import Subject
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.work import Reading

_COLUMNS = (
    "SELECT seq, subject_kind, subject_id, n, kind, body, said_by, happened_at_us, measured_at_us, "
    "recorded_at_us, seal FROM facts "
)
# Facts get their numbers at the end of a Work under a lock held until its commit: what is seen has no gap before it.
_SINCE = Question(_COLUMNS + "WHERE seq > :seq ORDER BY seq LIMIT :at_most")
_END = Question("SELECT max(seq) FROM facts")
_OF_SUBJECT = Question(_COLUMNS + "WHERE subject_kind = :kind AND subject_id = :id ORDER BY n")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a reader has come: the number of the last fact it has. Written as that number."""

    seq: int

    def __str__(self) -> str:
        return str(self.seq)


START = Cursor(0)
_MOST = 2**63


def read_cursor(text: str) -> Cursor:
    if not (text.isascii() and text.isdigit()):
        raise BadInput("This cursor is not one of ours; leave it out to begin with the present.")
    if len(text) > 19 or int(text) >= _MOST:
        raise BadInput("This cursor lies beyond the journal; leave it out to begin with the present.")
    return Cursor(int(text))


@dataclass(frozen=True, slots=True)
class FactRead:
    """One row of the journal; `body` is its JSON text as it was sealed."""

    cursor: Cursor
    subject: Subject
    n: int
    kind: str
    body: str
    said_by: str
    happened_at_us: int
    measured_at_us: int | None
    recorded_at_us: int
    seal: str


def facts_since(reading: Reading, cursor: Cursor, at_most: int) -> list[FactRead]:
    return [_fact(row) for row in reading.rows(_SINCE, seq=cursor.seq, at_most=at_most)]


def end_of_journal(reading: Reading) -> Cursor:
    """A reader that has everything in this snapshot may go on from here."""
    found = reading.row(_END)
    return START if found is None or found[0] is None else Cursor(found[0])


def holds(reading: Reading, cursor: Cursor) -> bool:
    """False for a cursor beyond the journal's end, from before a restore: whoever brings it begins anew. A number that
    no fact has is held: a Work that failed on PostgreSQL leaves a gap behind."""
    return cursor <= end_of_journal(reading)


def facts_of(reading: Reading, subject: Subject) -> list[FactRead]:
    return [_fact(row) for row in reading.rows(_OF_SUBJECT, kind=subject.kind, id=subject.id)]


def shown_fact(fact: FactRead) -> str:
    """The public JSON text of a fact."""
    measured = "null" if fact.measured_at_us is None else f'"{from_us(fact.measured_at_us).isoformat()}"'
    said_by = json.dumps(fact.said_by, ensure_ascii=False)
    return (
        f'{{"cursor":"{fact.cursor}","subject":"{fact.subject}","n":{fact.n},"kind":"{fact.kind}",'
        f'"said_by":{said_by},"happened_at":"{from_us(fact.happened_at_us).isoformat()}",'
        f'"measured_at":{measured},"recorded_at":"{from_us(fact.recorded_at_us).isoformat()}",'
        f'"seal":"{fact.seal}","body":{fact.body}}}'
    )


def _fact(row: Row) -> FactRead:
    return FactRead(Cursor(row[0]), Subject(row[1], row[2]), *row[3:])
