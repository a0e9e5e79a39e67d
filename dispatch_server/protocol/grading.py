"""How well a fix supports a check-in: the table of the contract. Shown by the tablet, decided by the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.messages import ActionTaken, Fix
from dispatch_server.protocol.words import Grade, Provider

# 68 % radius to 95 % radius of a two-dimensional normal error: sqrt(ln 0.05 / ln 0.32) = 1.62.
A95_PER_A68 = 1.62


@dataclass(frozen=True, slots=True)
class Reach:
    """What the policy says: how near is on site (by area class), how old and how poor a fix may be."""

    within_m: float
    fix_fresh_s: float = 60
    worst_accuracy_m: float = 500


@dataclass(frozen=True, slots=True)
class Graded:
    """`distance_m` is from the fix to the nearest site point; None without a usable fix."""

    grade: Grade
    distance_m: float | None
    hint: str


def fix_age_s(action: ActionTaken) -> float | None:
    """Seconds from the fix to the press, by the device's own counter where both carry it."""
    return None if action.fix is None else age_s(action.fix, action.elapsed_ms, action.occurred_at)


def age_s(fix: Fix, elapsed_ms: int, at: datetime) -> float:
    if fix.elapsed_ms is not None:
        return abs(elapsed_ms - fix.elapsed_ms) / 1000
    return abs((at - fix.fixed_at).total_seconds())


def grade(fix: Fix | None, age_s: float | None, sites: Sequence[LonLat], radius_m: float, reach: Reach) -> Graded:
    """The contract's table. `radius_m` is the doubt of the place itself; an unplaced site cannot be proved."""
    distance_m = None if fix is None else min((metres_between(fix.at, site) for site in sites), default=None)
    # Before all else: a mock reading with a poor accuracy must not pass for an honest declaration.
    if fix is not None and fix.is_mock:
        return Graded(Grade.C, distance_m, "The device reports a mock location.")
    if fix is None or age_s is None:
        return Graded(Grade.DECLARED, None, "No GPS reading came with the check-in.")
    if age_s > reach.fix_fresh_s:
        return Graded(Grade.DECLARED, None, f"The GPS reading is {age_s:.0f} s older than the check-in.")
    if fix.accuracy_m > reach.worst_accuracy_m:
        return Graded(
            Grade.DECLARED, None, f"The GPS reading is only good to {fix.accuracy_m:.0f} m; step into the open."
        )
    if distance_m is None:
        return Graded(Grade.C, None, "The fault has no place on the map yet; a dispatcher can confirm.")
    return _by_distance(fix, distance_m, radius_m, reach.within_m)


def _by_distance(fix: Fix, distance_m: float, radius_m: float, within_m: float) -> Graded:
    a95_m = A95_PER_A68 * fix.accuracy_m
    if fix.provider is Provider.GPS and distance_m + a95_m <= within_m and radius_m <= within_m:
        return Graded(Grade.A, distance_m, f"GPS puts the crew {distance_m:.0f} m from the fault.")
    if distance_m - a95_m <= within_m + radius_m:
        return Graded(Grade.B, distance_m, f"About {distance_m:.0f} m from the fault, within the doubt.")
    return Graded(
        Grade.C,
        distance_m,
        f"GPS is {distance_m:.0f} m from the fault: come closer, or tell us the place on the map is wrong.",
    )
