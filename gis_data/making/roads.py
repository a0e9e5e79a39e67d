"""Roads: a street grid in each town, lanes to every hamlet, and roads between villages. All of it is invented."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry.base import BaseGeometry

from gis_data.making.flat import Points, chance, to_lonlat
from gis_data.making.land import inside, km2
from gis_data.making.world import Area, Xy

BLOCK_KM = 0.2
# Invented courses: the numbers are given to the roads between the towns, and to the longest road of each county.
HIGHWAYS = ("G354", "G207", "S312", "S328", "S333")
COUNTRY_HIGHWAYS = ("S210", "S225", "S217", "S243", "S236")
PRIMARY, SECONDARY, TERTIARY, UNCLASSIFIED, RESIDENTIAL = (
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
)
_BUSIEST_FIRST = (PRIMARY, SECONDARY, TERTIARY, UNCLASSIFIED, RESIDENTIAL)
# Driving times for choosing main roads and remote villages only; the server has speeds of its own.
KM_PER_H = {PRIMARY: 50, SECONDARY: 42, TERTIARY: 36, UNCLASSIFIED: 24, RESIDENTIAL: 28}


@dataclass(slots=True)
class Roads:
    """Nodes in km; an edge once for each pair of nodes, both ways open.

    `blocks` are the edges of each town's street grid, by county; `highways` the numbers of main roads, by edge.
    """

    nodes: list[Xy] = field(default_factory=list)
    edges: dict[tuple[int, int], tuple[float, str]] = field(default_factory=dict)
    blocks: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    highways: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, at: Iterable[float]) -> int:
        x, y = at
        self.nodes.append((float(x), float(y)))
        return len(self.nodes) - 1

    def join(self, a: int, b: int, road_class: str) -> None:
        if a != b:
            winding = 1.02 if road_class == RESIDENTIAL else _winding(self.middle(a, b))
            self.edges[min(a, b), max(a, b)] = (self.straight_km(a, b) * winding, road_class)

    def straight_km(self, a: int, b: int) -> float:
        return float(np.hypot(*np.subtract(self.nodes[a], self.nodes[b])))

    def middle(self, a: int, b: int) -> Xy:
        (xa, ya), (xb, yb) = self.nodes[a], self.nodes[b]
        return (xa + xb) / 2, (ya + yb) / 2

    def raise_to(self, a: int, b: int, road_class: str) -> None:
        key = min(a, b), max(a, b)
        km, now = self.edges[key]
        self.edges[key] = km, min(now, road_class, key=_BUSIEST_FIRST.index)

    def graph(self, minutes: bool = False) -> csr_matrix:
        pairs = np.array([*self.edges])
        cost = [km / KM_PER_H[c] * 60 if minutes else km for km, c in self.edges.values()]
        n = len(self.nodes)
        return csr_matrix((cost, (pairs[:, 0], pairs[:, 1])), shape=(n, n))

    def from_nearest(self, starts: Sequence[int], minutes: bool = False) -> tuple[Points, npt.NDArray[np.intp]]:
        """For every node the km (or minutes) from the nearest start, and which start that is."""
        cost, _, start = dijkstra(
            self.graph(minutes), directed=False, indices=starts, min_only=True, return_predecessors=True
        )
        return cost, start


def _winding(at: Xy) -> float:
    """Roads wind more towards the mountains in the west."""
    return 1.25 + 0.5 * min(1.0, max(0.0, (-at[0] - 5) / 70))


def build(areas: Sequence[Area]) -> Roads:
    """Node i is the middle of area i; street corners, hamlets and bends follow."""
    roads = Roads([area.at for area in areas])
    territory = shapely.union_all([area.shape for area in areas])
    shapely.prepare(territory)
    for county in dict.fromkeys(area.county.code for area in areas):
        _streets(roads, areas, county)
    corners = list(range(len(areas), len(roads.nodes)))
    _between_villages(roads, areas, corners, territory)
    for i, area in enumerate(areas):
        if not area.in_town:
            _lanes(roads, i, area, territory)
    _connect(roads, territory)
    _raise_main_roads(roads, areas)
    return roads


def _stay_inside(land: BaseGeometry, starts: Points, ends: Points) -> npt.NDArray[np.bool_]:
    """Which straight lines leave the land nowhere, as they will be written."""
    lines = shapely.linestrings(np.stack([to_lonlat(starts), to_lonlat(ends)], axis=1))
    shapely.prepare(land)
    return np.asarray(shapely.covers(land, lines))


def _streets(roads: Roads, areas: Sequence[Area], county: str) -> None:
    """Blocks turned to the lie of the town; every fourth street is an avenue. Each community has a corner near."""
    town = [(i, a) for i, a in enumerate(areas) if a.in_town and a.county.code == county]
    if not town:
        return
    land = shapely.union_all([area.shape for _, area in town])
    at, pairs, avenues = _grid(land, np.mean([a.at for _, a in town], axis=0), chance(f"streets {county}"))
    number = {int(corner): roads.add(at[corner]) for corner in _largest_part(len(at), pairs)}
    for (a, b), avenue in zip(pairs.tolist(), avenues, strict=True):
        if a in number and b in number:
            roads.join(number[a], number[b], SECONDARY if avenue else RESIDENTIAL)
            roads.blocks.setdefault(county, []).append((number[a], number[b]))
    nodes = [*number.values()]
    tree = cKDTree(np.array([roads.nodes[n] for n in nodes]))
    for i, area in town:
        roads.join(i, nodes[int(tree.query(area.at)[1])], RESIDENTIAL)


def _grid(
    land: BaseGeometry, middle: Points, r: np.random.Generator
) -> tuple[Points, npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Corners, the pairs that a street joins, and which of those are avenues; a few side streets are missing."""
    steps = np.arange(-30, 31)
    u, v = (axis.ravel() for axis in np.meshgrid(steps, steps, indexing="ij"))
    turn = r.uniform(-0.4, 0.4)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    at = middle + BLOCK_KM * (u[:, None] * along + v[:, None] * across) + r.uniform(-0.04, 0.04, (len(u), 2))
    number = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(u, v, strict=True))}
    streets = [
        (i, number[a + du, b + dv], (b if du else a) % 4 == 0)
        for (a, b), i in number.items()
        for du, dv in ((1, 0), (0, 1))
        if (a + du, b + dv) in number
    ]
    pairs, avenues = np.array([s[:2] for s in streets]), np.array([s[2] for s in streets])
    there = _stay_inside(land, at[pairs[:, 0]], at[pairs[:, 1]]) & (avenues | (r.random(len(pairs)) > 0.05))
    return at, pairs[there], avenues[there]


def _largest_part(n: int, pairs: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    parts = _parts(n, pairs)
    return np.flatnonzero(parts == np.bincount(parts).argmax())


def _parts(n: int, pairs: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    graph = csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _between_villages(roads: Roads, areas: Sequence[Area], corners: Sequence[int], territory: BaseGeometry) -> None:
    """A Gabriel graph: two villages are joined when no third lies in the circle between them.

    Inside a town the streets do that; a road from outside ends at the town's nearest corner.
    """
    at = np.array(roads.nodes[: len(areas)])
    pairs = _gabriel(at)
    corner_tree = cKDTree(np.array([roads.nodes[c] for c in corners]).reshape(-1, 2))
    joined = []
    for a, b in pairs.tolist():
        match areas[a].in_town, areas[b].in_town:
            case True, True:
                continue
            case True, False:
                a = corners[int(corner_tree.query(at[b])[1])]
            case False, True:
                b = corners[int(corner_tree.query(at[a])[1])]
        joined.append((a, b))
    nodes, ends = np.array(roads.nodes), np.array(joined)
    for a, b in ends[_stay_inside(territory, nodes[ends[:, 0]], nodes[ends[:, 1]])].tolist():
        roads.join(a, b, UNCLASSIFIED)


def _gabriel(at: Points) -> npt.NDArray[np.intp]:
    triangles = Delaunay(at).simplices
    sides = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1)
    pairs = np.unique(sides, axis=0)
    middle = (at[pairs[:, 0]] + at[pairs[:, 1]]) / 2
    half = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T) / 2
    kept: npt.NDArray[np.intp] = pairs[cKDTree(at).query(middle)[0] > half - 1e-9]
    return kept


def _lanes(roads: Roads, i: int, area: Area, territory: BaseGeometry) -> None:
    """Up to five hamlets, each on a lane to what is nearest of its village."""
    r = chance(f"hamlets {area.village.code}")
    reach = np.sqrt(km2(area) / np.pi)
    wanted = min(5, 1 + int(km2(area) / 1.2))
    offers = np.array(area.at) + r.normal(0, 0.55 * reach, (20 * wanted, 2))
    here = [i]
    for at in offers[inside(area, offers)]:
        known = np.array([roads.nodes[n] for n in here])
        gap = np.hypot(*(known - at).T)
        nearest = int(gap.argmin())
        if gap[nearest] > 0.35 * reach and _stay_inside(territory, known[[nearest]], at[None])[0]:
            node = roads.add(at)
            roads.join(here[nearest], node, UNCLASSIFIED)
            area.hamlets.append(roads.nodes[node])
            here.append(node)
        if len(here) > wanted:
            return


def _connect(roads: Roads, territory: BaseGeometry) -> None:
    """Where the border cut a road away: the shortest lines inside the territory that join the parts again."""
    at = np.array(roads.nodes)
    near = cKDTree(at).query(at, k=min(len(at), 60))[1]
    while len(set(parts := _parts(len(at), np.array([*roads.edges])))) > 1:
        small = np.flatnonzero(parts != np.bincount(parts).argmax())
        tried = [(a, int(b)) for a in small.tolist() for b in near[a] if parts[a] != parts[b]]
        ends = np.array(sorted(tried, key=lambda ab: (roads.straight_km(*ab), ab)))
        good = ends[_stay_inside(territory, at[ends[:, 0]], at[ends[:, 1]])]
        if not len(good):
            raise SystemExit("Some villages cannot be reached by a straight road inside the territory.")
        a, b = good[0].tolist()
        roads.join(a, b, UNCLASSIFIED)


def town_nodes(roads: Roads, areas: Sequence[Area]) -> dict[str, int]:
    """By county, the street corner in the middle of its town (a village where there is no town)."""
    found = {}
    nodes = np.array(roads.nodes)
    for county in dict.fromkeys(area.county.code for area in areas):
        town = [a.at for a in areas if a.in_town and a.county.code == county]
        middle = np.mean(town or [a.at for a in areas if a.county.code == county], axis=0)
        found[county] = int(np.argmin(((nodes - middle) ** 2).sum(axis=1)))
    return found


def seat_nodes(areas: Sequence[Area]) -> dict[str, int]:
    """By township, the node of the area in its middle: the first community, as the areas are ordered."""
    found: dict[str, int] = {}
    for i, area in enumerate(areas):
        found.setdefault(area.township.code, i)
    return found


def _raise_main_roads(roads: Roads, areas: Sequence[Area]) -> None:
    """Town to town is primary, a township's seat to its town secondary, seat to neighbouring seat tertiary."""
    towns, seats = town_nodes(roads, areas), seat_nodes(areas)
    seat_pairs = _gabriel_of(roads, [*seats.values()])
    _raise(roads, seat_pairs, TERTIARY)
    county_of = {area.township.code: area.county.code for area in areas}
    _raise(roads, [(towns[county_of[code]], node) for code, node in seats.items()], SECONDARY)
    for pair, number in zip(_gabriel_of(roads, [*towns.values()]), itertools.cycle(HIGHWAYS), strict=False):
        _number(roads, _raise(roads, [pair], PRIMARY), number)
    minutes, _ = roads.from_nearest([*towns.values()], minutes=True)
    for (county, town), number in zip(towns.items(), itertools.cycle(COUNTRY_HIGHWAYS), strict=False):
        far = max((n for c, n in seats.items() if county_of[c] == county), key=lambda n: float(minutes[n]))
        _number(roads, _raise(roads, [(town, far)], SECONDARY), number)


def _number(roads: Roads, edges: Sequence[tuple[int, int]], number: str) -> None:
    """Where two run together, the road keeps the number it had first."""
    for edge in edges:
        roads.highways.setdefault(edge, number)


def _gabriel_of(roads: Roads, nodes: Sequence[int]) -> list[tuple[int, int]]:
    if len(nodes) < 4:
        return list(itertools.combinations(nodes, 2))
    return [(nodes[a], nodes[b]) for a, b in _gabriel(np.array([roads.nodes[n] for n in nodes])).tolist()]


def _raise(roads: Roads, pairs: Sequence[tuple[int, int]], road_class: str) -> list[tuple[int, int]]:
    """The quickest way of each pair becomes a road of that class; its edges are returned."""
    if not pairs:  # a territory with one town
        return []
    raised: list[tuple[int, int]] = []
    starts = sorted({a for a, _ in pairs})
    _, before = dijkstra(roads.graph(minutes=True), directed=False, indices=starts, return_predecessors=True)
    for a, b in pairs:
        row = before[starts.index(a)]
        while b != a:
            c = int(row[b])
            roads.raise_to(b, c, road_class)
            raised.append((min(b, c), max(b, c)))
            b = c
    return raised
