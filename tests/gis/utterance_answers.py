"""What an utterance of the corpus asks for, and how an answer is judged.

Sure means certain or likely: a desk acts on either. An answer is sure but wrong when it claims, surely, a township or a
village that is not the caller's, or one of several that fit alike, or any at all where the words name none.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from dispatch_server.domain.places import Place, PlaceNames
from dispatch_server.gis import layers
from dispatch_server.gis.folder import Folder
from dispatch_server.gis.layers import LandmarkRecord, NamedPlace, StreetRecord, strict
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import PlaceMethod, Sure

BY_HAND = Path(__file__).with_name("utterances.toml")
_LON_SHARE = 0.885  # a degree of longitude at Loudi, in degrees of latitude


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """As far down as it is known; the rest is empty."""

    county: str = ""
    township: str = ""
    village: str = ""

    def covers(self, other: "Named") -> bool:
        """Every part known here is the same there. Townships of Loudi are called once each, whatever their county."""
        if self.township:
            return self.township == other.township and self.village in ("", other.village)
        return self.county == other.county

    def __str__(self) -> str:
        return self.county + self.township + self.village


@dataclass(frozen=True, slots=True)
class Utterance:
    """`truths` are where the caller may be: one, several that fit alike, or none that is known.

    Where only a street is said, `is_along` it: what it passes through is right, all of it.
    """

    section: str
    words: str
    truths: tuple[Named, ...] = ()
    is_along: bool = False
    nowhere: bool = False
    contradiction: tuple[str, ...] = ()
    account_of: Named | None = None
    phones_of: tuple[Named, ...] = ()
    pin_of: Named | None = None

    @property
    def township(self) -> str:
        return _shared(truth.township for truth in self.truths)

    @property
    def village(self) -> str:
        return _shared(truth.village for truth in self.truths) if self.township else ""

    @property
    def is_words_only(self) -> bool:
        return self.account_of is None and self.pin_of is None and not self.phones_of


@dataclass(frozen=True, slots=True)
class Told:
    """What a locator answered. `best` is the place, or what all candidates share where it was put nowhere."""

    best: Named
    offered: tuple[Named, ...] = ()
    is_sure: bool = False
    is_placed: bool = False
    touched: frozenset[Named] = frozenset()  # the villages that the circle of doubt touches
    said: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    what: str
    utterance: Utterance
    told: Told

    def __str__(self) -> str:
        asked = " / ".join(map(str, self.utterance.truths)) or "no place"
        offered = " / ".join(map(str, self.told.offered[:6])) or "nothing"
        sure = "sure" if self.told.is_sure else "doubtful" if self.told.is_placed else "unplaced"
        line = f"{self.what} [{self.utterance.section}] {self.utterance.words} → {asked}; told {sure}: {offered}"
        return f"{line} ({self.told.said})" if self.told.said else line


class Names:
    """What the map calls its places, its streets, and what stands on them."""

    def __init__(self, folder: Folder) -> None:
        self.places = strict(layers.read_gazetteer(folder))
        self._named = {str(named_of(p)): named_of(p) for p in self.places}
        self._by_area = {p.area_code: named_of(p) for p in self.places if p.area_code}
        self._zones = Zones(strict(layers.read_areas(folder)))
        self._streets = strict(layers.read_streets(folder))
        self._landmarks = strict(layers.read_landmarks(folder))
        self._poles = strict(layers.read_poles(folder))
        self._transformers = strict(layers.read_transformers(folder))
        self._feeders = {f.code: f.name for f in strict(layers.read_feeders(folder))}

    @property
    def spots(self) -> frozenset[str]:
        """What streets and landmarks are called."""
        return frozenset(_names_of(self._streets) | _names_of(self._landmarks))

    def called(self, full: str) -> Named:
        return self._named[full]

    def of_area(self, code: str) -> Named:
        return self._by_area[code]

    def at(self, at: LonLat) -> Named:
        area = self._zones.area_at(at)
        return Named() if area is None else self.of_area(area.code)

    def houses(self, street: str, county: str = "", number: int = 0) -> list[Named]:
        """The houses of that number on all streets of that name; without a number, all villages the street runs in."""
        found = [s for s in self._streets if s.name == street and county in ("", s.county)]
        if number:
            return [self.at(house_at(s, number)) for s in found]
        along = [self.at(house_at(s, no)) for s in found for no in range(s.first_no, s.last_no + 1)]
        return list(dict.fromkeys(along))

    def landmarks(self, name: str, within: str) -> list[Named]:
        named = [Named(x.county, x.township, x.village) for x in self._landmarks if x.name == name]
        return [one for one in named if str(one).startswith(within)]

    def poles(self, number: int, feeder: str = "", road: str = "") -> list[Named]:
        wanted = (p for p in self._poles if p.number == number)
        return [self.at(p.at) for p in wanted if (p.road == road if road else self._feeders[p.feeder] == feeder)]

    def transformers(self, name: str, within: str) -> list[Named]:
        named = [self.of_area(t.area_code) for t in self._transformers if t.name == name]
        return [one for one in named if str(one).startswith(within)]

    def told(self, place: Place) -> Told:
        """The locator's answer as names."""
        offered = [_named(c.names) for c in place.candidates]
        said = " | ".join(filter(None, (place.note, *(c.reason for c in place.candidates))))
        if place.area is None:
            return Told(_common(offered), tuple(offered), said=said)
        best = self._put(place)
        return Told(
            best=best,
            offered=(best, *offered),
            is_sure=place.sure is not Sure.DOUBTFUL,
            is_placed=True,
            touched=frozenset(self.of_area(area.code) for area in (place.area, *place.other_areas)),
            said=said,
        )

    def _put(self, place: Place) -> Named:
        """By what was named; what only a position says, by the area it lies in."""
        if place.area is not None and place.method in (PlaceMethod.ACCOUNT, PlaceMethod.PIN, PlaceMethod.ADDRESS):
            return self.of_area(place.area.code)
        return _named(place.names)


def _names_of(spots: Iterable[StreetRecord | LandmarkRecord]) -> set[str]:
    return {name for spot in spots for name in (spot.name, *spot.aliases)}


def house_at(street: StreetRecord, number: int) -> LonLat:
    """At its share of the way from the lowest number to the highest."""
    squeezed = [(at.lon * _LON_SHARE, at.lat) for at in street.line]
    share = (number - street.first_no) / max(street.last_no - street.first_no, 1)
    point = shapely.LineString(squeezed).interpolate(share, normalized=True)
    return LonLat(point.x / _LON_SHARE, point.y)


def named_of(place: NamedPlace) -> Named:
    if place.kind == "county":
        return Named(place.name)
    return Named(place.county, place.township, place.name if place.kind == "village" else "")


def read_by_hand(names: Names) -> list[Utterance]:
    sections = tomllib.loads(BY_HAND.read_text(encoding="utf-8"))
    return [_utterance(section, said, names) for section, spoken in sections.items() for said in spoken]


def is_sure_but_wrong(utterance: Utterance, told: Told) -> bool:
    if not told.is_sure:
        return False
    if not utterance.truths:
        return True
    claim = told.best
    if utterance.is_along:
        return not any(claim.covers(truth) for truth in utterance.truths)
    if all(truth.county != claim.county for truth in utterance.truths):
        return True
    if claim.township and claim.township != utterance.township:
        return True
    return bool(claim.village) and claim.village != utterance.village


def faults(utterance: Utterance, told: Told) -> list[Fault]:
    """Everything that is wrong with an answer, the worst first."""
    wrong = []
    if is_sure_but_wrong(utterance, told):
        wrong.append("sure but wrong")
    if utterance.nowhere and told.is_placed:
        wrong.append("placed out of nothing")
    if not all(word in told.said for word in utterance.contradiction):
        wrong.append("contradiction not shown")
    if utterance.township and told.best.township != utterance.township:
        wrong.append("township")
    if utterance.village and (told.best.township, told.best.village) != (utterance.township, utterance.village):
        wrong.append("village")
    is_within = bool(utterance.village and told.best.township) and told.best.covers(utterance.truths[0])
    if told.is_placed and is_within and utterance.truths[0] not in told.touched:
        wrong.append("circle misses the caller")
    is_offered = [any(t.covers(one) for one in told.offered) for t in utterance.truths if t.township]
    if not (any(is_offered) if utterance.is_along else all(is_offered)):
        wrong.append("not offered")
    return [Fault(what, utterance, told) for what in wrong]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares over those utterances whose township or village can be known at all."""

    asked: int
    township: float
    village: float
    offered: float
    unplaced: int
    sure_but_wrong: int
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, answers: Iterable[tuple[Utterance, Told]]) -> "Score":
        asked = list(answers)
        found = [fault for utterance, told in asked for fault in faults(utterance, told)]

        def right(what: str, among: Sequence[Utterance]) -> float:
            return 1 - sum(f.what == what for f in found) / len(among) if among else 1.0

        utterances = [utterance for utterance, _ in asked]
        return cls(
            asked=len(asked),
            township=right("township", [u for u in utterances if u.township]),
            village=right("village", [u for u in utterances if u.village]),
            offered=right("not offered", [u for u in utterances if any(t.township for t in u.truths)]),
            unplaced=sum(not told.is_placed for _, told in asked),
            sure_but_wrong=sum(f.what == "sure but wrong" for f in found),
            faults=tuple(found),
        )


def _utterance(section: str, said: Mapping[str, Any], names: Names) -> Utterance:
    def maybe(key: str) -> Named | None:
        return names.called(said[key]) if key in said else None

    return Utterance(
        section=section,
        words=said["words"],
        truths=_truths(said, names),
        is_along="house" in said and "number" not in said["house"],
        nowhere=said.get("nowhere", False),
        contradiction=tuple(said.get("contradiction", ())),
        account_of=maybe("account_of"),
        phones_of=tuple(names.called(full) for full in said.get("phones_of", ())),
        pin_of=maybe("pin_of"),
    )


def _truths(said: Mapping[str, Any], names: Names) -> tuple[Named, ...]:
    within = said.get("within", "")
    match said:
        case {"at": full}:
            found = [names.called(full)]
        case {"one_of": several}:
            found = [names.called(full) for full in several]
        case {"house": house}:
            found = names.houses(**house)
        case {"landmark": name}:
            found = names.landmarks(name, within)
        case {"pole": pole}:
            found = names.poles(**pole)
        case {"transformer": name}:
            found = names.transformers(name, within)
        case _:
            return ()
    if not found:
        raise ValueError(f"The map knows nothing of what {said['words']!r} should name.")
    return tuple(dict.fromkeys(found))


def _named(names: PlaceNames | None) -> Named:
    return Named() if names is None else Named(names.county or "", names.township or "", names.village or "")


def _common(offered: Sequence[Named]) -> Named:
    county = _shared(one.county for one in offered)
    township = _shared(one.township for one in offered)
    return Named(county, township, _shared(one.village for one in offered) if township else "")


def _shared(parts: Iterable[str]) -> str:
    different = set(parts)
    return different.pop() if len(different) == 1 else ""
