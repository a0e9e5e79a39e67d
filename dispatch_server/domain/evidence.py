"""How far to believe what a tablet says: when it happened, and where the crew was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.rules import Policy
from dispatch_server.protocol import grading
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.grading import Graded, Reach
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import AreaClass, ClockSource, Provider

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


def grade(
    fix: Fix | None,
    age_s: float | None,
    sites: Sequence[LonLat],
    radius_m: float,
    area_class: AreaClass | None,
    policy: Policy,
) -> Graded:
    """The contract's table, with the numbers of the policy; a class not known yet has the shortest reach."""
    return grading.grade(fix, age_s, sites, radius_m, _reach(area_class, policy))


def _reach(area_class: AreaClass | None, policy: Policy) -> Reach:
    within_m = min(policy.within_m.values()) if area_class is None else policy.within_m[area_class]
    return Reach(within_m, policy.fix_fresh.total_seconds(), policy.worst_accuracy_m)
