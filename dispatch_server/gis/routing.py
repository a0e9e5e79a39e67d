"""Drives over the road graph at one pace: minutes from many places to one, how late they may be, and the way itself.

One search against the traffic from the site answers for every crew, and is kept: it holds as long as the pace does.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch_server.domain.speeds import Pace
from dispatch_server.gis.roads import Entrances, Floats, Numbers, RoadGraph
from dispatch_server.gis.speeds import HORIZON_MIN, minutes_per_metre
from dispatch_server.protocol.geo import LonLat

SITES_KEPT = 32  # in a graph of 50,000 nodes each takes 0.6 MB
_LEAST_MIN = 1e-6  # a zero would mean "no road" to a sparse matrix
_TO_START, _TO_END, _STRAIGHT_ON = range(3)


@dataclass(frozen=True, slots=True)
class OffRoad:
    """From a road to a place beside it, in a straight line."""

    min_per_m: float
    spread: float


@dataclass(frozen=True, slots=True)
class Drive:
    """Four drives in five take at most `late_min`. `off_road_m` is driven beside the roads, at both ends together."""

    minutes: float
    late_min: float
    off_road_m: float


@dataclass(frozen=True, slots=True)
class _Last:
    """From a node to the site without passing another node; `entrance` is the row among the site's entrances."""

    minutes: float
    late_min: float
    off_road_m: float
    entrance: int


@dataclass(frozen=True, slots=True)
class SiteTree:
    """Minutes to a site from every node, and the node that each goes on to. `known` is filled as it is asked for."""

    entrances: Entrances
    minutes: Floats
    following: npt.NDArray[np.int32]
    last: dict[int, _Last]
    known: dict[int, tuple[float, float]]  # late_min and off_road_m, by node


@dataclass(frozen=True, slots=True)
class _Start:
    """The quickest way off for one place: its entrance, where it turns, and what it drives before the first node."""

    place: int
    row: int
    turn: int
    minutes: float
    on_edge_min: float
    node: int
    site_row: int


class PacedRoads:
    """A road graph with the speeds of some hours."""

    def __init__(self, graph: RoadGraph, pace: Pace, off_road: OffRoad) -> None:
        self._graph = graph
        self._off_road = off_road
        min_per_m = np.array([minutes_per_metre(kmh) for kmh in pace.kmh])
        self._minutes = np.maximum(graph.metres * min_per_m[graph.road_class], _LEAST_MIN)
        self._spread = np.array(pace.spread)[graph.road_class]
        self._trees: OrderedDict[LonLat, SiteTree | None] = OrderedDict()
        self._lock = threading.Lock()

    def drives(self, to: LonLat, froms: Sequence[LonLat]) -> list[Drive | None]:
        """In the order asked; None where no road leads, or beyond the horizon."""
        found: list[Drive | None] = [None] * len(froms)
        tree = self._tree_to(to)
        if tree is None or not froms:
            return found
        entrances = self._graph.entrances(froms)
        starts = self._starts(tree, entrances)
        with self._lock:
            self._learn_late(tree, (s.node for s in starts if s.turn != _STRAIGHT_ON))
        for start in starts:
            found[start.place] = self._drive(tree, entrances, start)
        return found

    def way(self, start: LonLat, end: LonLat) -> list[tuple[LonLat, float]]:
        """Positions along the quickest way with the minutes from its start; empty where no road leads."""
        tree = self._tree_to(end)
        if tree is None:
            return []
        entrances = self._graph.entrances([start])
        starts = self._starts(tree, entrances)
        if not starts:
            return []
        [first] = starts
        edge, share = int(entrances.edge[first.row]), float(entrances.share[first.row])
        onto = float(entrances.metres[first.row]) * self._off_road.min_per_m
        stops = [(start, 0.0), (self._graph.along(edge, share), onto)]
        site_row, on_road = first.site_row, onto + first.on_edge_min
        if first.turn != _STRAIGHT_ON:
            nodes = self._nodes_to_site(tree, first.node)
            left = first.minutes - float(tree.minutes[first.node])
            stops += [(self._graph.at[n], left + float(tree.minutes[first.node] - tree.minutes[n])) for n in nodes]
            site_row = tree.last[nodes[-1]].entrance
            on_road = first.minutes - float(tree.entrances.metres[site_row]) * self._off_road.min_per_m
        edge, share = int(tree.entrances.edge[site_row]), float(tree.entrances.share[site_row])
        return [*stops, (self._graph.along(edge, share), on_road), (end, first.minutes)]

    def _nodes_to_site(self, tree: SiteTree, node: int) -> list[int]:
        nodes = [node]
        while (following := int(tree.following[nodes[-1]])) != len(self._graph.at):
            nodes.append(following)
        return nodes

    def _tree_to(self, site: LonLat) -> SiteTree | None:
        """None for a site that no road comes near. Two who ask at once may both search; the answers are the same."""
        with self._lock:
            if site in self._trees:
                self._trees.move_to_end(site)
                return self._trees[site]
        tree = self._search_from(site)
        with self._lock:
            self._trees[site] = tree
            while len(self._trees) > SITES_KEPT:
                self._trees.popitem(last=False)
        return tree

    def _search_from(self, site: LonLat) -> SiteTree | None:
        entrances = self._graph.entrances([site])
        if not len(entrances.edge):
            return None
        last = self._last_stretches(entrances)
        arcs, count = self._graph.against, len(self._graph.at)
        matrix = csr_array(
            (
                np.concatenate([self._minutes[arcs.edge], [one.minutes for one in last.values()]]),
                np.concatenate([arcs.to, np.array(list(last), dtype=np.int32)]),
                np.append(arcs.start_of, np.int32(len(arcs.to) + len(last))),
            ),
            shape=(count + 1, count + 1),
        )
        minutes, following = dijkstra(matrix, indices=count, limit=HORIZON_MIN, return_predecessors=True)
        return SiteTree(entrances, minutes, following, last, {})

    def _last_stretches(self, entrances: Entrances) -> dict[int, _Last]:
        """By the node they begin at; the quickest of each."""
        last: dict[int, _Last] = {}
        for row, (edge, share, metres) in enumerate(
            zip(entrances.edge, entrances.share, entrances.metres, strict=True)
        ):
            ends = [(int(self._graph.start[edge]), float(share))]
            if not self._graph.oneway[edge]:
                ends.append((int(self._graph.end[edge]), 1 - float(share)))
            off_min = float(metres) * self._off_road.min_per_m
            for node, part in ends:
                on_edge = float(self._minutes[edge]) * part
                late_min = on_edge * float(self._spread[edge]) + off_min * self._off_road.spread
                one = _Last(max(on_edge + off_min, _LEAST_MIN), late_min, float(metres), row)
                if node not in last or one.minutes < last[node].minutes:
                    last[node] = one
        return last

    def _starts(self, tree: SiteTree, entrances: Entrances) -> list[_Start]:
        """The quickest for each place; none for one from which no road leads to the site."""
        graph, edge, share = self._graph, entrances.edge, entrances.share
        on_edge = self._minutes[edge]
        parts = np.stack([np.where(graph.oneway[edge], np.inf, on_edge * share), on_edge * (1 - share)])
        beyond = np.stack([tree.minutes[graph.start[edge]], tree.minutes[graph.end[edge]]])
        straight, straight_off, site_row = self._straight_on(tree, entrances)
        parts = np.concatenate([parts, straight[None]])
        total = parts + np.concatenate([beyond, straight_off[None]]) + entrances.metres * self._off_road.min_per_m
        turn = total.argmin(axis=0)
        best = total.min(axis=0)
        rows = np.lexsort((best, entrances.place))
        rows = rows[np.unique(entrances.place[rows], return_index=True)[1]]
        nodes = np.where(turn == _TO_START, graph.start[edge], graph.end[edge])
        return [
            _Start(
                int(entrances.place[r]),
                r,
                int(turn[r]),
                float(best[r]),
                float(parts[turn[r], r]),
                int(nodes[r]),
                int(site_row[r]),
            )
            for r in rows.tolist()
            if best[r] <= HORIZON_MIN
        ]

    def _straight_on(self, tree: SiteTree, entrances: Entrances) -> tuple[Floats, Floats, Numbers]:
        """Where a place stands on the very road of the site: minutes along it, minutes off it, the site's entrance."""
        along = np.full(len(entrances.edge), np.inf)
        off, site_row = np.zeros(len(along)), np.zeros(len(along), dtype=np.intp)
        site = tree.entrances
        for row, (edge, share, metres) in enumerate(zip(site.edge, site.share, site.metres, strict=True)):
            off_min = float(metres) * self._off_road.min_per_m
            minutes = self._minutes[edge] * np.abs(entrances.share - share)
            may = (entrances.edge == edge) & ((entrances.share <= share) | ~self._graph.oneway[edge])
            may &= minutes + off_min < along + off
            along[may], off[may], site_row[may] = minutes[may], off_min, row
        return along, off, site_row

    def _drive(self, tree: SiteTree, entrances: Entrances, start: _Start) -> Drive:
        off_m = float(entrances.metres[start.row])
        late = off_m * self._off_road.min_per_m * self._off_road.spread
        late += start.on_edge_min * float(self._spread[entrances.edge[start.row]])
        if start.turn == _STRAIGHT_ON:
            site_m = float(tree.entrances.metres[start.site_row])
            late += site_m * self._off_road.min_per_m * self._off_road.spread
            return Drive(start.minutes, late, off_m + site_m)
        rest_late, site_m = tree.known[start.node]
        return Drive(start.minutes, late + rest_late, off_m + site_m)

    def _learn_late(self, tree: SiteTree, nodes: Iterable[int]) -> None:
        """Adds up the spread along the ways of these nodes; what two ways share is added up once."""
        fresh: list[int] = []
        seen: set[int] = set()
        for node in nodes:
            way = []
            while node not in tree.known and node not in seen:
                seen.add(node)
                following = int(tree.following[node])
                if following == len(self._graph.at):
                    tree.known[node] = tree.last[node].late_min, tree.last[node].off_road_m
                    break
                way.append(node)
                node = following
            fresh += reversed(way)
        if not fresh:
            return
        after = tree.following[fresh]
        edges = self._graph.edges_between(np.array(fresh), after.astype(np.intp))
        steps = (self._minutes[edges] * self._spread[edges]).tolist()
        for node, following, step in zip(fresh, after.tolist(), steps, strict=True):
            late, off_m = tree.known[following]
            tree.known[node] = late + step, off_m
