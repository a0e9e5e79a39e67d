"""Poles of every feeder's main line, counted from the substation along the roads. All of it is invented."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

from gis_data.making.flat import chance
from gis_data.making.network import substations_of
from gis_data.making.roads import Roads
from gis_data.making.world import Area, Feeder, Pole, Transformer

SPACING_KM = (0.055, 0.075)


def poles(
    areas: Sequence[Area], roads: Roads, feeders: Sequence[Feeder], transformers: Sequence[Transformer]
) -> list[Pole]:
    """The main line leads to the village of the feeder that is farthest from its substation."""
    served: dict[str, set[int]] = defaultdict(set)
    for t in transformers:
        served[t.feeder].add(t.area)
    node = {name: node for node, name in substations_of(areas, roads).items()}
    starts = sorted({node[f.substation] for f in feeders})
    km, before = dijkstra(roads.graph(), directed=False, indices=starts, return_predecessors=True)
    found: list[Pole] = []
    for feeder in feeders:
        row = starts.index(node[feeder.substation])
        end = max(sorted(served[feeder.code]), key=lambda i: float(km[row, i]))
        found.extend(_along(roads, feeder, _way(before[row], starts[row], end)))
    return found


def _way(before: npt.NDArray[np.intp], start: int, end: int) -> list[int]:
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]


def _along(roads: Roads, feeder: Feeder, nodes: Sequence[int]) -> Iterator[Pole]:
    spacing = chance(f"poles {feeder.code}").uniform(*SPACING_KM)
    number, left = 0, 0.0
    for a, b in pairwise(nodes):
        length = roads.straight_km(a, b)
        road = roads.highways.get((min(a, b), max(a, b)), "")
        while left <= length:
            number += 1
            share = left / length if length else 0.0
            x, y = np.array(roads.nodes[a]) * (1 - share) + np.array(roads.nodes[b]) * share
            yield Pole(f"P{feeder.code[1:]}{number:04d}", feeder.code, number, road, (float(x), float(y)))
            left += spacing
        left -= length
