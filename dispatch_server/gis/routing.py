"""Drives over the road graph at one pace: minutes from many places to one, how late they may be, and the way itself.

One search against the traffic from the site answers for every crew, and is kept: it holds as long as the pace does.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch_server.domain.speeds import Pace
from dispatch_server.gis.roads import Entrances, Floats, Numbers
from dispatch_server.gis.routing_core import RoadCore
from dispatch_server.gis.routing_tree import HERE, CoreAtPace, Drive, Last, SiteTree
from dispatch_server.gis.speeds import HORIZON_MIN, minutes_per_metre
from dispatch_server.protocol.geo import LonLat

SITES_KEPT = 32  # in a graph of 50,000 nodes each takes about 0.4 MB
DRIVES_KEPT = 2000  # to each of them
_LEAST_MIN = 1e-6  # a zero would mean "no road" to a sparse matrix
_TO_START, _TO_END, _STRAIGHT_ON = range(3)


@dataclass(frozen=True, slots=True)
class OffRoad:
    """From a road to a place beside it, in a straight line."""

    min_per_m: float
    spread: float


@dataclass(frozen=True, slots=True)
class _Start:
    """The quickest way off for one place: its entrance, where it turns, what it drives before the first node, and where
    it goes on from there."""

    place: int
    row: int
    turn: int
    minutes: float
    on_edge_min: float
    node: int
    onward: int
    by: int
    site_row: int


class PacedRoads:
    """A road graph with the speeds of some hours."""

    def __init__(self, core: RoadCore, pace: Pace, off_road: OffRoad) -> None:
        graph = self._graph = core.graph
        self._off_road = off_road
        min_per_m = np.array([minutes_per_metre(kmh) for kmh in pace.kmh])
        self._minutes = np.maximum(graph.metres * min_per_m[graph.road_class], _LEAST_MIN)
        self._spread = np.array(pace.spread)[graph.road_class]
        self._core = CoreAtPace(core, self._minutes, self._minutes * self._spread)
        self._trees: OrderedDict[LonLat, SiteTree | None] = OrderedDict()
        self._lock = threading.Lock()

    def drives(self, to: LonLat, froms: Sequence[LonLat]) -> list[Drive | None]:
        """In the order asked; None where no road leads, or beyond the horizon."""
        tree = self._tree_to(to)
        if tree is None:
            return [None] * len(froms)
        with self._lock:
            known = {start: tree.drives[start] for start in froms if start in tree.drives}
        if unknown := list(dict.fromkeys(start for start in froms if start not in known)):
            known |= zip(unknown, self._driven(tree, unknown), strict=True)
            with self._lock:
                if len(tree.drives) + len(unknown) > DRIVES_KEPT:
                    tree.drives.clear()
                tree.drives |= known
        return [known[start] for start in froms]

    def _driven(self, tree: SiteTree, froms: Sequence[LonLat]) -> list[Drive | None]:
        found: list[Drive | None] = [None] * len(froms)
        entrances = self._graph.entrances(froms)
        starts = self._starts(tree, entrances)
        with self._lock:
            tree.learn_late([s.onward for s in starts if s.turn != _STRAIGHT_ON and s.onward != HERE])
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
            nodes, site_row = tree.way_from(first.node)
            left = tree.onward(np.array(nodes)).minutes.tolist()
            stops += [(self._graph.at[n], first.minutes - minutes) for n, minutes in zip(nodes, left, strict=True)]
            on_road = first.minutes - float(tree.entrances.metres[site_row]) * self._off_road.min_per_m
        edge, share = int(tree.entrances.edge[site_row]), float(tree.entrances.share[site_row])
        return [*stops, (self._graph.along(edge, share), on_road), (end, first.minutes)]

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
        return self._core.search(entrances, self._last_stretches(entrances))

    def _last_stretches(self, entrances: Entrances) -> dict[int, Last]:
        """By the node they begin at; the quickest of each."""
        last: dict[int, Last] = {}
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
                one = Last(max(on_edge + off_min, _LEAST_MIN), late_min, float(metres), row)
                if node not in last or one.minutes < last[node].minutes:
                    last[node] = one
        return last

    def _starts(self, tree: SiteTree, entrances: Entrances) -> list[_Start]:
        """The quickest for each place; none for one from which no road leads to the site."""
        graph, edge, share = self._graph, entrances.edge, entrances.share
        on_edge = self._minutes[edge]
        parts = np.stack([np.where(graph.oneway[edge], np.inf, on_edge * share), on_edge * (1 - share)])
        onward = [tree.onward(nodes[edge]) for nodes in (graph.start, graph.end)]
        beyond = np.stack([one.minutes for one in onward])
        straight, straight_off, site_row = self._straight_on(tree, entrances)
        parts = np.concatenate([parts, straight[None]])
        total = parts + np.concatenate([beyond, straight_off[None]]) + entrances.metres * self._off_road.min_per_m
        turn = total.argmin(axis=0)
        best = total.min(axis=0)
        rows = np.lexsort((best, entrances.place))
        rows = rows[np.unique(entrances.place[rows], return_index=True)[1]]
        chosen = [
            np.where(turn == _TO_START, at_start, at_end)
            for at_start, at_end in (
                (graph.start[edge], graph.end[edge]),
                (onward[0].to, onward[1].to),
                (onward[0].by, onward[1].by),
            )
        ]
        driven = parts[turn, np.arange(len(turn))]
        fields = zip(*(v[rows].tolist() for v in (entrances.place, turn, best, driven, *chosen, site_row)), strict=True)
        return [
            _Start(place, row, *more)
            for row, (place, *more) in zip(rows.tolist(), fields, strict=True)
            if more[1] <= HORIZON_MIN
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
        rest_late, site_m = tree.late_from(start.node, start.onward, start.by)
        return Drive(start.minutes, late + rest_late, off_m + site_m)
