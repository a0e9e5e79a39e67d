"""How well the areas cover the ground: overlaps, gaps, and what lies beside the counties, in square metres."""

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.plane import metres_per_degree

NOT_WORTH_TELLING_M2 = 1.0  # positions written with six or seven decimals leave slivers of this size


def overlaps(areas: Sequence[AreaShape]) -> list[str]:
    """Interiors that meet. Neighbours that only share a border are told apart before anything is cut."""
    if not areas:
        return []
    shapes = np.array([a.shape for a in areas], dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shapely.prepare(shapes)
    meets = ~shapely.touches(shapes[first], shapes[second])
    first, second = first[meets], second[meets]
    common = shapely.intersection(shapes[first], shapes[second])
    return [
        _piece(f"{_called(areas[i])} and {_called(areas[j])} both cover", shape)
        for i, j, shape in zip(first, second, common, strict=True)
        if square_metres(shape) > NOT_WORTH_TELLING_M2
    ]


def gaps(areas: Sequence[AreaShape]) -> list[str]:
    """Holes that areas leave between them."""
    covered = _together([a.shape for a in areas])
    holes = [shapely.Polygon(ring) for part in _polygons(covered) for ring in part.interiors]
    return [_piece("No area covers", hole) for hole in _worth_telling(holes)]


def beside(areas: Sequence[AreaShape], counties: Sequence[BaseGeometry]) -> list[str]:
    """Where the outer limits of the areas and of the counties part."""
    if not counties:
        return []
    land, covered = _together(counties), _together([a.shape for a in areas])
    parts = (
        ("Of the counties, no area covers", _worth_telling(_polygons(land.difference(covered)))),
        ("Outside every county, areas cover", _worth_telling(_polygons(covered.difference(land)))),
    )
    return [_summed(sentence, pieces) for sentence, pieces in parts if pieces]


def square_metres(shape: BaseGeometry) -> float:
    if shape.is_empty:
        return 0.0
    x_m, y_m = metres_per_degree(float(shape.centroid.y))
    return float(shape.area * x_m * y_m)


def _together(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    whole: BaseGeometry = shapely.union_all(np.array(shapes, dtype=object))
    return whole


def _polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts([shape]) if isinstance(part, shapely.Polygon)]


def _worth_telling(pieces: Iterable[shapely.Polygon]) -> list[shapely.Polygon]:
    told = [p for p in pieces if square_metres(p) > NOT_WORTH_TELLING_M2]
    return sorted(told, key=square_metres, reverse=True)


def _summed(sentence: str, pieces: Sequence[shapely.Polygon]) -> str:
    if len(pieces) == 1:
        return _piece(sentence, pieces[0])
    total = sum(square_metres(p) for p in pieces)
    return _piece(f"{sentence} {total:,.0f} m² in {len(pieces)} pieces, the largest", pieces[0])


def _piece(sentence: str, shape: BaseGeometry) -> str:
    at = shape.representative_point()
    return f"{sentence} {square_metres(shape):,.0f} m² near {at.x:.5f}, {at.y:.5f}."


def _called(area: AreaShape) -> str:
    return f"{area.area.code} {area.area.name}"
