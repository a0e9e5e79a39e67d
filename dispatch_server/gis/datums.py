"""Datums of China: WGS-84 as GPS speaks it, GCJ-02 of Chinese maps, BD-09 of one of them.

The two shifted ones are written from the published formulas; at Loudi GCJ-02 lies about 655 m from WGS-84. The way
back has no formula: it is the fixed point of the way there, reached to below a millimetre in six steps.
"""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch_server.domain.refusals import BadInput
from dispatch_server.protocol.geo import LonLat

Degrees = npt.NDArray[np.float64]
Shift = Callable[[Any, Any, ModuleType], tuple[Any, Any]]

# Krasovsky 1940, the ellipsoid on which the shift is defined.
_A_M, _E2 = 6_378_245.0, 0.00669342162296594323
# Outside this box the formula is not applied.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_STEPS_BACK = 6
KNOWN = "EPSG:4326, gcj02 or bd09"
_BD_TURNS = math.pi * 3000 / 180


def _unshifted(lon: Any, lat: Any, _: ModuleType) -> tuple[Any, Any]:
    return lon, lat


def _gcj02(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """WGS-84 to GCJ-02. `m` is math for one position, numpy for an array: the formula is the same, the speed is not."""
    x, y, root = lon - 105.0, lat - 35.0, m.sqrt(abs(lon - 105.0))
    wave = (20 * m.sin(6 * x * m.pi) + 20 * m.sin(2 * x * m.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * m.sin(y * m.pi) + 40 * m.sin(y / 3 * m.pi)) * 2 / 3
    north += (160 * m.sin(y / 12 * m.pi) + 320 * m.sin(y / 30 * m.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * m.sin(x * m.pi) + 40 * m.sin(x / 3 * m.pi)) * 2 / 3
    east += (150 * m.sin(x / 12 * m.pi) + 300 * m.sin(x / 30 * m.pi)) * 2 / 3
    phi = lat / 180 * m.pi
    bulge = 1 - _E2 * m.sin(phi) ** 2
    across, along = _A_M / m.sqrt(bulge) * m.cos(phi), _A_M * (1 - _E2) / (bulge * m.sqrt(bulge))
    inside = (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)
    return lon + inside * east * 180 / (across * m.pi), lat + inside * north * 180 / (along * m.pi)


def _bd09(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """WGS-84 to BD-09, by way of GCJ-02."""
    x, y = _gcj02(lon, lat, m)
    angle = m.arctan2 if m is np else m.atan2
    far = m.sqrt(x * x + y * y) + 0.00002 * m.sin(y * _BD_TURNS)
    turn = angle(y, x) + 0.000003 * m.cos(x * _BD_TURNS)
    return far * m.cos(turn) + 0.0065, far * m.sin(turn) + 0.006


# CGCS2000 (EPSG:4490) and WGS-84 differ by centimetres.
_SHIFTS: dict[str, Shift] = {
    "EPSG:4326": _unshifted,  # as nearly every layer writes it, found without another look
    "epsg:4326": _unshifted,
    "wgs84": _unshifted,
    "epsg:4490": _unshifted,
    "gcj02": _gcj02,
    "bd09": _bd09,
}


def is_datum(crs: str) -> bool:
    return _plain(crs) in _SHIFTS


def to_wgs84(at: LonLat, crs: str) -> LonLat:
    """A position in the datum `crs` names, as WGS-84. Raises BadInput for a datum that is missing or unknown."""
    shift = _shift_of(crs)
    if shift is _unshifted:
        return at
    lon, lat = _back(shift, at.lon, at.lat, math)
    if abs(lon) > 180 or abs(lat) > 90:  # at the edges of the world the way back leads over them
        raise BadInput(f"lon {at.lon}, lat {at.lat} is no position in {crs}; check lon, lat and crs.")
    return LonLat(lon, lat)


def from_wgs84(at: LonLat, crs: str) -> LonLat:
    return LonLat(*_shift_of(crs)(at.lon, at.lat, math))


def all_to_wgs84(lonlats: Degrees, crs: str) -> Degrees:
    """Rows of longitude and latitude."""
    shift = _shift_of(crs)
    if shift is _unshifted:
        return lonlats
    return np.column_stack(_back(shift, lonlats[:, 0], lonlats[:, 1], np))


def all_from_wgs84(lonlats: Degrees, crs: str) -> Degrees:
    return np.column_stack(_shift_of(crs)(lonlats[:, 0], lonlats[:, 1], np))


def _shift_of(crs: str) -> Shift:
    if not crs.strip():
        raise BadInput(f"Say the datum of the position: crs is {KNOWN}.")
    shift = _SHIFTS.get(crs) or _SHIFTS.get(_plain(crs))
    if shift is None:
        raise BadInput(f"The datum {crs!r} is not known here; crs is {KNOWN}.")
    return shift


def _plain(crs: str) -> str:
    return crs.strip().lower().replace("-", "").replace("_", "")


def _back(shift: Shift, lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    x, y = lon, lat
    for _ in range(_STEPS_BACK):
        there_lon, there_lat = shift(x, y, m)
        x, y = x + (lon - there_lon), y + (lat - there_lat)
    return x, y
