"""A smaller graph for searches: nodes with few roads are passed over, and their neighbours joined directly.

No two nodes that are passed over are neighbours, so one look at a node's own roads gives its minutes. A search over
what is left takes about half the time and finds the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch_server.gis.roads import Floats, Numbers, RoadGraph

MOST_NEIGHBOURS = 4  # joining the neighbours of a busier node would cost more roads than it spares
NO_EDGE = -1

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Arcs:
    """Against the traffic, as a search from the site goes: a vehicle drives from `b` over `via` to `a`.

    `first` is the road at `a`, `second` the one beyond `via`; without one, `via` and `second` are NO_EDGE.
    """

    a: Numbers
    b: Numbers
    first: Numbers
    second: Numbers
    via: Numbers


class RoadCore:
    """`number` counts the nodes that are kept, -1 for the others; `next_to` and `next_by` are the nodes that each node
    may drive to and the roads there, filled up with NO_EDGE, for those that are passed over."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        count, against = len(graph.at), graph.against
        a = np.repeat(np.arange(count), np.diff(against.start_of))
        b, edge = against.to.astype(np.intp), against.edge
        self.is_out = _passed_over(a, b, count)
        self.number = np.where(self.is_out, -1, np.cumsum(~self.is_out) - 1)
        self.nodes = np.flatnonzero(~self.is_out)
        self.arcs = self._arcs(a, b, edge)
        self.next_to, self.next_by = _neighbours(b[self.is_out[b]], a[self.is_out[b]], edge[self.is_out[b]], count)

    def _arcs(self, a: Numbers, b: Numbers, edge: Numbers) -> Arcs:
        direct = ~self.is_out[a] & ~self.is_out[b]
        into = np.flatnonzero(self.is_out[b])  # a search arrives at a node that is passed over, from a
        start_of = self.graph.against.start_of.astype(np.intp)
        counts = start_of[b[into] + 1] - start_of[b[into]]
        one = np.repeat(into, counts)
        two = np.repeat(start_of[b[into]], counts) + _counted(counts)
        keeps = a[one] != b[two]  # not back to where it came from
        one, two = one[keeps], two[keeps]
        none = np.full(int(direct.sum()), NO_EDGE, dtype=np.intp)
        return Arcs(
            np.concatenate([a[direct], a[one]]),
            np.concatenate([b[direct], b[two]]),
            np.concatenate([edge[direct], edge[one]]),
            np.concatenate([none, edge[two]]),
            np.concatenate([none, b[one]]),
        )

    def quickest(self, minutes: Floats) -> tuple[Arcs, Floats]:
        """Of arcs that join the same two nodes the quickest alone, ordered by them; and their minutes."""
        arcs = self.arcs
        took = minutes[arcs.first] + np.where(arcs.second == NO_EDGE, 0.0, minutes[arcs.second])
        key = self.key(arcs.a, arcs.b)
        order = np.lexsort((took, key))
        if len(order):
            order = order[np.concatenate([[True], key[order][1:] != key[order][:-1]])]
        kept = Arcs(arcs.a[order], arcs.b[order], arcs.first[order], arcs.second[order], arcs.via[order])
        return kept, took[order]

    def key(self, a: Numbers, b: Numbers) -> Numbers:
        return a * len(self.graph.at) + b


def _passed_over(a: Numbers, b: Numbers, count: int) -> Bools:
    """Those with the fewest neighbours first; never two next to each other."""
    neighbours: list[set[int]] = [set() for _ in range(count)]
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        neighbours[one].add(other)
        neighbours[other].add(one)
    out, kept = bytearray(count), bytearray(count)
    for node in sorted(range(count), key=lambda n: len(neighbours[n])):
        if not kept[node] and 0 < len(neighbours[node]) <= MOST_NEIGHBOURS:
            out[node] = 1
            for one in neighbours[node]:
                kept[one] = 1
    return np.frombuffer(bytes(out), dtype=np.bool_)


def _counted(counts: Numbers) -> Numbers:
    """0, 1, 2 … for each count, one after the other."""
    ends = np.cumsum(counts)
    found: Numbers = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    return found


def _neighbours(start: Numbers, to: Numbers, edge: Numbers, count: int) -> tuple[Numbers, Numbers]:
    order = np.argsort(start, kind="stable")
    start, to, edge = start[order], to[order], edge[order]
    column = _counted(np.bincount(start, minlength=count))
    next_to = np.zeros((count, MOST_NEIGHBOURS), dtype=np.intp)
    next_by = np.full((count, MOST_NEIGHBOURS), NO_EDGE, dtype=np.intp)
    next_to[start, column], next_by[start, column] = to, edge
    return next_to, next_by
