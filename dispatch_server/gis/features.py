"""Outlines with their properties, read from a layer of polygons into WGS-84."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import all_to_wgs84
from dispatch_server.gis.folder import Folder
from dispatch_server.gis.rows import Read

T = TypeVar("T")


def read_features(folder: Folder, file: str, make: Callable[[Callable[[str], str], BaseGeometry], T]) -> Read[T]:
    crs = folder.crs_of(file)
    try:
        features = list(json.loads(folder.text(file))["features"])
    except (ValueError, KeyError, TypeError):
        return [], [f"{file} is not a GeoJSON FeatureCollection."]
    # One conversion for the whole layer: ring by ring it would take ten times as long.
    shapes = shapely.transform([_shape_of(f) for f in features], lambda lonlats: all_to_wgs84(lonlats, crs))
    records: list[T] = []
    complaints: list[str] = []
    for n, (feature, shape) in enumerate(zip(features, shapes, strict=True), 1):
        where = f"{file} feature {n}"
        try:
            records.append(make(_properties_of(feature, where), _require_on_globe(shape, where)))
        except BadInput as error:
            complaints.append(str(error))
    return records, complaints


def _properties_of(feature: Any, where: str) -> Callable[[str], str]:
    def said(key: str) -> str:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        value = properties.get(key) if isinstance(properties, dict) else None
        if value is None or value == "":
            raise BadInput(f"{where} has no {key}.")
        return str(value)

    return said


def _shape_of(feature: Any) -> BaseGeometry | None:
    """From the coordinates straight away: half the time of `shapely.geometry.shape`. None where they are no outline."""
    try:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        parts = [shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]]) for rings in polygons]
    except (ValueError, KeyError, TypeError, IndexError, shapely.errors.ShapelyError):
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(positions: Any) -> Any:
    return np.array(positions, dtype=np.float64)[:, :2]


def _require_on_globe(shape: BaseGeometry | None, where: str) -> BaseGeometry:
    if shape is None:
        raise BadInput(f"{where}: its geometry is not a Polygon or MultiPolygon with closed rings.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # false for an empty outline too
        raise BadInput(f"{where}: its outline is empty or leaves the globe; positions are longitude, then latitude.")
    return shape
