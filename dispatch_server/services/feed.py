"""Who hears which fact: the desks hear everything, a crew only what concerns its own jobs."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch_server.domain.people import User
from dispatch_server.protocol.words import Role
from dispatch_server.store.feed import Cursor, FactRead, facts_since, shown_fact
from dispatch_server.store.jobs import crews_of_outages
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Reading


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact as it is sent, and the crews it concerns."""

    cursor: Cursor
    text: str
    crews: frozenset[int]


def heard_since(reading: Reading, cursor: Cursor, at_most: int) -> list[Heard]:
    """The facts after `cursor` in order, each encoded once for everybody who may hear it."""
    facts = facts_since(reading, cursor, at_most)
    crews = _crews_concerned(reading, facts)
    return [Heard(f.cursor, shown_fact(f), crews.get(f.subject, frozenset())) for f in facts]


def may_hear(user: User, heard: Heard) -> bool:
    return user.role is not Role.CREW or user.crew_id in heard.crews


def facts_for(reading: Reading, user: User, cursor: Cursor, at_most: int) -> tuple[list[Heard], Cursor]:
    """What this user may hear of the next `at_most` facts, and where to go on."""
    heard = heard_since(reading, cursor, at_most)
    return [h for h in heard if may_hear(user, h)], heard[-1].cursor if heard else cursor


def _crews_concerned(reading: Reading, facts: Iterable[FactRead]) -> dict[Subject, frozenset[int]]:
    subjects = {fact.subject for fact in facts}
    outages = {s.id for s in subjects if s.kind == "outage"}
    of_outage = crews_of_outages(reading, outages) if outages else {}
    concerned: dict[Subject, frozenset[int]] = {}
    for subject in subjects:
        if subject.kind == "crew":
            concerned[subject] = frozenset({subject.id})
        elif subject.kind == "job":
            concerned[subject] = frozenset({reading.job(subject.id).crew_id})
        elif subject.kind == "outage":
            concerned[subject] = of_outage.get(subject.id, frozenset())
    return concerned
