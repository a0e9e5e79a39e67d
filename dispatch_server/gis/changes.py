"""What differs between two maps, area by area and for any number of positions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dispatch_server.domain.places import Area
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.seams import NOT_WORTH_TELLING_M2, square_metres
from dispatch_server.gis.zones import Zones


@dataclass(frozen=True, slots=True)
class Reshaped:
    """`m2`: what it gains and what it loses, together."""

    before: AreaShape
    after: AreaShape
    m2: float


@dataclass(frozen=True, slots=True)
class AreaChanges:
    """By code. One area may be reshaped, of another class and renamed at once."""

    added: tuple[AreaShape, ...]
    removed: tuple[AreaShape, ...]
    reshaped: tuple[Reshaped, ...]
    reclassified: tuple[tuple[Area, Area], ...]
    renamed: tuple[tuple[Area, Area], ...]


def area_changes(before: Sequence[AreaShape], after: Sequence[AreaShape]) -> AreaChanges:
    old, new = ({a.area.code: a for a in areas} for areas in (before, after))
    both = [(old[code], new[code]) for code in old if code in new]
    return AreaChanges(
        added=tuple(a for code, a in new.items() if code not in old),
        removed=tuple(a for code, a in old.items() if code not in new),
        reshaped=tuple(sorted(_reshaped(both), key=lambda r: -r.m2)),
        reclassified=tuple((a.area, b.area) for a, b in both if a.area.area_class != b.area.area_class),
        renamed=tuple((a.area, b.area) for a, b in both if a.area.name != b.area.name),
    )


def _reshaped(both: Sequence[tuple[AreaShape, AreaShape]]) -> list[Reshaped]:
    first, second = (np.array([pair[n].shape for pair in both], dtype=object) for n in (0, 1))
    # Most areas are as they were, corner by corner, and need no cutting.
    moved = np.flatnonzero(~shapely.equals_exact(first, second, tolerance=0))
    parts = shapely.symmetric_difference(first[moved], second[moved])
    found = [
        Reshaped(*both[i], square_metres(part)) for i, part in zip(moved.tolist(), np.atleast_1d(parts), strict=True)
    ]
    return [one for one in found if one.m2 > NOT_WORTH_TELLING_M2]


def areas_at(areas: Sequence[AreaShape], zones: Zones, lonlats: Sequence[tuple[float, float]]) -> list[Area | None]:
    """The area of each position; `zones` are made of `areas`."""
    in_order = [a.area for a in sorted(areas, key=lambda a: a.area.code)]
    columns = np.array(lonlats, dtype=np.float64).reshape(-1, 2).T
    indices = zones.indices_at(*np.ascontiguousarray(columns))
    return [None if i < 0 else in_order[i] for i in indices.tolist()]
