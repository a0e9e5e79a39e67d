"""Everything that has a name: what it lies in, how it is called, and the index that finds it by what is called so."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from dispatch_server.gis.layers import LandmarkRecord, NamedPlace, StreetRecord
from dispatch_server.gis.numbers import simplified
from dispatch_server.gis.readings import sounds_of
from dispatch_server.protocol.geo import LonLat, metres_between

COUNTY, TOWNSHIP, VILLAGE = "county", "township", "village"
STREET, LANDMARK, FEEDER = "street", "landmark", "feeder"
TRANSFORMER, POLE, ELSEWHERE = "transformer", "pole", "elsewhere"
# From the coarse to the fine. What is finer than a village lies in one or across several.
_FINENESS = {
    kind: n
    for n, kind in enumerate((ELSEWHERE, FEEDER, COUNTY, TOWNSHIP, VILLAGE, STREET, LANDMARK, TRANSFORMER, POLE))
}

_SUFFIXES = ("国有林场", "街道", "社区", "镇", "乡", "村", "县", "市", "区")  # the longest first
_OF_STREETS = ("路", "街", "巷", "弄", "线")
# How else the same kind of place is called by people who do not know which of them it is.
_SAID_TOO = {
    COUNTY: (),
    TOWNSHIP: ("镇", "乡", "街道", "街道办", "街道办事处", "办事处", "林场"),
    VILLAGE: ("村", "社区", "居委会", "村委会", "村部", "大队"),
}
_SHORTEST = 2  # one character names half the map
_STREET_DOUBT_M = 200.0  # half of a street that has no length on the map
_BORDERS = 1.3  # a place at the edge of a village lies farther from its middle than a round one's radius


class How(IntEnum):
    """How a name was heard, the surest first."""

    FULL = 0
    SHORT = 1
    FORMER = 2
    SPOKEN = 3  # with 村 for 社区, 乡 for 镇
    LOCAL = 4  # 卫生院 for 洋溪镇卫生院: only where 洋溪镇 is named beside it
    SOUND = 5  # the same syllables
    MIXED = 6  # the same but for what Hunan mixes up
    SLIP = 7  # one character wrong, missing or too many

    @property
    def is_heard(self) -> bool:
        return self >= How.SOUND


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One thing on the map. `at` is None for a feeder: it is no place. `of` is the record it was made from."""

    id: str
    kind: str
    name: str
    county: str
    township: str
    village: str
    at: LonLat | None
    radius_m: float
    area_code: str = ""
    of: object = None

    def holds(self, inner: "Entry") -> bool:
        """Whether `inner` is this or lies in it: by the names that are known, else by where the two lie."""
        if self is inner:
            return True
        if self.is_spot or self.fineness >= inner.fineness:
            return False
        if self.area_code and inner.area_code:
            return self.area_code == inner.area_code
        if inner.county and inner.county != self.county:
            return False
        if self.kind == COUNTY:
            return bool(inner.county) or self._is_near(inner)
        if inner.township and inner.township != self.township:
            return False
        if self.kind == TOWNSHIP:
            return bool(inner.township) or self._is_near(inner)
        if inner.village and inner.village != self.name:
            return False
        return bool(inner.village) or self._is_near(inner)

    @property
    def fineness(self) -> int:
        return _FINENESS[self.kind]

    @property
    def is_spot(self) -> bool:
        """A street, a school, a pole: nothing lies in it."""
        return self.kind not in (COUNTY, TOWNSHIP, VILLAGE)

    def _is_near(self, inner: "Entry") -> bool:
        if self.at is None or inner.at is None:
            return False
        return metres_between(self.at, inner.at) <= _BORDERS * self.radius_m + inner.radius_m


Called = tuple[Entry, How]


def entry_of(record: NamedPlace | StreetRecord | LandmarkRecord) -> Entry:
    if isinstance(record, NamedPlace):
        township = record.name if record.kind == TOWNSHIP else record.township
        village = record.name if record.kind == VILLAGE else ""
        return _entry(record, record.kind, township, village, record.at, record.radius_m, record.area_code)
    if isinstance(record, StreetRecord):
        middle, half_m = _middle_of(record.line)
        return _entry(record, STREET, record.township, "", middle, half_m)
    return _entry(record, LANDMARK, record.township, record.village, record.at, record.radius_m)


def _entry(
    record: NamedPlace | StreetRecord | LandmarkRecord,
    kind: str,
    township: str,
    village: str,
    at: LonLat,
    radius_m: float,
    area_code: str = "",
) -> Entry:
    return Entry(
        id=f"{kind}:{record.code}",
        kind=kind,
        name=record.name,
        county=record.county,
        township=township,
        village=village,
        at=at,
        radius_m=radius_m,
        area_code=area_code,
        of=record,
    )


def _middle_of(line: tuple[LonLat, ...]) -> tuple[LonLat, float]:
    """The point half-way along, and half the length."""
    length = length_m(line)
    return point_along(line, 0.5), max(length / 2, _STREET_DOUBT_M)


def length_m(line: tuple[LonLat, ...]) -> float:
    return sum(metres_between(a, b) for a, b in pairwise(line))


def point_along(line: tuple[LonLat, ...], share: float) -> LonLat:
    """At a share of the length, from 0 to 1."""
    left_m = share * length_m(line)
    for a, b in pairwise(line):
        part_m = metres_between(a, b)
        if part_m > 0 and left_m <= part_m:
            t = left_m / part_m
            return LonLat(a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat))
        left_m -= part_m
    return line[-1]


class Names:
    """Names to entries; sounds, and names with one character left out, to names."""

    def __init__(self, entries: Iterable[Entry], aliases: dict[str, tuple[str, ...]]) -> None:
        self.by_id = {entry.id: entry for entry in entries}
        called: dict[str, list[Called]] = defaultdict(list)
        for entry in self.by_id.values():
            for name, how in _names_of(entry, aliases.get(entry.id, ())):
                if len(name) >= _SHORTEST:
                    called[simplified(name)].append((entry, how))
        self._called = {name: _surest(found) for name, found in called.items()}
        self._less_surely = {name: tuple(f) for name, f in called.items() if len(f) > len(self._called[name])}
        self.longest: dict[str, int] = {}  # by the character that a name begins with
        for name in self._called:
            self.longest[name[0]] = max(len(name), self.longest.get(name[0], 0))
        self._by_sound: dict[str, tuple[str, ...]] = {}
        self._by_gap: dict[str, tuple[str, ...]] = {}
        self._index_what_is_heard()

    def called(self, name: str) -> tuple[Called, ...]:
        return self._called.get(name, ())

    def called_in(self, name: str, holders: Iterable[Entry]) -> tuple[Called, ...]:
        """What is called so in any way, inside one of these."""
        within = list(holders)
        found = self._less_surely.get(name) or self.called(name)
        return tuple(c for c in found if any(holder.holds(c[0]) for holder in within))

    def sounding(self, sound: str) -> tuple[str, ...]:
        return self._by_sound.get(sound, ())

    def with_gap(self, gapped: str) -> tuple[str, ...]:
        return self._by_gap.get(gapped, ())

    def _index_what_is_heard(self) -> None:
        for name, called in self._called.items():
            if not any(_is_listened_for(name, one) for one in called):
                continue
            for sound in sounds_of(name):
                self._by_sound[sound] = (*self._by_sound.get(sound, ()), name)
            if is_long(name):
                for gapped in {name[:i] + name[i + 1 :] for i in range(len(name))}:
                    self._by_gap[gapped] = (*self._by_gap.get(gapped, ()), name)


def _is_listened_for(name: str, called: Called) -> bool:
    entry, how = called
    return entry.kind != ELSEWHERE and (how <= How.SHORT or (how is How.LOCAL and len(name) >= 4))


def _surest(found: Sequence[Called]) -> tuple[Called, ...]:
    """Where one is called so in full, nobody means another that is only said to be called so."""
    limit = max(min(how for _, how in found), How.SHORT)
    return tuple(c for c in found if c[1] <= limit)


def is_long(name: str) -> bool:
    """Whether one wrong character leaves enough to know the name by: 大埠桥, 七里冲村; not 大桥村."""
    stem = stem_of(name)
    if stem != name:
        return len(stem) >= 3
    return len(name) - (2 if name.endswith("大道") else name.endswith(_OF_STREETS)) >= 3


def stem_of(name: str) -> str:
    """洋溪 of 洋溪镇, 大桥 of 大桥村; a name that would be left with one character is its own stem."""
    if name.endswith(_SUFFIXES):
        for suffix in _SUFFIXES:
            if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
                return name[: -len(suffix)]
    return name


def has_suffix(name: str) -> bool:
    return stem_of(name) != name


def _names_of(entry: Entry, aliases: tuple[str, ...]) -> Iterator[tuple[str, How]]:
    """Each name once, by the surest way of calling it so."""
    said: dict[str, How] = {entry.name: How.FULL}
    stem = entry.name if entry.is_spot else stem_of(entry.name)
    former = getattr(entry.of, "former", ())
    for name in (stem, *aliases):
        if len(name) < 3 or not name.endswith("新"):  # nobody says 枫林新 for 枫林新村
            said.setdefault(name, How.SHORT)
    for name in former:
        said.setdefault(name, How.FORMER)
        said.setdefault(stem_of(name), How.FORMER)
    for suffix in _SAID_TOO.get(entry.kind, ()):
        said.setdefault(stem + suffix, How.SPOKEN)
    if entry.kind == LANDMARK:
        for name in (entry.name, *aliases):
            said.setdefault(_without_its_place(name, entry), How.LOCAL)
    yield from said.items()


def _without_its_place(name: str, entry: Entry) -> str:
    """卫生院 of 洋溪镇卫生院 and of 洋溪卫生院."""
    rest = name
    for place in (entry.county, entry.township, entry.village):
        for prefix in (place, stem_of(place)):
            if place and rest.startswith(prefix) and len(rest) - len(prefix) >= _SHORTEST:
                rest = rest[len(prefix) :]
                break
    return rest
