"""What a manifest may say as crs: a datum that GPS or Chinese maps speak, or a projection on CGCS2000 or WGS-84.

Projections are PROJ's business (pyproj). Older datums of China are refused: between Beijing 1954 or Xi'an 1980 and
CGCS2000 lie up to some hundred metres, by parameters that only a survey office has.
"""

from functools import cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import KNOWN, Degrees, is_datum

AS_WGS84 = "EPSG:4326"
_SAME_GROUND = frozenset({4326, 4490})  # WGS-84 and CGCS2000 differ by centimetres
_SURE_PERCENT = 25  # Shapefiles name their datum by ESRI's names, which PROJ recognises with that much confidence
_SAME_M = 1.0
_METRES_PER_DEGREE = 111_000.0


def require_crs(crs: str | None, label: str) -> str:
    """A crs that positions can be converted from."""
    if crs is None:
        raise BadInput(
            f"The manifest does not say the crs of {label}; add {KNOWN}, or the EPSG code of its projection. "
            "It is never guessed."
        )
    if is_datum(crs):
        return crs
    known = _crs(crs)
    if known is None:
        raise BadInput(
            f"The manifest gives {label} the crs {crs!r}, which is not known; say {KNOWN}, or the EPSG code of its "
            "projection."
        )
    ground = known.geodetic_crs
    if ground is None or ground.to_epsg() not in _SAME_GROUND:
        datum = known.name if ground is None else ground.name
        raise BadInput(
            f"The manifest gives {label} the crs {crs}, which stands on {datum}; have it converted to CGCS2000 "
            "(EPSG:4490) by your survey office first."
        )
    return crs


def is_projected(crs: str) -> bool:
    return not is_datum(crs)


def unprojected(positions: Degrees, crs: str) -> Degrees:
    """Rows of easting and northing as longitude and latitude. Raises BadInput where the projection does not reach."""
    lonlats = np.column_stack(_to_degrees(crs).transform(positions[:, 0], positions[:, 1]))
    if not np.isfinite(lonlats[np.isfinite(positions).all(axis=1)]).all():
        raise BadInput(f"Positions lie outside the projection {crs}.")
    return lonlats


def contradiction(inside: str, said: str, positions: Degrees) -> str:
    """What a file says of its own crs, where that is not what the manifest says; "" where both agree.

    No file can say gcj02 or bd09: their code does not exist, and such files claim to be WGS-84 or CGCS2000.
    """
    stated = _crs(inside)
    if stated is None:
        return ""
    name = inside if inside.upper().startswith("EPSG:") else stated.name
    ground = stated.geodetic_crs
    code = None if ground is None else ground.to_epsg(min_confidence=_SURE_PERCENT)
    if code is not None and code not in _SAME_GROUND:
        return name
    if is_datum(said):
        return "" if stated.is_geographic else name
    if stated.is_geographic:
        return name
    positions = positions[np.isfinite(positions).all(axis=1)]
    own = Transformer.from_crs(stated, ground, always_xy=True).transform(positions[:, 0], positions[:, 1])
    apart = np.abs(np.column_stack(own) - unprojected(positions, said))
    return name if np.nanmax(apart, initial=0) * _METRES_PER_DEGREE > _SAME_M else ""


@cache
def _crs(text: str) -> CRS | None:
    try:
        return CRS.from_user_input(text)
    except CRSError:
        return None


@cache
def _to_degrees(crs: str) -> Transformer:
    projection = CRS.from_user_input(crs)
    return Transformer.from_crs(projection, projection.geodetic_crs, always_xy=True)
