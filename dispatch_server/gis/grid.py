"""A grid of cells in front of Shapely: where no border is near, one look into a table says the area.

Exact, not approximate: a cell is marked when any piece of any border may pass through it, and only what lies in
unmarked cells is answered from the table. A marked cell keeps the few areas that have a part in it; those are asked one
by one, prepared. Building, one look and many looks reckon columns and rows alike, so that rounding cannot put one
position into two cells.
"""

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Indices = NDArray[np.int32]
Degrees = NDArray[np.float64]

MIXED = -2  # a border may pass here
NOBODY = -1
_MOST_CELLS = 2_048  # a side; 8 MB; at Loudi cells of 60 m, and 9 positions in 10 need nothing else
_CELLS_AN_AREA = 45  # a side; a map of a few areas is not worth the tenth of a second that the largest grid takes
_PIECES_AT_ONCE = 4_000_000


class Grid:
    """Which of `shapes` (WGS-84 degrees, valid polygons) a position lies in, by index: of several the first."""

    def __init__(self, shapes: Sequence[shapely.Geometry], tree: shapely.STRtree) -> None:
        self._shapes = np.array(shapes, dtype=object)
        west, south, east, north = shapely.total_bounds(self._shapes) if len(shapes) else (0, 0, 1, 1)
        self._west, self._south = float(west), float(south)
        self._cells = min(_MOST_CELLS, math.ceil(_CELLS_AN_AREA * math.sqrt(max(len(shapes), 1))))
        self._side = self._cells + 2
        self._per_lon = self._cells / max(float(east - west), 1e-9)
        self._per_lat = self._cells / max(float(north - south), 1e-9)
        # One ring of cells more: positions on the eastern and northern end, which rounding puts just beyond it, have
        # cells too.
        self._end = self._cells + 1
        kind = np.int16 if len(shapes) < 2**15 else np.int32
        self._owner: NDArray[Any] = np.full((self._side, self._side), NOBODY, dtype=kind)
        parts = np.empty(0, dtype=np.int64)
        if len(shapes):
            shapely.prepare(self._shapes)
            parts = self._mark_borders()
            self._name_owners(tree)
            parts = _sorted_once(np.concatenate((parts, self._covering(parts))))
        self._keep(parts)
        self._rows: list[memoryview] = [memoryview(row) for row in self._owner]

    @property
    def nbytes(self) -> int:
        return self._owner.nbytes + self._mixed.nbytes + self._starts.nbytes + self._parts.nbytes

    def at(self, lon: float, lat: float) -> int:
        """The index of the first shape here, or NOBODY."""
        x, y = (lon - self._west) * self._per_lon, (lat - self._south) * self._per_lat
        if not (0 <= x < self._end and 0 <= y < self._end):
            return NOBODY
        found: int = self._rows[int(y)][int(x)]
        return self._first_of(int(y) * self._side + int(x), lon, lat) if found == MIXED else found

    def many(self, lons: Degrees, lats: Degrees) -> Indices:
        x, y = (lons - self._west) * self._per_lon, (lats - self._south) * self._per_lat
        inside = (x >= 0) & (x < self._end) & (y >= 0) & (y < self._end)
        where = slice(None) if inside.all() else np.flatnonzero(inside)
        cells = y[where].astype(np.int32) * self._side + x[where].astype(np.int32)
        found = np.full(len(lons), NOBODY, dtype=np.int32)
        found[where] = self._owner.ravel()[cells]
        open_ones = np.flatnonzero(found == MIXED)
        within = open_ones if isinstance(where, slice) else np.searchsorted(where, open_ones)
        found[open_ones] = self._first_of_each(cells[within], lons[open_ones], lats[open_ones])
        return found

    def alone_in(self, west: float, south: float, east: float, north: float) -> int:
        """The index of the one shape that covers the whole box; MIXED where that is not certain."""
        x0, y0 = (west - self._west) * self._per_lon, (south - self._south) * self._per_lat
        x1, y1 = (east - self._west) * self._per_lon, (north - self._south) * self._per_lat
        if not (x0 >= 0 and x1 <= self._cells and y0 >= 0 and y1 <= self._cells):
            return MIXED
        first: int = self._rows[int(y0)][int(x0)]
        columns = range(int(x0), int(x1) + 1)
        for y in range(int(y0), int(y1) + 1):
            row = self._rows[y]
            for x in columns:
                if row[x] != first:
                    return MIXED
        return first if first != NOBODY else MIXED

    def _first_of(self, cell: int, lon: float, lat: float) -> int:
        n = bisect_left(self._mixed_view, cell)
        for part in self._parts_view[self._starts_view[n] : self._starts_view[n + 1]]:
            if shapely.intersects_xy(self._shapes[part], lon, lat):
                return int(part)
        return NOBODY

    def _first_of_each(self, cells: Indices, lons: Degrees, lats: Degrees) -> Indices:
        nth = np.searchsorted(self._mixed, cells)
        counts = self._starts[nth + 1] - self._starts[nth]
        of = np.repeat(np.arange(len(cells)), counts)
        parts = self._parts[np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts - self._starts[nth], counts)]
        # Area by area, falling: what is prepared stays near at hand, and of several the first is written last.
        order = np.argsort(-parts, kind="stable")
        of, parts = of[order], parts[order]
        hit = shapely.intersects_xy(self._shapes[parts], lons[of], lats[of])
        found = np.full(len(cells), NOBODY, dtype=np.int32)
        found[of[hit]] = parts[hit]
        return found

    def _keep(self, parts: NDArray[np.int64]) -> None:
        """The areas of marked cells, one cell after the other; `parts` are sorted."""
        cells, areas = np.divmod(parts, max(len(self._shapes), 1))
        firsts = np.flatnonzero(np.diff(cells, prepend=-1))
        self._mixed: NDArray[Any] = cells[firsts].astype(np.int32)
        self._starts: NDArray[Any] = np.append(firsts, len(cells)).astype(np.int32)
        self._parts: NDArray[Any] = areas.astype(self._owner.dtype)
        # For one position at a time: plain numbers come out of a view at a tenth of an array's price.
        self._mixed_view, self._starts_view, self._parts_view = self._mixed.data, self._starts.data, self._parts.data

    def _mark_borders(self) -> NDArray[np.int64]:
        """Every cell of the box around every short piece of every border. Gives cell and area in one number, sorted."""
        rings, of_shape = shapely.get_parts(shapely.boundary(self._shapes), return_index=True)
        lonlats, of_ring = shapely.get_coordinates(rings, return_index=True)
        x, y = (lonlats[:, 0] - self._west) * self._per_lon, (lonlats[:, 1] - self._south) * self._per_lat
        same = np.flatnonzero(of_ring[1:] == of_ring[:-1])
        areas = of_shape[of_ring[same]]
        x0, y0, x1, y1 = x[same], y[same], x[same + 1], y[same + 1]
        pieces = np.maximum(1, np.ceil(np.maximum(abs(x1 - x0), abs(y1 - y0)))).astype(np.int64)
        marked = [self._mark(x0[p], y0[p], x1[p], y1[p], pieces[p], areas[p]) for p in _parts(pieces)]
        return _sorted_once(np.concatenate(marked))

    def _mark(
        self, x0: Degrees, y0: Degrees, x1: Degrees, y1: Degrees, pieces: NDArray[Any], areas: NDArray[Any]
    ) -> NDArray[np.int64]:
        """Each segment in pieces of at most one cell's length: a piece lies in a box of at most 2 by 2 cells."""
        of = np.repeat(np.arange(len(pieces)), pieces)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        from_share, to_share = nth / pieces[of], (nth + 1) / pieces[of]
        ends = []
        for first, last in ((x0, x1), (y0, y1)):
            a, b = first[of] + (last - first)[of] * from_share, first[of] + (last - first)[of] * to_share
            # A hair wider on both sides: the ends of a piece are rounded, the border itself is not.
            low, high = np.minimum(a, b) - 1e-6, np.maximum(a, b) + 1e-6
            limit = self._cells + 1
            ends.append((np.clip(low, 0, limit).astype(np.int32), np.clip(high, 0, limit).astype(np.int32)))
        (left, right), (bottom, top) = ends
        is_across, is_up = right != left, top != bottom
        boxes = [
            (left, bottom, slice(None)),
            (right, bottom, is_across),
            (left, top, is_up),
            (right, top, is_across & is_up),
        ]
        # The hair on both sides can make three cells of two.
        wide = (right - left > 1) | (top - bottom > 1)
        boxes += [
            (column, row, wide)
            for column in (left, (left + right) // 2, right)
            for row in (bottom, (bottom + top) // 2, top)
        ]
        return np.concatenate([self._marked(column[new], row[new], areas[of][new]) for column, row, new in boxes])

    def _marked(self, columns: Indices, rows: Indices, areas: NDArray[Any]) -> NDArray[np.int64]:
        """Cell and area in one number; what only repeats the one before it is left out."""
        cells = rows * self._side + columns
        self._owner.ravel()[cells] = MIXED
        keys = cells.astype(np.int64) * len(self._shapes) + areas
        news: NDArray[np.int64] = keys[np.diff(keys, prepend=-1) != 0]
        return news

    def _covering(self, parts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Areas that cover a marked cell whole while another's border passes through it: where areas overlap.

        Row by row, between two cells with its own border an area covers all cells or none: the first one's middle says.
        """
        cells, areas = np.divmod(parts, len(self._shapes))
        order = np.argsort(areas.astype(self._owner.dtype), kind="stable")
        cells, areas = cells[order], areas[order]
        is_gap = (
            (areas[1:] == areas[:-1]) & (cells[1:] // self._side == cells[:-1] // self._side) & (np.diff(cells) > 1)
        )
        gaps = np.flatnonzero(is_gap)
        # Only gaps with marked cells matter: between the borders of an area of its own there are none.
        marks = np.cumsum(self._owner.ravel() == MIXED, dtype=np.int32)
        gaps = gaps[marks[cells[gaps + 1] - 1] > marks[cells[gaps]]]
        rows, columns = np.divmod(cells[gaps] + 1, self._side)
        lons, lats = self._middles(rows, columns)
        gaps = gaps[shapely.intersects_xy(self._shapes[areas[gaps]], lons, lats)]
        covered = [np.arange(cells[gap] + 1, cells[gap + 1]) * len(self._shapes) + areas[gap] for gap in gaps]
        keys = np.concatenate([np.empty(0, dtype=np.int64), *covered])
        marked: NDArray[np.int64] = keys[self._owner.ravel()[keys // len(self._shapes)] == MIXED]
        return marked

    def _name_owners(self, tree: shapely.STRtree) -> None:
        """Unmarked cells in a row that touch have no border between them: the first one's middle speaks for all."""
        open_ones = self._owner != MIXED
        starts = open_ones.copy()
        starts[:, 1:] &= ~open_ones[:, :-1]
        middles = shapely.points(*self._middles(*np.nonzero(starts)))
        owners = np.full(np.count_nonzero(starts), NOBODY, dtype=self._owner.dtype)
        asked, found = tree.query(middles, predicate="intersects")
        # Of several, the smallest index; assigned in falling order, so that it is written last.
        falling = np.argsort(-found, kind="stable")
        owners[asked[falling]] = found[falling]
        self._owner[open_ones] = owners[np.cumsum(starts, dtype=np.int32)[open_ones.ravel()] - 1]

    def _middles(self, rows: NDArray[Any], columns: NDArray[Any]) -> tuple[Degrees, Degrees]:
        return self._west + (columns + 0.5) / self._per_lon, self._south + (rows + 0.5) / self._per_lat


def _sorted_once(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """numpy's own `unique` hashes first, which takes ten times as long as sorting these."""
    ordered = np.sort(keys)
    once: NDArray[np.int64] = ordered[np.diff(ordered, prepend=-1) != 0]
    return once


def _parts(pieces: NDArray[Any]) -> list[slice]:
    """Slices of segments with so many pieces in all that their arrays stay small."""
    ends = np.cumsum(pieces)
    cuts = np.searchsorted(ends, np.arange(_PIECES_AT_ONCE, int(ends[-1]) + _PIECES_AT_ONCE, _PIECES_AT_ONCE))
    bounds = [0, *(int(c) + 1 for c in cuts[:-1]), len(pieces)]
    return [slice(a, b) for a, b in itertools.pairwise(bounds) if b > a]
