"""What the caller may mean: each thing that is named, judged by everything else that is named.

Ordered by a tuple, the most important first: what it contradicts, what it leaves unexplained, how it was heard, how
fine it is. Never a weighted sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from dispatch_server.gis.mentions import Mention, Part
from dispatch_server.gis.naming import COUNTY, ELSEWHERE, FEEDER, POLE, TOWNSHIP, VILLAGE, Entry, How
from dispatch_server.protocol.geo import metres_between

_FAULTLESS = (0, 0, How.FULL, False)
_NO_NEIGHBOUR_M = 3000.0  # farther apart than this, edge to edge, nobody calls two things neighbours


class _Bearing(Enum):
    """What a mention says of an entry."""

    NAMES = "names"
    HOLDS = "holds"
    FINER = "finer"  # it names something in the entry: the entry does not explain it
    NEAR = "near"
    AGAINST = "against"
    NOTHING = "nothing"


# What it contradicts, what it leaves unexplained, how it was heard, whether it is noise, what it takes for noise, what
# holds it, its own kind.
Order = tuple[int, int, int, bool, int, int, int]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`named` are the mentions that name the entry itself, `inside` those that name what it lies in.

    It is noise where it is named only by what may be part of another name, or by what first means something wider.
    """

    entry: Entry
    how: How
    named: tuple[Mention, ...]
    inside: tuple[Mention, ...]
    against: tuple[Mention, ...]
    left_over: int
    is_noise: bool
    order: Order

    @property
    def is_beside(self) -> bool:
        return all(m.part is Part.BESIDE for m in self.named)

    @property
    def is_contained(self) -> bool:
        return any(m.is_firm and not m.how.is_heard for m in self.inside)

    @property
    def is_weak(self) -> bool:
        """Nothing but a short form, alone or run on into other words: it may be part of a shop's name."""
        if self.is_noise:
            return True
        if self.entry.kind == TOWNSHIP:
            return all(m.runs_on for m in self.named)
        if self.entry.kind != VILLAGE or any(not m.is_short for m in self.named):
            return False
        return not self.inside or not any(m.is_firm or self._follows_its_township(m) for m in self.named)

    @property
    def is_well_named(self) -> bool:
        """With its township, or with what tells a village from a word."""
        return self.is_contained or any(not m.is_short for m in self.named)

    @property
    def is_second_thought(self) -> bool:
        """Heard into words that, as they stand, name something elsewhere."""
        return self.how.is_heard and any(not how.is_heard for m in self.named for _, how in m.called)

    @property
    def away_m(self) -> float:
        return max((m.away_m for m in self.named), default=0.0)

    @property
    def heard_words(self) -> str:
        return max(self.named, key=lambda m: len(m.words)).words

    def _follows_its_township(self, mention: Mention) -> bool:
        return any(m.end == mention.start for m in self.inside)


def hypotheses(mentions: Sequence[Mention]) -> list[Hypothesis]:
    """The best first. Directions are no places; a neighbour is one where nothing better is named."""
    counted = [_as_meant(m, mentions) for m in mentions if m.part is not Part.TOWARDS and m.kinds != {FEEDER}]
    entries = {entry: None for m in _that_name_the_place(counted) for entry, _ in m.called if entry.at is not None}
    groups = list(_groups(counted))
    judged: list[Hypothesis] = []
    for _, alike in groupby(sorted(entries, key=lambda e: -e.fineness), key=lambda e: e.fineness):
        judged += [h for entry in alike if (h := _judged(entry, counted, groups)) is not None]
        if any(h.order[:4] == _FAULTLESS for h in judged):
            break  # what is coarser explains no more
    if any(h.entry.kind != COUNTY and not h.is_noise for h in judged):
        judged = [h for h in judged if h.entry.kind != COUNTY]  # it explains everything in it and says nothing
    return sorted(judged, key=lambda h: (h.order, h.entry.radius_m, h.entry.id))


def best_of(ordered: Sequence[Hypothesis]) -> list[Hypothesis]:
    """All that are as good as the first."""
    return [h for h in ordered if h.order == ordered[0].order]


def rivals(best: Hypothesis, ordered: Sequence[Hypothesis]) -> list[Hypothesis]:
    """What is named elsewhere in the words no worse than the best, and is neither in it nor around it.

    A short form counts beside a name with 村 only where its township is said too: 楼下 in 石圳村楼下 is no village.
    """
    named = {m.start for m in best.named}
    return [
        h
        for h in ordered
        if not (best.entry.holds(h.entry) or h.entry.holds(best.entry))
        and named.isdisjoint(m.start for m in h.named)
        and (h.is_well_named or not best.is_well_named)
        and any(m.part is Part.PLACE and not m.is_borne and not m.how.is_heard for m in h.named)
    ]


def _that_name_the_place(counted: Sequence[Mention]) -> list[Mention]:
    """A village beside it is left aside where the place is named as finely; a school beside it is not."""
    finest = max((e.fineness for m in counted if m.part is Part.PLACE for e, _ in m.called), default=-1)
    return [m for m in counted if m.part is Part.PLACE or any(e.fineness > finest for e, _ in m.called)]


def _judged(entry: Entry, mentions: Sequence[Mention], groups: Sequence[Sequence[Mention]]) -> Hypothesis | None:
    said: dict[_Bearing, list[Mention]] = {bearing: [] for bearing in _Bearing}
    left_over = ignored = 0
    for group in groups:
        bearings = [_bearing(mention, entry, mentions) for mention in group]
        told = next((b for b in _Bearing if b in bearings), _Bearing.NOTHING)
        said[told] += [m for m, b in zip(group, bearings, strict=True) if b is told]
        ignored += told is _Bearing.NOTHING and group[0].is_firm
        left_over += told is _Bearing.FINER or (told is _Bearing.AGAINST and group[0].how.is_heard)
    named = said[_Bearing.NAMES]
    if not named:
        return None
    how = min(h for m in named for e, h in m.called if e is entry)
    if how is How.LOCAL and not said[_Bearing.HOLDS]:
        return None
    against = tuple(m for m in said[_Bearing.AGAINST] if not m.how.is_heard)
    inside = tuple(said[_Bearing.HOLDS])
    noise = all(m.is_borne or _means_wider(m, entry, mentions) for m in named)
    heard = how if how.is_heard else How.FULL
    # Of a contradiction both sides are as good, but a township says more than a county.
    last = (-_finest_holder(entry, inside), 0) if against else (0, -entry.fineness)
    order = (len(against), left_over, heard, noise, ignored, *last)
    return Hypothesis(entry, how, tuple(named), inside, against, left_over, noise, order)


def _as_meant(mention: Mention, mentions: Sequence[Mention]) -> Mention:
    """白溪 in 白溪大熊 is the township, no village elsewhere: what is named right behind it lies there."""
    if not mention.is_short or VILLAGE not in mention.kinds:
        return mention
    following = [e for m in mentions if m.start == mention.end and not m.how.is_heard for e, _ in m.called]
    wider = tuple(c for c in mention.called if any(c[0].holds(e) and c[0] is not e for e in following))
    return replace(mention, called=wider) if wider else mention


def _finest_holder(entry: Entry, inside: Sequence[Mention]) -> int:
    return max((e.fineness for m in inside for e, _ in m.called if e.holds(entry)), default=-1)


def _groups(mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """What was misheard may be heard in several ways at one place of the words: one of them is meant."""
    group: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (not m.how.is_heard, m.start)):
        if group and mention.how.is_heard and group[0].how.is_heard and mention.start < max(m.end for m in group):
            group.append(mention)
            continue
        if group:
            yield group
        group = [mention]
    if group:
        yield group


def _bearing(mention: Mention, entry: Entry, mentions: Sequence[Mention]) -> _Bearing:
    entries = [e for e, _ in mention.called]
    if any(e is entry for e in entries):
        return _Bearing.NAMES
    holds_it, lies_in_it = any(e.holds(entry) for e in entries), any(entry.holds(e) for e in entries)
    if (holds_it or lies_in_it) and mention.listed_with:  # in 白溪和三甲乡 no 白溪 of 三甲乡 is meant
        named = [m for m in mentions if any(e is entry for e, _ in m.called)]
        if all(m.start in mention.listed_with for m in named):
            return _Bearing.AGAINST
    if holds_it:
        return _Bearing.HOLDS
    if lies_in_it:
        return _Bearing.NOTHING if mention.is_borne else _Bearing.FINER
    if mention.part is Part.BESIDE:
        return _Bearing.NEAR if any(_are_neighbours(entry, e) for e in entries) else _Bearing.NOTHING
    if mention.kinds == {ELSEWHERE}:  # 湘乡市金石镇, not: 我在长沙市，家里是金石镇的
        return _Bearing.AGAINST if any(0 <= m.start - mention.end <= 1 for m in mentions) else _Bearing.NOTHING
    if mention.kinds == {POLE} and not any(_are_neighbours(entry, e) for e in entries):
        return _Bearing.AGAINST
    if not mention.names_an_area:  # a street or a school of that name may be missing from the map
        return _Bearing.FINER if mention.is_firm and mention.how is not How.LOCAL else _Bearing.NOTHING
    may_be_noise = mention.is_borne or _may_be_noise(mention)
    return _Bearing.NOTHING if may_be_noise else _Bearing.AGAINST


def _may_be_noise(mention: Mention) -> bool:
    """A short form that fits nothing else: 和平 in 永丰镇和平饭店 is no village. Firm ones of a township count."""
    if not mention.is_short or mention.listed_with or COUNTY in mention.kinds:
        return False
    if TOWNSHIP in mention.kinds:
        return not mention.is_firm
    return True


def _are_neighbours(one: Entry, other: Entry) -> bool:
    if one.at is None or other.at is None:
        return False
    return metres_between(one.at, other.at) <= one.radius_m + other.radius_m + _NO_NEIGHBOUR_M


def _means_wider(mention: Mention, entry: Entry, mentions: Sequence[Mention]) -> bool:
    """Where 双峰 is a county and also a village, the county is meant; not in 花门镇花门: the wider is named before."""
    if not mention.is_short:
        return False
    named_before = {e for m in mentions if m.start < mention.start for e, _ in m.called}
    others = [m for m in mentions if m is not mention and m.part is Part.PLACE and m.is_firm and not m.how.is_heard]
    return any(
        wider.fineness < entry.fineness and wider not in named_before and _agrees_with_all(wider, others)
        for wider, _ in mention.called
    )


def _agrees_with_all(entry: Entry, others: Sequence[Mention]) -> bool:
    return all(any(e.holds(entry) or entry.holds(e) for e, _ in other.called) for other in others)
