"""After the repair: the call-back, and the end of an outage."""

from dispatch_server.domain import follow_up, outages
from dispatch_server.domain.calls import Call, CallBackAnswer, CallClosed, CallState
from dispatch_server.domain.outage_facts import RepairDisputed
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.places import UNPLACED
from dispatch_server.domain.refusals import Refused
from dispatch_server.protocol.words import OutageState
from dispatch_server.services import enforcement
from dispatch_server.services.intake import NewCall, call_behind_its_outage, file_call
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import calls_of_outage, last_place_of_call, particulars_of, premises_of_call
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Work

ASKED = frozenset({CallBackAnswer.SATISFIED, CallBackAnswer.DISSATISFIED, CallBackAnswer.STILL_OUT})


def record_call_back(work: Work, territory: Territory, call_id: int, answer: CallBackAnswer, note: str) -> Call:
    """What the customer says. "Still out" files a new call with a clock of its own; the last answer closes the case."""
    call = call_behind_its_outage(work, call_id)
    outage = None if call.outage_id is None else work.outage(call.outage_id)
    if outage is not None and outage.is_open:
        raise Refused(f"Outage {outage.number} is still open; call back when power is reported back.")
    new_call_id = None
    if answer is CallBackAnswer.STILL_OUT and outage is not None:
        new_call_id = _file_again(work, territory, call)
        work.record(Subject("outage", outage.id), [RepairDisputed(new_call_id)])
    call = work.record(Subject("call", call_id), follow_up.record(call, answer, note, new_call_id))
    if outage is not None:
        _close_when_all_were_asked(work, outage)
    return work.call(call_id)


def _file_again(work: Work, territory: Territory, call: Call) -> int:
    said = particulars_of(work, call.id)
    again = NewCall(
        channel=call.channel,
        caller_name=said["caller_name"],
        caller_phone=said["caller_phone"],
        account_no=said["account_no"],
        address=said["address"],
        fault_kind=call.fault_kind,
        about_call_id=call.id,
    )
    place = last_place_of_call(work, call.id) or UNPLACED
    filed = file_call(work, territory, again, place, premises_of_call(work, call.id))
    return filed.call.id


def _close_when_all_were_asked(work: Work, outage: Outage) -> None:
    asked = [c for c in calls_of_outage(work, outage.id) if c.state is CallState.OPEN]
    if outage.state is OutageState.RESTORED and all(c.call_back in ASKED for c in asked):
        _close(work, outage, "every caller was asked")


def close_outage(work: Work, territory: Territory, outage_id: int, reason: str) -> Outage:
    """A dispatcher ends it: closed after an arrival or a restoration, cancelled without one."""
    outage = work.outage(outage_id)
    enforcement.require_nobody_on_site(work, outage)
    if outage.is_open:
        enforcement.require_no_danger(outage)
    outage = _close(work, outage, reason)
    enforcement.crew_became_free(work, territory)
    return outage


def _close(work: Work, outage: Outage, reason: str) -> Outage:
    facts = outages.close(outage, reason, work.now)
    outage = work.record(Subject("outage", outage.id), facts)
    enforcement.stand_down(work, outage.id, reason)
    for call in calls_of_outage(work, outage.id):
        if call.state is CallState.OPEN:
            work.record(Subject("call", call.id), [CallClosed(reason)])
    return outage
