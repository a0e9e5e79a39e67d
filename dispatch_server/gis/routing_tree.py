"""One search against the traffic from a site: minutes to it from every node, how late they may be, and the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch_server.gis.roads import Entrances, Floats, Numbers
from dispatch_server.gis.routing_core import NO_EDGE, RoadCore
from dispatch_server.gis.speeds import HORIZON_MIN
from dispatch_server.protocol.geo import LonLat

HERE = -1  # the node leads to the site itself


@dataclass(frozen=True, slots=True)
class Drive:
    """Four drives in five take at most `late_min`. `off_road_m` is driven beside the roads, at both ends together."""

    minutes: float
    late_min: float
    off_road_m: float


@dataclass(frozen=True, slots=True)
class Last:
    """From a node to the site without passing another; `entrance` is the row among the site's entrances.

    `via` is a node on that way which searches pass over, HERE for none.
    """

    minutes: float
    late_min: float
    off_road_m: float
    entrance: int
    via: int = HERE


@dataclass(frozen=True, slots=True)
class Onward:
    """Of each node asked for: minutes to the site, the node of the core that it goes on to (HERE: straight to the
    site), and the road to there (NO_EDGE where it is that node itself)."""

    minutes: Floats
    to: Numbers
    by: Numbers


class CoreAtPace:
    """The core with the minutes of one pace, laid out for searches."""

    def __init__(self, core: RoadCore, minutes: Floats, late: Floats) -> None:
        self.core = core
        self.minutes, self.late = minutes, late
        self._arcs, self._took = core.quickest(minutes)
        self._keys = core.key(self._arcs.a, self._arcs.b)
        self._to = core.number[self._arcs.b].astype(np.int32)
        starts = np.bincount(core.number[self._arcs.a], minlength=len(core.nodes))
        self._start_of = np.concatenate([[0], np.cumsum(starts)]).astype(np.int32)

    def search(self, entrances: Entrances, last: dict[int, Last]) -> "SiteTree":
        entries = self._entries(last)
        count = len(self.core.nodes)
        numbers = self.core.number[list(entries)].astype(np.int32)
        matrix = csr_array(
            (
                np.concatenate([self._took, [one.minutes for one in entries.values()]]),
                np.concatenate([self._to, numbers]),
                np.append(self._start_of, np.int32(len(self._to) + len(entries))),
            ),
            shape=(count + 1, count + 1),
        )
        minutes, following = dijkstra(matrix, indices=count, limit=HORIZON_MIN, return_predecessors=True)
        return SiteTree(self, entrances, last, entries, minutes, following)

    def _entries(self, last: dict[int, Last]) -> dict[int, Last]:
        """By node of the core; what begins at a node that is passed over begins at its neighbours instead."""
        core, against = self.core, self.core.graph.against
        entries: dict[int, Last] = {}
        for node, one in last.items():
            if not core.is_out[node]:
                _keep_quicker(entries, node, one)
                continue
            for arc in range(int(against.start_of[node]), int(against.start_of[node + 1])):
                edge = int(against.edge[arc])
                minutes, late = one.minutes + float(self.minutes[edge]), one.late_min + float(self.late[edge])
                _keep_quicker(entries, int(against.to[arc]), Last(minutes, late, one.off_road_m, one.entrance, node))
        return entries

    def arcs_between(self, a: Numbers, b: Numbers) -> Numbers:
        """As a search goes, from a to b; there must be one."""
        return np.searchsorted(self._keys, self.core.key(a, b))

    def late_of(self, arcs: Numbers) -> Floats:
        first, second = self._arcs.first[arcs], self._arcs.second[arcs]
        found: Floats = self.late[first] + np.where(second == NO_EDGE, 0.0, self.late[second])
        return found

    def via(self, a: int, b: int) -> int:
        return int(self._arcs.via[self.arcs_between(np.array([a]), np.array([b]))[0]])


def _keep_quicker(entries: dict[int, Last], node: int, one: Last) -> None:
    if node not in entries or one.minutes < entries[node].minutes:
        entries[node] = one


class SiteTree:
    """`entries` are how the core leads to the site, `last` the same for every node beside it."""

    def __init__(
        self,
        roads: CoreAtPace,
        entrances: Entrances,
        last: dict[int, Last],
        entries: dict[int, Last],
        minutes: Floats,
        following: npt.NDArray[np.int32],
    ) -> None:
        self.entrances = entrances
        self.last = last
        self._roads = roads
        self._entries = entries
        self._minutes = minutes
        self._following = following
        self._known: dict[int, tuple[float, float]] = {}  # late_min and off_road_m, by number in the core
        self.drives: dict[LonLat, Drive | None] = {}  # answered before

    def onward(self, nodes: Numbers) -> Onward:
        core = self._roads.core
        number = core.number[nodes]
        is_out = number < 0
        minutes = np.where(is_out, np.inf, self._minutes[number])
        to, by = nodes.copy(), np.full(len(nodes), NO_EDGE, dtype=np.intp)
        out = np.flatnonzero(is_out)
        if len(out):
            next_to, next_by = core.next_to[nodes[out]], core.next_by[nodes[out]]
            took = self._minutes[core.number[next_to]] + self._roads.minutes[next_by]
            took[next_by == NO_EDGE] = np.inf
            column, rows = took.argmin(axis=1), np.arange(len(out))
            minutes[out], to[out], by[out] = took[rows, column], next_to[rows, column], next_by[rows, column]
            for node, one in self.last.items():
                straight = is_out & (nodes == node) & (one.minutes <= minutes)
                minutes[straight], to[straight], by[straight] = one.minutes, HERE, NO_EDGE
        return Onward(minutes, to, by)

    def late_from(self, node: int, to: int, by: int) -> tuple[float, float]:
        """How late, and how far off the road; `to` must have been learned."""
        if to == HERE:
            return self.last[node].late_min, self.last[node].off_road_m
        late, off_m = self._known[int(self._roads.core.number[to])]
        return late + (float(self._roads.late[by]) if by != NO_EDGE else 0.0), off_m

    def learn_late(self, nodes: Sequence[int]) -> None:
        """Adds up the spread along the ways of these nodes of the core; what two ways share is added up once."""
        core = self._roads.core
        fresh = self._not_known(core.number[np.array(nodes, dtype=np.intp)].tolist())
        if not fresh:
            return
        after = self._following[fresh]
        steps = self._roads.late_of(self._roads.arcs_between(core.nodes[after], core.nodes[fresh])).tolist()
        for number, following, step in zip(fresh, after.tolist(), steps, strict=True):
            late, off_m = self._known[following]
            self._known[number] = late + step, off_m

    def _not_known(self, numbers: Iterable[int]) -> list[int]:
        """All on the ways of these whose lateness is not known yet, those nearer to the site first."""
        core, following, known = self._roads.core, self._following.data, self._known
        fresh: list[int] = []
        seen: set[int] = set()
        for number in numbers:
            way = []
            while number not in known and number not in seen:
                seen.add(number)
                after = following[number]
                if after == len(core.nodes):
                    entry = self._entries[int(core.nodes[number])]
                    known[number] = entry.late_min, entry.off_road_m
                    break
                way.append(number)
                number = after
            fresh += reversed(way)
        return fresh

    def way_from(self, node: int) -> tuple[list[int], int]:
        """Every node from this one to the site, and the entrance of the site that they lead to."""
        core, site = self._roads.core, len(self._roads.core.nodes)
        onward = self.onward(np.array([node]))
        if int(onward.to[0]) == HERE:
            return [node], self.last[node].entrance
        nodes = [node] if int(onward.by[0]) == NO_EDGE else [node, int(onward.to[0])]
        while (following := int(self._following[core.number[nodes[-1]]])) != site:
            after = int(core.nodes[following])
            via = self._roads.via(after, nodes[-1])
            nodes += [after] if via == NO_EDGE else [via, after]
        entry = self._entries[nodes[-1]]
        return (nodes if entry.via == HERE else [*nodes, entry.via]), entry.entrance
