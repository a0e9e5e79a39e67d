"""A database that an earlier version wrote is brought up to date, and its journal still gives its tables."""

import json

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.protocol.words import CrewAction
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.verifying import verify
from dispatch_server.store.work import Work
from tests.town import MARKET, Town

_JOBS = Question("SELECT id, body FROM jobs")
_WRITE = Question("UPDATE jobs SET body = :body WHERE id = :id")
_BACK = Question("UPDATE alembic_version SET version_num = '0006'")
_WITHOUT_WHAT_CAME_SINCE = (
    "ALTER TABLE call_particulars DROP COLUMN pin",
    "ALTER TABLE call_particulars DROP COLUMN again",
    "DROP TABLE stretches_driven",
    "DROP TABLE hours_learned",
    "DROP INDEX ix_jobs_overridden_at_us",
    "ALTER TABLE jobs DROP COLUMN overridden_at_us",
    "ALTER TABLE crews DROP COLUMN permit_kv",
    "ALTER TABLE crews DROP COLUMN gear",
)


def as_it_was_written_before(work: Work) -> None:
    """Without the sequence of the check-ins."""
    for job_id, body in work.rows(_JOBS):
        job = json.loads(body)
        for check_in in job["check_ins"]:
            del check_in["seq"]
        work.do(_WRITE, id=job_id, body=json.dumps(job))


def as_the_schema_was_before(work: Work) -> None:
    for statement in _WITHOUT_WHAT_CAME_SINCE:
        work.do(Question(statement))
    work.do(_BACK)


def test_check_ins_of_before_get_their_sequence_from_the_journal(town: Town, address: str) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    town.store.work(COMMAND_LINE, as_it_was_written_before)
    assert town.store.read(lambda reading: verify(reading, None)).wrong is not None
    town.store.work(COMMAND_LINE, as_the_schema_was_before)
    open_store(address, town.clock).close()
    town.require_sound_journal()
    assert [c.seq for c in town.store.read(lambda reading: reading.job(job["id"])).check_ins] == [crew.seq]
