"""Which open outage a call belongs to: by itself only where the contract allows it, else a suggestion to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.calls import Call
from dispatch_server.domain.outages import Joined
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import Hazard


@dataclass(frozen=True, slots=True)
class NearbyOutage:
    """An open outage as grouping sees it; `last_call_at` is when its newest call came in."""

    outage_id: int
    number: str
    opened_at: datetime
    last_call_at: datetime
    transformer: str | None
    feeder: str | None
    at: LonLat | None


@dataclass(frozen=True, slots=True)
class JoinSuggestion:
    outage_id: int
    number: str
    metres: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """`join` is the outage the call joins by itself, or None: it opens its own."""

    join: int | None
    how: Joined
    suggestions: tuple[JoinSuggestion, ...] = ()


def choose(call: Call, at: LonLat | None, radius_m: float, nearby: Sequence[NearbyOutage], policy: Policy) -> Grouping:
    """Same service transformer first, then near on the same feeder. A hazard never joins silently."""
    suggestions = _suggestions(call, at, nearby, policy)
    if call.hazard is Hazard.NONE:
        if call.transformer is not None:
            for outage in nearby:
                if outage.transformer == call.transformer:
                    return Grouping(outage.outage_id, Joined.SAME_TRANSFORMER)
        for outage in _near_on_feeder(call, at, radius_m, nearby, policy):
            return Grouping(outage.outage_id, Joined.NEAR_ON_FEEDER)
    return Grouping(None, Joined.OPENED, suggestions)


def _near_on_feeder(
    call: Call, at: LonLat | None, radius_m: float, nearby: Sequence[NearbyOutage], policy: Policy
) -> list[NearbyOutage]:
    # A place whose own doubt is wider than the joining distance cannot be said to lie within it.
    if at is None or call.feeder is None or radius_m > policy.join_within_m:
        return []
    fits = [
        (metres_between(at, o.at), o)
        for o in nearby
        if o.at is not None and o.feeder == call.feeder and abs(call.received_at - o.last_call_at) <= policy.join_within
    ]
    return [o for metres, o in sorted(fits, key=lambda f: (f[0], f[1].outage_id)) if metres <= policy.join_within_m]


def _suggestions(
    call: Call, at: LonLat | None, nearby: Sequence[NearbyOutage], policy: Policy
) -> tuple[JoinSuggestion, ...]:
    if at is None:
        return ()
    near = sorted((metres_between(at, o.at), o.outage_id, o) for o in nearby if o.at is not None)
    return tuple(
        JoinSuggestion(o.outage_id, o.number, round(metres), _sentence(o, metres, call.received_at))
        for metres, _, o in near[:5]
        if metres <= policy.suggest_within_m
    )


def _sentence(outage: NearbyOutage, metres: float, now: datetime) -> str:
    minutes = max(timedelta(0), now - outage.opened_at).total_seconds() / 60
    return f"Outage {outage.number} is {metres:.0f} m away and {minutes:.0f} min old: the same cause?"
