"""The part that a name has in the caller's sentence: the place itself, a neighbour, a direction, or taken back."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dispatch_server.gis.mentions import Mention, Part, holds
from dispatch_server.gis.naming import COUNTY, ELSEWHERE, TOWNSHIP, VILLAGE, How
from dispatch_server.gis.numbers import NUMBER, number_in


def with_parts(words: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Each with its part in the sentence; what the caller took back is left out."""
    kept = _without_corrected(words, [m for m in mentions if not _is_denied(words, m)])
    return [_in_its_part(words, m, [o for o in kept if o is not m]) for m in kept]


def with_what_follows(words: str, mention: Mention) -> Mention:
    """Of a pole, what is said behind it: 23号杆过去两公里."""
    after = words[mention.end : mention.end + _NEAR_BY]
    if _A_NEIGHBOUR_AFTER.match(after) is None:
        return mention
    return replace(mention, part=Part.BESIDE, away_m=_metres_said(after))


def without_taken_back(words: str, exact: Sequence[Mention], kept: Sequence[Mention]) -> str:
    """The words with blanks where something was denied or corrected: nobody shall hear it again."""
    still_said = {m.start for m in kept}
    for mention in exact:
        if mention.start not in still_said:
            words = words[: mention.start] + "\0" * len(mention.words) + words[mention.end :]
    return words


# 不是大桥村，是石桥村. 是不是, 要不是, 不是…吗 and 不是…就是 deny nothing.
_DENIAL = re.compile(
    r"(?:(?<![是要还可莫该])不(?:是(?![^，,。！？!?；;]*就是)|在)|并非|(?:并|我|从)没有?(?:说|讲|在)|没有?(?:说|讲)(?:是|在))(?P<no>[^，,。！？!?；;]{2,24}?)(?=(?:[，,、；;]?(?:而|应该)?是)|也不|[，,。！!；;]|$)"
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
    "(?:还没到|没到|[快将]要?到|差不多到|马上到|比|出了|刚过|[翻穿绕]过|(?:我们?|俺)(?:村|组|屋|这边|这里)?(?:和|跟|与|同)|除了|除开|除|隔壁|旁边|对面|对门|附近|后面|前面|边上|侧边|紧挨|挨着|挨到|靠近|紧靠|靠|临近|邻近|毗邻|距离|离|距|背靠|面对|过了?|路过|从|出)"
    "(?:就是|也是|是|就|有个|有一个|有|着|那个|这个|一个|个|：|:)*$"
)
# 除了石圳村，还有冷水巷村: in both.
_BESIDES = re.compile("除(?:了|开)?$")
_AS_WELL = re.compile("(?:之外|以外)?[，,]?(?:还有|也|又)")
_FROM = re.compile("(?:(?<![刚翻穿绕])过|从|出)$")
_A_NEIGHBOUR_AFTER = re.compile(
    "(?:的|那边|这边|那里|这里|大门|门口|再|村|收费站|互通|路口|转盘|高速口|里头|里面)*(?:斜对面|正对面|对面|对门|旁边|旁|隔壁|附近|左近|背后|后头|后面|背面|屋后|前头|前面|边上|侧边|"
    "左边|右边|左手边|右手边|东边|西边|南边|北边|东侧|西侧|南侧|北侧|边(?!那|这)|过去|过来|往前|往里|往上|往下|往[东西南北]|再走|"
    "不远|对河|隔河|再进|进去|进来|还?要走|上游|下游|尽头|界上|往[左右]|往$|过桥|过河|[上下前后](?:面|头|边)?(?:那|一)?个?村|的?那边山|通往|出来|出去|上来|上去|下来|下去|外面|周围|周边|一带|交界|(?:还?有|约|大概|大约|差不多)?"
    + NUMBER
    + "(?:多|来|几)?(?:米|公里|里(?![\u4e00-\u9fff])|里(?=[路地远外的多左])))"
)
# 洋溪镇到水车镇的路上: on the way, in neither.
_ON_THE_WAY = re.compile("(?:街上|这边|那边)?再?(?:到|去|至|往|走到|开到)")
# 石圳村都来电了，我们还没有: the place that is named is not the caller's, or not alone.
_OF_OTHERS_AFTER = re.compile(
    "(?:都|已经?|就|早|是|那边|他们|也)*(?:有电(?!压|流|工|线|杆)|来电|来了|送电|通电|没停|冇停|没有停|不停电|也停|也没|也冇|也断|也黑)"
    "[^我俺咱]*(?:我们|我哩|我屋|我家|俺|咱|就我|我这)"
)
# Said with a reserve: 可能是石圳村, 上次石圳村停电, 石圳村的电工.
_UNSURE_BEFORE = re.compile(
    "(?:可能|好像|大概|也许|或许|估计|似乎|听说|据说|不知道|不晓得|上次|上回|以前|原先|原来|原|只有|找|喊|叫)(?:是不是|是|在|就|的|属于|归|叫)*$|是不是在?$"
)
_UNSURE_AFTER = re.compile(
    "(?:吗|是不是|有没有停|不停电|的(?:那个|这个|一个)?(?:电工|师傅|书记|亲戚|朋友|老表|姐夫|姐姐|老乡|人)|嫁|老乡|"
    "人[，,]|(?:都|就)?(?:没停|冇停|没有停)|改成|改为|改名|并入|并到|合并|搬|迁|移民|以外|(?:都|还|就)?有电(?!压|流|工|线|杆)|"
    # The people and the offices of a place: where they are it need not be dark.
    "(?:打工|读书|上学|上班|做事|工作)|供电[所站]|电管站|营业厅|(?:去|到|回)[^，,。]{0,4}(?:车上|路上))"
)
_UNDER_IT = re.compile("(?:的|这|那)*(?:下面|下头|底下)")  # of a township: inside it
_BETWEEN = re.compile("(?:之间|中间|交界)")
_AND = re.compile(
    "(?:和|跟|与|同|搭|及|或|加|连|带|并|、|/|以及|连到|连同|外加|加上|包括|或者|或是|抑或|"
    "[，,]?(?:还有|还是|要么|一边是|不然就是|就是))"
)
_FAR = re.compile("(?P<n>" + NUMBER + ")(?:多|来|几)?(?P<unit>米|公里|里)")
_UNIT_M = {"米": 1.0, "公里": 1000.0, "里": 500.0}
_NEAR_BY = 12  # characters in which a distance is said


def _in_its_part(words: str, mention: Mention, others: Sequence[Mention]) -> Mention:
    """Said of 冯家村 in 隔壁是圳上镇冯家村, too: what stands before a name counts for all said in one breath."""
    first, last = _breath(mention, others)
    previous = max((o.end for o in others if o.end <= mention.start), default=0)
    following = min((o.start for o in others if _follows(o, mention)), default=len(words))
    before = words[max(0, first - 6, *(o.end for o in others if o.end <= first)) : first]
    after = words[mention.end : min(following, mention.end + _NEAR_BY)]
    after_all = words[last : min([last + _NEAR_BY, *(o.start for o in others if o.start >= last)])]
    behind_a_holder = any(o.end == previous and not o.kinds.isdisjoint({COUNTY, TOWNSHIP}) for o in others)
    is_tail = behind_a_holder and _is_tail(mention, words[previous : mention.start])
    mention = replace(mention, before=words[max(previous, mention.start - 1) : mention.start], after=after[:6])
    unsure = _is_unsure(before, words[mention.end : following + 2], after_all)
    # 洋溪镇 in 洋溪镇冷水巷村过去两公里: perhaps already behind the next border.
    unsure = unsure or (last > mention.end and _A_NEIGHBOUR_AFTER.match(after_all) is not None)
    listed_with = _listed_with(words, mention, others)
    mention = replace(mention, is_tail=is_tail, is_unsure=unsure, listed_with=listed_with)
    if _A_DIRECTION_AFTER.match(after_all) or _BEFORE_A_DIRECTION.search(before):
        return replace(mention, part=Part.TOWARDS)
    if _BEFORE_A_WAY.search(before) and _A_WAY_AFTER.match(after_all):
        return replace(mention, part=Part.TOWARDS)
    if _is_on_the_way(words, first, last, others) or _OF_OTHERS_AFTER.match(words, last):
        return replace(mention, part=Part.BESIDE)
    if _is_beside(mention, before, after, after_all) or _is_between(words, mention, others):
        return replace(mention, part=Part.BESIDE, away_m=_metres_said(after))
    return mention


def _follows(other: Mention, mention: Mention) -> bool:
    """Not 大酒店 in 洋溪大酒店, of which there is one in some other town."""
    return other.start >= mention.end and (other.how is not How.LOCAL or holds(mention, other))


def _listed_with(words: str, mention: Mention, others: Sequence[Mention]) -> tuple[int, ...]:
    """The names that nothing but "and" or "or" parts from this one: they are two places, neither lies in the other."""
    before = (o for o in others if o.end <= mention.start and _AND.fullmatch(words, o.end, mention.start))
    after = (o for o in others if o.start >= mention.end and _AND.fullmatch(words, mention.end, o.start))
    return tuple(o.start for o in (*before, *after))


def _is_unsure(before: str, after: str, after_all: str) -> bool:
    return bool(_UNSURE_BEFORE.search(before) or _UNSURE_AFTER.match(after) or _UNSURE_AFTER.match(after_all))


def _is_on_the_way(words: str, first: int, last: int, others: Sequence[Mention]) -> bool:
    """From one place to another: whether the other is named right behind 到, 去 or 往, or this one is it."""
    named = [o for o in others if o.kinds != {ELSEWHERE}]
    following = min((o.start for o in named if o.start >= last), default=last)
    previous = max((o.end for o in named if o.end <= first and not o.kinds <= {COUNTY}), default=first)
    return any(_ON_THE_WAY.fullmatch(gap) for gap in (words[last:following], words[previous:first]))


def _breath(mention: Mention, others: Sequence[Mention]) -> tuple[int, int]:
    """Where the row of names begins and ends that go from the coarse to the fine without anything between."""
    first, last, links = mention, mention, True
    while links:
        links = False
        for other in others:
            if other.end == first.start and holds(other, first):
                first, links = other, True
            elif other.start == last.end and holds(last, other):
                last, links = other, True
    return first.start, last.end


def _is_tail(mention: Mention, gap: str) -> bool:
    is_village = VILLAGE in mention.kinds and TOWNSHIP not in mention.kinds
    return is_village and _REST_OF_A_NAME.fullmatch(gap) is not None


# What stands between two names without belonging to either: 洋溪镇的石桥村, 洋溪镇那个石桥村.
_REST_OF_A_NAME = re.compile(
    "[^的那这个在是里边有我们和跟与中还或者加以及连，,。；;、！？!?()（）0-9A-Z#城镇乡村县市区组队道和同及去到往号旁后前家就属下除了离比]{1,2}"
)


def _is_beside(mention: Mention, before: str, after: str, after_all: str) -> bool:
    if _BEFORE_A_NEIGHBOUR.search(before):
        if _BESIDES.search(before) and _AS_WELL.match(after_all):
            return False
        return not _FROM.search(before) or _A_NEIGHBOUR_AFTER.match(after_all) is not None
    if mention.kinds <= {COUNTY, TOWNSHIP} and _UNDER_IT.match(after):
        return False
    return _A_NEIGHBOUR_AFTER.match(after) is not None


def _is_between(words: str, mention: Mention, others: Sequence[Mention]) -> bool:
    """大桥村和永丰村之间, 大桥村跟永丰村交界."""
    named = (mention, *others)
    for found in _BETWEEN.finditer(words):
        last = max((m for m in named if m.end <= found.start()), key=lambda m: m.end, default=None)
        if last is None or found.start() - last.end > 2:
            continue
        start, _ = _breath(last, [m for m in named if m is not last])
        first = max((m for m in named if m.end <= start), key=lambda m: m.end, default=None)
        if first is not None and start - first.end <= 2 and mention in (first, last):
            return True
    return False


def _metres_said(after: str) -> float:
    found = _FAR.search(after)
    return 0.0 if found is None else number_in(found["n"]) * _UNIT_M[found["unit"]]
