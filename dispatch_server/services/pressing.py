"""How pressing an outage is: danger to life while it stands, else who is out and how many."""

from dispatch_server.domain import outages
from dispatch_server.domain.outages import Outage, Priority
from dispatch_server.domain.places import UNPLACED, Premises
from dispatch_server.protocol.words import Hazard
from dispatch_server.services.clues import SaidWhere, clues_of, premises_at
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import last_place_of_call, particulars_of
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Work


def follow_dangers(work: Work, territory: Territory, outage: Outage) -> Outage:
    """On record when the last danger is over: a crew on site may be called away to another, and others come first."""
    if outage.priority is not Priority.DANGER or outage.in_danger:
        return outage
    facts = outages.follow_dangers(outage, _without_danger(work, territory, outage))
    lowered: Outage = work.record(Subject("outage", outage.id), facts)
    return lowered


def _without_danger(work: Work, territory: Territory, outage: Outage) -> Priority:
    found = [_premises_of(work, territory, stop.call_id) for stop in outage.stops]
    known = [premises for premises in found if premises is not None]
    customers = max((premises.customers_on_transformer for premises in known), default=0)
    important = any(premises.important for premises in known)
    return outages.priority_of(Hazard.NONE, important, customers, territory.policy)


def _premises_of(work: Work, territory: Territory, call_id: int) -> Premises | None:
    """Found as they were when the call came in."""
    said = particulars_of(work, call_id)
    where = SaidWhere(said["account_no"], said["caller_phone"], said["address"], said["words"])
    place = last_place_of_call(work, call_id) or UNPLACED
    return premises_at(place, clues_of(work, territory, where))
