"""Depots, crews, the people in them and their shifts. All of it is invented."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import dijkstra

from gis_data.making.flat import chance
from gis_data.making.network import place_near
from gis_data.making.roads import Roads, seat_nodes, town_nodes
from gis_data.making.words import numeral, person
from gis_data.making.world import Area, Crew, Depot, stem_of

# Crews in each squad, by county: 14 squads, 49 crews. The shape is that of Loudi's volunteer teams of 2012.
SQUADS = {"431302": (4, 4), "431321": (4, 3, 3), "431322": (4, 4, 3, 3), "431381": (4, 3), "431382": (4, 3, 3)}
_OTHERWISE = (4, 3)
LETTERS = {"431302": "LX", "431321": "SF", "431322": "XH", "431381": "LSJ", "431382": "LY"}

# Squads of four share the rarer skills out, and the fourth crew does not work on high voltage; squads of three, farther
# out, do everything. With the rotas below every county has every skill on duty at every hour.
_SKILLS_OF_FOUR = (
    ("hv", "lv", "power_quality"),
    ("hv", "lv", "metering"),
    ("hv", "lv", "power_quality", "metering"),
    ("lv", "power_quality", "metering"),
)
_ALL_SKILLS = ("hv", "lv", "power_quality", "metering")
_ROLES = ("leader", "fitter", "driver", "fitter", "fitter")

# 四班三运转: four crews, three shifts a day; of 21 shifts a week the odd one falls to the crew that follows.
# Three crews: two shifts a day, of which the night is stand-by at the depot.
_EIGHT_HOURS = (("00:00", "08:00"), ("08:00", "16:00"), ("16:00", "00:00"))
_TWELVE_HOURS = (("08:00", "20:00"), ("20:00", "08:00"))


def depots_and_crews(areas: Sequence[Area], roads: Roads) -> tuple[list[Depot], list[Crew]]:
    depots: list[Depot] = []
    crews: list[Crew] = []
    for county in dict.fromkeys(a.county.code for a in areas):
        sizes, before = SQUADS.get(county, _OTHERWISE), 0
        for nth, (i, size) in enumerate(zip(_sites(areas, roads, county, len(sizes)), sizes, strict=True)):
            depots.append(_depot(areas[i], len(depots) + 1))
            crews.extend(_crew(depots[-1], county, k, size, before + k + 1, nth) for k in range(size))
            before += size
    return depots, crews


def _sites(areas: Sequence[Area], roads: Roads, county: str, n: int) -> list[int]:
    """The town first; then each time the market town (镇) that brings the villages nearest to a depot."""
    villages = [i for i, a in enumerate(areas) if a.county.code == county]
    seats = [i for i in seat_nodes(areas).values() if areas[i].county.code == county]
    minutes = dijkstra(roads.graph(minutes=True), directed=False, indices=seats)
    town = np.array(roads.nodes[town_nodes(roads, areas)[county]])
    sites = [min(seats, key=lambda i: float(np.hypot(*(town - areas[i].at))))]
    while len(sites) < n:
        best = minutes[[seats.index(i) for i in sites]].min(axis=0)
        sites.append(
            min(
                (i for i in seats if i not in sites and areas[i].township.name.endswith("镇")),
                key=lambda i: float(np.minimum(best, minutes[seats.index(i)])[villages].sum()),
            )
        )
    return sites


def _depot(area: Area, n: int) -> Depot:
    stem = f"{area.county.stem}城区" if area.in_town else area.township.stem
    at = place_near(area, area.at, 0.05, chance(f"depot {area.village.code}"))
    return Depot(f"D{n:02d}", f"{stem}抢修驻点", f"{stem}抢修队", area.county.name, at)


def _crew(depot: Depot, county: str, k: int, size: int, n: int, nth_squad: int) -> Crew:
    """Crew `k` of its squad, the n-th of its county."""
    code, stem = f"{LETTERS.get(county, county)}{n:02d}", stem_of(depot.county)
    return Crew(
        code,
        f"{stem}{numeral(n)}班",
        depot.squad,
        depot.county,
        depot.code,
        _SKILLS_OF_FOUR[k] if size == 4 else _ALL_SKILLS,
        f"{stem}抢修{n:02d}号车",
        _people(code),
        _rota(k, size, nth_squad),
    )


def _people(code: str) -> list[tuple[str, str]]:
    r = chance(f"people {code}")
    n = int(r.choice([2, 3, 4, 5], p=[0.1, 0.4, 0.35, 0.15]))
    names: list[str] = []
    while len(names) < n:
        name = person(r)
        if name not in names:
            names.append(name)
    return list(zip(names, _ROLES[:n], strict=True))


def _rota(k: int, size: int, nth_squad: int) -> list[tuple[int, str, str]]:
    """The second squad of a county is two crews ahead, so that two fourth crews never are on duty together."""
    shifts = _EIGHT_HOURS if size == 4 else _TWELVE_HOURS
    turns = [(turn + 2 * nth_squad) % size for turn in range(7 * len(shifts))]
    if turns[-1] == turns[0]:  # the same crew twice on end, over the edge of the week
        turns[-1] = (turns[0] + 1) % size
    return [(n // len(shifts) + 1, *shifts[n % len(shifts)]) for n, crew in enumerate(turns) if crew == k]
