"""Outlines with their properties, read from a layer of polygons into WGS-84."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import all_to_wgs84
from dispatch_server.gis.folder import MANIFEST, Folder, at
from dispatch_server.gis.rows import MOST_CHARS, NO_TEXT, Read, too_long

T = TypeVar("T")
Said = Callable[[str], str]

_HALF_THE_GLOBE = 180.0  # degrees: positions are reckoned with as on a flat map, where 179° and -179° lie far apart


def read_features(folder: Folder, file: str, make: Callable[[Said, BaseGeometry], T]) -> Read[T]:
    """`make` raises BadInput for a feature that cannot be used; where it stands is said before its sentence."""
    crs, text = folder.crs_of(file), folder.text(file)
    try:
        said = json.loads(text)
        features = list(said["features"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(f"{file} is not a GeoJSON FeatureCollection.") from None
    if found := _contradiction(said, crs):
        raise BadInput(another_crs(file, found, crs))
    # One conversion for the whole layer: ring by ring it would take ten times as long.
    shapes = shapely.transform([_shape_of(f) for f in features], lambda lonlats: all_to_wgs84(lonlats, crs))
    records: list[T] = []
    complaints: list[str] = []
    for n, (feature, shape) in enumerate(zip(features, shapes, strict=True), 1):
        try:
            records.append(make(_properties_of(feature), _require_on_globe(shape)))
        except BadInput as error:
            complaints.append(at(_where(folder, file, n), str(error)))
    return records, complaints


def crs_in(said: Any) -> str:
    """The "crs" member of older GeoJSON files; "" without one, which means WGS-84."""
    member = said.get("crs") if isinstance(said, dict) else None
    properties = member.get("properties") if isinstance(member, dict) else None
    return str(properties.get("name", "")) if isinstance(properties, dict) else ""


def another_crs(label: str, found: str, said: str) -> str:
    return f"{label} says itself that its crs is {found}, but {MANIFEST} says {said}; mend the wrong one."


def _contradiction(said: Any, crs: str) -> str:
    if not (inside := crs_in(said)):
        return ""
    from dispatch_server.gis.projections import contradiction  # servers read their own files and never need PROJ

    return contradiction(inside, crs, np.empty((0, 2)))


def codes_in(folder: Folder, file: str) -> list[tuple[str, str]]:
    """Each feature's code with the place where it stands."""
    features = json.loads(folder.text(file))["features"]
    return [(_code_of(f), _where(folder, file, n)) for n, f in enumerate(features, 1)]


def _where(folder: Folder, file: str, nth: int) -> str:
    return folder.where(file, nth - 1, f"feature {nth}")


def _code_of(feature: Any) -> str:
    try:
        return _properties_of(feature)("code")
    except BadInput:
        return ""


def _properties_of(feature: Any) -> Said:
    def said(key: str) -> str:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        value = properties.get(key) if isinstance(properties, dict) else None
        if value is None or value == "":
            raise BadInput(f"{key} is empty.")
        if NO_TEXT in str(value) or any("\ud800" <= c <= "\udfff" for c in str(value)):
            raise BadInput(f"{key} holds a character that is not text.")
        if len(str(value)) > MOST_CHARS:
            raise BadInput(too_long(key, str(value)))
        return str(value)

    return said


def _shape_of(feature: Any) -> BaseGeometry | None:
    """From the coordinates straight away: half the time of `shapely.geometry.shape`. None where they are no outline.

    Empty where it leaves the globe: no datum can be undone there, and what is no number closes no ring.
    """
    try:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        parts = [shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]]) for rings in polygons]
    except _OffTheGlobe:
        return shapely.Polygon()
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, shapely.errors.ShapelyError):
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


class _OffTheGlobe(ValueError):
    pass


def _ring(positions: Any) -> Any:
    ring = np.array(positions, dtype=np.float64)[:, :2]
    if not (np.abs(ring[:, 0]) <= 180).all() or not (np.abs(ring[:, 1]) <= 90).all():
        raise _OffTheGlobe
    return ring


def _require_on_globe(shape: BaseGeometry | None) -> BaseGeometry:
    if shape is None:
        raise BadInput("its geometry is not a Polygon or MultiPolygon with closed rings.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # false for an empty outline too
        raise BadInput("its outline is empty or leaves the globe; positions are longitude, then latitude.")
    if east - west > _HALF_THE_GLOBE:
        raise BadInput("its outline reaches around half of the globe; an area across the 180th meridian is not served.")
    return shape
