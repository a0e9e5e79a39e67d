"""A past day out of the journal, played again under today's rules and crews, beside what really happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch_server.domain import stats
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput
from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.measures import Row, rows_between
from dispatch_server.drill.scenarios import DAY, Fault, Scenario
from dispatch_server.protocol.geo import LonLat
from dispatch_server.services.ports import Territory
from dispatch_server.store.accounts import Customer
from dispatch_server.store.outages import first_called_between, site_of
from dispatch_server.store.work import Reading

REAL = "as it was"


@dataclass(frozen=True, slots=True)
class PastDay:
    """`left_out` outages of that day cannot be played: they were never placed, were solved by phone, or were merged."""

    scenario: Scenario
    rows: Sequence[Row]
    left_out: int


def day_named(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text} is not a day; write it like 2026-05-01.") from None


def past_day(reading: Reading, territory: Territory, day: date) -> PastDay:
    """Each outage with its first call, its place and the work it took; its real rows beside it."""
    since = datetime.combine(day, time(), tzinfo=territory.policy.zone)
    found = [outage for outage, _ in first_called_between(reading, since, since + DAY)]
    placed = [(o, site) for o in found if (site := site_of(reading, o.id)) is not None and stats.exclusion(o) is None]
    if not placed:
        raise BadInput(f"The journal holds no outage of {day} that can be played; name another day with --replay.")
    faults = [_fault(outage, site) for outage, site in placed]
    numbers = {outage.number for outage, _ in placed}
    rows = [row for row in rows_between(reading, territory, since, since + DAY) if row.outage in numbers]

    def as_it_was(_: Scenario, __: Sequence[Customer], ___: ZoneInfo, ____: Random) -> list[Fault]:
        return faults

    about = f"the {len(faults)} outages of that day, by today's rules and crews"
    return PastDay(Scenario(f"replay-{day}", about, day, 1, as_it_was), rows, len(found) - len(faults))


def _fault(outage: Outage, site: LonLat) -> Fault:
    """Without an account: a past customer may have moved, a place does not."""
    somebody = Customer("", None, "", None, "", site)
    return Fault(outage.first_call_at, somebody, Trouble(outage.fault_kind, outage.hazard), work=_work(outage))


def _work(outage: Outage) -> timedelta | None:
    """None where nobody knows: then chance decides."""
    if outage.arrived_at is None or outage.restored_at is None:
        return None
    return max(timedelta(0), outage.restored_at - outage.arrived_at)
