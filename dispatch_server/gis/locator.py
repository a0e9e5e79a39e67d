"""Where a call is: from the account, else the pin, else the words; never a silent guess."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch_server.domain.places import UNPLACED, Area, Clues, Place, PlaceCandidate, PlaceNames, Premises
from dispatch_server.gis.gazetteer import COUNTY, TOWNSHIP, Gazetteer, Reading, id_of, in_words, names_of
from dispatch_server.gis.layers import AreaShape, NamedPlace
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import PlaceMethod, Sure

ACCOUNT_RADIUS_M = 30.0  # a connection point in the register: the house, not the meter
PIN_RADIUS_M = 50.0  # a caller's own pin: what a telephone knows of itself in a street
CLUES_DISAGREE_M = 1000.0  # an account and a pin farther apart than this are two places
MOST_CANDIDATES = 12  # more cannot be read out to a caller

_ASK_FOR_ALL = "ask for the account number, or for the township and the village."


class MapLocator:
    """Everything in memory; nothing here waits."""

    def __init__(self, zones: Zones, gazetteer: Gazetteer, version: str) -> None:
        self._zones = zones
        self._gazetteer = gazetteer
        self._version = version
        self._by_id: dict[str, Place] = {}

    @property
    def version(self) -> str:
        return self._version

    def locate(self, clues: Clues) -> Place:
        reading = self._gazetteer.read(clues.address or "")
        sure = [p for p in (self._by_account(clues.premises), self._by_pin(clues.pin)) if p is not None]
        inside = [p for p in sure if p.area is not None]
        outside = [p for p in sure if p.area is None]
        place = self._checked(inside[0], reading, clues.pin) if inside else self._by_words(reading, clues.address)
        if place.method is PlaceMethod.NONE and outside:
            place = replace(outside[0], candidates=place.candidates, note=place.note if clues.address else "")
        return _on_the_wires_of(clues.premises, _with_notes(place, outside))

    def candidate(self, candidate_id: str) -> Place | None:
        """The place behind an id that `locate` gave. A person chose it, so it is certain within its radius."""
        if (named := self._gazetteer.place(candidate_id)) is not None and named.kind != COUNTY:
            return replace(self._by_name(named), sure=Sure.CERTAIN)
        pin = self._by_pin(_pin_of(candidate_id))
        return None if pin is None or pin.area is None else replace(pin, sure=Sure.CERTAIN)

    def circle(self, at: LonLat, radius_m: float, method: PlaceMethod, sure: Sure) -> Place:
        """The place of a circle that somebody else drew; without an area where its middle is outside the territory."""
        return self._at(at, method, sure, radius_m)

    def area(self, code: str) -> Area | None:
        return self._zones.area(code)

    def names_at(self, at: LonLat) -> PlaceNames:
        return _names_in(self._zones.shape_at(at))

    def in_territory(self, at: LonLat) -> bool:
        return self._zones.shape_at(at) is not None

    def areas_geojson(self) -> bytes:
        return self._zones.geojson

    def _by_account(self, premises: Premises | None) -> Place | None:
        if premises is None:
            return None
        return self._at(premises.at, PlaceMethod.ACCOUNT, Sure.CERTAIN, ACCOUNT_RADIUS_M)

    def _by_pin(self, pin: LonLat | None) -> Place | None:
        return None if pin is None else self._at(pin, PlaceMethod.PIN, Sure.LIKELY, PIN_RADIUS_M)

    def _at(self, at: LonLat, method: PlaceMethod, sure: Sure, radius_m: float) -> Place:
        shape, touched = self._zones.around(at, radius_m)
        area = None if shape is None else shape.area
        place = self._place(at, method, sure, radius_m, _names_in(shape), area, touched)
        return (
            place
            if area is not None
            else replace(place, sure=Sure.DOUBTFUL, names=None, note=self._outside(at, method))
        )

    def _outside(self, at: LonLat, method: PlaceMethod) -> str:
        what = "The premises in the register lie" if method is PlaceMethod.ACCOUNT else "The pin lies"
        nearest = self._zones.nearest(at)
        where = "" if nearest is None else f": {_distance(nearest[1])} from the nearest area, {nearest[0].name}"
        return f"{what} outside the service territory{where}. Check lon, lat and crs, or ask the caller where it is."

    def _by_words(self, reading: Reading, words: str | None) -> Place:
        if not reading.mentions:
            what = "No county, township or village of the territory is named" if words else "Nothing says where it is"
            return self._unplaced(f"{what}; {_ASK_FOR_ALL}")
        if reading.conflict:
            return self._unplaced(reading.conflict, reading.places)
        if len(reading.places) > 1:
            return self._unplaced(_several(reading.places), reading.places)
        only = reading.places[0]
        if only.kind == COUNTY:
            return self._unplaced(f"Only {only.name} is known; ask for the township and the village.")
        place = self._by_name(only)
        if reading.is_weak:
            heard = next(m.words for m in reading.mentions if only in m.places)
            note = f"“{heard}” may be part of another name; ask whether {_full(only)} is meant."
            return replace(place, sure=Sure.DOUBTFUL, candidates=(self._candidate(only),), note=note)
        return place

    def _unplaced(self, note: str, places: Sequence[NamedPlace] = ()) -> Place:
        candidates = tuple(self._candidate(p) for p in places[:MOST_CANDIDATES])
        return replace(UNPLACED, candidates=candidates, layers_version=self._version, note=note)

    def _by_name(self, named: NamedPlace) -> Place:
        """The same for every call that says the name; the circle of its doubt is wide and laid on the map once."""
        if (known := self._by_id.get(id_of(named))) is None:
            known = self._by_id[id_of(named)] = self._laid_out(named)
        return known

    def _laid_out(self, named: NamedPlace) -> Place:
        method = PlaceMethod.TOWNSHIP if named.kind == TOWNSHIP else PlaceMethod.VILLAGE
        names, area = names_of(named), self._area_of(named)
        touched = self._zones.touched_by(named.at, named.radius_m)
        place = self._place(named.at, method, Sure.LIKELY, named.radius_m, names, area, touched)
        if named.kind == TOWNSHIP:
            note = f"Only the township is known, {_distance(named.radius_m)} around; ask for the village."
            return replace(place, note=note)
        return place

    def _area_of(self, named: NamedPlace) -> Area | None:
        return self._zones.area(named.area_code) or self._zones.area_at(named.at)

    def _place(
        self,
        at: LonLat,
        method: PlaceMethod,
        sure: Sure,
        radius_m: float,
        names: PlaceNames,
        area: Area | None,
        touched: Sequence[Area],
    ) -> Place:
        return Place(
            method=method,
            sure=sure,
            lon=at.lon,
            lat=at.lat,
            radius_m=radius_m,
            names=names,
            area=area,
            other_areas=tuple(a for a in touched if a != area) if area is not None else (),
            layers_version=self._version,
        )

    def _candidate(self, named: NamedPlace) -> PlaceCandidate:
        return PlaceCandidate(
            candidate_id=id_of(named),
            names=names_of(named),
            lon=named.at.lon,
            lat=named.at.lat,
            radius_m=named.radius_m,
            area=self._area_of(named),
            reason=f"the words name {named.name}; this one lies in {_full(named).removesuffix(named.name)}",
        )

    def _checked(self, place: Place, reading: Reading, pin: LonLat | None) -> Place:
        """The account's or the pin's place, doubted where the other clues point elsewhere."""
        if reading.places and not reading.is_weak and not any(_agrees(named, place) for named in reading.places):
            place = self._doubted_for_words(place, reading)
        if pin is None or place.at is None or (apart_m := metres_between(pin, place.at)) <= CLUES_DISAGREE_M:
            return place
        return self._doubted_for_pin(place, pin, apart_m)

    def _doubted_for_words(self, place: Place, reading: Reading) -> Place:
        said = " or ".join(_full(p) for p in reading.places[:3])
        found = in_words(place.names) if place.names else "elsewhere"
        note = (
            f"The {place.method.value} lies in {found}, but the words name {said}; ask the caller where the fault is."
        )
        below = [p for p in reading.places if p.kind != COUNTY]
        candidates = tuple(self._candidate(p) for p in below[:MOST_CANDIDATES])
        return replace(place, sure=Sure.DOUBTFUL, candidates=candidates, note=note)

    def _doubted_for_pin(self, place: Place, pin: LonLat, apart_m: float) -> Place:
        note = f"The pin lies {_distance(apart_m)} from the account's premises; ask the caller where the fault is."
        together = f"{place.note} {note}".strip()
        candidates = (*self._pin_candidate(pin), *place.candidates)
        return replace(place, sure=Sure.DOUBTFUL, candidates=candidates, note=together)

    def _pin_candidate(self, pin: LonLat) -> tuple[PlaceCandidate, ...]:
        """None for a pin outside the territory: nobody is sent there."""
        area = self._zones.area_at(pin)
        if area is None:
            return ()
        id_ = f"pin:{pin.lon!r},{pin.lat!r}"
        names = self.names_at(pin)
        return (PlaceCandidate(id_, names, pin.lon, pin.lat, PIN_RADIUS_M, area, "the caller's pin"),)


def _names_in(shape: AreaShape | None) -> PlaceNames:
    return PlaceNames() if shape is None else PlaceNames(shape.county, shape.township, shape.area.name)


def _agrees(named: NamedPlace, place: Place) -> bool:
    """Whether the place lies, or by its doubt may lie, in what was named."""
    if place.names is None:
        return False
    if named.kind == COUNTY:
        return named.name == place.names.county
    if named.kind == TOWNSHIP:
        return (named.county, named.name) == (place.names.county, place.names.township)
    touched = {a.code for a in (place.area, *place.other_areas) if a is not None}
    return named.area_code in touched


def _on_the_wires_of(premises: Premises | None, place: Place) -> Place:
    """The account tells the transformer even where its position in the register is no good."""
    return place if premises is None else replace(place, transformer=premises.transformer, feeder=premises.feeder)


def _with_notes(place: Place, outside: Sequence[Place]) -> Place:
    notes = [*(p.note for p in outside), place.note]
    return replace(place, note=" ".join(note for note in notes if note))


def _several(places: Sequence[NamedPlace]) -> str:
    count = f"{len(places)} places are called so"
    more = f"; the first {MOST_CANDIDATES} are listed" if len(places) > MOST_CANDIDATES else ""
    counties = {p.county for p in places}
    ask = "in which county and township it is" if len(counties) > 1 else "in which township it is"
    return f"{count}{more}; ask {ask}."


def _full(named: NamedPlace) -> str:
    return in_words(names_of(named))


def _distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def _pin_of(candidate_id: str) -> LonLat | None:
    kind, _, lonlat = candidate_id.partition(":")
    try:
        lon, lat = (float(part) for part in lonlat.split(","))
        return LonLat(lon, lat) if kind == "pin" else None
    except ValueError:
        return None
