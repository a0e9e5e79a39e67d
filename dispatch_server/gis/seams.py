"""How well the areas fit together: overlaps, gaps, slivers, and what lies beside the counties, in square metres."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.plane import metres_per_degree
from dispatch_server.protocol.geo import LonLat

NOT_WORTH_TELLING_M2 = 1.0  # positions written with six or seven decimals leave slivers of this size
SLIVER_M = 5.0  # narrower than a road: a border that was drawn twice
SMALL_PART_M2 = 1_000.0  # of an area in several parts: a courtyard that was left over, not a hamlet
# Of areas without overlaps three pairs an area share a border, each of which may be drawn twice.
_MOST_MEETING, _MOST_MEETING_OF_FEW = 10, 1_000
_PAIRS_AT_ONCE = 2_000_000
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of ground that something is wrong with, and the areas it belongs to."""

    shape: BaseGeometry
    areas: tuple[AreaShape, ...] = ()

    @property
    def m2(self) -> float:
        return square_metres(self.shape)

    @property
    def at(self) -> LonLat:
        inside = self.shape.representative_point()
        return LonLat(inside.x, inside.y)

    @property
    def width_m(self) -> float:
        """Of a long piece: twice its area over the length around it."""
        x_m, y_m = metres_per_degree(float(self.shape.centroid.y))
        around = shapely.transform(self.shape, lambda at: at * (x_m, y_m)).length
        return 2 * self.m2 / around

    @property
    def is_sliver(self) -> bool:
        return self.width_m < SLIVER_M


def overlaps(areas: Sequence[AreaShape]) -> list[Piece]:
    """Interiors that meet. Raises BadInput where areas lie in heaps: no map is meant, and none could be held."""
    if not areas:
        return []
    shapes = np.array([a.shape for a in areas], dtype=object)
    first, second = _meeting(shapes)
    common = shapely.intersection(shapes[first], shapes[second])
    pieces = [Piece(shape, (areas[i], areas[j])) for i, j, shape in zip(first, second, common, strict=True)]
    return _worth_telling(pieces)


def _meeting(shapes: NDArray[np.object_]) -> tuple[Indices, Indices]:
    """Neighbours that only share a border are told apart before anything is cut."""
    tree, most = shapely.STRtree(shapes), _MOST_MEETING * len(shapes) + _MOST_MEETING_OF_FEW
    shapely.prepare(shapes)
    found: list[Indices] = []
    for asked in np.array_split(np.arange(len(shapes)), 1 + len(shapes) ** 2 // _PAIRS_AT_ONCE):
        first, second = tree.query(shapes[asked], predicate="intersects")
        first = asked[first]
        once = first < second
        first, second = first[once], second[once]
        meets = ~shapely.touches(shapes[first], shapes[second])
        found.append(np.stack((first[meets], second[meets])))
        if sum(pairs.shape[1] for pairs in found) > most:
            raise BadInput(f"more than {most:,} pairs of areas cover the same ground; much of it stands there twice.")
    first, second = np.concatenate(found, axis=1)
    return first, second


def gaps(covered: BaseGeometry) -> list[Piece]:
    """Holes in what all areas cover together."""
    holes = [shapely.Polygon(ring) for part in _polygons(covered) for ring in part.interiors]
    return _worth_telling(Piece(hole) for hole in holes)


def beside(covered: BaseGeometry, land: BaseGeometry) -> tuple[list[Piece], list[Piece]]:
    """What of the counties no area covers, and what areas cover outside every county."""
    if covered.is_empty or land.is_empty:
        return [], []
    bare, outside = _polygons(land.difference(covered)), _polygons(covered.difference(land))
    return _worth_telling(map(Piece, bare)), _worth_telling(map(Piece, outside))


def small_parts(areas: Sequence[AreaShape]) -> list[Piece]:
    """Of areas in several parts, those too small to be meant."""
    parts = [Piece(part, (area,)) for area in areas for part in _parts(area.shape)]
    return _worth_telling(part for part in parts if part.m2 < SMALL_PART_M2)


def neighbours_of(piece: Piece, areas: Sequence[AreaShape]) -> list[AreaShape]:
    touching = shapely.intersects(np.array([a.shape for a in areas], dtype=object), piece.shape)
    return [areas[i] for i in np.flatnonzero(touching).tolist()]


def square_metres(shape: BaseGeometry) -> float:
    if shape.is_empty:
        return 0.0
    x_m, y_m = metres_per_degree(float(shape.centroid.y))
    return float(shape.area * x_m * y_m)


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(shape.geoms) if isinstance(shape, shapely.MultiPolygon) and len(shape.geoms) > 1 else []


def together(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    whole: BaseGeometry = shapely.union_all(np.array(shapes, dtype=object))
    return whole


def _polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts([shape]) if isinstance(part, shapely.Polygon)]


def _worth_telling(pieces: Iterable[Piece]) -> list[Piece]:
    told = [piece for piece in pieces if piece.m2 > NOT_WORTH_TELLING_M2]
    return sorted(told, key=lambda piece: piece.m2, reverse=True)
