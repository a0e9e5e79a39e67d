"""Which crew, and why: every crew is in the answer, best first, each with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch_server.domain.coverage import CoverLost
from dispatch_server.domain.crews import CrewId, CrewNow, JobInHand
from dispatch_server.domain.fitness import FITNESS, Reason, because
from dispatch_server.domain.fitness import fit_to_arrive as fit_to_arrive
from dispatch_server.domain.fitness import skill_for as skill_for
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import JobState

LATE_BAND_MIN = 5.0
COVER_BAND_POINTS = 10.0
NO_COVER_LOST = 0.5  # points: less than this is not worth a word
STALE_POSITION = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class TravelEstimate:
    """Minutes to drive, with where the number came from ("road graph", "straight line × 1.4").

    Of five such drives four take at most `minutes` times `spread`.
    """

    minutes: float
    source: str
    spread: float = 1.0

    @property
    def at_most_min(self) -> float:
        return self.minutes * self.spread


_PRESSING = {Priority.DANGER: 0, Priority.URGENT: 1, Priority.ORDINARY: 2}
NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One crew judged for one outage.

    `minutes_away` is the drive alone; `free_in` is how long other work keeps the crew before it can leave. `leave_by`
    is the last moment at which it still arrives in time, four times out of five. `turned_round` is the job from which
    the crew would be called away.
    """

    crew_id: CrewId
    name: str
    fit: bool
    minutes_away: float
    free_in: timedelta
    arrives_at: datetime
    leave_by: datetime
    in_time: bool
    cover_lost: CoverLost | None
    turned_round: JobInHand | None
    order: tuple[float, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What the ranking knows beside the crews: who refused this outage before, and what each free crew covers."""

    refused: frozenset[CrewId] = frozenset()
    cover_lost: Mapping[CrewId, CoverLost | None] = field(default_factory=dict)


def rank(
    outage: Outage,
    crews: Sequence[CrewNow],
    travel: Mapping[CrewId, TravelEstimate],
    board: Board,
    now: datetime,
    policy: Policy,
) -> list[Candidate]:
    """Fit before unfit, then an ordered tuple, never a weighted sum: a dispatcher can read why."""
    judged = [_judge(outage, crew, travel[crew.crew.id], board, now, policy) for crew in crews]
    return sorted(judged, key=lambda c: c.order)


def is_lesser(job: JobInHand, outage: Outage) -> bool:
    """Whether a crew may be called away from that job for this outage."""
    return _PRESSING[job.priority] > _PRESSING[outage.priority]


def last_chance(candidates: Sequence[Candidate], now: datetime) -> Candidate | None:
    """The fit crew that may leave last and still be in time; None when nobody can be in time any more."""
    able = [c for c in candidates if c.fit and c.leave_by >= now + c.free_in]
    return max(able, key=lambda c: (c.leave_by, -c.crew_id), default=None)


def advised(candidates: Sequence[Candidate]) -> Candidate | None:
    """The crew that would be sent by the advice; None when none is fit."""
    return next((c for c in candidates if c.fit), None)


def _judge(
    outage: Outage, crew: CrewNow, travel: TravelEstimate, board: Board, now: datetime, policy: Policy
) -> Candidate:
    tests = [test(outage, crew, policy) for test in FITNESS]
    fit, refused = all(test.ok for test in tests), crew.crew.id in board.refused
    free_in, turned_round = _wait(outage, crew, now, policy), _turned_round(outage, crew)
    arrives_at = now + free_in + timedelta(minutes=travel.minutes)
    cover_lost = board.cover_lost.get(crew.crew.id)
    return Candidate(
        crew_id=crew.crew.id,
        name=crew.crew.name,
        fit=fit,
        minutes_away=travel.minutes,
        free_in=free_in,
        arrives_at=arrives_at,
        leave_by=outage.arrive_by - timedelta(minutes=travel.at_most_min),
        in_time=arrives_at <= outage.arrive_by,
        cover_lost=cover_lost,
        turned_round=turned_round,
        order=(not fit, refused, *_order(outage, crew, arrives_at, now, cover_lost), crew.crew.id),
        reasons=(
            *tests,
            _arrival_reason(outage, travel, arrives_at),
            *_work_reasons(free_in, turned_round),
            *_cover_reasons(cover_lost),
            *_soft_reasons(crew, refused),
        ),
    )


def _order(
    outage: Outage, crew: CrewNow, arrives_at: datetime, now: datetime, cover_lost: CoverLost | None
) -> tuple[float, ...]:
    """After fitness and willingness. Danger to life: the earliest arrival, and nothing else.

    Otherwise arrival counts in whole minutes: to the microsecond, the work in hand behind it would never decide.
    """
    arrival_min = (arrives_at - now).total_seconds() / 60
    if outage.priority is Priority.DANGER:
        return (arrival_min,)
    late_min = (arrives_at - outage.arrive_by).total_seconds() / 60
    late_band = max(0.0, -(-late_min // LATE_BAND_MIN))
    points = 0.0 if cover_lost is None else cover_lost.points
    return (late_min > 0, late_band, points // COVER_BAND_POINTS, arrival_min // 1, crew.in_hand, arrival_min)


def _wait(outage: Outage, crew: CrewNow, now: datetime, policy: Policy) -> timedelta:
    """How long the work it has keeps a crew. What is less pressing than this outage waits, and the crew with danger to
    life before it leaves a site as soon as that is safe."""
    return sum((_keeps(job, outage, now, policy) for job in crew.jobs if job.outage_id != outage.id), NO_WAIT)


def _keeps(job: JobInHand, outage: Outage, now: datetime, policy: Policy) -> timedelta:
    if job.state is JobState.ON_SITE and is_lesser(job, outage) and outage.priority is Priority.DANGER:
        return policy.ranking.leave_site_takes
    if job.state is not JobState.ON_SITE and is_lesser(job, outage):
        return NO_WAIT
    if job.etr_at is not None and job.etr_at > now:
        return job.etr_at - now
    return policy.ranking.job_takes


def _turned_round(outage: Outage, crew: CrewNow) -> JobInHand | None:
    """The job on whose way, or at whose site, the crew is now and which it would leave for this outage."""
    job = crew.busy_on
    if job is None or not is_lesser(job, outage):
        return None
    on_the_way = job.state is JobState.EN_ROUTE
    return job if on_the_way or outage.priority is Priority.DANGER else None


def _arrival_reason(outage: Outage, travel: TravelEstimate, arrives_at: datetime) -> Reason:
    late_min = (arrives_at - outage.arrive_by).total_seconds() / 60
    away = f"{travel.minutes:.0f} min away ({travel.source}; up to {travel.at_most_min:.0f} min)"
    if late_min <= 0:
        return because(True, f"{away}: in time, {-late_min:.0f} min to spare")
    return because(False, f"{away}: {late_min:.0f} min late")


def _work_reasons(free_in: timedelta, turned_round: JobInHand | None) -> list[Reason]:
    reasons = []
    if turned_round is not None and turned_round.state is JobState.EN_ROUTE:
        reasons.append(because(False, f"would be turned round on its way to outage {turned_round.number}"))
    elif turned_round is not None:
        reasons.append(because(False, f"would be called away from the site of outage {turned_round.number}"))
    if free_in > NO_WAIT:
        minutes = free_in.total_seconds() / 60
        reasons.append(because(False, f"other work keeps it for about {minutes:.0f} min first"))
    return reasons


def _cover_reasons(lost: CoverLost | None) -> list[Reason]:
    if lost is None:
        return []
    if lost.points < NO_COVER_LOST:
        return [because(True, "sending it costs no cover")]
    left = f"sending it leaves {100 * lost.uncovered:.0f} % of {lost.area_class.value} uncovered"
    return [because(False, f"{left}, {lost.points:.0f} points more than now")]


def _soft_reasons(crew: CrewNow, refused: bool) -> list[Reason]:
    reasons = []
    if refused:
        reasons.append(because(False, "was asked before and did not take it"))
    if not crew.in_shift:
        reasons.append(because(True, "outside its shift, and on duty" if crew.on_duty else "outside its shift"))
    if crew.position_age is None:
        reasons.append(because(False, "no position heard today: counted from its depot"))
    elif crew.position_age > STALE_POSITION:
        minutes = crew.position_age.total_seconds() / 60
        reasons.append(because(False, f"last heard {minutes:.0f} min ago, may be offline"))
    return reasons
