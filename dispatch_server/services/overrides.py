"""Offers against the advice, with what became of them: a reading, for whoever wants to know who was right."""

from datetime import date, datetime, time

from dispatch_server.domain.overrides import Override, override_of
from dispatch_server.domain.refusals import BadInput
from dispatch_server.domain.rules import Policy
from dispatch_server.store.outages import top_of
from dispatch_server.store.overrides import overrides_between
from dispatch_server.store.work import Reading

AT_MOST = 1_000


def overrides(
    reading: Reading, policy: Policy, since: date, until: date, after: int, at_most: int
) -> tuple[list[Override], int | None]:
    """By local day of the offer, `until` not counted; the second is the `after` of the next page."""
    if since >= until:
        raise BadInput("from must be a day before to; to itself is not counted.")
    found = overrides_between(reading, _midnight(since, policy), _midnight(until, policy), after, at_most)
    told = [
        override_of(job, reading.outage(top_of(reading, job.outage_id)), said_by, reading.now) for job, said_by in found
    ]
    return told, found[-1][0].id if len(found) == at_most else None


def _midnight(day: date, policy: Policy) -> datetime:
    return datetime.combine(day, time(), tzinfo=policy.zone)
