"""Presses in order: written before anything changes on the screen, sent as written, kept until they are answered."""

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from dispatch_server.protocol.codec import Json, canonical, decode
from dispatch_server.protocol.messages import ActionTaken, Answer, Fix
from dispatch_server.protocol.words import CrewAction, Verdict
from mobile_app.core.clock import Clocks
from mobile_app.core.store import Store, many

ACTIONS_A_PUSH = 100


class PressState(StrEnum):
    WAITING = "waiting"
    REFUSED = "refused"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Press:
    """`pressed_at` is the server's time as well as the tablet knew it; `answered` counts the answers heard so far."""

    action: ActionTaken
    crew_id: int
    pressed_at: datetime
    state: PressState
    sentence: str = ""
    answered: int | None = None

    @property
    def kind(self) -> CrewAction:
        return self.action.kind

    @property
    def job_id(self) -> int | None:
        return self.action.job_id


_COLUMNS = "body, crew_id, pressed_at, state, sentence, answered"


def add(
    store: Store,
    crew_id: int,
    kind: CrewAction,
    clocks: Clocks,
    pressed_at: datetime,
    *,
    job_id: int | None = None,
    fix: Fix | None = None,
    reason: str | None = None,
    note: str | None = None,
    data: Mapping[str, Json] | None = None,
) -> str:
    """On the disk when this returns. `seq` goes up over restarts and is never given twice."""
    action_id = str(uuid.uuid4())
    with store.writing() as connection:
        row = (action_id, crew_id, job_id, kind.value, "", pressed_at.isoformat())
        seq = connection.execute(
            "INSERT INTO actions (action_id, crew_id, job_id, kind, body, pressed_at) VALUES (?, ?, ?, ?, ?, ?)", row
        ).lastrowid
        assert seq is not None
        action = ActionTaken(
            action_id=action_id,
            seq=seq,
            kind=kind,
            occurred_at=clocks.wall,
            elapsed_ms=clocks.elapsed_ms,
            boot_id=clocks.boot_id,
            job_id=job_id,
            fix=fix,
            reason=reason,
            note=note,
            data=dict(data or {}),
        )
        connection.execute("UPDATE actions SET body = ? WHERE seq = ?", (canonical(action), seq))
    return action_id


def presses(store: Store) -> list[Press]:
    return [_press(row) for row in store.rows(f"SELECT {_COLUMNS} FROM actions ORDER BY seq")]


def waiting_bodies(store: Store, crew_id: int, most: int) -> list[tuple[str, str]]:
    """Of this crew alone: what another crew pressed on this tablet waits for its own sign-in."""
    return store.rows(
        "SELECT action_id, body FROM actions WHERE crew_id = ? AND state = 'waiting' ORDER BY seq LIMIT ?",
        crew_id,
        most,
    )


def is_waiting(store: Store, crew_id: int) -> bool:
    return bool(waiting_bodies(store, crew_id, 1))


def keep_answers(connection: sqlite3.Connection, answers: Sequence[Answer], answered: int) -> None:
    """A refused press stays to be read; the others stay until a later pull shows what came of them."""
    rows = [
        (_state_of(answer.verdict).value, answer.sentence, answered, answer.action_id, PressState.WAITING.value)
        for answer in answers
    ]
    connection.executemany(
        "UPDATE actions SET state = ?, sentence = ?, answered = ? WHERE action_id = ? AND state = ?", rows
    )


def forget_refused(store: Store, action_id: str) -> None:
    with store.writing() as connection:
        connection.execute("DELETE FROM actions WHERE action_id = ? AND state = 'refused'", (action_id,))


def forget_answered(connection: sqlite3.Connection, shown: int, jobs: Sequence[int]) -> None:
    """Once a pull that began after the answer is here. Those on a job stay as long as its card: earths are counted."""
    connection.execute(
        f"DELETE FROM actions WHERE state = 'answered' AND answered <= ? AND (job_id IS NULL OR job_id NOT IN "
        f"({many(jobs)}))",
        (shown, *jobs),
    )


def _state_of(verdict: Verdict) -> PressState:
    return PressState.REFUSED if verdict is Verdict.REFUSED else PressState.ANSWERED


@lru_cache(2048)
def _press(row: tuple[str, int, str, str, str, int | None]) -> Press:
    body, crew_id, pressed_at, state, sentence, answered = row
    action = decode(ActionTaken, json.loads(body), "action")
    return Press(action, crew_id, datetime.fromisoformat(pressed_at), PressState(state), sentence, answered)
