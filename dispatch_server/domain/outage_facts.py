"""What can happen to an outage: past tense, never edited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch_server.domain.rules import Remedy, Trigger
from dispatch_server.domain.targets import Stop, Target
from dispatch_server.protocol.words import FaultKind, Grade, Hazard

OutageId = int


class Priority(StrEnum):
    DANGER = "danger"
    URGENT = "urgent"
    ORDINARY = "ordinary"


class Joined(StrEnum):
    """How a call came to its outage."""

    OPENED = "opened"
    SAME_TRANSFORMER = "same_transformer"
    NEAR_ON_FEEDER = "near_on_feeder"
    BY_PERSON = "by_person"
    SPLIT = "split"


class Approval(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class OutageOpened:
    outage_id: OutageId
    number: str
    opened_at: datetime
    stop: Stop
    fault_kind: FaultKind | None
    hazard: Hazard
    priority: Priority
    transformer: str | None
    feeder: str | None
    place_id: int | None
    policy_version: str
    how: Joined = Joined.OPENED


@dataclass(frozen=True, slots=True)
class CallJoined:
    """`from_outage_id` is the outage that was merged in and brought the call; `fault_kind` is what this caller said."""

    stop: Stop
    how: Joined
    hazard: Hazard
    reason: str = ""
    from_outage_id: OutageId | None = None
    fault_kind: FaultKind | None = None


@dataclass(frozen=True, slots=True)
class CallLeft:
    """The call went to another outage by merge or split."""

    call_id: int
    to_outage_id: OutageId


@dataclass(frozen=True, slots=True)
class StopMoved:
    """A pin was moved: the call's class and deadline follow."""

    stop: Stop
    transformer: str | None
    feeder: str | None
    place_id: int | None


@dataclass(frozen=True, slots=True)
class TargetSet:
    """The clock from now on, the one before, and why."""

    target: Target
    because: str
    policy_version: str
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class RelaxationProposed:
    """A later deadline after the first was due or met: it waits for a second person."""

    target: Target
    because: str


@dataclass(frozen=True, slots=True)
class RelaxationDecided:
    approved: bool


@dataclass(frozen=True, slots=True)
class FirstTargetKept:
    """Calls came by merge or split from an outage whose target was relaxed: its clock before that comes with them."""

    target: Target
    from_outage_id: OutageId


@dataclass(frozen=True, slots=True)
class PriorityRaised:
    priority: Priority
    why: str


@dataclass(frozen=True, slots=True)
class PriorityLowered:
    """The last danger to life is over, or was none."""

    priority: Priority
    why: str


@dataclass(frozen=True, slots=True)
class DangerReported:
    """A call that belonged to the outage already reports danger to life now; it stands from here on."""

    call_id: int
    hazard: Hazard
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class FaultKindSaid:
    """A call that belonged to the outage already says now what kind of fault it is."""

    call_id: int
    fault_kind: FaultKind


@dataclass(frozen=True, slots=True)
class NotIssued:
    """No offer went out within the working limit."""

    issue_by: datetime


@dataclass(frozen=True, slots=True)
class NoCrewLeft:
    """Everybody fit was asked, or nobody is fit."""

    noticed_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class CrewTurnedRound:
    """The crew that was on its way, or at work, goes to a more pressing outage. Its callers are to be told."""

    turned_at: datetime
    job_id: int
    crew_id: int
    to_outage_id: OutageId
    sentence: str


@dataclass(frozen=True, slots=True)
class ArrivalAtRisk:
    noticed_at: datetime
    arrive_by: datetime
    expected_at: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ArrivalMissed:
    arrive_by: datetime


@dataclass(frozen=True, slots=True)
class Escalated:
    """One rung of the ladder: what was done about which trigger."""

    after: Trigger
    rung: int
    do: Remedy
    sentence: str


@dataclass(frozen=True, slots=True)
class ArrivalRecorded:
    """The official arrival. `restates` is the arrival that stood before, when late truth changed it."""

    arrived_at: datetime
    job_id: int
    grade: Grade
    late_by: timedelta
    heard_late: bool
    restates: datetime | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ArrivalUnproved:
    """A re-grading took the only official arrival away: the watch is armed again."""

    was: datetime
    why: str


@dataclass(frozen=True, slots=True)
class MadeSafe:
    """A crew says that the danger a call reported is over."""

    made_safe_at: datetime
    job_id: int
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class DangerRuledOut:
    """A dispatcher vouches that a call reported no real danger: nobody has to stand beside it."""

    ruled_out_at: datetime
    call_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class OutageRestored:
    restored_at: datetime
    job_id: int | None
    customers_restored: int | None
    restates: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutageClosed:
    reason: str


@dataclass(frozen=True, slots=True)
class OutageCancelled:
    """Closed without an arrival: merged away, or every call solved by phone."""

    reason: str
    merged_into: OutageId | None = None
    by_phone: bool = False
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExemptionProposed:
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ExemptionDecided:
    approved: bool


@dataclass(frozen=True, slots=True)
class RepairDisputed:
    """The call-back heard that the power is still out; a new outage carries on."""

    new_call_id: int


OutageFact = (
    OutageOpened
    | CallJoined
    | CallLeft
    | StopMoved
    | TargetSet
    | RelaxationProposed
    | RelaxationDecided
    | FirstTargetKept
    | PriorityRaised
    | PriorityLowered
    | DangerReported
    | FaultKindSaid
    | NotIssued
    | NoCrewLeft
    | CrewTurnedRound
    | ArrivalAtRisk
    | ArrivalMissed
    | Escalated
    | ArrivalRecorded
    | ArrivalUnproved
    | MadeSafe
    | DangerRuledOut
    | OutageRestored
    | OutageClosed
    | OutageCancelled
    | ExemptionProposed
    | ExemptionDecided
    | RepairDisputed
)
