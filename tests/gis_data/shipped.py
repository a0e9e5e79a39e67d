"""The sample as it is shipped: its files, read once."""

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.plane import Plane
from dispatch_server.protocol.geo import LonLat

LOUDI = Path(__file__).parents[2] / "gis_data" / "loudi"
_PLANE = Plane.around(LonLat(111.62, 27.72))

Rows = list[dict[str, str]]


@cache
def rows(file: str) -> Rows:
    return list(csv.DictReader(io.StringIO((LOUDI / file).read_text(encoding="utf-8"), newline="")))


@cache
def features(file: str) -> list[tuple[dict[str, str], BaseGeometry]]:
    collection: dict[str, Any] = json.loads((LOUDI / file).read_text(encoding="utf-8"))
    return [(f["properties"], shape(f["geometry"])) for f in collection["features"]]


@cache
def areas() -> dict[str, tuple[dict[str, str], BaseGeometry]]:
    return {said["code"]: (said, outline) for said, outline in features("areas.geojson")}


@cache
def territory() -> BaseGeometry:
    union = shapely.union_all([outline for _, outline in features("areas.geojson")])
    shapely.prepare(union)
    return union


def in_metres(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda a: a * np.array([_PLANE.x_m, _PLANE.y_m]))


def metres(table: Rows) -> npt.NDArray[np.float64]:
    """Positions of the rows on a flat map, in metres."""
    return np.asarray(lonlats(table) * np.array([_PLANE.x_m, _PLANE.y_m]))


def lonlats(table: Rows) -> npt.NDArray[np.float64]:
    return np.array([(float(row["lon"]), float(row["lat"])) for row in table])
