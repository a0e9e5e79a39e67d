"""The call-back: is the power really back, and is the customer content?"""

from dispatch_server.domain.calls import Call, CallBackAnswer, CallBackMade, CallFact
from dispatch_server.domain.refusals import Refused


def record(call: Call, answer: CallBackAnswer, note: str, new_call_id: int | None) -> list[CallFact]:
    """`new_call_id` is the call that a "still out" opens: a new round with its own clock."""
    if call.outage_id is None:
        raise Refused(f"Call {call.number} has no outage; there is no repair to ask about.")
    if call.call_back not in (None, CallBackAnswer.NO_ANSWER):
        raise Refused(f"Call {call.number} was already called back ({call.call_back.value}).")
    return [CallBackMade(answer, note, new_call_id)]
