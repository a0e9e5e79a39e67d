"""An ordinary Loudi year: 11,122 faults in the rhythm of seasons, weekdays and hours. The shapes are invented."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch_server.drill.customers import Trouble, any_trouble
from dispatch_server.drill.rhythm import HOURS
from dispatch_server.drill.scenarios import DAY, Fault, Scenario, by_transformer, reported_by
from dispatch_server.protocol.words import FaultKind
from dispatch_server.store.accounts import Customer

FAULTS_A_YEAR = 11_122  # Loudi in 2012
# Weight of each month: thunder and air conditioning in summer, ice and heating in winter.
_MONTHS = (1.15, 1.05, 0.85, 0.85, 0.95, 1.1, 1.35, 1.3, 0.95, 0.75, 0.75, 0.95)
_WEEKEND = 0.95
_HOT_EVENING = range(17, 23)


def day_weight(day: date) -> float:
    return _MONTHS[day.month - 1] * (_WEEKEND if day.isoweekday() > 5 else 1.0)


def faults_on(day: date) -> float:
    """How many are to be expected."""
    whole = sum(day_weight(date(day.year, 1, 1) + n * DAY) for n in range(365))
    return FAULTS_A_YEAR * day_weight(day) / whole


def ordinary_faults(scenario: Scenario, customers: Sequence[Customer], zone: ZoneInfo, rng: Random) -> list[Fault]:
    return _drawn(scenario, customers, zone, rng, 1.0)


def summer_faults(scenario: Scenario, customers: Sequence[Customer], zone: ZoneInfo, rng: Random) -> list[Fault]:
    """Two and a half times as many, most of them in the hot evenings, and of the overloaded kind."""
    return _drawn(scenario, customers, zone, rng, 2.5, is_hot=True)


def _drawn(
    scenario: Scenario, customers: Sequence[Customer], zone: ZoneInfo, rng: Random, times: float, is_hot: bool = False
) -> list[Fault]:
    """A whole year has exactly its number of faults; fewer days have as many as chance gives."""
    known, days = by_transformer(customers), [scenario.starts + n * DAY for n in range(scenario.days)]
    hours = [w * (2.0 if is_hot and hour in _HOT_EVENING else 1.0) for hour, w in enumerate(HOURS)]
    expected = [times * faults_on(day) for day in days]
    count = FAULTS_A_YEAR if scenario.days == 365 and times == 1.0 else _poisson(sum(expected), rng)
    faults = []
    for day in rng.choices(days, expected, k=count):
        at = _moment(day, rng.choices(range(24), hours)[0], zone, rng)
        customer = rng.choice(customers)
        trouble = _hot_trouble(rng) if is_hot else any_trouble(rng)
        faults.append(reported_by(customer, at, trouble, known.get(customer.transformer or "", ()), rng))
    return faults


def _moment(day: date, hour: int, zone: ZoneInfo, rng: Random) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone) + timedelta(seconds=rng.randrange(3600))


def _hot_trouble(rng: Random) -> Trouble:
    trouble = any_trouble(rng)
    if rng.random() < 0.3:
        return Trouble(FaultKind.POWER_QUALITY, trouble.hazard)
    return trouble


def _poisson(mean: float, rng: Random) -> int:
    """By the gaps between events."""
    at, count = rng.expovariate(1.0), 0
    while at < mean:
        at, count = at + rng.expovariate(1.0), count + 1
    return count


YEAR = Scenario("year", "an ordinary year of 11,122 faults", date(2026, 1, 1), 365, ordinary_faults)
WEEKS = Scenario("weeks", "four ordinary weeks", date(2026, 3, 2), 28, ordinary_faults)
SUMMER = Scenario("summer", "a week of heat with full evenings", date(2026, 7, 20), 7, summer_faults)
