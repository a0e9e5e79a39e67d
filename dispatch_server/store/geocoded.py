"""Questions about other geocoders: whom a call waits for, what was answered before, how often."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from dispatch_server.domain.other_geocoders import Finding
from dispatch_server.protocol.codec import decode
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.texts import text_of
from dispatch_server.store.work import Reading, Work

# Open fault calls with words whose own place is none or a township, and that nobody asks about at this moment.
_WAITING = (
    "SELECT c.id FROM calls c JOIN call_particulars q ON q.call_id = c.id AND q.address <> '' "
    "LEFT JOIN places l ON l.id = c.place_id LEFT JOIN placings p ON p.call_id = c.id "
    "WHERE c.received_at_us > :since AND c.category = 'fault' AND c.state = 'open' "
    "AND (c.place_id IS NULL OR {method} = 'township') AND (p.call_id IS NULL OR p.due_at_us <= :now) "
    "ORDER BY coalesce(p.tries, 0), c.received_at_us, c.id LIMIT :at_most"
)
_TO_ASK = Question(
    _WAITING.format(method="json_extract(l.body, '$.method')"),
    postgresql=_WAITING.format(method="l.body::json->>'method'"),
)
_CLAIM = Question(
    "INSERT INTO placings (call_id, tries, due_at_us) VALUES (:call_id, 0, :until) "
    "ON CONFLICT (call_id) DO UPDATE SET due_at_us = excluded.due_at_us WHERE placings.due_at_us <= :now"
)
_SETTLE = Question("UPDATE placings SET due_at_us = NULL WHERE call_id = :call_id")
_AGAIN = Question("UPDATE placings SET due_at_us = :at, tries = tries + :failed WHERE call_id = :call_id")
_TRIES = Question("SELECT tries FROM placings WHERE call_id = :call_id")
_KEEP = Question(
    "INSERT INTO geocoded (digest, source, body, asked_at_us) VALUES (:digest, :source, :body, :now) "
    "ON CONFLICT (digest) DO UPDATE SET body = excluded.body, asked_at_us = excluded.asked_at_us"
)
_KNOWN = Question("SELECT body FROM geocoded WHERE digest = :digest AND asked_at_us > :since")
_COUNT = Question(
    "INSERT INTO geocoder_counts (source, outcome, n) VALUES (:source, :outcome, :n) "
    "ON CONFLICT (source, outcome) DO UPDATE SET n = geocoder_counts.n + excluded.n"
)
_COUNTS = Question("SELECT source, outcome, n FROM geocoder_counts ORDER BY source, outcome")
_ADD_SALT = Question("INSERT INTO salts (name, salt) VALUES ('geocoded', :salt) ON CONFLICT (name) DO NOTHING")
_SALT = Question("SELECT salt FROM salts WHERE name = 'geocoded'")


def calls_to_ask_about(reading: Reading, since: datetime, at_most: int) -> list[int]:
    """Received after `since`; those not tried yet first, then the oldest."""
    found = reading.rows(_TO_ASK, since=to_us(since), now=to_us(reading.now), at_most=at_most)
    return [call_id for (call_id,) in found]


def claim(work: Work, call_id: int, until: datetime) -> bool:
    """Takes the call, unless another server has it or it is settled. Who dies with it loses it at `until`."""
    return work.do(_CLAIM, call_id=call_id, until=to_us(until), now=to_us(work.now)) > 0


def settle(work: Work, call_id: int) -> None:
    """Nobody is asked about this call any more."""
    work.do(_SETTLE, call_id=call_id)


def ask_again(work: Work, call_id: int, at: datetime, *, failed: bool) -> None:
    work.do(_AGAIN, call_id=call_id, at=to_us(at), failed=int(failed))


def tries_of(reading: Reading, call_id: int) -> int:
    """How often asking about this call has failed."""
    found = reading.row(_TRIES, call_id=call_id)
    return 0 if found is None else int(found[0])


def salt(work: Work) -> bytes:
    """Made once for each database, by whoever asks first."""
    work.do(_ADD_SALT, salt=secrets.token_hex(32))
    found = work.row(_SALT)
    assert found is not None
    return bytes.fromhex(found[0])


def digest_of(salt: bytes, question: object) -> str:
    """What an answer is kept under: without the salt nobody can try addresses against it."""
    return hmac.new(salt, text_of(question).encode(), hashlib.sha256).hexdigest()


def answer_known(reading: Reading, digest: str, since: datetime) -> tuple[Finding, ...] | None:
    """What was answered after `since`; None when it was not asked, or too long ago."""
    found = reading.row(_KNOWN, digest=digest, since=to_us(since))
    return None if found is None else decode(tuple[Finding, ...], json.loads(found[0]))


def keep_answer(work: Work, digest: str, source: str, findings: Sequence[Finding]) -> None:
    work.do(_KEEP, digest=digest, source=source, body=text_of(list(findings)), now=to_us(work.now))


def count_outcome(work: Work, source: str, outcome: str, n: int) -> None:
    work.do(_COUNT, source=source, outcome=outcome, n=n)


def outcomes(reading: Reading) -> list[tuple[str, str, int]]:
    """(geocoder, outcome, how often), over all servers since the database was made."""
    return [(source, outcome, int(n)) for source, outcome, n in reading.rows(_COUNTS)]
