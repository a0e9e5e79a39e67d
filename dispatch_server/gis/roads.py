"""The road graph: minutes from many places to one, and the way from one place to another.

SciPy takes half a second to import: only what needs a drive imports this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.plane import Plane
from dispatch_server.gis.speeds import HORIZON_MIN, minutes_per_metre
from dispatch_server.protocol.geo import LonLat

# A place half-way along a road is as near to the node behind as to the one ahead; the quicker of these is taken.
_ENTRANCES = 3
# Farther from every node than this, the graph does not know the place.
_REACH_M = 5000.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Entrances:
    """The nodes by which places join the graph, and how far off in a straight line; one row for each place."""

    nodes: npt.NDArray[np.intp]
    metres: Floats


class RoadGraph:
    def __init__(
        self, nodes: Sequence[RoadNode], edges: Sequence[RoadEdge], speed_kmh: Mapping[RoadClass, float]
    ) -> None:
        number = {n.node: i for i, n in enumerate(nodes)}
        self._at = [n.at for n in nodes]
        lonlats = np.array([(at.lon, at.lat) for at in self._at])
        west, south = lonlats.min(axis=0)
        east, north = lonlats.max(axis=0)
        self._plane = Plane.around(LonLat(float(west + east) / 2, float(south + north) / 2))
        self._tree = KDTree(self._flat(self._at))
        self._out = _minutes_matrix(number, edges, speed_kmh)
        self._into = self._out.T.tocsr()

    def entrances(self, places: Sequence[LonLat]) -> Entrances:
        count = min(_ENTRANCES, len(self._at))
        metres, nodes = self._tree.query(self._flat(places), k=range(1, count + 1), distance_upper_bound=_REACH_M)
        # Out of reach: an infinite distance, and a number that is no node's.
        return Entrances(np.minimum(nodes, len(self._at) - 1), metres)

    def minutes_to(self, to: LonLat, froms: Sequence[LonLat], off_road_min_per_m: float) -> Floats:
        """One search against the traffic from the site. Infinite beyond the horizon or where no road leads."""
        site, starts = self.entrances([to]), self.entrances(froms)
        # (entrance of the site, node)
        by_node = dijkstra(self._into, indices=site.nodes[0], limit=HORIZON_MIN)
        at_site = (by_node + site.metres[0][:, None] * off_road_min_per_m).min(axis=0)
        best: Floats = (at_site[starts.nodes] + starts.metres * off_road_min_per_m).min(axis=1)
        return best

    def way(self, start: LonLat, end: LonLat, off_road_min_per_m: float) -> list[tuple[LonLat, float]]:
        """Positions along the quickest way with the minutes from its start; empty where no road leads."""
        first, last = self.entrances([start]), self.entrances([end])
        by_node, before = dijkstra(self._out, indices=first.nodes[0], limit=HORIZON_MIN, return_predecessors=True)
        total = (
            first.metres[0][:, None] * off_road_min_per_m
            + by_node[:, last.nodes[0]]
            + last.metres[0][None, :] * off_road_min_per_m
        )
        i, j = np.unravel_index(int(total.argmin()), total.shape)
        if not np.isfinite(total[i, j]):
            return []
        onto_road = float(first.metres[0][i]) * off_road_min_per_m
        nodes = _back_from(int(last.nodes[0][j]), before[i])
        on_road = [(self._at[n], onto_road + float(by_node[i, n])) for n in nodes]
        return [(start, 0.0), *on_road, (end, float(total[i, j]))]

    def _flat(self, places: Sequence[LonLat]) -> Floats:
        origin = self._plane.origin
        lonlats = np.array([(at.lon, at.lat) for at in places]).reshape(-1, 2)
        flat: Floats = (lonlats - (origin.lon, origin.lat)) * (self._plane.x_m, self._plane.y_m)
        return flat


def _minutes_matrix(
    number: Mapping[str, int], edges: Sequence[RoadEdge], speed_kmh: Mapping[RoadClass, float]
) -> csr_array:
    """Row to column. Of parallel roads the quickest counts; a sparse matrix would add them up."""
    quickest: dict[tuple[int, int], float] = {}
    for edge in edges:
        start, end = number[edge.start], number[edge.end]
        # A zero would mean "no road" to a sparse matrix.
        minutes = max(edge.metres * minutes_per_metre(speed_kmh[edge.road_class]), 1e-6)
        for way in ((start, end),) if edge.oneway else ((start, end), (end, start)):
            quickest[way] = min(minutes, quickest.get(way, minutes))
    rows, columns = zip(*quickest, strict=True) if quickest else ((), ())
    return csr_array((list(quickest.values()), (rows, columns)), shape=(len(number), len(number)))


def _back_from(node: int, before: npt.NDArray[np.int32]) -> list[int]:
    nodes = [node]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]
