"""How far to believe what a tablet says: when it happened, and where the crew was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import AreaClass, ClockSource, Grade, Provider

# 68 % radius to 95 % radius of a two-dimensional normal error: sqrt(ln 0.05 / ln 0.32) = 1.62.
A95_PER_A68 = 1.62

# The elapsed clock is exact to the time the push spent on its way; seconds, as a rule.
ELAPSED_DOUBT_S = 1.0
GPS_DOUBT_S = 1.0
FIX_TELLS_TIME_FOR = timedelta(seconds=60)
WALL_DOUBT_S = 60.0
# Without an earlier hearing the error is read from the push itself, but the clock may have been set since the action.
WALL_DOUBT_UNKNOWN_S = 3600.0


@dataclass(frozen=True, slots=True)
class TimeOfAction:
    """When it happened, by which clock, and how far that may be off."""

    at: datetime
    source: ClockSource
    doubt_s: float


@dataclass(frozen=True, slots=True)
class Graded:
    """`distance_m` is from the fix to the nearest site point; None without a usable fix."""

    grade: Grade
    distance_m: float | None
    hint: str


def time_of(action: ActionTaken, push: Push, received_at: datetime, wall_error: timedelta | None) -> TimeOfAction:
    """One rule for all clocks: elapsed time, else the GPS fix's own time, else the corrected wall clock.

    `wall_error` is device wall clock minus server clock as last known before this push. Never the upload time, never
    the future.
    """
    found = _time_by_clocks(action, push, received_at, wall_error)
    if found.at > received_at:
        return TimeOfAction(received_at, found.source, found.doubt_s + (found.at - received_at).total_seconds())
    return found


def not_before(time: TimeOfAction, earliest: datetime) -> TimeOfAction:
    """Nobody arrives on a job before it was offered: a clock that says so is wrong by at least that much."""
    if time.at >= earliest:
        return time
    return TimeOfAction(earliest, time.source, time.doubt_s + (earliest - time.at).total_seconds())


def _time_by_clocks(
    action: ActionTaken, push: Push, received_at: datetime, wall_error: timedelta | None
) -> TimeOfAction:
    since_ms = push.elapsed_ms - action.elapsed_ms
    if action.boot_id == push.boot_id and since_ms >= 0:
        return TimeOfAction(received_at - timedelta(milliseconds=since_ms), ClockSource.ELAPSED, ELAPSED_DOUBT_S)
    if action.fix is not None and _tells_time(action, action.fix, wall_error):
        return TimeOfAction(action.fix.fixed_at + _since_fix(action, action.fix), ClockSource.GPS, GPS_DOUBT_S)
    if wall_error is None:
        return TimeOfAction(action.occurred_at - (push.sent_at - received_at), ClockSource.WALL, WALL_DOUBT_UNKNOWN_S)
    return TimeOfAction(action.occurred_at - wall_error, ClockSource.WALL, WALL_DOUBT_S)


def _tells_time(action: ActionTaken, fix: Fix, wall_error: timedelta | None) -> bool:
    """A satellite's time, unless the reading was an old one and no counter tells how old.

    Without the counter the wall clock tells that it was old: as it stood and less its last known error.
    """
    if fix.provider is not Provider.GPS or fix.is_mock:
        return False
    since = action.occurred_at - fix.fixed_at
    ages = [since, since - (wall_error or timedelta(0))]
    return fix.elapsed_ms is not None or min(ages) <= FIX_TELLS_TIME_FOR


def _since_fix(action: ActionTaken, fix: Fix) -> timedelta:
    """A reading's own time stands for the press, unless the device's counter says that it was an old one."""
    since = timedelta(milliseconds=0 if fix.elapsed_ms is None else action.elapsed_ms - fix.elapsed_ms)
    return since if abs(since) > FIX_TELLS_TIME_FOR else timedelta(0)


def fix_age_s(action: ActionTaken) -> float | None:
    """Seconds from the fix to the press, by the device's own counter where both carry it."""
    if action.fix is None:
        return None
    if action.fix.elapsed_ms is not None:
        return abs(action.elapsed_ms - action.fix.elapsed_ms) / 1000
    return abs((action.occurred_at - action.fix.fixed_at).total_seconds())


def grade(
    fix: Fix | None,
    age_s: float | None,
    sites: Sequence[LonLat],
    radius_m: float,
    area_class: AreaClass | None,
    policy: Policy,
) -> Graded:
    """The contract's table. `radius_m` is the doubt of the place itself; an unplaced site cannot be proved."""
    distance_m = None if fix is None else min((metres_between(fix.at, site) for site in sites), default=None)
    # Before all else: a mock reading with a poor accuracy must not pass for an honest declaration.
    if fix is not None and fix.is_mock:
        return Graded(Grade.C, distance_m, "The device reports a mock location.")
    if fix is None or age_s is None:
        return Graded(Grade.DECLARED, None, "No GPS reading came with the check-in.")
    if age_s > policy.fix_fresh.total_seconds():
        return Graded(Grade.DECLARED, None, f"The GPS reading is {age_s:.0f} s older than the check-in.")
    if fix.accuracy_m > policy.worst_accuracy_m:
        return Graded(
            Grade.DECLARED, None, f"The GPS reading is only good to {fix.accuracy_m:.0f} m; step into the open."
        )
    if distance_m is None:
        return Graded(Grade.C, None, "The fault has no place on the map yet; a dispatcher can confirm.")
    return _by_distance(fix, distance_m, radius_m, _reach_m(area_class, policy))


def _by_distance(fix: Fix, distance_m: float, radius_m: float, reach_m: float) -> Graded:
    a95_m = A95_PER_A68 * fix.accuracy_m
    if fix.provider is Provider.GPS and distance_m + a95_m <= reach_m and radius_m <= reach_m:
        return Graded(Grade.A, distance_m, f"GPS puts the crew {distance_m:.0f} m from the fault.")
    if distance_m - a95_m <= reach_m + radius_m:
        return Graded(Grade.B, distance_m, f"About {distance_m:.0f} m from the fault, within the doubt.")
    return Graded(
        Grade.C,
        distance_m,
        f"GPS is {distance_m:.0f} m from the fault: come closer, or tell us the place on the map is wrong.",
    )


def _reach_m(area_class: AreaClass | None, policy: Policy) -> float:
    return min(policy.within_m.values()) if area_class is None else policy.within_m[area_class]
