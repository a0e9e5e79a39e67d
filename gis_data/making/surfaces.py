"""Surfaces that share their borders to the last vertex: no gap and no overlap survives the rounding."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from gis_data.making.flat import Points, bent, unbent

_CURVE_KM = 0.35  # a bent border is written as chords of about this length
_BEYOND_KM = 30


def cells(sites: Points, shape: BaseGeometry) -> list[BaseGeometry]:
    """The part of `shape` nearest to each site on the bent map, so that borders run like ridges, not like rulers."""
    reach = MultiPoint(bent(np.array(shape.envelope.buffer(_BEYOND_KM).exterior.coords)))
    polygons = shapely.voronoi_polygons(MultiPoint(bent(sites)), extend_to=reach, ordered=True).geoms
    bent_back = [shapely.transform(shapely.segmentize(cell, _CURVE_KM), unbent) for cell in polygons]
    return [shapely.make_valid(cell).intersection(shape) for cell in bent_back]


def surfaces(shapes: Sequence[BaseGeometry], grid: float) -> list[BaseGeometry]:
    """All borders cut at all crossings on one grid; each face that results goes to one shape, the first it lies in.

    A face in no shape is a gap between two limits that should touch; it goes to the nearest.
    """
    lines = shapely.union_all([shapely.boundary(shape) for shape in shapes], grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    tree = shapely.STRtree(list(shapes))
    owned: dict[int, list[BaseGeometry]] = defaultdict(list)
    for face in faces:
        point = face.representative_point()
        hits = tree.query(point, predicate="intersects")
        owned[int(min(hits) if len(hits) else tree.nearest(point))].append(face)
    return [shapely.union_all(owned[i]) for i in range(len(shapes))]


def in_one_piece(shapes: Sequence[BaseGeometry], groups: Sequence[str]) -> list[BaseGeometry]:
    """Crumbs cut off by a county limit or a town's edge go to the neighbour in the group with the longest border.

    A crumb may touch crumbs only; it finds its taker in the next round, when those have found theirs.
    """
    left, now = -1, list(shapes)
    while (crumbs := sum(len(shapely.get_parts(shape)) - 1 for shape in now)) not in (0, left):
        left, now = crumbs, _crumbs_given(now, groups)
    return now


def _crumbs_given(shapes: Sequence[BaseGeometry], groups: Sequence[str]) -> list[BaseGeometry]:
    parts = [sorted(shapely.get_parts(shape), key=lambda part: -float(part.area)) for shape in shapes]
    whole: list[BaseGeometry] = [largest for largest, *_ in parts]
    tree = shapely.STRtree(whole)
    given: dict[int, list[BaseGeometry]] = defaultdict(list)
    for i, (_, *crumbs) in enumerate(parts):
        for crumb in crumbs:
            near = [int(j) for j in sorted(tree.query(crumb, predicate="intersects")) if groups[j] == groups[i]]
            border = {j: length for j in near if (length := whole[j].intersection(crumb).length) > 0}
            given[max(border, key=lambda j: border[j], default=i)].append(crumb)
    return [shapely.union_all([shape, *given[i]]) for i, shape in enumerate(whole)]
