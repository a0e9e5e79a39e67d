"""A place out of what the words come to: its circle, how sure it is, what else may be meant, what to ask."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatch_server.domain.places import MOST_CANDIDATES, UNPLACED, Area, Place, PlaceCandidate, PlaceNames
from dispatch_server.gis import told
from dispatch_server.gis.circles import Circles
from dispatch_server.gis.gazetteer import Gazetteer, Reading
from dispatch_server.gis.hypotheses import Hypothesis, rivals
from dispatch_server.gis.layers import StreetRecord
from dispatch_server.gis.naming import (
    COUNTY,
    FEEDER,
    POLE,
    STREET,
    TOWNSHIP,
    VILLAGE,
    Entry,
    How,
    is_long,
    length_m,
    point_along,
)
from dispatch_server.gis.numbers import NUMBER, first_number
from dispatch_server.gis.wires import wires_of
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import PlaceMethod, Sure

_HOUSE = re.compile(f"(?:的|上)?(?P<n>{NUMBER})(?:号|弄|#)(?!杆|公变|台|变|线)")
_TOWNSHIPS = ("镇", "乡", "街道")
_HOUSE_DOUBT_M = 50.0
_HOUSE_DOUBT = 0.1  # of the street's length: numbers are not spread evenly along it
# What "beside" adds where the caller does not say how far.
_BESIDE_M = {VILLAGE: 800.0, TOWNSHIP: 3000.0}
_BESIDE_A_SPOT_M = 150.0
_SAID_DISTANCES = 1.2  # people's kilometres


@dataclass(frozen=True, slots=True)
class _Circle:
    at: LonLat
    radius_m: float


class ByWords:
    def __init__(self, circles: Circles, gazetteer: Gazetteer) -> None:
        self._circles = circles
        self._gazetteer = gazetteer
        self._known: dict[str, Place] = {}

    def place(self, reading: Reading, said: str | None) -> Place:
        if not reading.ordered:
            return self._nothing(reading, said)
        best = reading.best
        if reading.conflict:
            place = self._unplaced(told.conflict(best), reading)
            return replace(place, candidates=(*place.candidates, *self._near(reading))[:MOST_CANDIDATES])
        if len(best) > 1:
            return self._several(reading)
        only = best[0]
        if only.entry.kind == COUNTY:
            if only.is_noise:
                return self._unplaced(told.NOTHING_NAMED)
            return self._unplaced(told.only_county(only.entry))
        if only.is_weak and not only.inside and not any(m.is_firm for m in only.named):
            # 楼下 in 我家楼下冒烟 is a village only by chance.
            note = told.maybe_of_another_name(only.heard_words, told.full(only.entry))
            return self._unplaced(note, reading)
        return self._one(reading, only)

    def by_id(self, entry_id: str) -> Place | None:
        """The place behind a candidate's id: a street with its house number, or anything else that has a name."""
        kind, _, rest = entry_id.partition(":")
        if kind == "house":
            code, _, number = rest.rpartition(":")
            street = self._gazetteer.entry(f"{STREET}:{code}")
            return self._house(street, int(number)) if street is not None and number.isdigit() else None
        entry = self._gazetteer.entry(entry_id)
        if entry is None or entry.at is None or entry.kind == COUNTY:
            return None
        place = self._of(entry)
        return None if place.area is None else place

    def entry_at(self, code: str) -> Place | None:
        """By the code on the plate of a pole or a transformer."""
        entry = self._gazetteer.wires.by_code(code)
        return None if entry is None else self._of(entry)

    def agrees(self, entry: Entry, place: Place) -> bool:
        """Whether the place lies, or by its doubt may lie, in what was named."""
        if place.names is None or place.at is None:
            return False
        if entry.kind == COUNTY:
            return entry.county == place.names.county
        if entry.kind == TOWNSHIP:
            return (entry.county, entry.township) == (place.names.county, place.names.township)
        touched = {a.code for a in (place.area, *place.other_areas) if a is not None}
        named = self._of(entry)
        return any(a is not None and a.code in touched for a in (named.area, *named.other_areas))

    def candidates(self, hypotheses: Sequence[Hypothesis], words: str) -> tuple[PlaceCandidate, ...]:
        below = [h for h in hypotheses if h.entry.kind != COUNTY]
        offered = (self._candidate(h, words) for h in below[: 2 * MOST_CANDIDATES])
        return tuple(c for c in offered if c is not None)[:MOST_CANDIDATES]

    def _nothing(self, reading: Reading, said: str | None) -> Place:
        feeders = [e for m in reading.mentions for e, _ in m.called if e.kind == FEEDER]
        if feeders:
            return self._unplaced(told.only_feeder(feeders[0].name))
        if reading.elsewhere:
            return self._unplaced(told.elsewhere(reading.elsewhere))
        return self._unplaced(told.NOTHING_NAMED if said else told.NO_CLUE)

    def _unplaced(self, note: str, reading: Reading | None = None) -> Place:
        candidates = () if reading is None else self.candidates(reading.ordered, reading.words)
        return replace(UNPLACED, candidates=candidates, layers_version=self._circles.version, note=note)

    def _several(self, reading: Reading) -> Place:
        entries = [h.entry for h in reading.best]
        township = reading.common_township
        if township is None:
            return self._unplaced(told.several(entries), replace(reading, ordered=reading.best))
        place = replace(self._of(township), note=told.several(entries, township))
        return replace(place, candidates=self.candidates(reading.best, reading.words))

    def _one(self, reading: Reading, only: Hypothesis) -> Place:
        place = self._laid(only, reading)
        if place.area is None:
            return self._unplaced(told.NOTHING_NAMED)
        where = told.full(only.entry, place.names if only.entry.is_spot else None)
        sure, note = self._doubt(reading, only, where)
        offered = self.candidates(_worth_offering(reading, only, sure), reading.words)
        near = self._near(reading)
        wires = wires_of(only.entry) if sure is not Sure.DOUBTFUL and not only.is_beside else (None, None)
        return replace(
            place,
            sure=sure,
            note=note or place.note,
            candidates=(*near, *offered)[:MOST_CANDIDATES],
            transformer=wires[0],
            feeder=wires[1],
        )

    def _doubt(self, reading: Reading, only: Hypothesis, where: str) -> tuple[Sure, str]:
        """How sure, and the sentence for the desk where a person should look."""
        if only.against:
            return Sure.DOUBTFUL, told.contradicted(only.against, where)
        if only.is_weak:
            return Sure.DOUBTFUL, told.maybe_of_another_name(only.heard_words, where)
        if all(m.is_unsure for m in only.named):
            return Sure.DOUBTFUL, told.unsure(where)
        if reading.is_cut:
            return Sure.DOUBTFUL, told.more_than_is_read(where)
        if only.how.is_heard:
            enough = only.is_contained and not only.is_second_thought and not _is_too_little(only)
            sure = Sure.LIKELY if enough else Sure.DOUBTFUL
            return sure, told.heard(only.heard_words, where)
        if only.is_beside and not only.entry.is_spot:
            return Sure.DOUBTFUL, told.beside(where)
        if others := rivals(only, reading.ordered):
            return Sure.DOUBTFUL, told.contradicted([m for h in others for m in h.named], where)
        if _has_namesakes(reading, only):
            return Sure.DOUBTFUL, told.may_be_meant_as_well(only.heard_words, where)
        if _follows_an_unknown_township(reading, only):
            return Sure.DOUBTFUL, told.heard(only.heard_words, where)
        if only.entry.kind == POLE and only.how is How.SHORT:
            return Sure.DOUBTFUL, told.maybe_of_another_name(only.heard_words, where)
        if reading.unknown:
            return Sure.LIKELY, told.unknown_village(reading.unknown, only.entry)
        return Sure.LIKELY, ""

    def _laid(self, only: Hypothesis, reading: Reading) -> Place:
        entry = only.entry
        place = self._of(entry)
        if entry.kind == STREET and (number := _house_number(reading.words, only)) is not None:
            place = self._house(entry, number)
        if not only.is_beside or place.at is None:
            return place
        reach = only.away_m * _SAID_DISTANCES or _BESIDE_M.get(entry.kind, _BESIDE_A_SPOT_M)
        return self._circles.around(place.at, place.method, Sure.LIKELY, place.radius_m + reach)

    def _of(self, entry: Entry) -> Place:
        """The same for every call that says the name; the circle of its doubt is wide and laid on the map once."""
        if (known := self._known.get(entry.id)) is None:
            known = self._known[entry.id] = self._new(entry)
        return known

    def _new(self, entry: Entry) -> Place:
        assert entry.at is not None, "a feeder is no place"
        if entry.is_spot:
            place = self._circles.around(entry.at, PlaceMethod.ADDRESS, Sure.LIKELY, entry.radius_m)
            note = told.only_street(entry.radius_m) if entry.kind == STREET else place.note
            transformer, feeder = wires_of(entry)
            return replace(place, note=note, transformer=transformer, feeder=feeder)
        method = PlaceMethod.TOWNSHIP if entry.kind == TOWNSHIP else PlaceMethod.VILLAGE
        names, area = told.names_of(entry), self._area_of(entry)
        place = self._circles.of_area(entry.at, method, Sure.LIKELY, entry.radius_m, names, area)
        return replace(place, note=told.only_township(entry.radius_m)) if entry.kind == TOWNSHIP else place

    def _house(self, entry: Entry, number: int) -> Place:
        circle = _house_circle(entry, number)
        if circle is None:
            return self._of(entry)
        return self._circles.around(circle.at, PlaceMethod.ADDRESS, Sure.LIKELY, circle.radius_m)

    def _area_of(self, entry: Entry) -> Area | None:
        zones = self._circles.zones
        return zones.area(entry.area_code) or (None if entry.at is None else zones.area_at(entry.at))

    def _candidate(self, hypothesis: Hypothesis, words: str) -> PlaceCandidate | None:
        entry, place, id_ = hypothesis.entry, self._of(hypothesis.entry), hypothesis.entry.id
        number = _house_number(words, hypothesis) if entry.kind == STREET else None
        if number is not None and _house_circle(entry, number) is not None:
            place, id_ = self._house(entry, number), f"house:{id_.partition(':')[2]}:{number}"
        names = place.names or PlaceNames()
        return None if place.area is None else _offer(id_, place, names, told.reason(hypothesis, names))

    def _near(self, reading: Reading) -> list[PlaceCandidate]:
        """Villages of the township that is named, one character away from the one that is named."""
        words = reading.unknown or "、".join(m.words for m in reading.mentions if VILLAGE in m.kinds)
        close = [entry for entry, _ in reading.nearly]
        return [_offer(e.id, self._of(e), told.names_of(e), told.nearly(words, e)) for e in close]


def _offer(id_: str, place: Place, names: PlaceNames, reason: str) -> PlaceCandidate:
    assert place.lon is not None and place.lat is not None, "what is offered has a place"
    return PlaceCandidate(id_, names, place.lon, place.lat, place.radius_m, place.area, reason)


def _worth_offering(reading: Reading, only: Hypothesis, sure: Sure) -> list[Hypothesis]:
    """In doubt whatever else may be meant; of a township that is not in doubt, what lies in it."""
    rivals = [h for h in reading.ordered[1:] if not h.entry.holds(only.entry)]
    if sure is Sure.DOUBTFUL:
        return [only, *rivals]
    return [h for h in rivals if only.entry.kind == TOWNSHIP and only.entry.holds(h.entry)]


def _is_too_little(only: Hypothesis) -> bool:
    """水溪村 for 清水溪村: one character stands for all that tells it from the others."""
    return only.how is How.SLIP and not is_long(only.heard_words)


def _has_namesakes(reading: Reading, only: Hypothesis) -> bool:
    """A township's short form alone, where villages elsewhere are called so too: 白马."""
    if only.entry.kind != TOWNSHIP or only.inside or any(not m.is_short for m in only.named):
        return False
    return any(h.entry.kind == VILLAGE and not only.entry.holds(h.entry) for h in reading.ordered[1:])


def _follows_an_unknown_township(reading: Reading, only: Hypothesis) -> bool:
    """金竹三镇马溪村: a township was named that nobody heard right, and the village may be that one's."""
    known = {mention.end for mention in reading.mentions}
    return any(m.start not in known and reading.words[: m.start].endswith(_TOWNSHIPS) for m in only.named)


def _house_number(words: str, only: Hypothesis) -> int | None:
    said = (first_number(_HOUSE, words, mention.end) for mention in only.named)
    return next((n for n in said if n is not None), None)


def _house_circle(entry: Entry, number: int) -> _Circle | None:
    """At its share of the street; None where the street has no such number."""
    street = entry.of
    if not isinstance(street, StreetRecord) or not street.first_no <= number <= street.last_no or street.last_no == 0:
        return None
    span = street.last_no - street.first_no
    share = 0.5 if span == 0 else (number - street.first_no) / span
    return _Circle(point_along(street.line, share), max(_HOUSE_DOUBT_M, _HOUSE_DOUBT * length_m(street.line)))
