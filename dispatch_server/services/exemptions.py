"""What needs a second person: an exemption from the figures, a later target after the first was due."""

from dispatch_server.domain import outages
from dispatch_server.domain.outage_facts import ExemptionProposed, RelaxationProposed
from dispatch_server.domain.outages import Outage
from dispatch_server.services import enforcement
from dispatch_server.services.ports import Territory
from dispatch_server.store.feed import facts_of
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Work


def propose(work: Work, outage_id: int, reason: str, evidence: str) -> Outage:
    outage = work.outage(outage_id)
    return _record(work, outage_id, outages.propose_exemption(outage, reason, evidence))


def decide(work: Work, outage_id: int, approved: bool) -> Outage:
    outage = work.outage(outage_id)
    proposed_by = _proposed_by(work, outage_id, ExemptionProposed)
    return _record(work, outage_id, outages.decide_exemption(outage, approved, work.author.name, proposed_by))


def decide_relaxation(work: Work, territory: Territory, outage_id: int, approved: bool) -> Outage:
    outage = work.outage(outage_id)
    proposed_by = _proposed_by(work, outage_id, RelaxationProposed)
    facts = outages.decide_relaxation(outage, approved, work.author.name, proposed_by)
    outage = _record(work, outage_id, facts)
    enforcement.arm_arrival(work, territory, outage)
    return outage


def _record(work: Work, outage_id: int, facts: list[outages.OutageFact]) -> Outage:
    outage: Outage = work.record(Subject("outage", outage_id), facts)
    return outage


def _proposed_by(work: Work, outage_id: int, kind: type) -> str:
    """Who said a fact of this kind: the author himself if he ever did, else the last; empty when nobody did."""
    said = [f.said_by for f in facts_of(work, Subject("outage", outage_id)) if f.kind == kind.__name__]
    return work.author.name if work.author.name in said else said[-1] if said else ""
