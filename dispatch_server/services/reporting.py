"""The manager's figures: read from the rows each time, by local day of the first call."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dispatch_server.domain import stats
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.stats import ArrivalRow, Figure
from dispatch_server.services.ports import Territory
from dispatch_server.store.outages import crews_of_jobs, first_called_between
from dispatch_server.store.work import Reading

ALL = "all"
NONE = "none"
ROWS_AT_MOST = 1000

GROUPS: dict[str, Callable[[ArrivalRow], str]] = {
    "area_class": lambda row: NONE if row.area_class is None else row.area_class.value,
    "district": lambda row: row.district or NONE,
    "crew": lambda row: NONE if row.crew_id is None else str(row.crew_id),
    "month": lambda row: row.month,
}


def arrival_figures(
    reading: Reading, territory: Territory, since: date, until: date, by: str | None = None, proved_only: bool = False
) -> list[Figure]:
    """One figure over all rows of the days [since, until), then one per group. A group without rows is not there."""
    group_of = _group_of(by)
    rows = list(_rows(reading, territory, since, until))
    rows = stats.proved_only(rows) if proved_only else rows
    names = tuple(dict.fromkeys((*territory.policy.set_names, *(name for row in rows for name in row.due))))
    figures = [stats.summarise(ALL, rows, names, reading.now)]
    if group_of is not None:
        by_group: dict[str, list[ArrivalRow]] = {}
        for row in rows:
            by_group.setdefault(group_of(row), []).append(row)
        figures += [stats.summarise(name, by_group[name], names, reading.now) for name in sorted(by_group)]
    return figures


def arrival_rows(
    reading: Reading, territory: Territory, since: date, until: date, after: int = 0, at_most: int = ROWS_AT_MOST
) -> tuple[list[ArrivalRow], int | None]:
    """The rows behind the figures, by outage id, with the id to go on after."""
    rows = _rows(reading, territory, since, until, after, at_most)
    return rows, rows[-1].outage_id if len(rows) == at_most else None


def _group_of(by: str | None) -> Callable[[ArrivalRow], str] | None:
    if by is None:
        return None
    if by not in GROUPS:
        raise BadInput(f"by must be one of: {', '.join(GROUPS)}.")
    return GROUPS[by]


def _rows(
    reading: Reading, territory: Territory, since: date, until: date, after: int = 0, at_most: int = 1_000_000
) -> list[ArrivalRow]:
    first, end = from_day_to_day(since, until, territory.policy)
    crew_of = crews_of_jobs(reading, first, end)
    found = first_called_between(reading, first, end, after, at_most)
    return [_row(outage, district, crew_of, territory.policy) for outage, district in found]


def from_day_to_day(since: date, until: date, policy: Policy) -> tuple[datetime, datetime]:
    """The midnights at which both local days begin."""
    if since >= until:
        raise BadInput("from must be a day before to; to itself is not counted.")
    first, end = (datetime.combine(day, time(), tzinfo=policy.zone) for day in (since, until))
    return first, end


def _row(outage: Outage, district: str | None, crew_of: dict[int, int], policy: Policy) -> ArrivalRow:
    return ArrivalRow(
        outage_id=outage.id,
        number=outage.number,
        area_class=outage.area_class,
        district=district,
        crew_id=None if outage.arrived_job_id is None else crew_of.get(outage.arrived_job_id),
        month=f"{outage.first_call_at.astimezone(policy.zone):%Y-%m}",
        first_call_at=outage.first_call_at,
        arrive_by=outage.arrive_by,
        first_arrive_by=outage.first_target.arrive_by,
        arrived_at=outage.arrived_at,
        grade=outage.arrival_grade,
        restated=outage.arrival_restated,
        excluded=stats.exclusion(outage),
        due=stats.due_by_set(outage, policy),
        cancelled_at=outage.cancelled_at,
    )


def today(reading: Reading, policy: Policy) -> tuple[date, date]:
    """The local day that `reading` is in, as figures count it."""
    day = reading.now.astimezone(policy.zone).date()
    return day, day + timedelta(days=1)
