"""What the tests of the store write: calls, outages, jobs and a duty, by the rules' own facts."""

from datetime import timedelta

from dispatch_server.domain.calls import Call, CallFiled, CallTaken, chase
from dispatch_server.domain.crews import DutyStarted
from dispatch_server.domain.job_facts import JobOffered
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import Joined, OutageOpened, Priority
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.people import Author
from dispatch_server.protocol.words import AreaClass, Category, Channel, FaultKind, Hazard
from dispatch_server.store.journal import Subject
from dispatch_server.store.questions import Question
from dispatch_server.store.store import Store
from dispatch_server.store.verifying import verify
from dispatch_server.store.work import Reading, Work
from tests.domain.builders import POLICY, a_stop

DESK = Author("call_taker:1")


def take_a_call(work: Work, ref: str | None = None) -> Call:
    call_id = work.new_id("call")
    taken = CallTaken(
        call_id, f"C-{call_id}", Channel.HOTLINE, Category.FAULT, work.now, work.now, FaultKind.LV, Hazard.NONE
    )
    call: Call = work.record(Subject("call", call_id), [taken], is_new=True, external_ref=ref)
    return call


def chase_it(work: Work, call_id: int) -> Call:
    """One more fact on the call's chain."""
    call: Call = work.record(Subject("call", call_id), chase(work.call(call_id)))
    return call


def open_an_outage(work: Work, call: Call) -> Outage:
    outage_id = work.new_id("outage")
    opened = OutageOpened(
        outage_id=outage_id,
        number=f"F-{outage_id}",
        opened_at=work.now,
        stop=a_stop(call.id, call.received_at, AreaClass.RURAL),
        fault_kind=FaultKind.LV,
        hazard=Hazard.NONE,
        priority=Priority.ORDINARY,
        transformer="T-1",
        feeder=None,
        place_id=None,
        policy_version=POLICY.version,
    )
    outage: Outage = work.record(Subject("outage", outage_id), [opened], is_new=True, district="娄星区")
    work.record(Subject("call", call.id), [CallFiled(outage_id, Joined.OPENED.value)])
    return outage


def offer_a_job(work: Work, outage: Outage, crew_id: int = 1) -> Job:
    job_id = work.new_id("job")
    accept_by = work.now + timedelta(minutes=3)
    offered = JobOffered(
        job_id=job_id,
        outage_id=outage.id,
        crew_id=crew_id,
        offered_at=work.now,
        accept_by=accept_by,
        arrive_by=outage.arrive_by,
        expected_at=None,
        reasons=(),
    )
    job: Job = work.record(Subject("job", job_id), [offered], is_new=True)
    return job


def a_call_with_everything(work: Work, ref: str | None = None) -> Call:
    """A call, its outage, a job for it and the crew on duty: every kind of subject."""
    call = take_a_call(work, ref)
    job = offer_a_job(work, open_an_outage(work, call))
    work.record(Subject("crew", job.crew_id), [DutyStarted(job.crew_id, work.now, 1, aboard=2)])
    return call


def count(reading: Reading, table: str = "calls") -> int:
    found = reading.row(Question(f"SELECT count(*) FROM {table}"))
    assert found is not None
    return int(found[0])


def what_is_wrong(store: Store, key: bytes | None = None) -> str | None:
    """None when every seal, chain, state row and root is right."""
    return store.read(lambda reading: verify(reading, key)).wrong
