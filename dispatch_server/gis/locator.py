"""Where a call is, by all its clues: the better one is taken, and what contradicts it shows."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch_server.domain.places import MOST_CANDIDATES, Area, Clues, Place, PlaceCandidate, PlaceNames, Premises
from dispatch_server.gis import told
from dispatch_server.gis.by_words import ByWords
from dispatch_server.gis.circles import Circles, names_in
from dispatch_server.gis.gazetteer import Gazetteer, Reading
from dispatch_server.gis.hypotheses import Hypothesis
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import PlaceMethod, Sure

ACCOUNT_RADIUS_M = 30.0  # a connection point in the register: the house, not the meter
CALLERS_PIN_RADIUS_M = 50.0  # a caller's own pin: what a telephone knows of itself in a street
CLUES_DISAGREE_M = 1000.0  # an account and a pin farther apart than this are two places
_AT_HOME_M = 200.0  # a pin this near to the premises of the caller's number was set there
_NEAREST_AREAS = 3


class MapLocator:
    """Everything in memory; nothing here waits."""

    def __init__(self, zones: Zones, gazetteer: Gazetteer, version: str) -> None:
        self._zones = zones
        self._gazetteer = gazetteer
        self._circles = Circles(zones, version)
        self._by_words = ByWords(self._circles, gazetteer)

    @property
    def version(self) -> str:
        return self._circles.version

    @property
    def area_count(self) -> int:
        return self._zones.count

    def locate(self, clues: Clues) -> Place:
        numbered = [self._by_account(clues.premises), self._by_plate(clues.plate)]
        found = [p for p in (*numbered, self._by_pin(clues.pin)) if p is not None]
        outside = [p for p in found if p.area is None]
        inside = [p for p in found if p.area is not None]
        reading = self._read(clues, inside)
        said = clues.address or clues.words
        place = self._checked(inside[0], reading, clues.pin) if inside else self._by_words.place(reading, said)
        if clues.of_number and (not inside or inside[0].method is PlaceMethod.PIN):
            place = self._with_number(place, reading, clues)
        if place.method is PlaceMethod.NONE and outside:
            place = self._outside(outside[0], place, clues)
        return _on_the_wires_of(clues.premises, _with_notes(place, outside))

    def _read(self, clues: Clues, known: Sequence[Place]) -> Reading:
        """Nothing where the words only say what is known already: most calls with an account give its address.

        What was said beside a place that is known is searched for names, not for what only sounds like one.
        """
        said = clues.address or clues.words
        if not said or (known and _say_just_that(said, known[0].names)):
            return Reading()
        return self._gazetteer.read(said, as_written=bool(known) and not clues.address)

    def candidate(self, candidate_id: str) -> Place | None:
        """The place behind an id that `locate` gave. A person chose it, so it is certain within its radius."""
        if (named := self._by_words.by_id(candidate_id)) is not None:
            return replace(named, sure=Sure.CERTAIN)
        pin = self._by_pin(_pin_of(candidate_id))
        return None if pin is None or pin.area is None else replace(pin, sure=Sure.CERTAIN)

    def knows_plate(self, code: str) -> bool:
        return self._gazetteer.wires.by_code(code) is not None

    def circle(self, at: LonLat, radius_m: float, method: PlaceMethod, sure: Sure) -> Place:
        """The place of a circle that somebody else drew; without an area where its middle is outside the territory."""
        return self._circles.around(at, method, sure, radius_m)

    def area(self, code: str) -> Area | None:
        return self._zones.area(code)

    def names_at(self, at: LonLat) -> PlaceNames:
        return names_in(self._zones.shape_at(at))

    def in_territory(self, at: LonLat) -> bool:
        return self._zones.shape_at(at) is not None

    def areas_geojson(self) -> bytes:
        return self._zones.geojson

    def _by_account(self, premises: Premises | None) -> Place | None:
        if premises is None:
            return None
        return self._circles.around(premises.at, PlaceMethod.ACCOUNT, Sure.CERTAIN, ACCOUNT_RADIUS_M)

    def _by_plate(self, code: str | None) -> Place | None:
        place = None if code is None else self._by_words.entry_at(code)
        return None if place is None else replace(place, sure=Sure.CERTAIN)

    def _by_pin(self, pin: LonLat | None) -> Place | None:
        return None if pin is None else self._circles.around(pin, PlaceMethod.PIN, Sure.LIKELY, CALLERS_PIN_RADIUS_M)

    def _checked(self, place: Place, reading: Reading, pin: LonLat | None) -> Place:
        """The account's or the pin's place, doubted where the other clues point elsewhere."""
        said = _meant(reading)
        if said and not any(self._by_words.agrees(h.entry, place) for h in said):
            place = self._doubted_for_words(place, said, reading)
        if reading.elsewhere:
            note = told.disagree(place.method, told.in_words(place.names), reading.elsewhere)
            place = replace(place, sure=Sure.DOUBTFUL, note=note)
        if pin is None or place.at is None or (apart_m := metres_between(pin, place.at)) <= CLUES_DISAGREE_M:
            return place
        return self._doubted_for_pin(place, pin, apart_m)

    def _doubted_for_words(self, place: Place, said: Sequence[Hypothesis], reading: Reading) -> Place:
        names = " or ".join(told.full(h.entry) for h in said[:3])
        note = told.disagree(place.method, told.in_words(place.names), names)
        return replace(place, sure=Sure.DOUBTFUL, candidates=self._by_words.candidates(said, reading.words), note=note)

    def _doubted_for_pin(self, place: Place, pin: LonLat, apart_m: float) -> Place:
        note = f"{place.note} {told.pin_apart(apart_m)}".strip()
        candidates = (*self._pin_candidate(pin), *place.candidates)
        return replace(place, sure=Sure.DOUBTFUL, candidates=candidates, note=note)

    def _pin_candidate(self, pin: LonLat) -> tuple[PlaceCandidate, ...]:
        """None for a pin outside the territory: nobody is sent there."""
        area = self._zones.area_at(pin)
        if area is None:
            return ()
        return (self._pinned(pin, area, "the caller's pin"),)

    def _pinned(self, at: LonLat, area: Area, reason: str) -> PlaceCandidate:
        id_, names = f"pin:{at.lon!r},{at.lat!r}", self.names_at(at)
        return PlaceCandidate(id_, names, at.lon, at.lat, CALLERS_PIN_RADIUS_M, area, reason)

    def _outside(self, pin: Place, place: Place, clues: Clues) -> Place:
        """A position in no area: it waits for a person, with what the words offer and the nearest areas."""
        assert pin.at is not None, "what lies outside lies somewhere"
        near = self._zones.nearest_points(pin.at, _NEAREST_AREAS)
        areas = [self._pinned(at, area, told.nearest_area(area, metres)) for area, at, metres in near]
        candidates = (*place.candidates, *areas)[:MOST_CANDIDATES]
        return replace(pin, candidates=candidates, note=place.note if clues.address or clues.words else "")

    def _with_number(self, place: Place, reading: Reading, clues: Clues) -> Place:
        """What the caller's number adds: it tells who calls, and where it is dark if nothing said speaks against."""
        known = [p for p in clues.of_number if self.in_territory(p.at)]
        if not known:
            return place
        says_where = bool(reading.ordered) or clues.pin is not None
        fitting = [p for p in known if self._fits(p, place, reading)] if says_where else known
        if _are_one_spot(fitting):
            return self._of_number(fitting[0])
        if fitting:
            note = told.several_premises(len(fitting)) if place.method is PlaceMethod.NONE else place.note
            return _offering(replace(place, note=note), [self._premises_candidate(p) for p in fitting])
        return self._doubted_for_number(place, known)

    def _of_number(self, premises: Premises) -> Place:
        place = self._by_account(premises)
        assert place is not None, "the premises are known"
        note = told.callers_number(premises.address)
        return replace(place, sure=Sure.LIKELY, note=note, transformer=premises.transformer, feeder=premises.feeder)

    def _fits(self, premises: Premises, place: Place, reading: Reading) -> bool:
        if place.method is PlaceMethod.PIN:
            return place.at is not None and metres_between(place.at, premises.at) <= _AT_HOME_M
        home = self._by_account(premises)
        assert home is not None, "the premises are known"
        return any(self._by_words.agrees(h.entry, home) and not h.entry.is_spot for h in reading.best) or (
            place.at is not None and metres_between(place.at, premises.at) <= place.radius_m
        )

    def _doubted_for_number(self, place: Place, known: Sequence[Premises]) -> Place:
        offered = [self._premises_candidate(p) for p in known]
        if place.at is None:
            return _offering(place, offered)
        apart_m, nearest = min((metres_between(place.at, p.at), n) for n, p in enumerate(known))
        if apart_m <= place.radius_m + CLUES_DISAGREE_M:
            return place
        note = f"{place.note} {told.number_elsewhere(known[nearest].address, apart_m)}".strip()
        return _offering(replace(place, sure=Sure.DOUBTFUL, note=note), offered)

    def _premises_candidate(self, premises: Premises) -> PlaceCandidate:
        return PlaceCandidate(
            candidate_id=f"account:{premises.account_no}",
            names=self.names_at(premises.at),
            lon=premises.at.lon,
            lat=premises.at.lat,
            radius_m=ACCOUNT_RADIUS_M,
            area=self._zones.area_at(premises.at),
            reason=told.premises(premises.address),
        )


def _say_just_that(words: str, names: PlaceNames | None) -> bool:
    if names is None or not names.village or not names.township:
        return False
    return names.township + names.village in words and "不" not in words


def _meant(reading: Reading) -> list[Hypothesis]:
    """What the words say clearly enough to contradict another clue."""
    if len(reading.best) == 1 and (reading.best[0].is_weak or reading.best[0].how.is_heard):
        return []
    return list(reading.best)


def _are_one_spot(premises: Sequence[Premises]) -> bool:
    """One connection, or several in one house."""
    return bool(premises) and all(metres_between(premises[0].at, p.at) <= 2 * ACCOUNT_RADIUS_M for p in premises)


def _offering(place: Place, candidates: Sequence[PlaceCandidate]) -> Place:
    return replace(place, candidates=(*candidates, *place.candidates)[:MOST_CANDIDATES])


def _on_the_wires_of(premises: Premises | None, place: Place) -> Place:
    """The account tells the transformer even where its position in the register is no good."""
    return place if premises is None else replace(place, transformer=premises.transformer, feeder=premises.feeder)


def _with_notes(place: Place, outside: Sequence[Place]) -> Place:
    notes = [*(p.note for p in outside), place.note]
    return replace(place, note=" ".join(note for note in notes if note))


def _pin_of(candidate_id: str) -> LonLat | None:
    kind, _, lonlat = candidate_id.partition(":")
    try:
        lon, lat = (float(part) for part in lonlat.split(","))
        return LonLat(lon, lat) if kind == "pin" else None
    except ValueError:
        return None
