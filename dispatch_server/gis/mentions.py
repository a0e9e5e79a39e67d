"""Where in a caller's words something is named, and its part: the place itself, a neighbour, a direction, a denial."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from dispatch_server.gis.naming import (
    COUNTY,
    FEEDER,
    LANDMARK,
    POLE,
    STREET,
    TOWNSHIP,
    TRANSFORMER,
    VILLAGE,
    Called,
    How,
    Names,
    has_suffix,
)
from dispatch_server.gis.numbers import NUMBER, number_in


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
    is_tail: bool = False  # of a longer name that is on no map: 龙潭村 in 花门镇双龙潭村

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
        if not self.is_short or not self.after or VILLAGE not in self.kinds:
            return True
        return self.after[0] in AFTER_A_SHORT_NAME

    @property
    def is_of_wires(self) -> bool:
        return not self.kinds.isdisjoint({TRANSFORMER, POLE})

    @property
    def names_an_area(self) -> bool:
        return any(not entry.is_spot for entry, _ in self.called)


_MOST_MENTIONS = 16  # who names more has written a letter
# 上大桥村 and 新大桥村 may be other villages than 大桥村.
_MAY_BELONG_TO_THE_NAME = frozenset("上下大小新老东西南北中内外高长")
# What may follow a village's short form. 中心 in 花门镇中心3组 is the village; in 花门镇中心小学 it may be none.
AFTER_A_SHORT_NAME = frozenset(
    "村社居组队院屋的有在附边旁这那里停没断跳对隔后前全整片往到和，。,.;、；！？!?（()0123456789一二三四五六七八九十"
)
# What bears the names of places far away: 新化饭店 stands in every county.
_BEARERS = re.compile(
    "大?(?:饭店|酒店|酒楼|宾馆|旅馆|旅社|招待所|饭馆|餐馆|餐厅|菜馆|土菜|米粉|粉店|面馆|牛肉|茶|超市|商店|商场|商行|商贸|"
    "便利店|药店|药房|诊所|理发|网吧|大厦|花园|小区|公寓|家园|公馆|国际|广场|公司|集团|厂|银行|信用社|烟酒|家具|家电|汽修|"
    "修理|洗车|驾校|幼儿园|专卖|卫生|校|市场|敬老|养老|政府|派出所|供销|电站|水库|煤矿|矿|砖|加油|汽车|车站|批发|路|街|巷|弄|线|站|桥|小学|中学|学校|完小|医院|酒|人|口音|老乡|话|"
    "[河江水山湖洞岭寨庙寺湾冲坳坪塘田垅塅桥井潭溪洲坝铺亭园]|风景|景区|隧道|高速|收费|互通|服务区|矿区)"
)
_LONGER_NAME = re.compile(f"[^{''.join(AFTER_A_SHORT_NAME)}][\u4e00-\u9fff]{{0,2}}?(?:村(?!里|民|子)|社区)")  # 双龙潭村
# 永丰路 is a street anywhere and 朝阳区 a district of Beijing: neither puts the caller into 永丰 or 朝阳.
_OF_ANOTHER_NAME = re.compile("路|街(?!道|上)|巷|弄|大道|大街|[县市省州](?!城)|区(?!域)|线(?!路|断|杆)")


_OF_AN_AREA = re.compile("村(?!里|民|口|头)|社区|镇|乡(?!下)|街道")  # 涟源大桥 is a bridge, 涟源大桥村 a village
_OF_A_TOWNSHIP = re.compile("[镇乡](?!下|里|亲)|街道")  # 坪上镇 lies elsewhere, whatever the village 坪上


def exact_mentions(names: Names, words: str) -> list[Mention]:
    """In the order of the words; where names overlap, the longest."""
    found = [
        _mention(words, start, end, called)
        for start, first in enumerate(words)
        if (longest := names.longest.get(first))
        for end in range(start + 2, min(len(words), start + longest) + 1)
        if (called := names.called(words[start:end])) and not _is_of_another_name(words, start, end, called)
    ]
    return apart(found)[:_MOST_MENTIONS]


def apart(found: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (-len(m.words), m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _mention(words: str, start: int, end: int, called: tuple[Called, ...]) -> Mention:
    return Mention(words[start:end], start, called, words[start - 1 : start], words[end : end + 6])


def _is_of_another_name(words: str, start: int, end: int, called: Sequence[Called]) -> bool:
    if all(entry.kind in (STREET, LANDMARK, FEEDER) for entry, _ in called):
        return _OF_AN_AREA.match(words, end) is not None
    if not has_suffix(words[start:end]) and _OF_ANOTHER_NAME.match(words, end):
        return True
    is_village = all(entry.kind == VILLAGE and how is not How.FULL for entry, how in called)
    return is_village and _OF_A_TOWNSHIP.match(words, end) is not None


def with_parts(words: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Each with its part in the sentence; what the caller took back is left out."""
    kept = _without_corrected(words, [m for m in mentions if not _is_denied(words, m)])
    return [_in_its_part(words, m, [o for o in kept if o is not m]) for m in kept]


def without_taken_back(words: str, exact: Sequence[Mention], kept: Sequence[Mention]) -> str:
    """The words with blanks where something was denied or corrected: nobody shall hear it again."""
    still_said = {m.start for m in kept}
    for mention in exact:
        if mention.start not in still_said:
            words = words[: mention.start] + "\0" * len(mention.words) + words[mention.end :]
    return words


# 不是大桥村，是石桥村. 是不是, 要不是 and 不是…吗 deny nothing.
_DENIAL = re.compile(
    r"(?<![是要还可莫该])不(?:是|在)(?P<no>[^，,。！？!?；;]{2,24}?)(?=(?:[，,、；;]?(?:而|应该)?是)|[，,。！!；;]|$)"
)
_ASKING = re.compile("[吗嘛么吧]")
# What a correction names takes back the one before, even if no map knows it.
_NAMED_AFTER = {
    VILLAGE: re.compile("[\u4e00-\u9fff](?:村(?!里|民|子)|社区)"),
    TOWNSHIP: re.compile("[\u4e00-\u9fff](?:镇|乡(?!下|里)|街道)"),
}
_CORRECTION = re.compile("不对|(?:说|讲|搞|弄|报|记|写)错|错了|哦不|啊不|噢不|不不|更正|口误|应该是|应为")


def _is_denied(words: str, mention: Mention) -> bool:
    for found in _DENIAL.finditer(words):
        if found.start("no") <= mention.start < found.end("no") and not _ASKING.search(found["no"]):
            return True
    return False


def _without_corrected(words: str, mentions: list[Mention]) -> list[Mention]:
    """洋溪镇，不对，是水车镇: what was said before gives way to what of the same kind is said after."""
    for found in _CORRECTION.finditer(words):
        after = frozenset[str]().union(*(m.kinds for m in mentions if m.start >= found.end()))
        after |= {kind for kind, named in _NAMED_AFTER.items() if named.search(words, found.end())}
        mentions = [m for m in mentions if m.start >= found.start() or m.kinds.isdisjoint(after)]
    return mentions


_BEFORE_A_DIRECTION = re.compile("(?:往|朝|向|通往|通向|开往|驶往)$")
_BEFORE_A_WAY = re.compile("(?:去|到|上|回)$")
_A_DIRECTION_AFTER = re.compile("(?:那个|这个|的)?方向")
_A_WAY_AFTER = re.compile("(?:去)?的?(?:路上|半路|公路|马路|路口)|去的路|那条路")
_BEFORE_A_NEIGHBOUR = re.compile(
    "(?:隔壁|旁边|对面|附近|后面|前面|边上|侧边|紧挨|挨着|挨到|靠近|紧靠|靠|临近|邻近|毗邻|距离|离|距|背靠|面对|过了?|路过|从)"
    "(?:就是|也是|是|就|有个|有一个|有|着|那个|这个|一个|个|：|:)*$"
)
_FROM = re.compile("(?:过了?|路过|从)$")
_A_NEIGHBOUR_AFTER = re.compile(
    "(?:的|大门|门口|再|村)*(?:斜对面|正对面|对面|对门|旁边|旁|隔壁|附近|左近|背后|后头|后面|背面|屋后|前头|前面|边上|侧边|"
    "左边|右边|左手边|右手边|东边|西边|南边|北边|东侧|西侧|南侧|北侧|边(?!那|这)|过去|过来|往前|往里|往上|往下|往[东西南北]|再走|"
    "不远|出来|出去|上来|上去|下来|下去|外面|周围|周边|一带|交界|(?:还?有|约|大概|大约|差不多)?"
    + NUMBER
    + "(?:多|来|几)?(?:米|公里|里(?![\u4e00-\u9fff])|里(?=[路地远外的多左])))"
)
_UNDER_IT = re.compile("(?:的|这|那)*(?:下面|下头|底下)")  # of a township: inside it
_BETWEEN = re.compile("(?:之间|中间|交界)")
_FAR = re.compile("(?P<n>" + NUMBER + ")(?:多|来|几)?(?P<unit>米|公里|里)")
_UNIT_M = {"米": 1.0, "公里": 1000.0, "里": 500.0}
_NEAR_BY = 12  # characters in which a distance is said


def _in_its_part(words: str, mention: Mention, others: Sequence[Mention]) -> Mention:
    previous = max((o.end for o in others if o.end <= mention.start), default=0)
    following = min((o.start for o in others if o.start >= mention.end), default=len(words))
    before = words[max(previous, mention.start - 6) : mention.start]
    after = words[mention.end : min(following, mention.end + _NEAR_BY)]
    is_tail = (
        previous > 0
        and VILLAGE in mention.kinds
        and TOWNSHIP not in mention.kinds
        and _REST_OF_A_NAME.fullmatch(words[previous : mention.start]) is not None
    )
    mention = replace(mention, before=before[-1:], after=after[:6], is_tail=is_tail)
    if _A_DIRECTION_AFTER.match(after) or _BEFORE_A_DIRECTION.search(before):
        return replace(mention, part=Part.TOWARDS)
    if _BEFORE_A_WAY.search(before) and _A_WAY_AFTER.match(after):
        return replace(mention, part=Part.TOWARDS)
    if _is_beside(mention, before, after) or _is_between(words, mention, others):
        return replace(mention, part=Part.BESIDE, away_m=_metres_said(after))
    return mention


# What stands between two names without belonging to either: 洋溪镇的石桥村, 洋溪镇那个石桥村.
_REST_OF_A_NAME = re.compile(
    "[^的那这个在是里边有我们和跟与中还，,。；;、！？!?()（）0-9A-Z#城和同及去到往号旁后前家就属下]{1,2}"
)


def _is_beside(mention: Mention, before: str, after: str) -> bool:
    if _BEFORE_A_NEIGHBOUR.search(before):
        return not _FROM.search(before) or _A_NEIGHBOUR_AFTER.match(after) is not None
    if mention.kinds <= {COUNTY, TOWNSHIP} and _UNDER_IT.match(after):
        return False
    return _A_NEIGHBOUR_AFTER.match(after) is not None


def _is_between(words: str, mention: Mention, others: Sequence[Mention]) -> bool:
    """大桥村和永丰村之间, 大桥村跟永丰村交界."""
    for found in _BETWEEN.finditer(words):
        last = max((m for m in (mention, *others) if m.end <= found.start()), key=lambda m: m.end, default=None)
        if last is None or found.start() - last.end > 2:
            continue
        first = max((m for m in (mention, *others) if m.end < last.start), key=lambda m: m.end, default=None)
        if mention in (first, last) and first is not None and last.start - first.end <= 2:
            return True
    return False


def _metres_said(after: str) -> float:
    found = _FAR.search(after)
    return 0.0 if found is None else number_in(found["n"]) * _UNIT_M[found["unit"]]
