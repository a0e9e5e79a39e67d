"""The flat map the sample is drawn on: kilometres east and north of the middle of Loudi, and chance that repeats."""

import hashlib

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.plane import Plane
from dispatch_server.protocol.geo import LonLat

Points = npt.NDArray[np.float64]

PLANE = Plane.around(LonLat(111.62, 27.72))
DECIMALS = 6  # 0.1 m; all that is written keeps to this grid
GRID_DEG = 10.0**-DECIMALS

# Borders that follow ridges and brooks are not straight: the map is bent by waves of three lengths (km), each with
# its steepest slope. Together the slopes stay below 1, so that the bend folds nothing over and can be undone.
_WAVES = ((12.0, 0.30), (4.0, 0.28), (1.5, 0.20))
_WAVES_OF_A_LENGTH = 3


def chance(key: str) -> np.random.Generator:
    """The same key gives the same numbers, whatever else was drawn before."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big"))


_ORIGIN = np.array([PLANE.origin.lon, PLANE.origin.lat])
_KM_PER_DEGREE = np.array([PLANE.x_m, PLANE.y_m]) / 1000


def to_km(lonlats: Points) -> Points:
    km: Points = (lonlats - _ORIGIN) * _KM_PER_DEGREE
    return km


def to_lonlat(points: Points) -> Points:
    """On the grid of what is written."""
    lonlats: Points = np.round(points / _KM_PER_DEGREE + _ORIGIN, DECIMALS)
    return lonlats


def map_to_km(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, to_km)


def map_to_lonlat(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, to_lonlat)


def _waves() -> list[tuple[Points, Points, float]]:
    r = chance("bend")
    waves = []
    for length, slope in _WAVES:
        for _ in range(_WAVES_OF_A_LENGTH):
            run, push, phase = r.uniform(0, 2 * np.pi, 3)
            k = 2 * np.pi / length
            size = slope / _WAVES_OF_A_LENGTH / k
            waves.append((k * _direction(run), size * _direction(push), phase))
    return waves


def _direction(angle: float) -> Points:
    return np.array([np.cos(angle), np.sin(angle)])


_BEND = _waves()


def _shift(points: Points) -> Points:
    moved = np.zeros_like(points)
    for k, push, phase in _BEND:
        moved += np.sin(points @ k + phase)[:, None] * push
    return moved


def bent(points: Points) -> Points:
    return points + _shift(points)


def unbent(points: Points) -> Points:
    """The fixed point of the way there; 80 steps bring the error far below the grid of what is written."""
    back = points.copy()
    for _ in range(80):
        back = points - _shift(back)
    return back
