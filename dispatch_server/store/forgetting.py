"""What is deleted on time: tracks, and what callers said about themselves. The journal holds neither."""

from datetime import datetime

from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Work

AT_A_TIME = 5_000  # a Work that deletes more would keep calls waiting
_TRACKS = Question(
    "DELETE FROM positions WHERE id IN "
    "(SELECT id FROM positions WHERE received_at_us < :before ORDER BY id LIMIT :most)"
)
_CALLERS = Question(
    "DELETE FROM call_particulars WHERE call_id IN (SELECT p.call_id FROM call_particulars p "
    "JOIN calls c ON c.id = p.call_id WHERE c.received_at_us < :before AND c.state = 'closed' LIMIT :most)"
)
_GEOCODED = Question(
    "DELETE FROM geocoded WHERE digest IN "
    "(SELECT digest FROM geocoded WHERE asked_at_us < :before ORDER BY asked_at_us LIMIT :most)"
)


def forget_tracks(work: Work, before: datetime) -> int:
    """Positions heard before then; gives how many went. The fix of a check-in stays with its action, as evidence."""
    return work.do(_TRACKS, before=to_us(before), most=AT_A_TIME)


def forget_callers(work: Work, before: datetime) -> int:
    """Names, numbers, addresses and words of closed calls received before then; gives how many went."""
    return work.do(_CALLERS, before=to_us(before), most=AT_A_TIME)


def forget_geocoded(work: Work, before: datetime) -> int:
    """What other geocoders answered before then; gives how many went. It tells where somebody may live."""
    return work.do(_GEOCODED, before=to_us(before), most=AT_A_TIME)
