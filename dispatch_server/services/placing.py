"""What other geocoders say of calls that the desk's own map could not place. Asked outside any Work, recorded here.

Their answer becomes the place only where our own map knows nothing at all, where it fits what the caller said, and
where nobody has been quicker. In every other case it is a candidate for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch_server.domain import other_geocoders
from dispatch_server.domain.calls import Call, PlaceProposed
from dispatch_server.domain.other_geocoders import Finding
from dispatch_server.domain.places import UNPLACED, Clues, Place, PlaceCandidate
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import PlaceMethod, Sure
from dispatch_server.services.intake import call_behind_its_outage, put_on_the_map
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import keep_place, last_place_of_call, particulars_of
from dispatch_server.store.geocoded import (
    ask_again,
    calls_to_ask_about,
    claim,
    count_outcome,
    keep_answer,
    settle,
    tries_of,
)
from dispatch_server.store.journal import Subject
from dispatch_server.store.work import Reading, Work

ASKED_WITHIN = timedelta(hours=2)  # the longest promise: whoever waits longer has been asked by a person
CLAIMED_FOR = timedelta(minutes=5)  # more than all providers may take together; a server that dies holds a call so long
MOST_TRIES = 8  # some ten minutes; words that no provider survives must not keep them all from the others
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """What one geocoder answered, to be kept under `digest`."""

    source: str
    digest: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Inquiry:
    """All that came of asking about one call."""

    words: str
    places: tuple[Place, ...] = ()
    heard: list[Heard] = field(default_factory=list)
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    again_at: datetime | None = None
    failed: bool = False


def calls_waiting(reading: Reading) -> list[int]:
    return calls_to_ask_about(reading, reading.now - ASKED_WITHIN, _LOOKED_AT)


def take_up(work: Work, call_id: int) -> str | None:
    """The caller's words, if this call is ours to ask about now."""
    if not claim(work, call_id, work.now + CLAIMED_FOR):
        return None
    _, own = _as_it_stands(work, call_id)
    words = (particulars_of(work, call_id)["address"] or "").strip()
    if own is not None and words:
        return words
    settle(work, call_id)
    return None


def usable(territory: Territory, source: str, findings: Sequence[Finding]) -> tuple[Place, ...]:
    """The findings as places of ours; those outside the territory or wider than a township are discarded."""
    within = [f for f in findings if f.radius_m <= other_geocoders.WIDEST_M]
    places = [_place_of(territory, source, finding) for finding in within]
    return tuple(place for place in places if place.area is not None)


def record(work: Work, territory: Territory, call_id: int, inquiry: Inquiry) -> None:
    """What became of asking: kept, counted, and used where it is still of use."""
    for heard in inquiry.heard:
        keep_answer(work, heard.digest, heard.source, heard.findings)
    for source, outcome in inquiry.outcomes:
        count_outcome(work, source, outcome, 1)
    call, own = _as_it_stands(work, call_id)
    if own is not None and inquiry.places:
        _use(work, territory, call, own, inquiry)
    if own is None or inquiry.places or inquiry.again_at is None or _tried_enough(work, call_id, inquiry):
        settle(work, call_id)
    else:
        ask_again(work, call_id, inquiry.again_at, failed=inquiry.failed)


def _tried_enough(work: Work, call_id: int, inquiry: Inquiry) -> bool:
    return inquiry.failed and tries_of(work, call_id) + 1 >= MOST_TRIES


def _as_it_stands(work: Work, call_id: int) -> tuple[Call, Place | None]:
    """The call and its own place; None for the place where nobody else's answer can help any more."""
    call = call_behind_its_outage(work, call_id)
    outage = None if call.outage_id is None else work.outage(call.outage_id)
    own = last_place_of_call(work, call_id) or UNPLACED
    return call, own if other_geocoders.may_help(call, outage, own) else None


def _use(work: Work, territory: Territory, call: Call, own: Place, inquiry: Inquiry) -> None:
    first = inquiry.places[0]
    assert call.outage_id is not None
    knows_nothing = own.method is PlaceMethod.NONE and not own.candidates  # else the caller is to be asked which it is
    is_free = work.outage(call.outage_id).place_id is None
    if (
        knows_nothing
        and is_free
        and other_geocoders.agree(inquiry.places)
        and _fits_the_words(territory, first, inquiry.words)
    ):
        note = f"Placed by {first.source} from the caller's words; ask whether the fault is there."
        put_on_the_map(work, territory, call, replace(first, note=note))
        return
    proposals = tuple(_proposal(place) for place in inquiry.places)
    place_id = work.new_id("place")
    note = f"{first.source} proposes another place; ask the caller before it is taken."
    keep_place(work, place_id, call.id, other_geocoders.with_proposals(own, proposals, note))
    code = None if first.area is None else first.area.code
    work.record(Subject("call", call.id), [PlaceProposed(place_id, first.source, first.radius_m, code)])


def _fits_the_words(territory: Territory, place: Place, words: str) -> bool:
    """Whether our own map, told this position, finds nothing in the words that speaks against it."""
    return territory.locator.locate(Clues(pin=place.at, address=words)).sure is not Sure.DOUBTFUL


def _place_of(territory: Territory, source: str, finding: Finding) -> Place:
    at = LonLat(finding.lon, finding.lat)
    place = territory.locator.circle(at, finding.radius_m, PlaceMethod.REMOTE_GEOCODER, finding.sure)
    return replace(place, source=source)


def _proposal(place: Place) -> PlaceCandidate:
    assert place.lon is not None and place.lat is not None and place.names is not None
    return PlaceCandidate(
        candidate_id=f"{place.source}:{place.lon!r},{place.lat!r}",
        names=place.names,
        lon=place.lon,
        lat=place.lat,
        radius_m=place.radius_m,
        area=place.area,
        reason=f"{place.source} found the caller's words here",
        source=place.source,
    )
