"""Where in a caller's words something is named, and its part: the place itself, a neighbour, a direction, a denial."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from dispatch_server.gis.naming import (
    FEEDER,
    LANDMARK,
    POLE,
    STREET,
    TRANSFORMER,
    VILLAGE,
    Called,
    How,
    Names,
    has_suffix,
)


class Part(Enum):
    """What a name is in the sentence."""

    PLACE = "place"
    BESIDE = "beside"
    TOWARDS = "towards"


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the words and everything that is called so. `away_m`: how far from it, where the caller says so."""

    words: str
    start: int
    called: tuple[Called, ...]
    before: str = ""
    after: str = ""
    part: Part = Part.PLACE
    away_m: float = 0.0
    is_unsure: bool = False  # said with a reserve, or of others
    is_tail: bool = False  # of a longer name that is on no map: 龙潭村 in 花门镇双龙潭村
    listed_with: tuple[int, ...] = ()  # where the names begin that "and" or "or" puts beside it: 大桥加永丰

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    @property
    def how(self) -> How:
        return min(how for _, how in self.called)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(entry.kind for entry, _ in self.called)

    @property
    def is_short(self) -> bool:
        return self.how > How.FULL and not has_suffix(self.words)

    @property
    def is_borne(self) -> bool:
        """Likely to be a part of another name: 新化饭店, 上大桥村."""
        if self.is_tail or (self.before and self.before in _MAY_BELONG_TO_THE_NAME):
            return True
        return self.is_short and (_BEARERS.match(self.after) or _LONGER_NAME.match(self.after)) is not None

    @property
    def is_firm(self) -> bool:
        """Not likely to be a part of another name."""
        if self.is_borne:
            return False
        return VILLAGE not in self.kinds or not self.runs_on

    @property
    def runs_on(self) -> bool:
        """A short form that goes on as no name does: 荣华 in 荣华富贵, 井字 in 井字架."""
        if not self.is_short or not self.after or self.listed_with:
            return False
        return self.after[0] not in AFTER_A_SHORT_NAME and _OF_A_TOWN.match(self.after) is None

    @property
    def is_of_wires(self) -> bool:
        return not self.kinds.isdisjoint({TRANSFORMER, POLE})

    @property
    def names_an_area(self) -> bool:
        return any(not entry.is_spot for entry, _ in self.called)


MOST_MENTIONS = 10  # that are weighed against each other; who names more has written a letter
# 上大桥村 and 新大桥村 may be other villages than 大桥村.
_MAY_BELONG_TO_THE_NAME = frozenset("上下大小新老东西南北中内外高长")
# What may follow a village's short form. 中心 in 花门镇中心3组 is the village; in 花门镇中心小学 it may be none.
AFTER_A_SHORT_NAME = frozenset(
    "村社居组队院屋的有在附边旁这那里停没断跳对隔后前全整片往到和跟与同搭及或以都也就还又啊呀呢嘛吧噻咯哒，。,.;、；！？!?（()0123456789一二三四五六七八九十"
)
# What may follow a township's short form besides: what it has one of, and what befalls all of it.
_OF_A_TOWN = re.compile("[街墟圩]上|老街|集镇|墟场|片区|电(?![子器商动脑玩])|[冇黑打下刮起着冒发出从今昨刚现什明]")
# What bears the names of places far away: 新化饭店 stands in every county.
_BEARERS = re.compile(
    "大?(?:饭店|酒店|酒楼|宾馆|旅馆|旅社|招待所|饭馆|餐馆|餐厅|菜馆|土菜|豆腐|辣酱|米粉|粉店|面馆|牛肉|茶|超市|商店|商场|商行|商贸|"
    "便利店|药店|药房|诊所|理发|网吧|大厦|花园|小区|公寓|家园|公馆|国际|广场|公司|集团|厂|银行|信用社|烟酒|家具|家电|汽修|"
    "修理|洗车|驾校|幼儿园|专卖|卫生|校|市场|敬老|养老|政府|派出所|供销|电站|水库|煤矿|矿|砖|加油|汽车|车站|批发|路|街|巷|弄|线|站|桥|小学|中学|学校|完小|医院|酒|人|口音|老乡|话|"
    "[0-9一二三四五六七八九十]号(?:公馆|府|店|仓)|[河江水山湖洞岭寨庙寺湾冲坳坪塘田垅塅桥井潭溪洲坝铺亭园]|风景|景区|隧道|高速|收费|互通|服务区|矿区)"
)
# 双龙潭村, 雷峰三村, 新石边社区: villages of other names.
_LONGER_NAME = re.compile(
    "[^的有在这那里全本整我你他没停断跳和跟与同搭带并及或以还加连都也就到往对，,。.;、；！？!?（(）)][\u4e00-\u9fff]{0,2}?(?:村(?!里|民|子)|社区)"
)
# 永丰路 is a street anywhere and 朝阳区 a district of Beijing: neither puts the caller into 永丰 or 朝阳.
_OF_ANOTHER_NAME = re.compile("[东南西北中]?路|街(?!道|上)|巷|弄|大道|大街|[县市省州](?!城)|区(?!域)|线(?!路|断|杆)")


_OF_AN_AREA = re.compile("村(?!里|民|口|头)|社区|镇|乡(?!下)|街道")  # 涟源大桥 is a bridge, 涟源大桥村 a village
_OF_A_TOWNSHIP = re.compile("[镇乡](?!下|里|亲)|街道")  # 坪上镇 lies elsewhere, whatever the village 坪上


def exact_mentions(names: Names, words: str) -> list[Mention]:
    """In the order of the words; where names overlap, the longest."""
    named = [
        _mention(words, start, end, called)
        for start, first in enumerate(words)
        if (longest := names.longest.get(first))
        for end in range(start + 2, min(len(words), start + longest) + 1)
        if (called := names.called(words[start:end]))
    ]
    return apart([m for m in named if not _is_of_another_name(words, m) or _goes_on_inside(m, named)])


def _goes_on_inside(mention: Mention, named: Sequence[Mention]) -> bool:
    """乐坪 in 乐坪街心 is no street: 街心 lies there."""
    return any(m.start == mention.end and holds(mention, m) for m in named)


def apart(found: Sequence[Mention]) -> list[Mention]:
    ending: dict[int, list[Mention]] = defaultdict(list)
    for mention in found:
        ending[mention.end].append(mention)
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(found, key=lambda m: (-len(m.words), *_is_less_likely(m, ending[m.start]), m.start)):
        if taken.isdisjoint(range(mention.start, mention.end)):
            kept.append(mention)
            taken.update(range(mention.start, mention.end))
    return sorted(kept, key=lambda m: m.start)


def _is_less_likely(mention: Mention, before: Sequence[Mention]) -> tuple[bool, bool]:
    """Of two as long: 山口湾, not 石牛山 in 石牛山口湾, as it lies in 石牛; 田坪, not 在田 in 家在田坪."""
    return not any(holds(outer, mention) for outer in before), mention.words[0] == "在"


def holds(outer: Mention, inner: Mention) -> bool:
    return any(o.holds(i) for o, _ in outer.called for i, _ in inner.called if o is not i)


def _mention(words: str, start: int, end: int, called: tuple[Called, ...]) -> Mention:
    return Mention(words[start:end], start, called, words[start - 1 : start], words[end : end + 6])


def _is_of_another_name(words: str, mention: Mention) -> bool:
    if mention.kinds <= {STREET, LANDMARK, FEEDER}:
        return _OF_AN_AREA.match(words, mention.end) is not None
    if not has_suffix(mention.words) and _OF_ANOTHER_NAME.match(words, mention.end):
        return True
    is_village = all(entry.kind == VILLAGE and how is not How.FULL for entry, how in mention.called)
    return is_village and _OF_A_TOWNSHIP.match(words, mention.end) is not None
