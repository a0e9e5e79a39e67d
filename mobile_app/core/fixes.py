"""Which reading a check-in takes, how good that probably is, how often a position is kept. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch_server.protocol.geo import metres_between
from dispatch_server.protocol.grading import Graded, age_s, grade
from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import JobState, Provider
from mobile_app.core.clock import Clocks
from mobile_app.core.job_cards import Card

WAIT_S = 8.0  # a check-in waits this long for a better reading; the crew may go on at any moment
FRESH_S = 60.0
WORST_ACCURACY_M = 500.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the receiver is asked, and when a reading is kept as a position."""

    every_s: float
    at_least_m: float
    at_most_s: float


ON_THE_WAY = Pace(10, 25, 15)
ON_SITE = Pace(60, 25, 120)
WAITING = Pace(60, 25, 120)  # on duty without a drive: near enough for choosing a crew
CHECKING_IN = 1.0  # seconds between readings while a crew looks at its check-in


def pace_of(states: Iterable[JobState]) -> Pace:
    known = set(states)
    if JobState.EN_ROUTE in known:
        return ON_THE_WAY
    return ON_SITE if JobState.ON_SITE in known else WAITING


def is_kept(fix: Fix, last: Fix | None, since_s: float, pace: Pace) -> bool:
    """The first one, then one that is due and has moved, then one after the longest pause."""
    if fix.accuracy_m > WORST_ACCURACY_M:
        return False
    if last is None or since_s >= pace.at_most_s:
        return True
    return since_s >= pace.every_s and metres_between(fix.at, last.at) >= pace.at_least_m


def best_of(heard: Iterable[Fix], clocks: Clocks) -> Fix | None:
    """Of the last eight seconds the best; else the last one that is not older than a minute; else none."""
    fresh = [fix for fix in heard if _age(fix, clocks) <= FRESH_S]
    newest = [fix for fix in fresh if _age(fix, clocks) <= WAIT_S]
    if newest:
        return min(newest, key=_badness)
    return min(fresh, key=lambda fix: _age(fix, clocks), default=None)


def probable_grade(fix: Fix | None, clocks: Clocks, card: Card) -> Graded:
    """By the rule that the server decides by, with the card's own numbers."""
    age = None if fix is None else _age(fix, clocks)
    return grade(fix, age, card.place.site_points, card.place.radius_m, card.limits.reach)


def _badness(fix: Fix) -> tuple[bool, bool, float]:
    return fix.is_mock, fix.provider is not Provider.GPS, fix.accuracy_m


def _age(fix: Fix, clocks: Clocks) -> float:
    return age_s(fix, clocks.elapsed_ms, clocks.wall)
