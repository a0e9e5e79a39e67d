"""Which open outage a call belongs to: by itself only where the contract allows it, else a suggestion to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.calls import Call
from dispatch_server.domain.outages import Joined
from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import Hazard

SUGGESTIONS = 5  # more than a call taker reads while somebody waits on the line


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
    """`metres` is None where one of the two has no place on the map."""

    outage_id: int
    number: str
    metres: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """`join` is the outage the call joins by itself, or None: it opens its own."""

    join: int | None
    how: Joined
    suggestions: tuple[JoinSuggestion, ...] = ()


def choose(call: Call, at: LonLat | None, radius_m: float, nearby: Sequence[NearbyOutage], policy: Policy) -> Grouping:
    """Same service transformer first, then near on the same feeder. A hazard never joins silently."""
    same = _on_transformer(call, nearby)
    if call.hazard is Hazard.NONE:
        for outage in same:
            return Grouping(outage.outage_id, Joined.SAME_TRANSFORMER)
        for outage in _near_on_feeder(call, at, radius_m, nearby, policy):
            return Grouping(outage.outage_id, Joined.NEAR_ON_FEEDER)
    return Grouping(None, Joined.OPENED, _suggestions(call, at, same, nearby, policy))


def suggest(
    call: Call, at: LonLat | None, nearby: Sequence[NearbyOutage], policy: Policy
) -> tuple[JoinSuggestion, ...]:
    """For a call that has its own outage already, with callers waiting and perhaps a crew: a person merges."""
    return _suggestions(call, at, _on_transformer(call, nearby), nearby, policy)


def _on_transformer(call: Call, nearby: Sequence[NearbyOutage]) -> list[NearbyOutage]:
    """Oldest first, so that the answer has one value."""
    same = [o for o in nearby if call.transformer is not None and o.transformer == call.transformer]
    return sorted(same, key=lambda o: (o.opened_at, o.outage_id))


def _near_on_feeder(
    call: Call, at: LonLat | None, radius_m: float, nearby: Sequence[NearbyOutage], policy: Policy
) -> list[NearbyOutage]:
    # A place whose own doubt is wider than the joining distance cannot be said to lie within it.
    if at is None or call.feeder is None or radius_m > policy.join_within_m:
        return []
    fits = [
        (metres_between(at, o.at), o.outage_id, o)
        for o in nearby
        if o.at is not None and o.feeder == call.feeder and abs(call.received_at - o.last_call_at) <= policy.join_within
    ]
    return [o for metres, _, o in sorted(fits, key=lambda f: f[:2]) if metres <= policy.join_within_m]


def _suggestions(
    call: Call, at: LonLat | None, same: Sequence[NearbyOutage], nearby: Sequence[NearbyOutage], policy: Policy
) -> tuple[JoinSuggestion, ...]:
    """The same transformer at any distance, then what is near."""
    away = {o.outage_id: None if at is None or o.at is None else metres_between(at, o.at) for o in nearby}
    near = sorted(
        (metres, o.outage_id, o)
        for o in nearby
        if o not in same and (metres := away[o.outage_id]) is not None and metres <= policy.suggest_within_m
    )
    return tuple(
        _suggestion(o, away[o.outage_id], o in same, call.received_at)
        for o in [*same, *(o for *_, o in near)][:SUGGESTIONS]
    )


def _suggestion(outage: NearbyOutage, metres: float | None, same: bool, now: datetime) -> JoinSuggestion:
    minutes = max(timedelta(0), now - outage.opened_at).total_seconds() / 60
    where = "is on the same transformer" if same else f"is {metres:.0f} m away"
    sentence = f"Outage {outage.number} {where} and {minutes:.0f} min old: the same cause?"
    return JoinSuggestion(outage.outage_id, outage.number, None if metres is None else round(metres), sentence)
