"""The journal's own rules: how a fact becomes a row, how a row is sealed, how a subject's facts fold."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from dispatch_server.domain import calls, crews, jobs, outages
from dispatch_server.store.instants import to_us
from dispatch_server.store.texts import text_of

FIRST_SEAL = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chain of facts is about: `kind` and id, written "outage:17"."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Fold:
    """How one kind of subject is folded: its state's type, its facts by name, and `after`."""

    state: type
    facts: dict[str, type]
    after: Callable[[Any, Any], Any]


def _fold(state: type, union: Any, after: Callable[[Any, Any], Any]) -> Fold:
    return Fold(state, {fact.__name__: fact for fact in get_args(union)}, after)


FOLDS: dict[str, Fold] = {
    "call": _fold(calls.Call, calls.CallFact, calls.after),
    "outage": _fold(outages.Outage, outages.OutageFact, outages.after),
    "job": _fold(jobs.Job, jobs.JobFact, jobs.after),
    "crew": _fold(crews.Duty, crews.CrewFact, crews.after),
}


@dataclass(frozen=True, slots=True)
class Times:
    """When it happened, when the device measured it (None at the desk), when we recorded it."""

    happened_at: datetime
    measured_at: datetime | None
    recorded_at: datetime


def fact_row(subject: Subject, n: int, before: str, fact: object, times: Times, said_by: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "n": n,
        "kind": type(fact).__name__,
        "body": text_of(fact),
        "said_by": said_by,
        "happened_at_us": to_us(times.happened_at),
        "measured_at_us": to_us(times.measured_at),
        "recorded_at_us": to_us(times.recorded_at),
    }
    row["seal"] = seal_of(before, row)
    return row


def seal_of(before: str, row: dict[str, Any]) -> str:
    """SHA-256 over the previous seal and everything the row says, in one fixed order."""
    said = (
        f"{before}\n{row['subject_kind']}:{row['subject_id']}:{row['n']}\n{row['kind']}\n{row['said_by']}\n"
        f"{row['happened_at_us']}\n{row['measured_at_us']}\n{row['recorded_at_us']}\n{row['body']}"
    )
    return hashlib.sha256(said.encode()).hexdigest()
