"""Names that were heard or typed wrongly: by sound, then by one character.

Each is looked up in an index; there is never a search through all names.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dispatch_server.gis.mentions import AFTER_A_SHORT_NAME, Mention
from dispatch_server.gis.naming import (
    COUNTY,
    FEEDER,
    LANDMARK,
    STREET,
    TOWNSHIP,
    VILLAGE,
    Called,
    Entry,
    How,
    Names,
    has_suffix,
    is_long,
)
from dispatch_server.gis.readings import are_read_alike, sound_of

MOST_CHARACTERS = 80  # of the words that are listened to: a place is named early
_LONGEST = 8
_MOST_NEARLY = 6  # more is no help to anybody
# 我们村 is everybody's. What sounds like it is no place.
_NO_NAMES = re.compile(
    "[我你他她它咱这那哪每各]|整个|整村|全[村组镇乡部都]|[几一两三]个|几[村组户]|有个|隔壁|附近|旁边|对面|本[村组镇乡]|同[村组一]|自然|"
    "农村|乡村|进村|村村|停电|没电|断电|来电|有电|电[线杆表力视]|跳闸|师傅|线路|灯|什么|怎么|为何|现在|刚才|今天|昨|晚上|早上|屋里|家里|变压"
)
_CHINESE = re.compile("[\u4e00-\u9fff0-9]+")
_GOES_ON = frozenset("变家电了我都又就是一")  # 花门镇双农家里没电


def heard_mentions(names: Names, words: str, known: Sequence[Mention]) -> list[Mention]:
    """Every stretch between the names that are known which may be another, misheard. They may overlap."""
    words = words[:MOST_CHARACTERS]
    holders = [entry for m in known for entry, _ in m.called if entry.kind in (COUNTY, TOWNSHIP)]
    found: list[Mention] = []
    for start, end in _open_stretches(words, known):
        found += _in_stretch(names, words, start, end, holders, known)
    return [m for m in found if not any(_covers(other, m) for other in found)]


def without_covered(known: Sequence[Mention], heard: Sequence[Mention]) -> list[Mention]:
    """大埠 in 大埠乔街道 is no village, once the whole is heard as 大埠桥街道."""
    sound = [h for h in heard if has_suffix(h.words) or h.how is not How.SLIP]
    return [m for m in known if m.is_firm or not any(_covers(h, m) for h in sound)]


def without_echoes(heard: Sequence[Mention], known: Sequence[Mention]) -> list[Mention]:
    """坪东村 in 砂坪东村 sounds like 砂坪东村: that is named already, whatever part it has."""
    return [h for h in heard if not any(_covers(m, h) and _name_the_same(m, h) for m in known)]


def _name_the_same(one: Mention, other: Mention) -> bool:
    return not {entry for entry, _ in one.called}.isdisjoint(entry for entry, _ in other.called)


def _covers(outer: Mention, inner: Mention) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and len(inner.words) < len(outer.words)


def misnamed(names: Names, mention: Mention, holders: Sequence[Entry]) -> Mention:
    """With what may be meant in one of these places, where the name itself lies elsewhere: 红星村 for 洪新村."""
    called = [*names.called_in(mention.words, holders)]
    called += [c for c in _sounding(names, mention.words, sound_of(mention.words)) if _is_in(c[0], holders)]
    called += [c for c in _slipped(names, mention.words) if _is_in(c[0], holders)]
    known = {entry for entry, _ in mention.called}
    others = [c for c in called if c[0] not in known and c[0].kind == VILLAGE]
    return replace(mention, called=(*mention.called, *_surest(others))) if others else mention


def nearly(words: str, villages: Sequence[Entry]) -> list[Called]:
    """Of the villages of one township, those one character away: too little to place a call, enough to ask."""
    close = [(village, How.SLIP) for village in villages if _is_one_slip(village.name, words)]
    return close[:_MOST_NEARLY]


_A_VILLAGE = re.compile("[\u4e00-\u9fff]{1,4}?(?:村(?!里|民|上|口|子)|社区)")


def unknown_villages(words: str, mentions: Sequence[Mention]) -> Iterator[str]:
    """What is called a village right behind its township, and is none that is known."""
    for mention in mentions:
        found = _A_VILLAGE.match(words, mention.end) if TOWNSHIP in mention.kinds and mention.is_firm else None
        if (
            found
            and not _NO_NAMES.match(found[0])
            and all(m.start != found.start() or m.how.is_heard for m in mentions)
        ):
            yield found[0]


def _is_in(entry: Entry, holders: Sequence[Entry]) -> bool:
    return any(holder is not entry and holder.holds(entry) for holder in holders)


def _open_stretches(words: str, known: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Chinese between the names: nothing else is a name."""
    for run in _CHINESE.finditer(words):
        start = run.start()
        for mention in known:
            if mention.start >= run.end() or mention.end <= start:
                continue
            if mention.start > start:
                yield start, mention.start
            start = mention.end
        if start < run.end():
            yield start, run.end()


def _in_stretch(
    names: Names, words: str, start: int, end: int, holders: Sequence[Entry], known: Sequence[Mention]
) -> Iterator[Mention]:
    sounds = sound_of(words)
    behind_a_township = any(m.end == start and TOWNSHIP in m.kinds for m in known)
    for left in range(start, end):
        for right in range(left + 2, min(end, left + _LONGEST) + 1):
            said = words[left:right]
            called = [*_sounding(names, said, sounds[left:right]), *_slipped(names, said)]
            if not called or (_NO_NAMES.match(said) and not (len(said) >= 4 and has_suffix(said))):
                continue
            follows = behind_a_township and left == start and _may_end_at(words, right)
            ends = has_suffix(said) or _may_end_at(words, right)
            credible = [c for c in called if _is_credible(said, c, holders, follows) and (ends or c[1] is not How.SLIP)]
            if credible:
                yield Mention(said, left, _surest(credible), words[left - 1 : left], words[right : right + 6])


def _may_end_at(words: str, end: int) -> bool:
    return end == len(words) or words[end] in AFTER_A_SHORT_NAME or words[end] in _GOES_ON


def _is_credible(said: str, called: Called, holders: Sequence[Entry], follows: bool) -> bool:
    """Two syllables without 村 or 镇 sound like some village anywhere: only right behind their own township."""
    entry, _ = called
    if has_suffix(said) or entry.kind == STREET:
        return len(said) >= 3
    inside = _is_in(entry, holders)
    if len(said) == 2:
        return follows and inside and entry.kind == VILLAGE
    return inside or entry.kind in (TOWNSHIP, FEEDER)


def _sounding(names: Names, said: str, sound: str) -> Iterator[Called]:
    for name in names.sounding(sound):
        if name == said:
            continue
        how = How.SOUND if are_read_alike(name, said) else How.MIXED
        for entry, _ in names.called(name):
            yield entry, how


def _slipped(names: Names, said: str) -> Iterator[Called]:
    """One character wrong, missing or too many, in names long enough to be known by the rest."""
    if len(said) < 3:
        return
    close: set[str] = set(names.with_gap(said))  # one is missing
    for i in range(len(said)):
        rest = said[:i] + said[i + 1 :]
        if 0 < i < len(said) - 1 and names.called(rest) and is_long(rest):
            close.add(rest)  # one too many, in the middle: at its ends the name stands as it is
        close.update(name for name in names.with_gap(rest) if name[:i] + name[i + 1 :] == rest)
    for name in close:
        if name != said and has_suffix(name) == has_suffix(said) and not _are_told_apart(name, said):
            for entry, _ in names.called(name):
                if entry.kind != LANDMARK or name[-1] == said[-1]:  # 泽溪嫁 is no 泽溪桥: the last one says what it is
                    yield entry, How.SLIP


# 上渡 and 下渡 are two villages on purpose; whoever says one does not mean the other.
_ON_PURPOSE = frozenset("上下东西南北中新老大小前后内外左右一二三四五六七八九十")


def _are_told_apart(name: str, said: str) -> bool:
    odd = (Counter(name) - Counter(said)) + (Counter(said) - Counter(name))
    return bool(odd) and _ON_PURPOSE.issuperset(odd)


def _is_one_slip(name: str, said: str) -> bool:
    """One character wrong, missing or too many."""
    if len(name) == len(said):
        return sum(a != b for a, b in zip(name, said, strict=True)) == 1
    longer, shorter = (name, said) if len(name) > len(said) else (said, name)
    return len(longer) - len(shorter) == 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def _surest(called: Sequence[Called]) -> tuple[Called, ...]:
    """Each entry once, as surely as it can be heard; a later pass never overrules an earlier one."""
    best: dict[Entry, How] = {}
    for entry, how in called:
        best[entry] = min(how, best.get(entry, how))
    limit = min(best.values())
    return tuple((entry, how) for entry, how in best.items() if how <= max(limit, How.MIXED) or how == limit)
