"""What can happen to a job: past tense, never edited."""

from dataclasses import dataclass
from datetime import datetime

from dispatch_server.protocol.words import ClockSource, Grade

JobId = int


@dataclass(frozen=True, slots=True)
class Advice:
    """What a dispatcher did not follow: the crew that was advised and why, and what spoke against the one he chose.

    `crew_id` is None where no crew was fit.
    """

    crew_id: int | None
    expected_at: datetime | None
    in_time: bool
    reasons: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobOffered:
    job_id: JobId
    outage_id: int
    crew_id: int
    offered_at: datetime
    accept_by: datetime
    arrive_by: datetime
    expected_at: datetime | None
    reasons: tuple[str, ...]
    override_reason: str | None = None
    widened: bool = False
    advice: Advice | None = None


@dataclass(frozen=True, slots=True)
class OfferDelivered:
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class OfferSeen:
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class JobAccepted:
    accepted_at: datetime
    seq: int
    depart_by: datetime


@dataclass(frozen=True, slots=True)
class AcceptedTooLate:
    """The crew pressed accept after it had given the offer up, and another crew has the outage since. Both are told."""

    accepted_at: datetime
    other_crew_id: int


@dataclass(frozen=True, slots=True)
class JobDeclined:
    declined_at: datetime
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class OfferLapsed:
    lapsed_at: datetime


@dataclass(frozen=True, slots=True)
class JobWithdrawn:
    withdrawn_at: datetime
    reason: str
    turned_round: bool = False


@dataclass(frozen=True, slots=True)
class JobStoodDown:
    """Power was back at that moment: a crew that was not on site need not come."""

    stood_down_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CrewDeparted:
    departed_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class DepartureLate:
    depart_by: datetime


@dataclass(frozen=True, slots=True)
class JobSetAside:
    """The crew drove off to another of its jobs."""

    set_aside_at: datetime
    seq: int
    for_job_id: JobId


@dataclass(frozen=True, slots=True)
class CrewArrived:
    """A check-in with its evidence; the fix itself is kept outside the journal."""

    action_id: str
    arrived_at: datetime
    seq: int
    clock: ClockSource
    doubt_s: float
    grade: Grade
    distance_m: float | None
    accuracy_m: float | None
    hint: str
    fit: bool
    survey_by: datetime


@dataclass(frozen=True, slots=True)
class ArrivalRegraded:
    """The site was moved after the check-in; both grades are kept."""

    action_id: str
    arrived_at: datetime
    grade: Grade
    was: Grade
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class ArrivalConfirmed:
    """A dispatcher vouches for a check-in that the evidence alone does not prove."""

    action_id: str
    arrived_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FitnessRestated:
    """Who was aboard was heard after the check-in: it counts, or counts no more, as if it had been known."""

    action_id: str
    arrived_at: datetime
    aboard: int
    fit: bool


@dataclass(frozen=True, slots=True)
class PinCorrected:
    """A proposal: a dispatcher confirms it by moving the pin. The position is kept outside the journal."""

    action_id: str
    note: str


@dataclass(frozen=True, slots=True)
class CrewTold:
    """News for the crew that no button of its own brought about; its card shows it."""

    told_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    surveyed_at: datetime
    cause: str
    etr_at: datetime | None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class SurveyLate:
    survey_by: datetime


@dataclass(frozen=True, slots=True)
class CrewSilent:
    """The crew has the job in hand and was not heard of within the working limit: said once for each silence."""

    last_heard_at: datetime
    silent_by: datetime


@dataclass(frozen=True, slots=True)
class CrewOffDuty:
    """The crew ended its duty with the job unrestored in hand: the outage is the dispatcher's again."""

    off_at: datetime


@dataclass(frozen=True, slots=True)
class SafetyStepTaken:
    taken_at: datetime
    step: str


@dataclass(frozen=True, slots=True)
class WorkStopped:
    stopped_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NoteMade:
    made_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class JobRestored:
    restored_at: datetime
    seq: int
    customers_restored: int | None


@dataclass(frozen=True, slots=True)
class PartRestored:
    """Some customers have power again; the work goes on."""

    restored_at: datetime
    seq: int
    customers_restored: int | None


@dataclass(frozen=True, slots=True)
class CrewLeft:
    """Left the site unrestored."""

    left_at: datetime
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class JobClosed:
    closed_at: datetime
    seq: int


JobFact = (
    JobOffered
    | OfferDelivered
    | OfferSeen
    | JobAccepted
    | AcceptedTooLate
    | JobDeclined
    | OfferLapsed
    | JobWithdrawn
    | JobStoodDown
    | CrewDeparted
    | DepartureLate
    | JobSetAside
    | CrewArrived
    | ArrivalRegraded
    | ArrivalConfirmed
    | FitnessRestated
    | PinCorrected
    | CrewTold
    | Surveyed
    | SurveyLate
    | CrewSilent
    | CrewOffDuty
    | SafetyStepTaken
    | WorkStopped
    | NoteMade
    | JobRestored
    | PartRestored
    | CrewLeft
    | JobClosed
)
