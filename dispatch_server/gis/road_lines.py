"""Roads that came as lines, as nodes and the ways between them.

A line is cut where another line has a vertex too. Lines that cross without one do not meet: a bridge over a road.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import Degrees, all_to_wgs84
from dispatch_server.gis.folder import ROAD_EDGES, ROAD_NODES, at
from dispatch_server.gis.plane import metres_per_degree

Columns = dict[str, Sequence[str]]

ROAD_COLUMNS = "class oneway"
_DECIMALS = 7  # a centimetre: ends that were drawn onto each other are one node


def network_of(
    lines: Sequence[shapely.Geometry | None], columns: Mapping[str, Sequence[str]], label: str, crs: str
) -> dict[str, Columns]:
    """Both files of ours by column, positions in the crs of the lines, lengths in metres on the ground."""
    if len(lines) == 0 or any(line is None for line in lines):
        raise BadInput(at(label, "a road has no line."))
    lonlats, of_line = shapely.get_coordinates(np.array(lines, dtype=object), return_index=True)
    keys, vertex_of = np.unique(np.round(lonlats, _DECIMALS), axis=0, return_inverse=True)
    vertex_of = vertex_of.reshape(-1)
    is_end = np.concatenate([[True], of_line[1:] != of_line[:-1]]) | np.concatenate(
        [of_line[1:] != of_line[:-1], [True]]
    )
    is_node = np.bincount(vertex_of, minlength=len(keys)) > 1
    is_node[vertex_of[is_end]] = True
    steps = _steps(all_to_wgs84(lonlats, crs))
    used = np.flatnonzero(is_node)
    ways = list(_stretches(of_line, is_node[vertex_of]))
    nodes: Columns = {
        "node": [f"N{n}" for n in used.tolist()],
        "lon": [repr(lon) for lon in keys[used, 0].tolist()],
        "lat": [repr(lat) for lat in keys[used, 1].tolist()],
    }
    edges: Columns = {
        "from": [f"N{vertex_of[a]}" for a, _ in ways],
        "to": [f"N{vertex_of[b]}" for _, b in ways],
        "metres": [f"{steps[a:b].sum():.1f}" for a, b in ways],
    }
    edges |= {name: [values[of_line[a]] for a, _ in ways] for name, values in columns.items()}
    return {ROAD_NODES: nodes, ROAD_EDGES: edges}


def _stretches(of_line: NDArray[np.int64], stops: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Of each line, the vertices from one node to the next."""
    for a, b in pairwise(np.flatnonzero(stops).tolist()):
        if of_line[a] == of_line[b]:
            yield a, b


def _steps(lonlats: Degrees) -> Degrees:
    """Metres from each vertex to the one after it."""
    x_m, y_m = metres_per_degree(float(lonlats[:, 1].mean()))
    steps: Degrees = np.hypot(*(np.diff(lonlats, axis=0, append=lonlats[-1:]) * (x_m, y_m)).T)
    return steps
