"""Invented customers: households on public transformers, and the ones with a transformer of their own."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis_data.making.flat import chance
from gis_data.making.network import place_near
from gis_data.making.roads import seat_nodes
from gis_data.making.words import person
from gis_data.making.world import Account, Area, Transformer, Xy

DEDICATED_SHARE = 1645 / 2107  # dedicated-transformer customers to villages, as Loudi had them in 2012
HOUSEHOLDS_LISTED = (8, 12)  # in each area: a part of its customers, enough for callers from everywhere
_NO_NIGHT_CALLS = 0.06
_LIFE_SUPPORT = 0.001

# What every town has, and every township outside the towns: (kind, name after the place, important).
_OF_A_TOWN = (
    ("hospital", "{county}人民医院", True),
    ("hospital", "{county}中医医院", True),
    ("hospital", "{county}妇幼保健院", True),
    ("water_works", "{stem}自来水公司", True),
    ("government", "{county}政务服务中心", True),
    ("telecom", "{stem}通信枢纽楼", True),
    ("transport", "{stem}汽车站", True),
    ("gas", "{stem}燃气储配站", True),
    ("school", "{stem}第一中学", True),
    ("school", "{stem}第二中学", False),
)
_OF_A_TOWNSHIP = (
    ("hospital", "{township}中心卫生院", True),
    ("school", "{stem}中学", True),
    ("government", "{township}人民政府", False),
    ("water_works", "{stem}自来水厂", False),
)
# What the rest are, anywhere in the country and in the streets of a town, with their weights.
_IN_THE_COUNTRY = (
    ("school", "{stem}小学", 5),
    ("pumping", "{stem}提灌站", 6),
    ("farm", "{stem}养殖场", 4),
    ("mine", "{stem}煤矿", 2),
    ("factory", "{stem}砖厂", 3),
    ("factory", "{stem}碎石场", 2),
    ("telecom", "{stem}通信基站", 5),
    ("factory", "{stem}农产品加工厂", 3),
)
_IN_A_TOWN = (
    ("school", "{stem}小学", 3),
    ("shop", "{stem}商贸中心", 4),
    ("factory", "{stem}机械厂", 3),
    ("hotel", "{stem}宾馆", 3),
    ("factory", "{stem}建材厂", 2),
    ("housing", "{stem}小区物业", 4),
)
# A mine that loses its fans fills with gas.
_IMPORTANT_ALWAYS = {"mine"}


@dataclass(frozen=True, slots=True)
class _Dedicated:
    area: int
    kind: str
    name: str
    important: bool


# A transformer and the customer on it: kind, name, important.
Hung = tuple[Transformer, str, str, bool]


def dedicated(areas: Sequence[Area]) -> list[Hung]:
    wanted = round(DEDICATED_SHARE * len(areas))
    count: dict[int, int] = defaultdict(int)
    taken: set[str] = set()
    hung: list[Hung] = []
    for one in (*_in_seats(areas), *_elsewhere(areas)):
        name = f"{areas[one.area].township.stem}{one.name}" if one.name in taken else one.name
        if len(hung) == wanted or name in taken:
            continue
        taken.add(name)
        count[one.area] += 1
        area, n = areas[one.area], count[one.area]
        r = chance(f"dedicated {area.village.code} {n}")
        code = f"Z{area.village.code}{n:02d}"
        at = place_near(area, area.at, 0.25, r)
        hung.append((Transformer(code, f"{name}专变", "", one.area, at, 1), one.kind, name, one.important))
    return hung


def _in_seats(areas: Sequence[Area]) -> Iterator[_Dedicated]:
    """One after the other over the communities of a town, all at the seat of a township."""
    for county in dict.fromkeys(a.county.code for a in areas):
        town = [i for i, a in enumerate(areas) if a.in_town and a.county.code == county]
        for j, (kind, name, important) in enumerate(_OF_A_TOWN if town else ()):
            i = town[j * 5 % len(town)]
            yield _Dedicated(i, kind, name.format(county=areas[i].county.name, stem=areas[i].county.stem), important)
    for i in seat_nodes(areas).values():
        township = areas[i].township
        for kind, name, important in () if township.is_street_office else _OF_A_TOWNSHIP:
            said = name.format(township=township.name, stem=township.stem)
            yield _Dedicated(i, kind, said.replace("林场人民政府", "林场管理处"), important)


def _elsewhere(areas: Sequence[Area]) -> Iterator[_Dedicated]:
    r = chance("dedicated")
    for i in (int(i) for i in r.integers(len(areas), size=4 * len(areas))):
        choices = _IN_A_TOWN if areas[i].in_town else _IN_THE_COUNTRY
        weights = np.array([weight for *_, weight in choices], dtype=float)
        kind, name, _ = choices[r.choice(len(choices), p=weights / weights.sum())]
        yield _Dedicated(i, kind, name.format(stem=areas[i].village.stem), kind in _IMPORTANT_ALWAYS)


# The words of an address and where that house stands: address(area, place, chance, a home or not).
Addressed = Callable[[Area, Xy, np.random.Generator, bool], tuple[str, Xy]]


def accounts(
    areas: Sequence[Area], transformers: Sequence[Transformer], hung: Sequence[Hung], addressed: Addressed
) -> list[Account]:
    """Every dedicated customer, and some households of every area."""
    public: dict[int, list[Transformer]] = defaultdict(list)
    for t in transformers:
        if t.customers > 1:
            public[t.area].append(t)
    found = [_account_of(areas[one[0].area], one, addressed) for one in hung]
    for i, area in enumerate(areas):
        found.extend(_households(area, public[i], addressed))
    return _numbered(found)


def _account_of(area: Area, one: Hung, addressed: Addressed) -> Account:
    t, kind, name, important = one
    r = chance(f"account {t.code}")
    at = place_near(area, t.at, 0.03, r)
    words, _ = addressed(area, at, r, False)
    return Account("", "", t.code, name, "", words, at, important, kind, False)


def _households(area: Area, public: Sequence[Transformer], addressed: Addressed) -> Iterator[Account]:
    r = chance(f"households {area.village.code}")
    least, most = HOUSEHOLDS_LISTED
    for j in range(int(r.integers(least, most + 1))):
        t = public[j % len(public)]
        at: Xy = place_near(area, t.at, 0.05 if area.in_town else 0.1, r)
        quiet, frail = r.random() < _NO_NIGHT_CALLS, r.random() < _LIFE_SUPPORT
        kind = "life_support" if frail else "shop" if r.random() < 0.08 else "residential"
        name = person(r)
        words, house = addressed(area, at, r, kind != "shop")
        yield Account("", "", t.code, name, "", words, house, frail, kind, quiet)


def _numbered(found: Sequence[Account]) -> list[Account]:
    """Numbers in no order, as registers grow in life. No subscriber in China has a telephone number on 100."""
    r = chance("numbers")
    accounts, meters, phones = (r.choice(size, len(found), replace=False) for size in (10**6, 10**8, 10**8))
    numbered = (
        replace(one, account_no=f"43130000{account:06d}", meter_no=f"9313{meter:08d}", phone=f"100{phone:08d}")
        for one, account, meter, phone in zip(found, accounts, meters, phones, strict=True)
    )
    return sorted(numbered, key=lambda a: a.account_no)
