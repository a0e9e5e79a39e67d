"""Questions about danger to life: where it was reported."""

import json

from dispatch_server.domain.outages import Outage
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading

_JOINED = Question(
    "SELECT body FROM facts WHERE subject_kind = 'outage' AND subject_id = :outage_id AND kind = 'CallJoined' "
    "ORDER BY n"
)


def hazards_elsewhere(reading: Reading, outage: Outage, sent_to: int) -> frozenset[int]:
    """The calls whose danger lies where another outage was before a merge than the one a crew was sent to."""
    if not outage.hazards:
        return frozenset()
    came_from: dict[int, int] = {}
    for (body,) in reading.rows(_JOINED, outage_id=outage.id):
        joined = json.loads(body)
        if joined.get("from_outage_id") is not None:
            came_from[joined["stop"]["call_id"]] = joined["from_outage_id"]
    return frozenset(h.call_id for h in outage.hazards if came_from.get(h.call_id, outage.id) != sent_to)
