"""Check-ins keep the sequence of their device: jobs with one are folded again from the journal."""

import json
from typing import Any

from alembic import op
from sqlalchemy import text

from dispatch_server.protocol.codec import decode
from dispatch_server.store.journal import FOLDS
from dispatch_server.store.projection import columns_of_job
from dispatch_server.store.texts import text_of

revision: str = "0007"
down_revision: str | None = "0006"

_WITH_CHECK_INS = text("SELECT DISTINCT subject_id FROM facts WHERE subject_kind = 'job' AND kind = 'CrewArrived'")
_FACTS = text("SELECT kind, body FROM facts WHERE subject_kind = 'job' AND subject_id = :id ORDER BY n")
_FOLDED = text("UPDATE jobs SET body = :body, shown = :shown WHERE id = :id")


def upgrade() -> None:
    connection, fold = op.get_bind(), FOLDS["job"]
    for (job_id,) in connection.execute(_WITH_CHECK_INS).fetchall():
        job: Any = None
        for kind, body in connection.execute(_FACTS, {"id": job_id}):
            job = fold.after(job, decode(fold.facts[kind], json.loads(body)))
        columns = {"body": text_of(job), "shown": columns_of_job(job)["shown"]}
        connection.execute(_FOLDED, {"id": job_id, **columns})
