"""A grid of cells in front of Shapely: where no border is near, one look into a table says the area.

Exact, not approximate: a cell is marked when any piece of any border may pass through it, and only what lies in
unmarked cells is answered from the table. Building, one look and many looks share `_column` and `_row`, so that
rounding cannot put one position into two cells.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

Indices = NDArray[np.int32]
Degrees = NDArray[np.float64]

MIXED = -2  # a border may pass here: ask Shapely
NOBODY = -1
_CELLS_A_SIDE = 2_048  # 8 MB; at Loudi cells of 60 m, and 9 positions in 10 need nothing else
_PIECES_AT_ONCE = 4_000_000


class Grid:
    """Which of `shapes` (WGS-84 degrees, valid polygons) a cell lies in, by index; MIXED, or NOBODY."""

    def __init__(self, shapes: Sequence[shapely.Geometry], tree: shapely.STRtree) -> None:
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)) if shapes else (0, 0, 1, 1)
        self._west, self._south = float(west), float(south)
        self._per_lon = _CELLS_A_SIDE / max(float(east - west), 1e-9)
        self._per_lat = _CELLS_A_SIDE / max(float(north - south), 1e-9)
        # One ring of cells more: positions exactly on the eastern and northern end, and just beyond, have cells too.
        kind = np.int16 if len(shapes) < 2**15 else np.int32
        self._owner: NDArray[Any] = np.full((_CELLS_A_SIDE + 2, _CELLS_A_SIDE + 2), NOBODY, dtype=kind)
        if shapes:
            self._mark_borders(shapes)
            self._name_owners(tree)
        self._rows: list[memoryview] = [memoryview(row) for row in self._owner]

    @property
    def nbytes(self) -> int:
        return self._owner.nbytes

    def at(self, lon: float, lat: float) -> int:
        """The index of the one shape here, MIXED or NOBODY."""
        x, y = (lon - self._west) * self._per_lon, (lat - self._south) * self._per_lat
        if 0 <= x <= _CELLS_A_SIDE and 0 <= y <= _CELLS_A_SIDE:
            found: int = self._rows[int(y)][int(x)]
            return found
        return NOBODY

    def many(self, lons: Degrees, lats: Degrees) -> Indices:
        x, y = (lons - self._west) * self._per_lon, (lats - self._south) * self._per_lat
        inside = (x >= 0) & (x <= _CELLS_A_SIDE) & (y >= 0) & (y <= _CELLS_A_SIDE)
        if inside.all():
            return self._owner[y.astype(np.int32), x.astype(np.int32)].astype(np.int32)
        found = np.full(len(lons), NOBODY, dtype=np.int32)
        found[inside] = self._owner[y[inside].astype(np.int32), x[inside].astype(np.int32)]
        return found

    def alone_in(self, west: float, south: float, east: float, north: float) -> int:
        """The index of the one shape that covers the whole box; MIXED where that is not certain."""
        x0, y0 = (west - self._west) * self._per_lon, (south - self._south) * self._per_lat
        x1, y1 = (east - self._west) * self._per_lon, (north - self._south) * self._per_lat
        if not (x0 >= 0 and x1 <= _CELLS_A_SIDE and y0 >= 0 and y1 <= _CELLS_A_SIDE):
            return MIXED
        first: int = self._rows[int(y0)][int(x0)]
        columns = range(int(x0), int(x1) + 1)
        for y in range(int(y0), int(y1) + 1):
            row = self._rows[y]
            for x in columns:
                if row[x] != first:
                    return MIXED
        return first if first != NOBODY else MIXED

    def _mark_borders(self, shapes: Sequence[shapely.Geometry]) -> None:
        """Every cell of the box around every short piece of every border."""
        lonlats, of_ring = shapely.get_coordinates(
            shapely.get_parts(shapely.boundary(np.array(shapes, dtype=object))), return_index=True
        )
        x, y = (lonlats[:, 0] - self._west) * self._per_lon, (lonlats[:, 1] - self._south) * self._per_lat
        same = np.flatnonzero(of_ring[1:] == of_ring[:-1])
        x0, y0, x1, y1 = x[same], y[same], x[same + 1], y[same + 1]
        pieces = np.maximum(1, np.ceil(np.maximum(abs(x1 - x0), abs(y1 - y0)))).astype(np.int64)
        for part in _parts(pieces):
            self._mark(x0[part], y0[part], x1[part], y1[part], pieces[part])

    def _mark(self, x0: Degrees, y0: Degrees, x1: Degrees, y1: Degrees, pieces: NDArray[Any]) -> None:
        """Each segment in pieces of at most one cell's length: a piece lies in a box of at most 2 by 2 cells."""
        of = np.repeat(np.arange(len(pieces)), pieces)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        from_share, to_share = nth / pieces[of], (nth + 1) / pieces[of]
        ends = []
        for first, last in ((x0, x1), (y0, y1)):
            a, b = first[of] + (last - first)[of] * from_share, first[of] + (last - first)[of] * to_share
            # A hair wider on both sides: the ends of a piece are rounded, the border itself is not.
            low, high = np.minimum(a, b) - 1e-6, np.maximum(a, b) + 1e-6
            limit = _CELLS_A_SIDE + 1
            ends.append((np.clip(low, 0, limit).astype(np.int32), np.clip(high, 0, limit).astype(np.int32)))
        (left, right), (bottom, top) = ends
        for column in (left, (left + right) // 2, right):
            for row in (bottom, (bottom + top) // 2, top):
                self._owner[row, column] = MIXED

    def _name_owners(self, tree: shapely.STRtree) -> None:
        """Unmarked cells that touch have no border between them: one position speaks for all of them."""
        labels, count = ndimage.label(self._owner != MIXED)
        flat = labels.ravel()
        firsts = np.zeros(count + 1, dtype=np.int32)
        firsts[flat[::-1]] = np.arange(len(flat) - 1, -1, -1, dtype=np.int32)  # of several writes the last one stays
        firsts = firsts[1:]
        rows, columns = np.divmod(firsts, self._owner.shape[1])
        middles = shapely.points(
            self._west + (columns + 0.5) / self._per_lon, self._south + (rows + 0.5) / self._per_lat
        )
        owners = np.full(count + 1, NOBODY, dtype=self._owner.dtype)
        asked, found = tree.query(middles, predicate="intersects")
        # Of several, the smallest index; assigned in falling order, so that it is written last.
        falling = np.argsort(-found, kind="stable")
        owners[asked[falling] + 1] = found[falling]
        owners[0] = MIXED
        self._owner = owners[labels]


def _parts(pieces: NDArray[Any]) -> list[slice]:
    """Slices of segments with so many pieces in all that their arrays stay small."""
    ends = np.cumsum(pieces)
    cuts = np.searchsorted(ends, np.arange(_PIECES_AT_ONCE, int(ends[-1]) + _PIECES_AT_ONCE, _PIECES_AT_ONCE))
    bounds = [0, *(int(c) + 1 for c in cuts[:-1]), len(pieces)]
    return [slice(a, b) for a, b in itertools.pairwise(bounds) if b > a]
