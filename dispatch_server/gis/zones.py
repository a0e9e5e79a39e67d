"""Which distribution area a position lies in, and which areas a circle of doubt touches."""

import json
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import shapely

from dispatch_server.domain.places import Area
from dispatch_server.gis.grid import MIXED, NOBODY, Degrees, Grid, Indices
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.plane import Plane
from dispatch_server.protocol.geo import LonLat

# Chords of the circle that stands for a radius: their error is below 0.01 % of it.
_CORNERS = 256
_TURNS = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
# On a circle of 1: between the inscribed and the circumscribed polygon, half the error on either side.
_CORNERS_OF_ONE = np.column_stack((np.cos(_TURNS), np.sin(_TURNS))) / np.sqrt(np.cos(np.pi / _CORNERS))
_A_LITTLE_DEG = 2e-5  # about two metres


class Zones:
    """A position on a shared border belongs to the area with the smallest code, so that it always has exactly one."""

    def __init__(self, shapes: Iterable[AreaShape]) -> None:
        # In the order of their codes: the smallest index of several is the smallest code.
        self._shapes = sorted(shapes, key=lambda s: s.area.code)
        self._by_code = {s.area.code: s for s in self._shapes}
        outlines = [s.shape for s in self._shapes]
        self._tree = shapely.STRtree(outlines)
        self._grid = Grid(outlines, self._tree)

    @property
    def count(self) -> int:
        return len(self._shapes)

    def area(self, code: str) -> Area | None:
        found = self._by_code.get(code)
        return None if found is None else found.area

    def shape_at(self, at: LonLat) -> AreaShape | None:
        index = self._grid.at(at.lon, at.lat)
        return None if index == NOBODY else self._shapes[index]

    def indices_at(self, lons: Degrees, lats: Degrees) -> Indices:
        """Of many positions at once: the place of each one's area in the order of codes, -1 outside all of them."""
        return self._grid.many(lons, lats)

    def area_at(self, at: LonLat) -> Area | None:
        shape = self.shape_at(at)
        return None if shape is None else shape.area

    def around(self, at: LonLat, radius_m: float) -> tuple[AreaShape | None, list[Area]]:
        """`shape_at` and `touched_by` in one: away from all borders they are one question."""
        if (alone := self._alone_around(at, radius_m)) is not None:
            return alone, [alone.area]
        return self.shape_at(at), self.touched_by(at, radius_m)

    def touched_by(self, at: LonLat, radius_m: float) -> list[Area]:
        """Every area with a point within `radius_m` metres, in the order of codes."""
        near = shapely.Point(at.lon, at.lat) if radius_m == 0 else _circle(at, radius_m)
        return [self._shapes[i].area for i in sorted(self._tree.query(near, predicate="intersects"))]

    def _alone_around(self, at: LonLat, radius_m: float) -> AreaShape | None:
        """The area around a position with no border near: most positions, at a small part of the price of a circle."""
        plane = Plane.around(at)
        index = self._grid.alone_in(*plane.box_around(1.001 * radius_m))
        if index != MIXED:
            return self._shapes[index]
        reach = 1.001 * radius_m / min(plane.x_m, plane.y_m)  # in degrees, around all of the circle in metres
        point = shapely.Point(at.lon, at.lat)
        found = self._tree.query(point, predicate="dwithin", distance=reach)
        if len(found) != 1:
            return None
        only = self._shapes[found[0]]
        return only if only.shape.intersects(point) else None

    def nearest(self, at: LonLat) -> tuple[Area, float] | None:
        """The area closest to a position outside all of them, and its distance in metres."""
        if not self._shapes:
            return None
        # Degrees of longitude are shorter than those of latitude: what is nearest in degrees only bounds the search.
        first = self._metres_to(int(self._tree.nearest(shapely.Point(at.lon, at.lat))), at)
        within = shapely.box(*Plane.around(at).box_around(first + 1))
        distances = [(self._metres_to(int(i), at), int(i)) for i in self._tree.query(within)]
        metres, i = min(distances)
        return self._shapes[i].area, metres

    def nearest_points(self, at: LonLat, most: int) -> list[tuple[Area, LonLat, float]]:
        """The areas nearest to a position outside all of them, each with its nearest point and the distance."""
        if (first := self.nearest(at)) is None:
            return []
        within = shapely.box(*Plane.around(at).box_around(2 * first[1] + 1))
        near = sorted((self._metres_to(int(i), at), int(i)) for i in self._tree.query(within))
        return [(self._shapes[i].area, self._just_inside(i, at), metres) for metres, i in near[:most]]

    @cached_property
    def geojson(self) -> bytes:
        """All areas with `code`, `name`, `area_class`, `township`, `county`, as consoles and tablets draw them."""
        geometries = shapely.to_geojson(np.array([s.shape for s in self._shapes], dtype=object))
        features = (
            f'{{"type":"Feature","properties":{_properties(s)},"geometry":{g}}}'
            for s, g in zip(self._shapes, geometries, strict=True)
        )
        return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()

    def _just_inside(self, i: int, at: LonLat) -> LonLat:
        """The point of the area nearest to a position outside it, or one a little farther in where that lies on the
        border of another: a person who takes it means this area."""
        shape = self._shapes[i].shape
        point = shapely.Point(at.lon, at.lat)
        for inside in (shape, shape.buffer(-_A_LITTLE_DEG)):
            nearest = shapely.shortest_line(point, inside).coords[-1] if not inside.is_empty else None
            if nearest is not None and self.shape_at(found := LonLat(*nearest)) is self._shapes[i]:
                return found
        inner = shape.representative_point()
        return LonLat(inner.x, inner.y)

    def _metres_to(self, i: int, at: LonLat) -> float:
        plane = Plane.around(at)
        flat = shapely.transform(
            self._shapes[i].shape, lambda lonlats: (lonlats - (at.lon, at.lat)) * (plane.x_m, plane.y_m)
        )
        return float(shapely.distance(flat, shapely.Point(0, 0)))


def _circle(at: LonLat, radius_m: float) -> shapely.Polygon:
    plane = Plane.around(at)
    reach_deg = radius_m / plane.x_m, radius_m / plane.y_m
    return shapely.Polygon(_CORNERS_OF_ONE * reach_deg + (at.lon, at.lat))


def _properties(shape: AreaShape) -> str:
    area = shape.area
    said = {"code": area.code, "name": area.name, "area_class": area.area_class.value}
    said |= {"township": shape.township, "county": shape.county}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
