"""Questions about tablets: which actions came, what they were answered, how far their clocks are off."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from dispatch_server.protocol.codec import canonical, decode
from dispatch_server.protocol.messages import ActionTaken, Answer, Push
from dispatch_server.protocol.words import Verdict
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading, Work

_ANSWER = Question("SELECT digest, verdict, sentence FROM actions WHERE action_id = :action_id")
_KEEP = Question(
    "INSERT INTO actions (action_id, crew_id, device_id, seq, job_id, kind, digest, body, verdict, sentence, "
    "received_at_us) VALUES (:action_id, :crew_id, :device_id, :seq, :job_id, :kind, :digest, :body, :verdict, "
    ":sentence, :received_at_us)"
)
_BODY = Question("SELECT body FROM actions WHERE action_id = :action_id")
_WALL_ERROR = Question("SELECT wall_error_us FROM devices WHERE device_id = :device_id AND crew_id = :crew_id")
_HEARD = Question(
    "INSERT INTO devices (device_id, crew_id, boot_id, wall_error_us, heard_at_us) "
    "VALUES (:device_id, :crew_id, :boot_id, :wall_error_us, :heard_at_us) ON CONFLICT (device_id, crew_id) "
    "DO UPDATE SET boot_id = excluded.boot_id, wall_error_us = excluded.wall_error_us, "
    "heard_at_us = excluded.heard_at_us"
)


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """`digest` is over the crew and its whole action: an id that comes again with another body is noticed."""

    digest: str
    verdict: Verdict
    sentence: str


def digest_of(crew_id: int, action: ActionTaken) -> str:
    return hashlib.sha256(f"{crew_id} {canonical(action)}".encode()).hexdigest()


def answer_given(reading: Reading, action_id: str) -> AnswerGiven | None:
    found = reading.row(_ANSWER, action_id=action_id)
    return None if found is None else AnswerGiven(found[0], Verdict(found[1]), found[2])


def keep_answer(work: Work, crew_id: int, device_id: str, action: ActionTaken, answer: Answer) -> None:
    work.later(
        _KEEP,
        action_id=action.action_id,
        crew_id=crew_id,
        device_id=device_id,
        seq=action.seq,
        job_id=action.job_id,
        kind=action.kind.value,
        digest=digest_of(crew_id, action),
        body=canonical(action),
        verdict=answer.verdict.value,
        sentence=answer.sentence,
        received_at_us=to_us(work.now),
    )


def action_as_sent(reading: Reading, action_id: str) -> ActionTaken | None:
    """None when it was deleted by age."""
    found = reading.row(_BODY, action_id=action_id)
    return None if found is None else decode(ActionTaken, json.loads(found[0]))


def wall_error(reading: Reading, device_id: str, crew_id: int) -> timedelta | None:
    """Device wall clock minus ours, when we last heard of it."""
    found = reading.row(_WALL_ERROR, device_id=device_id, crew_id=crew_id)
    return None if found is None else timedelta(microseconds=found[0])


def heard_of_device(work: Work, crew_id: int, push: Push) -> None:
    work.later(
        _HEARD,
        device_id=push.device_id,
        crew_id=crew_id,
        boot_id=push.boot_id,
        wall_error_us=(push.sent_at - work.now) // timedelta(microseconds=1),
        heard_at_us=to_us(work.now),
    )
