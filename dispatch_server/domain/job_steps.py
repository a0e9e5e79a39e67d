"""The steps of a job in the order in which they were done, and the state that walking them gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dispatch_server.protocol.words import JobState


class Step(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DEPARTED = "departed"
    CHECKED_IN = "checked_in"
    SET_ASIDE = "set_aside"
    LEFT = "left"
    RESTORED = "restored"
    CLOSED = "closed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    TAKEN_OVER = "taken_over"
    STOOD_DOWN = "stood_down"


MOVES = frozenset({Step.DEPARTED, Step.CHECKED_IN})
ENDED = frozenset({JobState.CLOSED, JobState.DECLINED, JobState.LAPSED, JobState.WITHDRAWN})

_S, _T = JobState, Step
_NOT_AT_WORK = (_S.OFFERED, _S.ACCEPTED, _S.DECLINED, _S.LAPSED)

# Where a step leads from each state; a pair that is missing changes nothing. A crew that is seen driving, on site or
# restoring has taken the job, whether or not its acceptance has reached us. A withdrawal ends what is still to do:
# nothing leads out of it, but what the crew had declined or finished by then stands.
LEADS_TO: dict[tuple[JobState, Step], JobState] = {
    **{(s, _T.ACCEPTED): _S.ACCEPTED for s in (_S.OFFERED, _S.DECLINED, _S.LAPSED)},
    **{(s, _T.DECLINED): _S.DECLINED for s in (_S.OFFERED, _S.ACCEPTED, _S.EN_ROUTE)},
    **{(s, _T.DEPARTED): _S.EN_ROUTE for s in _NOT_AT_WORK},
    **{(s, _T.CHECKED_IN): _S.ON_SITE for s in (*_NOT_AT_WORK, _S.EN_ROUTE)},
    **{(s, _T.SET_ASIDE): _S.ACCEPTED for s in (_S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.LEFT): _S.CLOSED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.RESTORED): _S.RESTORED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE)},
    **{(s, _T.CLOSED): _S.CLOSED for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE, _S.RESTORED)},
    (_S.OFFERED, _T.LAPSED): _S.LAPSED,
    **{(s, _T.WITHDRAWN): _S.WITHDRAWN for s in (*_NOT_AT_WORK, _S.EN_ROUTE, _S.ON_SITE) if s is not _S.DECLINED},
    **{(s, _T.STOOD_DOWN): _S.WITHDRAWN for s in (_S.OFFERED, _S.ACCEPTED, _S.EN_ROUTE)},
}

_BY_THE_DESK = frozenset({Step.LAPSED, Step.WITHDRAWN, Step.TAKEN_OVER, Step.STOOD_DOWN})
_NOT_THERE = frozenset({JobState.OFFERED, JobState.ACCEPTED, JobState.EN_ROUTE})
_RANK = {step: n for n, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A step at its own time; `seq` orders what one device did in the same instant."""

    at: datetime
    seq: int
    step: Step
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands, and the mark that brought it there (None: still as offered)."""

    state: JobState
    by: Mark | None


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """By time, each once. In one instant the crew comes before the desk: exactly on the minute is in time."""
    return tuple(sorted(set(marks), key=lambda m: (m.at, m.step in _BY_THE_DESK, m.seq, _RANK[m.step], m.reason or "")))


def standing_after(marks: Sequence[Mark]) -> Standing:
    """Walks marks that are in order."""
    state, by, has_another_crew = JobState.OFFERED, None, False
    stood_down: Mark | None = None
    for mark in marks:
        if mark.step is Step.TAKEN_OVER:
            has_another_crew = True
        elif mark.step in (Step.ACCEPTED, Step.CHECKED_IN):
            has_another_crew = False
        # A crew that has been told to turn round is not on its way; if it gets there all the same, it is there.
        if has_another_crew and mark.step is Step.DEPARTED:
            continue
        led = LEADS_TO.get((state, mark.step), state)
        if led is not state:
            state, by = led, mark
        if mark.step is Step.STOOD_DOWN:
            stood_down = stood_down or mark
        # Power is back: whoever is on site may end what he began, nobody else sets out any more.
        if stood_down is not None and state in _NOT_THERE:
            state, by = JobState.WITHDRAWN, replace(stood_down, at=mark.at)
    return Standing(state, by)


def state_after(marks: Sequence[Mark]) -> JobState:
    return standing_after(marks).state
