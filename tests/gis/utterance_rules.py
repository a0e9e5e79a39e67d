"""Utterances made by rules: names of the map, said as people say them, with one slip each, and where they may mean.

The answer is reckoned from the gazetteer alone: whatever else is called just so, or could by one slip have come to just
these characters, is an answer too. Sounds come from pypinyin, which the server does not use. Characters are changed or
dropped only in names of three and more: of two, one character alone is left, and nobody could know.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pypinyin import lazy_pinyin

from dispatch_server.gis.layers import NamedPlace
from tests.gis.utterance_answers import Named, Utterance, named_of

SEED = 20121122
OF_EACH = 40
MOST_READINGS = 10  # more than a desk would read out

BEFORE = (
    *(
        "",
        "",
        "喂你好，我这里是",
        "我是",
        "师傅，我屋里在",
        "麻烦派人来看一下，",
        "停电了，",
        "喂，",
        "你好，我要报修，",
    ),
    *("你好，我要报修，", "我们这里是", "快点来人，", "刚刚打雷，", "又停电了！", "地址：", "湖南省娄底市"),
)
AFTER = (
    *("", "没电了", "停电了", "3组", "十二组", "8组21号", "，变压器响", "的", "，一个小时了", "，整条线都黑了"),
    *("这里冇得电", "五组六号", "，电线断了", " 2组", "，什么时候来电", "12号"),
)
_TAILS = ("国有林场", "社区居委会会", "街道", "社区", "村", "镇", "乡")
_COUNTY_TAILS = "县市区"
# How Hunan says what the dictionary spells: n and l, h and f before u, no curled tongues, no ng after i and e.
_FIRST = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_HU = {"hu": "fu", "hua": "fa", "huai": "fai", "huan": "fan", "huang": "fang", "hui": "fei", "hun": "fen"}
_HU |= {"huo": "fo", "hong": "feng"}

Said = tuple[str, set[Named]]  # the words, and where they may mean


def by_rules(places: Sequence[NamedPlace]) -> list[Utterance]:
    return list(_Rules(places).utterances())


def short(name: str) -> str:
    return name.removesuffix(next((tail for tail in _TAILS if name.endswith(tail)), ""))


def called_so(places: Iterable[NamedPlace]) -> dict[str, set[Named]]:
    """What each name may mean; a former name only where nothing is called so today."""
    known = list(places)
    called: defaultdict[str, set[Named]] = defaultdict(set)
    for place in known:
        for form in _forms(place, (place.name, *place.aliases)):
            called[form].add(named_of(place))
    today = set(called)
    for place in known:
        for form in _forms(place, place.former) - today:
            called[form].add(named_of(place))
    return called


class _Rules:
    def __init__(self, places: Sequence[NamedPlace]) -> None:
        self._dice = random.Random(SEED)
        self._villages = [p for p in places if p.kind == "village"]
        self._called = called_so(places)
        self._sounding: defaultdict[str, set[Named]] = defaultdict(set)
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for village in self._villages:
            self._sounding[_heard(village.township) + _heard(village.name)].add(named_of(village))
        for character in sorted({c for p in self._villages for c in p.name}):
            self._alike[lazy_pinyin(character)[0]].append(character)

    def utterances(self) -> Iterator[Utterance]:
        plain: dict[str, Callable[[NamedPlace], str]] = {
            "in full": lambda v: v.county + v.township + v.name,
            "county left out": lambda v: v.township + v.name,
            "township short": lambda v: short(v.township) + v.name,
            "village short": lambda v: v.township + short(v.name),
            "all short": lambda v: v.county.rstrip(_COUNTY_TAILS) + short(v.township) + short(v.name),
            "township left out": lambda v: v.county + v.name,
            "village alone": lambda v: v.name,
        }
        for section, form in plain.items():
            yield from self._some(section, lambda v, form=form: (form(v), self._called[form(v)]))
        yield from self._some("homophone", lambda v: self._misheard(v, self._homophones))
        yield from self._some("as Hunan says it", lambda v: self._misheard(v, self._mixed_up))
        yield from self._some("one character wrong", self._mistyped)
        yield from self._some("one character missing", self._dropped)

    def _some(self, section: str, say: Callable[[NamedPlace], Said | None]) -> Iterator[Utterance]:
        made = 0
        for village in self._dice.sample(self._villages, len(self._villages)):
            said = say(village)
            if said is None or len(said[1]) > MOST_READINGS:
                continue
            words = self._dice.choice(BEFORE) + said[0] + self._dice.choice(AFTER)
            yield Utterance(section, words, tuple(sorted(said[1])))
            made += 1
            if made == OF_EACH:
                return

    def _misheard(self, village: NamedPlace, others: Callable[[str], Iterable[str]]) -> Said | None:
        """One character of the township or the village gives way to another that sounds so."""
        township, name = village.township, village.name
        is_village = self._dice.random() < 0.5
        word = name if is_village else township
        at = self._dice.randrange(len(short(word)))
        found = sorted(set(others(lazy_pinyin(word)[at])) - {word[at]})
        if not found:
            return None
        slipped = word[:at] + self._dice.choice(found) + word[at + 1 :]
        if is_village:
            return self._said(village, township, slipped, self._sounding[_heard(township) + _heard(slipped)])
        near = self._sounding[_heard(slipped) + _heard(name)]
        return self._said(village, slipped, name, {one for one in near if one.village == name})

    def _homophones(self, spelt: str) -> Iterable[str]:
        return self._alike[spelt]

    def _mixed_up(self, spelt: str) -> Iterable[str]:
        others = (other for other in self._alike if other != spelt and _ear(other) == _ear(spelt))
        return [character for other in others for character in self._alike[other]]

    def _mistyped(self, village: NamedPlace) -> Said | None:
        name = village.name
        at = self._dice.randrange(len(short(name)))
        other = short(self._dice.choice(self._villages).name)[-1]
        return self._slipped(village, name[:at] + other + name[at + 1 :])

    def _dropped(self, village: NamedPlace) -> Said | None:
        at = self._dice.randrange(len(short(village.name)))
        return self._slipped(village, village.name[:at] + village.name[at + 1 :])

    def _slipped(self, village: NamedPlace, slipped: str) -> Said | None:
        if len(short(village.name)) < 3 or slipped == village.name:
            return None
        neighbours = [v for v in self._villages if v.township == village.township and len(short(v.name)) >= 3]
        near = {named_of(v) for v in neighbours if _is_one_slip(v.name, slipped)}
        near |= self._sounding.get(_heard(village.township) + _heard(slipped), set())
        near |= self._called.get(village.township + short(slipped), set())
        return self._said(village, village.township, slipped, near)

    def _said(self, village: NamedPlace, township: str, name: str, near: set[Named]) -> Said | None:
        """With whatever is called exactly so elsewhere: the village in another township, or the other township.

        A slip to another village of that very township is none: nobody can hear that it was not meant.
        """
        exactly: set[Named] = set()
        if township + name in self._called:
            return None
        if name != village.name:
            exactly |= self._called.get(name, set())
        if township != village.township:
            exactly |= self._called.get(township, set())
        return township + name, near | exactly | {named_of(village)}


def _forms(place: NamedPlace, names: Iterable[str]) -> set[str]:
    """All the ways to say it, from the whole to the bare name."""
    if place.kind == "county":
        return {place.name, place.name.rstrip(_COUNTY_TAILS)}
    own = {form for name in names for form in (name, short(name))}
    if place.kind == "village":
        own |= {township + name for township in (place.township, short(place.township)) for name in own}
    counties = {place.county, place.county.rstrip(_COUNTY_TAILS)}
    return {form for form in own | {c + form for c in counties for form in own} if len(form) > 1}


def _heard(words: str) -> str:
    return " ".join(map(_ear, lazy_pinyin(words))) + " "


def _ear(syllable: str) -> str:
    syllable = _HU.get(syllable, syllable)
    for spelt, heard in _FIRST:
        if syllable.startswith(spelt):
            syllable = heard + syllable.removeprefix(spelt)
            break
    return syllable.removesuffix("g") if syllable.endswith(("ing", "eng")) else syllable


def _is_one_slip(name: str, slipped: str) -> bool:
    """One character of the name is another, or is missing."""
    if len(name) == len(slipped):
        return sum(a != b for a, b in zip(name, slipped, strict=True)) == 1
    return any(name[:n] + name[n + 1 :] == slipped for n in range(len(name)))
