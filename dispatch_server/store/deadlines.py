"""Deadlines are rows: what falls due, taken in the same Work that records what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.work import Reading, Work


class Kind(StrEnum):
    """What is watched. The subject is an outage, or a job for the four that a crew has to keep."""

    OFFER_NEXT = "offer_next"
    OFFER_WIDER = "offer_wider"
    ISSUE_BY = "issue_by"
    CALL_BACK_BY = "call_back_by"
    ACCEPT_BY = "accept_by"
    DEPART_BY = "depart_by"
    SURVEY_BY = "survey_by"
    HEARD_BY = "heard_by"
    WATCH = "watch"
    ARRIVE_BY = "arrive_by"
    RUNG = "rung"


@dataclass(frozen=True, slots=True)
class Deadline:
    kind: Kind
    subject_id: int
    rung: int
    due_at: datetime


_SET = Question(
    "INSERT INTO deadlines (kind, subject_id, rung, due_at_us) VALUES (:kind, :subject_id, :rung, :due_at_us) "
    "ON CONFLICT (kind, subject_id, rung) DO UPDATE SET due_at_us = excluded.due_at_us"
)
_CLEAR = Question("DELETE FROM deadlines WHERE kind = :kind AND subject_id = :subject_id")
_PRESSING_FIRST = "ORDER BY CASE o.priority WHEN 'danger' THEN 0 ELSE 1 END, o.arrive_by_us, o.id LIMIT :at_most"
_BRING_FORWARD = Question(
    "UPDATE deadlines SET due_at_us = :now WHERE kind = 'offer_next' AND due_at_us > :now AND subject_id IN "
    "(SELECT o.id FROM deadlines d JOIN outages o ON o.id = d.subject_id "
    f"WHERE d.kind = 'offer_next' AND d.due_at_us > :now {_PRESSING_FIRST})"
)
_BRING_RUNG_FORWARD = Question(
    "UPDATE deadlines SET due_at_us = :now WHERE kind = 'rung' AND subject_id = :subject_id AND rung = :rung "
    "AND due_at_us > :now"
)
_DUE = Question(
    "SELECT kind, subject_id, rung, due_at_us FROM deadlines WHERE due_at_us <= :now "
    "AND kind NOT IN ('offer_next', 'offer_wider') ORDER BY due_at_us, subject_id LIMIT :at_most"
)
_OFFERS_DUE = Question(
    "SELECT d.kind, d.subject_id, d.rung, d.due_at_us FROM deadlines d JOIN outages o ON o.id = d.subject_id "
    f"WHERE d.due_at_us <= :now AND d.kind IN ('offer_next', 'offer_wider') {_PRESSING_FIRST}"
)
_TAKE = Question(
    "DELETE FROM deadlines WHERE kind = :kind AND subject_id = :subject_id AND rung = :rung AND due_at_us <= :now",
    postgresql="DELETE FROM deadlines WHERE (kind, subject_id, rung) IN (SELECT kind, subject_id, rung FROM deadlines "
    "WHERE kind = :kind AND subject_id = :subject_id AND rung = :rung AND due_at_us <= :now FOR UPDATE SKIP LOCKED)",
)
_NEXT = Question("SELECT min(due_at_us) FROM deadlines")
_OFFERS_WAITING = Question("SELECT count(*) FROM deadlines WHERE kind = 'offer_next'")
_OVERDUE = Question("SELECT count(*) FROM deadlines WHERE due_at_us < :before")


def set_deadline(work: Work, kind: Kind, subject_id: int, due_at: datetime, rung: int = 0) -> None:
    work.later(_SET, kind=kind.value, subject_id=subject_id, rung=rung, due_at_us=to_us(due_at))


def clear_deadlines(work: Work, subject_id: int, *kinds: Kind) -> None:
    for kind in kinds:
        work.later(_CLEAR, kind=kind.value, subject_id=subject_id)


def bring_offers_forward(work: Work, at_most: int) -> None:
    """The most pressing outages without a crew are looked at now: a crew became free, or came on duty."""
    work.later(_BRING_FORWARD, now=to_us(work.now), at_most=at_most)


def bring_rung_forward(work: Work, subject_id: int, rung: int) -> None:
    """A rung that waits is due now; one that was climbed already stays so."""
    work.later(_BRING_RUNG_FORWARD, now=to_us(work.now), subject_id=subject_id, rung=rung)


def due(reading: Reading, now: datetime, at_most: int) -> list[Deadline]:
    """Fallen due by `now`, oldest first; all but the offers."""
    return _deadlines(reading.rows(_DUE, now=to_us(now), at_most=at_most))


def offers_due(reading: Reading, now: datetime, at_most: int) -> list[Deadline]:
    """The offers to make by `now`: danger to life first, then the earliest target."""
    return _deadlines(reading.rows(_OFFERS_DUE, now=to_us(now), at_most=at_most))


def _deadlines(rows: list[Row]) -> list[Deadline]:
    return [Deadline(Kind(kind), subject_id, rung, from_us(due_us)) for kind, subject_id, rung, due_us in rows]


def take(work: Work, deadline: Deadline) -> bool:
    """Takes the row, unless another ticker has it or it was moved since."""
    return (
        work.do(
            _TAKE, kind=deadline.kind.value, subject_id=deadline.subject_id, rung=deadline.rung, now=to_us(work.now)
        )
        > 0
    )


def next_due(reading: Reading) -> datetime | None:
    found = reading.row(_NEXT)
    return None if found is None else from_us(found[0])


def offers_waiting(reading: Reading) -> int:
    """Outages that wait for the offering worker, now or later."""
    found = reading.row(_OFFERS_WAITING)
    return 0 if found is None else int(found[0])


def overdue(reading: Reading, before: datetime) -> int:
    """Rows that fell due before `before` and were not taken: how far the ticker is behind."""
    found = reading.row(_OVERDUE, before=to_us(before))
    return 0 if found is None else int(found[0])
