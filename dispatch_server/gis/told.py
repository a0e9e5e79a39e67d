"""The sentences that a place carries: what to ask the caller, and why a candidate is offered."""

from collections.abc import Iterable, Sequence

from dispatch_server.domain.places import MOST_CANDIDATES, Area, PlaceNames
from dispatch_server.gis.hypotheses import Hypothesis
from dispatch_server.gis.mentions import Mention
from dispatch_server.gis.naming import COUNTY, Entry, How
from dispatch_server.protocol.words import PlaceMethod

_ASK_FOR_ALL = "ask for the account number, or for the township and the village."
NO_CLUE = f"Nothing says where it is; {_ASK_FOR_ALL}"
NOTHING_NAMED = f"No county, township or village of the territory is named; {_ASK_FOR_ALL}"


def names_of(entry: Entry) -> PlaceNames:
    return PlaceNames(entry.county or None, entry.township or None, entry.village or None)


def in_words(names: PlaceNames | None) -> str:
    """As a person says it: 双峰县永丰镇三角村."""
    return "" if names is None else "".join(n for n in (names.county, names.township, names.village) if n)


def full(entry: Entry, names: PlaceNames | None = None) -> str:
    """With what it lies in: 新化县洋溪镇洋溪中学."""
    lies_in = in_words(names or names_of(entry))
    return lies_in + entry.name if entry.is_spot else lies_in


def distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def several(entries: Sequence[Entry], township: Entry | None = None) -> str:
    """`township` is the one that all of them lie in, where it is named."""
    count = f"{len(entries)} places are called so"
    more = f"; the first {MOST_CANDIDATES} are listed" if len(entries) > MOST_CANDIDATES else ""
    if township is not None:
        return f"{count}{more}, all in {full(township)}; ask which it is."
    counties = {e.county for e in entries}
    ask = "in which county and township it is" if len(counties) > 1 else "in which township it is"
    return f"{count}{more}; ask {ask}."


def conflict(best: Sequence[Hypothesis]) -> str:
    mentions = sorted({m for h in best for m in (*h.named, *h.inside, *h.against)}, key=lambda m: m.start)
    named = "、".join(dict.fromkeys(m.words for m in mentions))
    return f"The words name {named}, and no one place fits them all; ask the caller which is right."


def contradicted(mentions: Iterable[Mention], where: str) -> str:
    said = "、".join(dict.fromkeys(m.words for m in mentions))
    return f"The words also name {said}, which does not fit {where}; ask the caller which is right."


def elsewhere(named: str) -> str:
    return f"The words name {named}, outside the service territory; ask the caller where the fault is."


def only_county(county: Entry) -> str:
    return f"Only {county.name} is known; ask for the township and the village."


def only_township(radius_m: float) -> str:
    return f"Only the township is known, {distance(radius_m)} around; ask for the village."


def only_street(radius_m: float) -> str:
    return f"Only the street is known, {distance(radius_m)} around; ask for the house number or for what stands beside."


def only_feeder(feeder: str) -> str:
    return f"Only the feeder {feeder} is known; ask for the number on a pole, or for the township and the village."


def unknown_village(words: str, township: Entry) -> str:
    return f"“{words}” is on no map of {full(township)}; ask for its former name, or for a village beside it."


def maybe_of_another_name(words: str, where: str) -> str:
    return f"“{words}” may be part of another name; ask whether {where} is meant."


def may_be_meant_as_well(words: str, where: str) -> str:
    return f"“{words}” was taken for {where}, but others are called so too; ask which is meant."


def heard(words: str, where: str) -> str:
    return f"“{words}” was taken for {where}; read it back to the caller."


def unsure(where: str) -> str:
    return f"{where} is named with a reserve; ask the caller whether it is dark there."


def more_than_is_read(where: str) -> str:
    return f"More is said than is read; {where} is named in it. Ask the caller where it is dark."


def beside(where: str) -> str:
    return f"The words name {where} as a neighbour; ask the caller what is dark itself."


def disagree(method: PlaceMethod, where: str, said: str) -> str:
    lies = f"lies in {where}" if where else "lies elsewhere"
    return f"The {method.value} {lies}, but the words name {said}; ask the caller where the fault is."


def outside(method: PlaceMethod, nearest: tuple[Area, float] | None) -> str:
    what = "The premises in the register lie" if method is PlaceMethod.ACCOUNT else "The pin lies"
    where = "" if nearest is None else f": {distance(nearest[1])} from the nearest area, {nearest[0].name}"
    return f"{what} outside the service territory{where}. Check lon, lat and crs, or ask the caller where it is."


def pin_apart(apart_m: float) -> str:
    return f"The pin lies {distance(apart_m)} from the account's premises; ask the caller where the fault is."


def callers_number(address: str) -> str:
    return f"Placed by the caller's number: {address}. Ask whether the fault is there."


def several_premises(count: int) -> str:
    return f"The caller's number has {count} premises; ask at which of them it is dark."


def number_elsewhere(address: str, apart_m: float) -> str:
    return f"The caller's number belongs to {address}, {distance(apart_m)} away; ask the caller where the fault is."


def reason(hypothesis: Hypothesis, names: PlaceNames) -> str:
    """Why this one is offered."""
    entry, said = hypothesis.entry, hypothesis.heard_words
    lies_in = in_words(names).removesuffix("" if entry.is_spot else entry.name)
    why = _how(hypothesis.how, said, entry)
    return f"{why}; this one lies in {lies_in}" if lies_in else why


def nearly(words: str, entry: Entry) -> str:
    lies_in = in_words(names_of(entry)).removesuffix(entry.name)
    return f"{_how(How.SLIP, words, entry)}; this one lies in {lies_in}"


def _how(how: How, said: str, entry: Entry) -> str:
    if how is How.SLIP:
        return f"“{said}” is one character away from {entry.name}"
    if how is How.MIXED:
        return f"“{said}” sounds like {entry.name} to a speaker of Hunan"
    if how is How.SOUND:
        return f"“{said}” sounds like {entry.name}"
    if how is How.FORMER:
        return f"“{said}” is a former name of {entry.name}"
    return f"the words name {said if entry.kind == COUNTY or said in entry.name else entry.name}"


def premises(address: str) -> str:
    return f"the premises of the caller's number: {address}"


def nearest_area(area: Area, metres: float) -> str:
    return f"the nearest point of {area.name}, {distance(metres)} from the pin"
