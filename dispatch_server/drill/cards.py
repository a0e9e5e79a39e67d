"""A job card as a crew reads it, and where the job stands for a crew whose last presses are not heard yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch_server.domain.outage_facts import Priority
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, CrewAction, FaultKind, Hazard, JobState

_S, _A = JobState, CrewAction
LEADS_TO: dict[CrewAction, JobState] = {
    _A.ACCEPT: _S.ACCEPTED,
    _A.DECLINE: _S.DECLINED,
    _A.DEPART: _S.EN_ROUTE,
    _A.CHECK_IN: _S.ON_SITE,
    _A.RESTORE: _S.RESTORED,
    _A.LEAVE: _S.CLOSED,
    _A.CLOSE: _S.CLOSED,
}
_FURTHER = {
    state: n
    for n, state in enumerate((_S.OFFERED, _S.ACCEPTED, _S.EN_ROUTE, _S.ON_SITE, _S.RESTORED, _S.CLOSED, _S.DECLINED))
}


@dataclass(frozen=True, slots=True)
class Card:
    job_id: int
    state: JobState
    site: LonLat | None
    area_class: AreaClass | None
    fault_kind: FaultKind | None
    unsafe_calls: tuple[int, ...]
    customers: int
    offered_at: datetime
    seen_at: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    restored_at: datetime | None
    outage: str = ""
    priority: Priority = Priority.ORDINARY

    @property
    def comes_before(self) -> int:
        """Which of several cards a crew goes to first: the smaller."""
        return list(Priority).index(self.priority)

    def time_of(self, action: CrewAction) -> datetime | None:
        """When the server heard that this was done."""
        match action:
            case CrewAction.SEEN:
                return self.seen_at
            case CrewAction.ACCEPT:
                return self.accepted_at
            case CrewAction.DEPART:
                return self.departed_at
            case CrewAction.CHECK_IN:
                return self.arrived_at
            case CrewAction.RESTORE:
                return self.restored_at
            case _:
                return None


def read_card(said: Mapping[str, Any]) -> Card:
    what, place = said["what"], said["place"]
    hazardous = [c["call_id"] for c in said["calls"] if c["hazard"] != Hazard.NONE.value]
    kind, area_class = what["fault_kind"], said["limits"]["area_class"]
    return Card(
        job_id=said["job_id"],
        state=JobState(said["state"]),
        site=None if place["lon"] is None else LonLat(place["lon"], place["lat"]),
        area_class=None if area_class is None else AreaClass(area_class),
        fault_kind=None if kind is None else FaultKind(kind),
        unsafe_calls=() if what["made_safe"] else tuple(hazardous),
        customers=what["customers"] or 1,
        offered_at=decode(datetime, said["offered_at"]),
        seen_at=_moment(said["seen_at"]),
        accepted_at=_moment(said["accepted_at"]),
        departed_at=_moment(said["departed_at"]),
        arrived_at=_moment(said["arrived_at"]),
        restored_at=_moment(said["restored_at"]),
        outage=said["outage"],
        priority=Priority(what["priority"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else decode(datetime, text)


def state_of(card: Card, pressed: Mapping[str, datetime]) -> JobState:
    """The card, moved on by what the crew pressed since. What ended a job on the server stands."""
    if card.state not in _FURTHER:
        return card.state
    mine = (LEADS_TO[action] for action in LEADS_TO if action.value in pressed)
    return max((card.state, *mine), key=lambda state: _FURTHER[state])
