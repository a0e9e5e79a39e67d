"""Builders for the rules: each names only what matters to the sentence it stands in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import cos, degrees, radians
from pathlib import Path
from typing import Any

from dispatch_server.domain import calls, jobs, outages, rules
from dispatch_server.domain.assignment import TravelEstimate
from dispatch_server.domain.calls import Call, CallTaken
from dispatch_server.domain.crews import Crew, CrewNow, JobInHand
from dispatch_server.domain.evidence import TimeOfAction
from dispatch_server.domain.job_facts import JobFact, JobOffered
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import Joined, OutageFact, OutageOpened, Priority
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.targets import Stop, stop_for
from dispatch_server.protocol.geo import EARTH_RADIUS_M, LonLat
from dispatch_server.protocol.grading import Graded
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import (
    AreaClass,
    Category,
    Channel,
    ClockSource,
    CrewAction,
    FaultKind,
    Grade,
    Hazard,
    JobState,
    Provider,
)

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SITE = LonLat(112.0, 27.73)  # a street corner in Louxing
DEFAULT_POLICY = (Path(rules.__file__).parent.parent / "policy.toml").read_text(encoding="utf-8")
POLICY = rules.read_policy(DEFAULT_POLICY)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def metres_north(of: LonLat, metres: float) -> LonLat:
    return LonLat(of.lon, of.lat + degrees(metres / EARTH_RADIUS_M))


def metres_east(of: LonLat, metres: float) -> LonLat:
    return LonLat(of.lon + degrees(metres / EARTH_RADIUS_M / cos(radians(of.lat))), of.lat)


# Calls and outages


def a_call(
    call_id: int = 1,
    received_at: datetime = NOON,
    hazard: Hazard = Hazard.NONE,
    transformer: str | None = None,
    feeder: str | None = None,
    **more: Any,
) -> Call:
    taken = CallTaken(
        call_id=call_id,
        number=f"C-{call_id}",
        channel=Channel.HOTLINE,
        category=Category.FAULT,
        received_at=received_at,
        entered_at=received_at,
        fault_kind=FaultKind.LV,
        hazard=hazard,
    )
    call = calls.after(None, taken)
    return type(call)(**{**_fields(call), "transformer": transformer, "feeder": feeder, **more})


def _fields(state: Any) -> dict[str, Any]:
    return {name: getattr(state, name) for name in type(state).__dataclass_fields__}


def a_stop(call_id: int = 1, received_at: datetime = NOON, area_class: AreaClass | None = AreaClass.URBAN) -> Stop:
    return stop_for(call_id, received_at, area_class, POLICY)


def an_outage(
    *stops: Stop,
    hazard: Hazard = Hazard.NONE,
    fault_kind: FaultKind | None = FaultKind.LV,
    priority: Priority = Priority.ORDINARY,
    outage_id: int = 1,
) -> Outage:
    """One open outage over the stops named; without any, one urban call at noon, due 45 minutes later."""
    first, *others = stops or (a_stop(),)
    opened = OutageOpened(
        outage_id=outage_id,
        number=f"F-{outage_id}",
        opened_at=first.received_at,
        stop=first,
        fault_kind=fault_kind,
        hazard=hazard,
        priority=priority,
        transformer=None,
        feeder=None,
        place_id=None,
        policy_version=POLICY.version,
    )
    outage = outages.after(None, opened)
    for stop in others:
        outage = told(outage, outages.join(outage, stop, Joined.BY_PERSON, Hazard.NONE, "", POLICY))
    return outage


def told(outage: Outage, facts: Iterable[OutageFact]) -> Outage:
    """The outage after these facts."""
    for fact in facts:
        outage = outages.after(outage, fact)
    return outage


def arrived(outage: Outage, at: datetime, grade: Grade = Grade.A, job_id: int = 1) -> Outage:
    return told(outage, outages.record_arrival(outage, at, job_id, grade, recorded_at=at))


# Jobs


def a_job(*facts: JobFact, job_id: int = 1, crew_id: int = 1, offered_at: datetime = NOON, outage_id: int = 1) -> Job:
    """A job offered at noon, to be accepted within three minutes, after these facts."""
    offered = JobOffered(
        job_id=job_id,
        outage_id=outage_id,
        crew_id=crew_id,
        offered_at=offered_at,
        accept_by=offered_at + POLICY.accept_within,
        arrive_by=offered_at + minutes(45),
        expected_at=None,
        reasons=(),
    )
    return heard(jobs.after(None, offered), facts)


def heard(job: Job, facts: Iterable[JobFact]) -> Job:
    """The job after these facts."""
    for fact in facts:
        job = jobs.after(job, fact)
    return job


def done_at(at: datetime) -> TimeOfAction:
    return TimeOfAction(at, ClockSource.ELAPSED, 1.0)


def a_check_in(
    at: datetime, grade: Grade = Grade.A, *, action_id: str = "check-in", fit: bool = True, seq: int = 1
) -> JobFact:
    graded = Graded(grade, 12.0, "")
    [fact] = jobs.check_in(action_id, done_at(at), seq, graded, accuracy_m=5.0, fit=fit, policy=POLICY)
    return fact


# What a tablet sends


def a_fix(
    at: LonLat = SITE,
    accuracy_m: float = 5.0,
    fixed_at: datetime = NOON,
    provider: Provider = Provider.GPS,
    is_mock: bool = False,
    elapsed_ms: int | None = None,
) -> Fix:
    return Fix(at.lon, at.lat, accuracy_m, fixed_at, provider, is_mock, elapsed_ms)


def an_action(
    kind: CrewAction = CrewAction.CHECK_IN,
    occurred_at: datetime = NOON,
    elapsed_ms: int = 1_000_000,
    boot_id: str = "boot-1",
    fix: Fix | None = None,
    seq: int = 1,
) -> ActionTaken:
    return ActionTaken(f"action-{seq}", seq, kind, occurred_at, elapsed_ms, boot_id, job_id=1, fix=fix)


def a_push(
    *actions: ActionTaken, sent_at: datetime = NOON, elapsed_ms: int = 1_000_000, boot_id: str = "boot-1"
) -> Push:
    return Push("tablet-1", boot_id, sent_at, elapsed_ms, actions)


# Crews


def a_crew(
    crew_id: int = 1,
    *,
    name: str = "",
    skills: Sequence[str] = ("lv",),
    aboard: int = 2,
    on_duty: bool = True,
    in_shift: bool = True,
    suspended: bool = False,
    busy: JobState | None = None,
    position_age: timedelta | None = timedelta(0),
    has_outages: Sequence[int] = (),
    priority: Priority = Priority.ORDINARY,
    etr_at: datetime | None = None,
    worked: timedelta = timedelta(0),
    permit_kv: float | None = None,
    gear: Sequence[str] = (),
) -> CrewNow:
    """A crew on duty in its shift, two aboard, able to repair low voltage, with nothing in hand.

    `priority` is that of the outages it has in hand.
    """
    standing = Crew(
        crew_id,
        f"K{crew_id}",
        name or f"Crew {crew_id}",
        "Squad",
        frozenset(skills),
        3,
        "van",
        SITE,
        suspended,
        permit_kv,
        frozenset(gear),
    )
    in_hand = [
        JobInHand(100 + n, outage_id, JobState.ACCEPTED, priority, f"F-{outage_id}")
        for n, outage_id in enumerate(has_outages)
    ]
    if busy is not None:
        in_hand.append(JobInHand(99, 99, busy, priority, "F-99", etr_at))
    return CrewNow(standing, on_duty, in_shift, aboard, SITE, position_age, tuple(in_hand), worked)


def drives(**minutes_by_crew: float) -> dict[int, TravelEstimate]:
    """`drives(c1=10)`: crew 1 needs ten minutes."""
    return {int(name[1:]): TravelEstimate(m, "road graph", 1.2) for name, m in minutes_by_crew.items()}
