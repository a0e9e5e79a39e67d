"""Offers against the advice, with what became of them: a reading, for whoever wants to know who was right."""

from datetime import date

from dispatch_server.domain.overrides import Override, override_of
from dispatch_server.domain.rules import Policy
from dispatch_server.services.reporting import from_day_to_day
from dispatch_server.store.outages import top_of
from dispatch_server.store.overrides import overrides_between
from dispatch_server.store.work import Reading

AT_MOST = 1_000


def overrides(
    reading: Reading, policy: Policy, since: date, until: date, after: int, at_most: int
) -> tuple[list[Override], int | None]:
    """By local day of the offer, `until` not counted; the second is the `after` of the next page."""
    first, end = from_day_to_day(since, until, policy)
    found = overrides_between(reading, first, end, after, at_most)
    told = [
        override_of(job, reading.outage(top_of(reading, job.outage_id)), said_by, reading.now) for job, said_by in found
    ]
    return told, found[-1][0].id if len(found) == at_most else None
