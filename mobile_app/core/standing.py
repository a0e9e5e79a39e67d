"""Where a job stands for its crew: the server's card, moved on by presses that the card does not show yet. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dispatch_server.protocol.words import DUTY, MOVING_JOB, CrewAction, JobState
from mobile_app.core.job_cards import Card
from mobile_app.core.known import CardKept, Known
from mobile_app.core.outbox import Press, PressState

_S, _A = JobState, CrewAction
LEADS_TO = {
    _A.ACCEPT: _S.ACCEPTED,
    _A.DECLINE: _S.DECLINED,
    _A.DEPART: _S.EN_ROUTE,
    _A.CHECK_IN: _S.ON_SITE,
    _A.RESTORE: _S.RESTORED,
    _A.LEAVE: _S.CLOSED,
    _A.CLOSE: _S.CLOSED,
}
_IN_ORDER = (_S.OFFERED, _S.ACCEPTED, _S.EN_ROUTE, _S.ON_SITE, _S.RESTORED, _S.CLOSED, _S.DECLINED)
_FURTHER = {state: n for n, state in enumerate(_IN_ORDER)}
_MOVES = frozenset({_A.DEPART, _A.CHECK_IN})
_STAMPS = {
    _A.SEEN: "seen_at",
    _A.ACCEPT: "accepted_at",
    _A.DEPART: "departed_at",
    _A.CHECK_IN: "arrived_at",
    _A.RESTORE: "restored_at",
}


def states_of(known: Known) -> list[JobState]:
    return [state_of(kept, known) for kept in known.cards]


def state_of(kept: CardKept, known: Known) -> JobState:
    """The card moved on by what was pressed since. What ended a job on the server stands."""
    card = kept.card
    own = own_presses(kept, known)
    state = card.state
    if state is _S.LAPSED and any(p.kind is _A.ACCEPT for p in own):
        state = _S.OFFERED  # pressed, not heard yet: the server decides, and nobody may have the job since
    if state not in _FURTHER:
        return state
    moved = [LEADS_TO[p.kind] for p in own if p.kind in LEADS_TO and not p.action.data.get("partial")]
    state = max((state, *moved), key=lambda one: _FURTHER[one])
    return _S.ACCEPTED if state in MOVING_JOB and _went_elsewhere(card.job_id, known) else state


def _went_elsewhere(job_id: int, known: Known) -> bool:
    """A crew is on one job only: the one it moved to last."""
    last = next((p for p in reversed(known.presses) if p.kind in _MOVES and _is_news(p, known)), None)
    return last is not None and last.job_id != job_id


def own_presses(kept: CardKept, known: Known) -> list[Press]:
    """Presses on this job that its card does not show; a card told by radio shows none."""
    of_job = [p for p in known.presses if p.job_id == kept.card.job_id]
    if kept.by_radio:
        return [p for p in of_job if p.crew_id == known.crew_id and p.state is not PressState.REFUSED]
    return [p for p in of_job if _is_news(p, known)]


def moved_on(card: Card, own: Sequence[Press]) -> Card:
    """With the times of what was pressed since, as the crew knows them."""
    stamps: dict[str, Any] = {}
    for press in own:
        name = _STAMPS.get(press.kind)
        if name is not None and getattr(card, name) is None and not press.action.data.get("partial"):
            stamps.setdefault(name, press.pressed_at)
    return replace(card, **stamps) if stamps else card


def stands_on_duty(known: Known) -> tuple[bool, int]:
    """As the server last said, unless the crew pressed since."""
    last = next((p for p in reversed(known.presses) if p.kind in DUTY and _is_news(p, known)), None)
    if last is None:
        return known.on_duty, known.aboard
    aboard = last.action.data.get("aboard")
    return last.kind is _A.DUTY_ON, aboard if isinstance(aboard, int) else known.aboard


def duty_of(known: Known) -> bool:
    return known.crew_id is not None and stands_on_duty(known)[0]


def _is_news(press: Press, known: Known) -> bool:
    """Not on the newest cards yet, so that it must be added to them."""
    if press.crew_id != known.crew_id or press.state is PressState.REFUSED:
        return False
    return press.state is PressState.WAITING or (press.answered or 0) > known.shown
