"""Roads out of a file of OpenStreetMap (.osm.pbf), as road_nodes.csv and road_edges.csv: a person looks, then loads.

Roads meet where they share a node of OpenStreetMap, never where they merely cross: a bridge stays a bridge. Bends are
kept as nodes of their own where the straight line between two would leave the road, so that a place beside a bend
finds its road.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.folder import ROAD_EDGES, ROAD_NODES
from dispatch_server.gis.plane import metres_per_degree

# What a repair van drives on. Links and the small roads have the speed of the class they are nearest to.
CLASSES = {
    **dict.fromkeys(("motorway", "trunk", "primary"), RoadClass.PRIMARY),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link"), RoadClass.PRIMARY),
    **dict.fromkeys(("secondary", "secondary_link"), RoadClass.SECONDARY),
    **dict.fromkeys(("tertiary", "tertiary_link"), RoadClass.TERTIARY),
    **dict.fromkeys(("unclassified", "road"), RoadClass.UNCLASSIFIED),
    **dict.fromkeys(("residential", "living_street", "service"), RoadClass.RESIDENTIAL),
}
_CLOSED = frozenset({"no", "private", "agricultural", "forestry"})
_ACCESS = ("motor_vehicle", "vehicle", "access")  # the most particular one decides
_FORWARD, _BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
_ONE_WAY_UNSAID = frozenset({"motorway", "motorway_link"})
_ROUND = frozenset({"roundabout", "circular"})
_BEND_M = 10.0  # a kept line leaves the road by no more than this
ISLAND_SHARE = 0.01  # of all roads: less than this, joined to nothing else, is a car park behind a barrier
SOURCE, LICENCE = "OpenStreetMap contributors", "ODbL-1.0"


@dataclass(frozen=True, slots=True)
class Way:
    """As driven: the nodes of OpenStreetMap in order, turned round where only the way back is allowed."""

    nodes: tuple[int, ...]
    road_class: RoadClass
    oneway: bool


@dataclass(frozen=True, slots=True)
class Edge:
    start: int
    end: int
    metres: float
    road_class: RoadClass
    oneway: bool


@dataclass(frozen=True, slots=True)
class Roads:
    at: Mapping[int, tuple[float, float]]
    edges: Sequence[Edge]
    ways: int
    islands: int
    island_km: float


def read_roads(path: Path) -> Roads:
    """Raises BadInput with what to do about a file that cannot be read."""
    try:
        import osmium
    except ModuleNotFoundError:
        raise BadInput(
            "Reading roads of OpenStreetMap needs osmium, which is not installed; run: pip install 'relight[osm]'."
        ) from None
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    try:
        ways, at = _ways_of(osmium, path)
    except (RuntimeError, osmium.InvalidLocationError):
        raise BadInput(f"{path} is no .osm.pbf file that can be read, or it was cut off; download it again.") from None
    if not ways:
        raise BadInput(f"{path} holds no road that may be driven.")
    return _without_islands(list(_edges_of(ways, at)), at, len(ways))


def write_roads(roads: Roads, directory: Path, *, replaces: bool = False) -> str:
    """Both files; gives their entries for manifest.toml. Files that are there are kept unless told otherwise."""
    there = [name for name in (ROAD_NODES, ROAD_EDGES) if (directory / name).exists()]
    if there and not replaces:
        raise Refused(f"{directory / there[0]} is there already; say --replace to write it anew.")
    used = sorted({node for edge in roads.edges for node in (edge.start, edge.end)})
    nodes = _csv(["node", "lon", "lat"], [[n, *(f"{degrees:.7f}" for degrees in roads.at[n])] for n in used])
    edges = _csv(
        ["from", "to", "metres", "class", "oneway"],
        [[e.start, e.end, f"{e.metres:.1f}", e.road_class.value, int(e.oneway)] for e in roads.edges],
    )
    directory.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, content, crs in ((ROAD_NODES, nodes, 'crs = "EPSG:4326"\n'), (ROAD_EDGES, edges, "")):
        (directory / name).write_bytes(content)
        entries.append(
            f'[[layers]]\nname = "{name.partition(".")[0]}"\nfile = "{name}"\n{crs}'
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
            f'source = "{SOURCE}"\nlicence = "{LICENCE}"\ninvented = ""\n'
        )
    return "\n".join(entries)


def told(roads: Roads) -> list[str]:
    km = sum(edge.metres for edge in roads.edges) / 1000
    nodes = len({node for edge in roads.edges for node in (edge.start, edge.end)})
    sentences = [f"{roads.ways:,} ways that may be driven: {nodes:,} nodes, {len(roads.edges):,} edges, {km:,.0f} km."]
    if roads.islands:
        islands = f"{roads.islands:,} islands of roads, {roads.island_km:,.1f} km together"
        sentences.append(f"{islands}, join nothing else and are left out.")
    return sentences


def _ways_of(osmium: Any, path: Path) -> tuple[list[Way], dict[int, tuple[float, float]]]:
    kinds = osmium.osm.NODE | osmium.osm.WAY
    roads = osmium.FileProcessor(str(path), kinds).with_locations()
    roads = roads.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    roads = roads.with_filter(osmium.filter.KeyFilter("highway"))
    ways: list[Way] = []
    at: dict[int, tuple[float, float]] = {}
    for one in roads:
        tags = {tag.k: tag.v for tag in one.tags}
        if not is_drivable(tags):
            continue
        # An extract is cut at its border: nodes beyond it have no position.
        inside = [(n.ref, n.location.lon, n.location.lat) for n in one.nodes if n.location.valid()]
        at.update((ref, (lon, lat)) for ref, lon, lat in inside)
        nodes = tuple(ref for ref, *_ in inside)
        oneway = direction(tags)
        if len(nodes) > 1:
            ways.append(Way(nodes[::-1] if oneway < 0 else nodes, CLASSES[tags["highway"]], oneway != 0))
    return ways, at


def is_drivable(tags: Mapping[str, str]) -> bool:
    if tags.get("highway") not in CLASSES or tags.get("area") == "yes" or tags.get("service") == "parking_aisle":
        return False
    access = next((tags[key] for key in _ACCESS if key in tags), "yes")
    return access not in _CLOSED


def direction(tags: Mapping[str, str]) -> int:
    """1 one way as drawn, -1 one way against it, 0 both ways."""
    said = tags.get("oneway")
    if said in _BACKWARD:
        return -1
    if said in _FORWARD:
        return 1
    implied = tags.get("highway") in _ONE_WAY_UNSAID or tags.get("junction") in _ROUND
    return int(said is None and implied)


def _edges_of(ways: Sequence[Way], at: Mapping[int, tuple[float, float]]) -> Iterator[Edge]:
    times: dict[int, int] = {}
    for way in ways:
        for node in (*way.nodes, way.nodes[0], way.nodes[-1]):
            times[node] = times.get(node, 0) + 1
    for way in ways:
        stops = [i for i, node in enumerate(way.nodes) if times[node] > 1]
        for a, b in pairwise(stops):
            yield from _stretch(way, way.nodes[a : b + 1], at)


def _stretch(way: Way, nodes: Sequence[int], at: Mapping[int, tuple[float, float]]) -> Iterator[Edge]:
    """From junction to junction by the bends that matter; a loop keeps all of them, or it would have no length."""
    flat = _flat(nodes, at)
    steps = np.hypot(*np.diff(flat, axis=0).T)
    kept = list(range(len(nodes))) if nodes[0] == nodes[-1] else _bends(flat)
    for a, b in pairwise(kept):
        metres = float(steps[a:b].sum())
        if nodes[a] != nodes[b] and metres > 0:
            yield Edge(nodes[a], nodes[b], metres, way.road_class, way.oneway)


def _flat(nodes: Sequence[int], at: Mapping[int, tuple[float, float]]) -> npt.NDArray[np.float64]:
    lonlats = np.array([at[node] for node in nodes])
    flat: npt.NDArray[np.float64] = (lonlats - lonlats[0]) * metres_per_degree(float(lonlats[0, 1]))
    return flat


def _bends(flat: npt.NDArray[np.float64]) -> list[int]:
    simple = shapely.get_coordinates(shapely.simplify(shapely.LineString(flat), _BEND_M))
    kept, following = [], 0
    for vertex in simple:
        while not np.array_equal(flat[following], vertex):
            following += 1
        kept.append(following)
    kept[-1] = len(flat) - 1
    return kept


def _without_islands(edges: list[Edge], at: Mapping[int, tuple[float, float]], ways: int) -> Roads:
    names = sorted({node for edge in edges for node in (edge.start, edge.end)})
    number = {node: i for i, node in enumerate(names)}
    start, end = (np.array([number[n] for n in ends]) for ends in ([e.start for e in edges], [e.end for e in edges]))
    joined = csr_array((np.ones(len(edges)), (start, end)), shape=(len(names), len(names)))
    count, part = connected_components(joined, directed=False)
    metres = np.array([e.metres for e in edges])
    by_part = np.bincount(part[start], weights=metres, minlength=count)
    is_island = by_part < ISLAND_SHARE * by_part.sum()
    kept = [edge for edge, island in zip(edges, is_island[part[start]].tolist(), strict=True) if not island]
    return Roads(at, kept, ways, int(is_island.sum()), float(by_part[is_island].sum()) / 1000)


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue().encode()
