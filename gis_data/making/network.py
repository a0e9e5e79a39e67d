"""Substations, 10 kV feeders and service transformers along the roads, and who is far away. All of it is invented."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gis_data.making.flat import Points, chance
from gis_data.making.land import inside
from gis_data.making.roads import Roads, seat_nodes, town_nodes
from gis_data.making.words import numeral
from gis_data.making.world import REMOTE, RURAL, URBAN, Area, Feeder, Transformer, Xy

REMOTE_SHARE = 0.15
TRANSFORMERS_ON_A_FEEDER = 84
_COMMUNITIES_ON_A_SUBSTATION = 25
_TOWNSHIPS_ON_A_SUBSTATION = 2
# Customers of a village (median) and of a transformer, by class.
_CUSTOMERS = {URBAN: (1500, 190), RURAL: (480, 84), REMOTE: (300, 58)}


def classify(areas: Sequence[Area], roads: Roads) -> None:
    """Urban are the communities of the towns; remote the villages with the longest drive to any of them."""
    minutes, _ = roads.from_nearest([*town_nodes(roads, areas).values()], minutes=True)
    villages = [i for i, a in enumerate(areas) if not a.in_town and not a.village.is_community]
    far = sorted(villages, key=lambda i: (-minutes[i], i))[: round(REMOTE_SHARE * len(areas))]
    for area in areas:
        area.area_class = URBAN if area.in_town else RURAL
    for i in far:
        areas[i].area_class = REMOTE


def public_transformers(areas: Sequence[Area]) -> list[Transformer]:
    """Among the houses: by the streets of a town, by the middle and the hamlets of a village."""
    return [t for i, area in enumerate(areas) for t in _of_village(i, area)]


def _of_village(i: int, area: Area) -> list[Transformer]:
    r = chance(f"transformers {area.village.code}")
    median, on_each = _CUSTOMERS[area.area_class]
    customers = int(np.clip(r.lognormal(np.log(median), 0.4), 60, 6000))
    n = int(np.clip(round(customers / on_each), 1, 99))
    shares = r.dirichlet(np.full(n, 8.0))
    return [
        Transformer(
            f"T{area.village.code}{j:02d}",
            f"{area.village.name}{j}号公变",
            "",
            i,
            place_near(area, _heart(area, j, r), 0.12, r),
            max(3, round(customers * share)),
        )
        for j, share in enumerate(shares, 1)
    ]


def _heart(area: Area, j: int, r: np.random.Generator) -> Xy:
    """Where the houses are. A town is built up all over; a village round its middle and its hamlets."""
    if not area.in_town:
        return (area.at, *area.hamlets)[j % (1 + len(area.hamlets))]
    offers = np.array(area.at) + r.uniform(-0.4, 0.4, (24, 2))
    good = offers[inside(area, offers)]
    return (float(good[0, 0]), float(good[0, 1])) if len(good) else area.at


def place_near(area: Area, at: Xy, spread_km: float, r: np.random.Generator) -> Xy:
    """A place in the same area, normally `spread_km` away; the spot itself when the border is too near."""
    offers = np.array(at) + spread_km * np.clip(r.normal(0, 1, (12, 2)), -3, 3)
    good = offers[inside(area, offers)]
    return (float(good[0, 0]), float(good[0, 1])) if len(good) else at


def feed(
    areas: Sequence[Area], roads: Roads, transformers: Sequence[Transformer]
) -> tuple[list[Feeder], list[Transformer]]:
    """Every village hangs on the substation nearest by road; its feeders leave in different directions."""
    on = Counter(t.area for t in transformers)
    substations = substations_of(areas, roads)
    _, start = roads.from_nearest([*substations])
    served: dict[int, list[int]] = defaultdict(list)
    for i in range(len(areas)):
        served[int(start[i])].append(i)
    parts = [(name, part) for node, name in substations.items() for part in _directions(roads, node, served[node], on)]
    names = _feeder_names([[areas[i] for i in part] for _, part in parts])
    feeders = [
        Feeder(f"F{n:03d}", f"10kV{name}线", substation)
        for n, ((substation, _), name) in enumerate(zip(parts, names, strict=True), 1)
    ]
    feeder_of = {i: feeder.code for feeder, (_, part) in zip(feeders, parts, strict=True) for i in part}
    return feeders, [replace(t, feeder=feeder_of[t.area]) for t in transformers]


def substations_of(areas: Sequence[Area], roads: Roads) -> dict[int, str]:
    """Node and name: 110 kV in the towns, 35 kV at every second township seat, always the one farthest from any."""
    found: dict[int, str] = {}
    for county in dict.fromkeys(a.county.code for a in areas):
        town = [i for i, a in enumerate(areas) if a.in_town and a.county.code == county]
        for i in _scattered(np.array([areas[i].at for i in town]), round(len(town) / _COMMUNITIES_ON_A_SUBSTATION)):
            found[town[i]] = f"110kV{areas[town[i]].village.stem}变"
    seats = [i for i in seat_nodes(areas).values() if not areas[i].township.is_street_office]
    for _ in range(len(seats) // _TOWNSHIPS_ON_A_SUBSTATION or 1):
        km = roads.from_nearest([*found])[0] if found else np.zeros(len(roads.nodes))
        far = max((i for i in seats if i not in found), key=lambda i: (km[i], -i))
        found[far] = f"35kV{areas[far].township.stem}变"
    return found


def _scattered(points: Points, n: int) -> list[int]:
    """The first and then always the point farthest from those chosen."""
    chosen: list[int] = [0] if len(points) else []
    while len(chosen) < min(max(n, 1), len(points)):
        gaps = ((points[:, None, :] - points[None, chosen, :]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(gaps.argmax()))
    return chosen


def _directions(roads: Roads, node: int, villages: Sequence[int], on: Counter[int]) -> list[list[int]]:
    """The villages of a substation by bearing, cut into feeders with about the same number of transformers."""
    at = np.array(roads.nodes[node])
    bearing = {i: float(np.arctan2(*(np.array(roads.nodes[i]) - at))) for i in villages}
    total = sum(on[i] for i in villages)
    n = min(len(villages), max(1, round(total / TRANSFORMERS_ON_A_FEEDER)))
    parts: list[list[int]] = [[] for _ in range(n)]
    passed = 0
    for i in sorted(villages, key=lambda i: (bearing[i], i)):
        parts[min(n - 1, passed * n // max(total, 1))].append(i)
        passed += on[i]
    return [part for part in parts if part]


def _feeder_names(parts: Sequence[Sequence[Area]]) -> list[str]:
    """A township's name goes to the feeder that serves most of it; the others are called after a village of theirs."""
    names: dict[int, str] = {}
    served = [(-count, n, stem) for n, part in enumerate(parts) for stem, count in _townships(part).items()]
    for _, n, stem in sorted(served):
        if n not in names and stem not in names.values():
            names[n] = stem
    taken = set(names.values())
    for n, part in enumerate(parts):
        if n not in names:
            names[n] = next(stem for stem in _possible(part) if stem not in taken)
            taken.add(names[n])
    return [names[n] for n in range(len(parts))]


def _townships(part: Sequence[Area]) -> Counter[str]:
    return Counter(area.township.stem for area in part)


def _possible(part: Sequence[Area]) -> Iterator[str]:
    yield from (area.village.stem for area in part)
    yield from (f"{part[0].township.stem}{numeral(n)}" for n in range(2, 100))
