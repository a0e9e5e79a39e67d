"""The names of counties, townships and villages, and how a caller's words name them.

Exact and bounded to the service territory: the longest name wins, a name followed by 路 or 街 is a street, and several
readings stay several.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch_server.domain.places import PlaceNames
from dispatch_server.gis.layers import NamedPlace

COUNTY, TOWNSHIP, VILLAGE = "county", "township", "village"
# 永丰路 is a street anywhere; it does not put the caller into 永丰. 街道 is a kind of township.
_STREETS = ("路", "街", "巷", "弄", "大道")
_SHORTEST = 2  # one character names half the map
_MOST_CHARACTERS = 500  # an address is shorter; a whole letter would keep the others waiting
# What may follow a village's short form. 中心 in 花门镇中心3组 is the village; in 花门镇中心小学 it may be none.
_AFTER_A_VILLAGE = frozenset("村社居组队院屋的有在附边旁，。,.;、（(0123456789一二三四五六七八九十")
_WIDER = {VILLAGE: (COUNTY, TOWNSHIP), TOWNSHIP: (COUNTY,), COUNTY: ()}


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the words and everything in the gazetteer that is called so."""

    words: str
    start: int
    places: tuple[NamedPlace, ...]
    followed_by: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    @property
    def is_short_form(self) -> bool:
        return all(p.name != self.words for p in self.places)

    @property
    def is_firm(self) -> bool:
        """Not likely to be part of another name."""
        return not self.is_short_form or not self.followed_by or self.followed_by in _AFTER_A_VILLAGE

    def of_kind(self, kind: str) -> list[NamedPlace]:
        return [p for p in self.places if p.kind == kind]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words come to. `places` are the finest readings that fit; with a `conflict` nothing fits everything."""

    mentions: tuple[Mention, ...] = ()
    places: tuple[NamedPlace, ...] = ()
    conflict: str = ""

    @property
    def is_weak(self) -> bool:
        """Nothing but a village's short form, alone or run on into other words: it may be part of a shop's name."""
        if not self.places or self.places[0].kind != VILLAGE:
            return False
        naming = [m for m in self.mentions if self.places[0] in m.places]
        alone = len(self.mentions) == 1
        return all(m.is_short_form and (alone or not m.is_firm) for m in naming)


class Gazetteer:
    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self._by_id = {id_of(p): p for p in places}
        self._called: dict[str, list[NamedPlace]] = defaultdict(list)
        for place in self._by_id.values():
            for name in dict.fromkeys((place.name, *place.aliases)):
                if len(name) >= _SHORTEST:
                    self._called[name].append(place)
        self._longest = max((len(name) for name in self._called), default=0)

    def place(self, place_id: str) -> NamedPlace | None:
        return self._by_id.get(place_id)

    def read(self, words: str) -> Reading:
        """The finest places that agree with everything the words name; all of them when there are several.

        Short forms that agree with nothing else are taken for noise: 和平 in 永丰镇和平饭店 is no village.
        """
        mentions = self.mentions_in("".join(words[:_MOST_CHARACTERS].split()))
        in_full = [m for m in mentions if not m.is_short_form]
        for heard in (mentions, in_full):
            for finest in (VILLAGE, TOWNSHIP, COUNTY):
                if fitting := _fitting(heard, finest):
                    return Reading(tuple(heard), fitting)
        return Reading(tuple(mentions), _below_counties(mentions), _conflict(mentions)) if mentions else Reading()

    def mentions_in(self, words: str) -> list[Mention]:
        """In the order of the words; where names overlap, the longest."""
        found = [
            Mention(words[start:end], start, tuple(self._called[words[start:end]]), words[end : end + 1])
            for start in range(len(words))
            for end in range(start + _SHORTEST, min(len(words), start + self._longest) + 1)
            if words[start:end] in self._called and not _is_street(words, end)
        ]
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda m: (-len(m.words), m.start)):
            if all(mention.end <= other.start or mention.start >= other.end for other in kept):
                kept.append(mention)
        return sorted(kept, key=lambda m: m.start)


def id_of(place: NamedPlace) -> str:
    return f"{place.kind}:{place.code}"


def names_of(place: NamedPlace) -> PlaceNames:
    if place.kind == COUNTY:
        return PlaceNames(county=place.name)
    if place.kind == TOWNSHIP:
        return PlaceNames(county=place.county, township=place.name)
    return PlaceNames(county=place.county, township=place.township, village=place.name)


def in_words(names: PlaceNames) -> str:
    """As a person says it: 双峰县永丰镇三角村."""
    return "".join(name for name in (names.county, names.township, names.village) if name)


def _is_street(words: str, end: int) -> bool:
    rest = words[end:]
    return rest.startswith(_STREETS) and not rest.startswith("街道")


def _fitting(mentions: Sequence[Mention], finest: str) -> tuple[NamedPlace, ...]:
    """The places of one kind that every mention agrees with: it names them, or what they lie in.

    Where 双峰 is a county and also a village somewhere, the county is meant: the wider comes before the finer.
    """
    named = [m for m in mentions if m.of_kind(finest) and not _means_wider(m, mentions, finest)]
    places = {id_of(p): p for m in named for p in m.of_kind(finest)}
    return tuple(p for p in places.values() if all(_names_or_holds(m, p) for m in mentions))


def _means_wider(mention: Mention, mentions: Sequence[Mention], finest: str) -> bool:
    """Not where the wider place is named beside it: 花门镇花门 means the village."""
    others = [m for m in mentions if m is not mention]
    named_beside = [p for other in others for p in other.places]
    wider = [p for kind in _WIDER[finest] for p in mention.of_kind(kind) if p not in named_beside]
    return any(all(any(_holds(q, p) or _holds(p, q) for q in other.places) for other in others) for p in wider)


def _names_or_holds(mention: Mention, place: NamedPlace) -> bool:
    return any(_holds(named, place) for named in mention.places)


def _holds(outer: NamedPlace, inner: NamedPlace) -> bool:
    """Whether `inner` is `outer` or lies in it, by their names."""
    if outer.kind == COUNTY and inner.kind != COUNTY:
        return outer.name == inner.county
    if outer.kind == TOWNSHIP and inner.kind == VILLAGE:
        return (outer.county, outer.name) == (inner.county, inner.township)
    return outer is inner


def _below_counties(mentions: Sequence[Mention]) -> tuple[NamedPlace, ...]:
    return tuple({id_of(p): p for m in mentions for p in m.places if p.kind != COUNTY}.values())


def _conflict(mentions: Sequence[Mention]) -> str:
    named = "、".join(dict.fromkeys(m.words for m in mentions))
    return f"The words name {named}, and no one place fits them all; ask the caller which is right."
