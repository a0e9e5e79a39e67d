"""Questions about offers that went against the advice."""

import json
from datetime import datetime

from dispatch_server.domain.jobs import Job
from dispatch_server.protocol.codec import decode
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading

_BETWEEN = Question(
    "SELECT j.body, f.said_by FROM jobs j JOIN facts f ON f.subject_kind = 'job' AND f.subject_id = j.id AND f.n = 1 "
    "WHERE j.overridden_at_us >= :since AND j.overridden_at_us < :until AND j.id > :after ORDER BY j.id LIMIT :at_most"
)


def overrides_between(
    reading: Reading, since: datetime, until: datetime, after: int, at_most: int
) -> list[tuple[Job, str]]:
    """The jobs, each with who offered it, by id."""
    rows = reading.rows(_BETWEEN, since=to_us(since), until=to_us(until), after=after, at_most=at_most)
    return [(decode(Job, json.loads(body)), said_by) for body, said_by in rows]
