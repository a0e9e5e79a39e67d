"""The road graph: which road a place stands on, and which roads lead on from there. How fast they are is `routing`'s.

SciPy takes half a second to import: only what needs a drive imports this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.plane import Plane
from dispatch_server.gis.speeds import minutes_per_metre
from dispatch_server.protocol.geo import LonLat

# Farther from every road than this, the graph does not know the place.
REACH_M = 5000.0
# A fix is that far off: the road on the other side of the median is as likely, and the quicker of them is taken.
DOUBT_M = 25.0
PLACES_KEPT = 8192

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Entrances:
    """Where places join roads, ordered by place: the road, how far along it from its start (0 to 1), how far off it.

    A place may join several roads, or none.
    """

    place: Numbers
    edge: Numbers
    share: Floats
    metres: Floats


@dataclass(frozen=True, slots=True)
class Arcs:
    """Roads by the node that a search comes from; `start_of[n]` to `start_of[n + 1]` are those of node n."""

    start_of: npt.NDArray[np.int32]
    to: npt.NDArray[np.int32]
    edge: Numbers


class RoadGraph:
    def __init__(
        self, nodes: Sequence[RoadNode], edges: Sequence[RoadEdge], speed_kmh: Mapping[RoadClass, float]
    ) -> None:
        """`speed_kmh` decides between roads that join the same two nodes: the quicker is driven."""
        number = {n.node: i for i, n in enumerate(nodes)}
        classes = {road_class: i for i, road_class in enumerate(RoadClass)}
        self.at = [n.at for n in nodes]
        self.start = np.array([number[e.start] for e in edges], dtype=np.intp)
        self.end = np.array([number[e.end] for e in edges], dtype=np.intp)
        self.metres = np.array([e.metres for e in edges], dtype=np.float64)
        self.road_class = np.array([classes[e.road_class] for e in edges], dtype=np.intp)
        self.oneway = np.array([e.oneway for e in edges], dtype=np.bool_)
        lonlats = np.array([(at.lon, at.lat) for at in self.at])
        west, south = lonlats.min(axis=0)
        east, north = lonlats.max(axis=0)
        self._plane = Plane.around(LonLat(float(west + east) / 2, float(south + north) / 2))
        flat = self._flat(self.at)
        self._lines = np.asarray(shapely.linestrings(np.stack([flat[self.start], flat[self.end]], axis=1)))
        self._tree = shapely.STRtree(self._lines)
        self._near: dict[LonLat, list[tuple[int, float, float]]] = {}
        self._lay_arcs(np.array([minutes_per_metre(speed_kmh[c]) for c in RoadClass]))

    def _lay_arcs(self, min_per_m: Floats) -> None:
        there, back = np.arange(len(self.metres)), np.flatnonzero(~self.oneway)
        edge = np.concatenate([there, back])
        a = np.concatenate([self.start, self.end[back]])
        b = np.concatenate([self.end, self.start[back]])
        count = len(self.at)
        order = np.lexsort((self.metres[edge] * min_per_m[self.road_class[edge]], a * count + b))
        order = order[(a != b)[order]]  # a loop leads nowhere
        key = (a * count + b)[order]
        order = order[np.concatenate([[True], key[1:] != key[:-1]])] if len(order) else order
        a, b, edge = a[order], b[order], edge[order]
        self._keys = a * count + b
        self._edge_of_key = edge
        by_end = np.lexsort((a, b))
        self.against = _arcs(b[by_end], a[by_end], edge[by_end], count)  # as a search against the traffic goes

    def edges_between(self, starts: Numbers, ends: Numbers) -> Numbers:
        """The road that is driven from each node to the next; there must be one."""
        found: Numbers = self._edge_of_key[np.searchsorted(self._keys, starts * len(self.at) + ends)]
        return found

    def entrances(self, places: Sequence[LonLat]) -> Entrances:
        """As `found_near`; of places asked for again, and crews stand more than they drive, it is remembered."""
        known = {place: near for place in places if (near := self._near.get(place)) is not None}
        unknown = list(dict.fromkeys(place for place in places if place not in known))
        if unknown:
            known |= zip(unknown, _by_place(self.found_near(unknown), len(unknown)), strict=True)
            if len(self._near) + len(unknown) > PLACES_KEPT:
                self._near = {}
            self._near |= {place: known[place] for place in unknown}
        rows = [(n, *row) for n, place in enumerate(places) for row in known[place]]
        place, edge, share, metres = zip(*rows, strict=True) if rows else ((), (), (), ())
        return Entrances(
            np.array(place, dtype=np.intp),
            np.array(edge, dtype=np.intp),
            np.array(share, float),
            np.array(metres, float),
        )

    def found_near(self, places: Sequence[LonLat], reach_m: float = REACH_M, doubt_m: float = DOUBT_M) -> Entrances:
        """The nearest road of each place, and others that are as near within the doubt of a fix."""
        points = np.asarray(shapely.points(self._flat(places)))
        (near, _), nearest_m = self._tree.query_nearest(points, max_distance=reach_m, return_distance=True)
        near, first = np.unique(near, return_index=True)
        place, edge = self._tree.query(points[near], predicate="dwithin", distance=nearest_m[first] + doubt_m)
        place = near[place]
        order = np.argsort(place, kind="stable")
        place, edge = place[order], edge[order]
        lines, at = self._lines[edge], points[place]
        share = shapely.line_locate_point(lines, at, normalized=True)
        return Entrances(place, edge, np.nan_to_num(share), shapely.distance(lines, at))

    def along(self, edge: int, share: float) -> LonLat:
        a, b = self.at[self.start[edge]], self.at[self.end[edge]]
        return LonLat(a.lon + (b.lon - a.lon) * share, a.lat + (b.lat - a.lat) * share)

    def _flat(self, places: Sequence[LonLat]) -> Floats:
        origin = self._plane.origin
        lonlats = np.array([(at.lon, at.lat) for at in places]).reshape(-1, 2)
        flat: Floats = (lonlats - (origin.lon, origin.lat)) * (self._plane.x_m, self._plane.y_m)
        return flat


def _by_place(found: Entrances, count: int) -> list[list[tuple[int, float, float]]]:
    near: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
    for place, *row in zip(
        found.place.tolist(), found.edge.tolist(), found.share.tolist(), found.metres.tolist(), strict=True
    ):
        near[place].append((row[0], row[1], row[2]))
    return near


def _arcs(a: Numbers, b: Numbers, edge: Numbers, count: int) -> Arcs:
    """`a` ascending."""
    start_of = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(a, minlength=count), out=start_of[1:])
    return Arcs(start_of, b.astype(np.int32), edge)
