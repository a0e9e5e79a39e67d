"""What other people's geocoders say about a call, and what their word is worth beside what the call says itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatch_server.domain.calls import Call, CallState
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.places import MOST_CANDIDATES, Place, PlaceCandidate
from dispatch_server.protocol.geo import metres_between
from dispatch_server.protocol.words import Category, PlaceMethod, Sure

WIDEST_M = 10_000.0  # wider than a township: it names a county, and says nothing that the desk did not know
FINE_M = 500.0  # up to here it is a house, a shop or a crossing; beyond, a village or a road


@dataclass(frozen=True, slots=True)
class Finding:
    """One position that another geocoder gave, in WGS-84. `vague`: by its own account it guessed."""

    lon: float
    lat: float
    radius_m: float
    vague: bool = False

    @property
    def sure(self) -> Sure:
        """Never certain: nobody there has seen the wires."""
        return Sure.DOUBTFUL if self.vague or self.radius_m > FINE_M else Sure.LIKELY


def may_help(call: Call, outage: Outage | None, own: Place | None) -> bool:
    """Whether somebody else's answer could still be of use: nobody has placed the call, and nobody is there yet."""
    if call.state is not CallState.OPEN or call.category is not Category.FAULT:
        return False
    if outage is None or not outage.is_open or outage.arrived_at is not None:
        return False
    return own is None or own.area is None or _is_township_by_words(own)


def _is_township_by_words(own: Place) -> bool:
    return own.method is PlaceMethod.TOWNSHIP and own.sure is not Sure.CERTAIN  # certain: a person chose it


def agree(found: Sequence[Place]) -> bool:
    """Whether all answers may mean one place; several that cannot are a question to the caller, not an answer."""
    first, *others = found
    return all(_touch(first, other) for other in others)


def _touch(one: Place, other: Place) -> bool:
    assert one.at is not None and other.at is not None
    return metres_between(one.at, other.at) <= one.radius_m + other.radius_m


def with_proposals(own: Place, proposals: Sequence[PlaceCandidate], note: str) -> Place:
    """The call's own place as it was, with what others propose before the candidates of its own words, each once."""
    offered: dict[str, PlaceCandidate] = {}
    for candidate in (*proposals, *own.candidates):
        offered.setdefault(candidate.candidate_id, candidate)
    return replace(own, candidates=tuple(offered.values())[:MOST_CANDIDATES], note=f"{own.note} {note}".strip())
