"""Layers that fit each other only after one of them is read in another datum.

GCJ-02 and BD-09 move everything by some hundred metres in one direction, which errors of drawing never do. So each pair
of layers that know of each other is compared as the manifest says and as it might have meant: accounts with the area
and the place of their transformer, transformers and villages with their area, landmarks with their village's area,
counties with the areas' limits. Where ten positions or more fit better and hardly one worse, the crs is suspicious.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch_server.gis.datums import Degrees, all_from_wgs84, all_to_wgs84, is_datum
from dispatch_server.gis.folder import ACCOUNTS, AREAS, COUNTIES, GAZETTEER, LANDMARKS, TRANSFORMERS
from dispatch_server.gis.ground import Flaw, Ground
from dispatch_server.gis.plane import metres_per_degree
from dispatch_server.protocol.geo import LonLat

T = TypeVar("T")
Metres = NDArray[np.float64]
Reading = Mapping[str, str]  # by file, the datum it is read in where that is not the manifest's

DATUMS = ("EPSG:4326", "gcj02", "bd09")
LOOKED_AT = 4_000  # positions of a layer; all of them lie off in the same way
LEAST = 10
FOR_EACH_WORSE = 9
BETTER_M = 100.0  # by less than this nothing fits better: it may be how it was drawn
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Pair:
    """Positions of `file` (WGS-84 as the manifest has it) and how far each lies from where `of` would have it."""

    file: str
    of: str
    positions: Degrees
    metres_off: Callable[[Degrees], Metres]


@dataclass(frozen=True, slots=True)
class _Found:
    file: str
    crs: str
    better: int
    worse: int
    looked_at: int
    against: tuple[str, ...]


def suspicious_datums(ground: Ground) -> Iterator[Flaw]:
    stated = {file: _datum_of(ground, file) for file in (AREAS, COUNTIES, GAZETTEER, TRANSFORMERS, ACCOUNTS, LANDMARKS)}
    pairs = [pair for pair in _pairs(ground) if len(pair.positions) >= LEAST]
    meant: dict[str, str] = {}
    for _ in range(_ROUNDS):
        if (found := _best(pairs, stated, meant)) is None:
            return
        meant[found.file] = found.crs
        yield Flaw(_sentence(ground, found, stated[found.file]), blocks=False)


def _datum_of(ground: Ground, file: str) -> str:
    """ "" where no other datum can be meant: the layer is missing, or was projected."""
    layer, given = ground.folder.layers.get(file), ground.folder.given.get(file)
    crs = layer.crs if layer is not None else None
    if crs is None or not is_datum(crs) or (given is not None and not is_datum(given.layer.crs or "")):
        return ""
    return crs.lower() if crs.lower() in DATUMS else DATUMS[0]


def _sentence(ground: Ground, found: _Found, stated: str) -> str:
    others = ", ".join(ground.folder.label(file) for file in found.against)
    return (
        f"{ground.folder.label(found.file)} fits {others} only when it is read as {found.crs}: of {found.looked_at:,} "
        f"positions {found.better:,} then fit better and {found.worse:,} worse. The manifest says {stated}, which is "
        "probably wrong."
    )


def _best(pairs: Sequence[_Pair], stated: Reading, meant: Reading) -> _Found | None:
    """The change of one layer's datum by which most positions come right, if any does."""
    tries = [
        _judged(pairs, stated, meant, file, crs)
        for file, is_said in stated.items()
        if is_said and file not in meant
        for crs in DATUMS
        if crs != is_said
    ]
    right = [f for f in tries if f.better >= LEAST and f.better >= FOR_EACH_WORSE * f.worse]
    return max(right, key=lambda f: (f.better - f.worse, f.file != AREAS), default=None)


def _judged(pairs: Sequence[_Pair], stated: Reading, meant: Reading, file: str, crs: str) -> _Found:
    better = worse = looked_at = 0
    against: list[str] = []
    for pair in pairs:
        if file not in (pair.file, pair.of):
            continue
        before = pair.metres_off(_as_read(pair, stated, meant))
        gained = before - pair.metres_off(_as_read(pair, stated, {**meant, file: crs}))
        looked_at += len(gained)
        better += int((gained > BETTER_M).sum())
        worse += int((gained < -BETTER_M).sum())
        against.append(pair.of if pair.file == file else pair.file)
    return _Found(file, crs, better, worse, looked_at, tuple(dict.fromkeys(against)))


def _as_read(pair: _Pair, stated: Reading, meant: Reading) -> Degrees:
    """The positions where they would lie if both layers were read so; `of` stays, so its change is undone on them."""
    positions = pair.positions
    if pair.file in meant:
        positions = all_to_wgs84(all_from_wgs84(positions, stated[pair.file]), meant[pair.file])
    if pair.of in meant:
        positions = all_to_wgs84(all_from_wgs84(positions, meant[pair.of]), stated[pair.of])
    return positions


def _pairs(ground: Ground) -> Iterator[_Pair]:
    area_of = {t.code: t.area_code for t in ground.transformers}
    place_of = {t.code: t.at for t in ground.transformers}
    accounts = _some([a for a in ground.accounts if a.transformer in area_of])
    villages = [p for p in ground.gazetteer if p.kind == "village"]
    at_village = {(p.county, p.township, p.name): p.area_code for p in villages}
    yield _in_area(ground, GAZETTEER, [(p.at, p.area_code) for p in _some(villages)])
    yield _in_area(ground, TRANSFORMERS, [(t.at, t.area_code) for t in _some(ground.transformers)])
    yield _in_area(ground, ACCOUNTS, [(a.at, area_of[a.transformer or ""]) for a in accounts])
    landmarks = [(m.at, at_village.get((m.county, m.township, m.village), "")) for m in ground.landmarks]
    yield _in_area(ground, LANDMARKS, _some(landmarks))
    yield _near(ACCOUNTS, TRANSFORMERS, [(a.at, place_of[a.transformer or ""]) for a in accounts])
    yield from _along_limits(ground)


def _some(records: Sequence[T]) -> Sequence[T]:
    """Evenly out of the whole layer."""
    return records[:: max(1, len(records) // LOOKED_AT)]


def _in_area(ground: Ground, file: str, stated: Sequence[tuple[LonLat, str]]) -> _Pair:
    shape_of = {a.area.code: a.shape for a in ground.sound_areas}
    known = [(at, shape_of[code]) for at, code in stated if code in shape_of]
    shapes = np.array([shape for _, shape in known], dtype=object)
    shapely.prepare(shapes)

    def metres_off(positions: Degrees) -> Metres:
        # In degrees along the longer one: a position just outside its border is hardly off, whatever the direction.
        apart: Metres = shapely.distance(shapes, shapely.points(positions)) * metres_per_degree(positions[0, 1])[1]
        return apart

    return _Pair(file, AREAS, _degrees([at for at, _ in known]), metres_off)


def _near(file: str, of: str, both: Sequence[tuple[LonLat, LonLat]]) -> _Pair:
    there = _degrees([other for _, other in both])

    def metres_off(positions: Degrees) -> Metres:
        apart: Metres = np.hypot(*((positions - there) * metres_per_degree(positions[0, 1])).T)
        return apart

    return _Pair(file, of, _degrees([at for at, _ in both]), metres_off)


def _along_limits(ground: Ground) -> Iterator[_Pair]:
    """The corners of the counties, and how far the nearest border of an area is."""
    counties = [c.shape for c in ground.counties if c.shape.is_valid]
    if not counties or not ground.sound_areas:
        return
    corners: Degrees = shapely.get_coordinates(np.array(counties, dtype=object))
    corners = corners[:: max(1, len(corners) // LOOKED_AT)]
    scale = np.array(metres_per_degree(float(corners[0, 1])))
    borders = shapely.boundary(np.array([a.shape for a in ground.sound_areas], dtype=object))
    tree = shapely.STRtree(shapely.get_parts(shapely.transform(borders, lambda at: at * scale)))

    def metres_off(positions: Degrees) -> Metres:
        found = tree.query_nearest(shapely.points(positions * scale), return_distance=True, all_matches=False)
        apart: Metres = found[1]
        return apart

    yield _Pair(COUNTIES, AREAS, corners, metres_off)


def _degrees(positions: Sequence[LonLat]) -> Degrees:
    return np.array([(at.lon, at.lat) for at in positions], dtype=np.float64).reshape(-1, 2)
