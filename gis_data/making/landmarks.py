"""What people name who do not know their address: schools, markets, stations, temples, bridges. All invented.

The names are of the kind such towns and villages have; many stand in several townships, as they do in life.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from gis_data.making.customers import Hung
from gis_data.making.flat import chance
from gis_data.making.network import place_near
from gis_data.making.roads import seat_nodes
from gis_data.making.world import Area, Landmark, Xy

RADIUS_M = {
    "school": 150, "hospital": 150, "market": 120, "station": 150, "hotel": 80, "factory": 200, "temple": 100,
    "bridge": 100, "government": 100, "bank": 60, "park": 300, "reservoir": 500, "estate": 200, "fuel": 80,
}  # fmt: skip
# A customer with a transformer of its own is a landmark too, at the same place and under the same name.
_KIND_OF_CUSTOMER = {
    "hospital": "hospital", "school": "school", "government": "government", "transport": "station",
    "hotel": "hotel", "factory": "factory", "shop": "market",
}  # fmt: skip
_FACTORIES_KEPT = 15
_SCHOOLS_KEPT = 60
_MARKETS_KEPT = 20
_HOTELS_KEPT = 20

# (kind, name): {county} 新化, {seat} the township's stem, {village} a village's stem.
_OF_A_TOWN = (
    ("station", "{county}火车站"), ("station", "{county}高铁南站"), ("station", "{county}汽车西站"),
    ("market", "{county}大市场"), ("market", "步步高购物广场"), ("market", "人民路农贸市场"), ("market", "建材大市场"),
    ("park", "{county}人民公园"), ("park", "沿江风光带"), ("park", "体育中心"), ("government", "{county}图书馆"),
    ("bridge", "{county}大桥"), ("bridge", "南门桥"), ("hotel", "{county}大酒店"), ("hotel", "人民宾馆"),
    ("bank", "{county}农商银行"), ("bank", "建设路邮政储蓄银行"), ("temple", "文庙"), ("temple", "东岳观"),
    ("school", "实验小学"), ("school", "{county}职业中专"), ("hospital", "{county}妇幼保健院新院"),
)  # fmt: skip
_OF_A_TOWNSHIP = (
    ("market", "{seat}农贸市场"), ("school", "{seat}中心小学"),
)  # fmt: skip
# The same name in township after township.
_OF_SOME_TOWNSHIPS = (
    ("bank", "{seat}信用社"), ("fuel", "{seat}加油站"), ("temple", "观音寺"), ("temple", "关帝庙"),
    ("school", "希望小学"), ("reservoir", "红旗水库"), ("reservoir", "跃进水库"), ("bridge", "老石桥"),
    ("bridge", "胜利大桥"), ("market", "老供销社"), ("station", "老火车站"), ("park", "文化广场"),
)  # fmt: skip
_OF_SOME_VILLAGES = (
    ("school", "{village}小学"), ("bridge", "{village}桥"), ("reservoir", "{village}水库"), ("temple", "{village}庵"),
    ("market", "{village}集市"), ("school", "{village}教学点"),
)  # fmt: skip
_SHARE_OF_TOWNSHIPS = 0.14
_VILLAGES_WITH_ONE = 110
_ESTATES = ("小区", "花园", "家园", "新城", "安置小区")

Found = tuple[str, str, int, Xy]  # kind, name, area, place


def estate_of(area: Area) -> str | None:
    """The housing estate of a community; about half of them have one."""
    n = int(chance(f"estate {area.village.code}").integers(2 * len(_ESTATES)))
    return f"{area.village.stem}{_ESTATES[n]}" if n < len(_ESTATES) else None


def estate_place(area: Area) -> Xy:
    return place_near(area, area.at, 0.05, chance(f"estate {area.village.code} stands"))


def landmarks(areas: Sequence[Area], hung: Sequence[Hung]) -> list[Landmark]:
    found: dict[tuple[str, str], Found] = {}
    for one in (*_customers(hung), *_in_towns(areas), *_in_townships(areas), *_in_villages(areas), *_estates(areas)):
        found.setdefault((one[1], areas[one[2]].township.code), one)
    return [
        Landmark(f"L{n:04d}", name, kind, area, at, RADIUS_M[kind], _aliases(name, areas[area]))
        for n, (kind, name, area, at) in enumerate(found.values(), 1)
    ]


def _customers(hung: Sequence[Hung]) -> Iterator[Found]:
    kept = {"factory": _FACTORIES_KEPT, "school": _SCHOOLS_KEPT, "shop": _MARKETS_KEPT, "hotel": _HOTELS_KEPT}
    for t, kind, name, _ in hung:
        if kind not in _KIND_OF_CUSTOMER or kept.get(kind) == 0:
            continue
        if kind in kept:
            kept[kind] -= 1
        yield _KIND_OF_CUSTOMER[kind], name, t.area, t.at


def _somewhere(areas: Sequence[Area], kind: str, name: str, i: int, spread_km: float) -> Found:
    r = chance(f"landmark {name} {areas[i].village.code}")
    return kind, name, i, place_near(areas[i], areas[i].at, spread_km, r)


def _in_towns(areas: Sequence[Area]) -> Iterator[Found]:
    for county in dict.fromkeys(a.county.code for a in areas):
        town = [i for i, a in enumerate(areas) if a.in_town and a.county.code == county]
        for j, (kind, name) in enumerate(_OF_A_TOWN if town else ()):
            i = town[(j * 7 + 3) % len(town)]
            yield _somewhere(areas, kind, name.format(county=areas[i].county.stem), i, 0.1)


def _in_townships(areas: Sequence[Area]) -> Iterator[Found]:
    r = chance("landmarks of townships")
    for i in seat_nodes(areas).values():
        township = areas[i].township
        if township.is_street_office:
            continue
        for kind, name in _OF_A_TOWNSHIP:
            yield _somewhere(areas, kind, name.format(seat=township.stem), i, 0.2)
        its = [k for k, a in enumerate(areas) if a.township.code == township.code]
        for (kind, name), drawn in zip(_OF_SOME_TOWNSHIPS, r.random(len(_OF_SOME_TOWNSHIPS)), strict=True):
            if drawn < _SHARE_OF_TOWNSHIPS:
                yield _somewhere(areas, kind, name.format(seat=township.stem), its[int(r.integers(len(its)))], 0.4)


def _in_villages(areas: Sequence[Area]) -> Iterator[Found]:
    r = chance("landmarks of villages")
    country = [i for i, a in enumerate(areas) if not a.in_town]
    for j, i in enumerate(np.sort(r.choice(country, min(len(country), _VILLAGES_WITH_ONE), replace=False)).tolist()):
        kind, name = _OF_SOME_VILLAGES[j % len(_OF_SOME_VILLAGES)]
        yield _somewhere(areas, kind, name.format(village=areas[i].village.stem), i, 0.3)


def _estates(areas: Sequence[Area]) -> Iterator[Found]:
    for i, area in enumerate(areas):
        if area.in_town and (estate := estate_of(area)) is not None:
            yield "estate", estate, i, estate_place(area)


def _aliases(name: str, area: Area) -> list[str]:
    """新化一中 for 新化第一中学; 洋溪卫生院 for 洋溪镇中心卫生院; 新化人民医院 for 新化县人民医院."""
    said = name.replace("第一中学", "一中").replace("第二中学", "二中")
    said = said.replace(f"{area.township.name}中心卫生院", f"{area.township.stem}卫生院")
    said = said.replace(f"{area.township.name}人民政府", f"{area.township.name}政府")
    said = said.replace("农贸市场", "菜市场").replace(area.county.name, area.county.stem)
    return [said] if said != name else []
