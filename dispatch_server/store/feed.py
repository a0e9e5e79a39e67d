"""The journal as it is read: by cursor, by subject."""

import json
from dataclasses import dataclass
from functools import total_ordering

from dispatch_server.domain.refusals import BadInput
from dispatch_server.store.instants import from_us
from dispatch_server.store.journal import Subject
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.work import Reading

_COLUMNS = (
    "SELECT xid, seq, subject_kind, subject_id, n, kind, body, said_by, happened_at_us, measured_at_us, "
    "recorded_at_us, seal FROM facts "
)
# Sequences commit out of order on PostgreSQL: below the oldest transaction still running nothing can appear any more.
_SINCE = Question(
    _COLUMNS + "WHERE seq > :seq ORDER BY seq LIMIT :at_most",
    postgresql=_COLUMNS
    + "WHERE (xid, seq) > (:xid, :seq) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
    "ORDER BY xid, seq LIMIT :at_most",
)
_END = Question(
    "SELECT 0, coalesce(max(seq), 0) FROM facts",
    postgresql="SELECT xid, seq FROM facts WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
    "ORDER BY xid DESC, seq DESC LIMIT 1",
)
_HOLDS = Question(
    "SELECT 1 FROM facts WHERE seq = :seq AND :xid = 0",
    postgresql="SELECT 1 FROM facts WHERE seq = :seq AND xid = :xid",
)
_OF_SUBJECT = Question(_COLUMNS + "WHERE subject_kind = :kind AND subject_id = :id ORDER BY n")
_FIRST_OF = Question("SELECT xid, seq FROM facts WHERE subject_kind = :kind AND subject_id = :id AND n = 1")


@total_ordering
@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come. Written "xid.seq"; xid is 0 on SQLite."""

    xid: int
    seq: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.seq}"

    def __lt__(self, other: "Cursor") -> bool:
        return (self.xid, self.seq) < (other.xid, other.seq)


START = Cursor(0, 0)
_MOST = 2**63


def read_cursor(text: str) -> Cursor:
    xid, dot, seq = text.partition(".")
    if not dot or not (xid.isascii() and xid.isdigit() and seq.isascii() and seq.isdigit()):
        raise BadInput("This cursor is not one of ours; leave it out to begin with the present.")
    if int(xid) >= _MOST or int(seq) >= _MOST:
        raise BadInput("This cursor lies beyond the journal; leave it out to begin with the present.")
    return Cursor(int(xid), int(seq))


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
    params = {"seq": cursor.seq, "at_most": at_most}
    if reading.dialect == "postgresql":
        params["xid"] = cursor.xid
    return [_fact(row) for row in reading.rows(_SINCE, **params)]


def end_of_journal(reading: Reading) -> Cursor:
    """A reader that has everything in this snapshot may go on from here."""
    found = reading.row(_END)
    return START if found is None else Cursor(found[0], found[1])


def holds(reading: Reading, cursor: Cursor) -> bool:
    """False for a cursor from before a restore that took its fact away: whoever brings it begins anew."""
    return cursor == START or reading.row(_HOLDS, xid=cursor.xid, seq=cursor.seq) is not None


def facts_of(reading: Reading, subject: Subject) -> list[FactRead]:
    return [_fact(row) for row in reading.rows(_OF_SUBJECT, kind=subject.kind, id=subject.id)]


def begun_at(reading: Reading, subject: Subject) -> Cursor | None:
    """Where the subject's first fact stands in the journal."""
    found = reading.row(_FIRST_OF, kind=subject.kind, id=subject.id)
    return None if found is None else Cursor(found[0], found[1])


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
    return FactRead(Cursor(row[0], row[1]), Subject(row[2], row[3]), *row[4:])
