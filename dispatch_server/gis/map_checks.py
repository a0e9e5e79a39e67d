"""What is wrong with outlines and positions: each sentence names the feature, the place and the size."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis import seams
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    DEPOTS,
    GAZETTEER,
    LANDMARKS,
    POLES,
    ROAD_NODES,
    STREETS,
    TRANSFORMERS,
    at,
)
from dispatch_server.gis.ground import Flaw, Ground
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.seams import Piece, neighbours_of
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat

Named = Iterable[tuple[str, str, LonLat]]  # its key in the file, what it is called, where it lies

_REASON = re.compile(r"(.*?)\[(\S+) (\S+)\]")
MOST_NEIGHBOURS = 3


def bad_outlines(ground: Ground) -> Iterator[Flaw]:
    outlines = [(AREAS, a.area.code, a.shape) for a in ground.areas]
    outlines += [(COUNTIES, c.code, c.shape) for c in ground.counties]
    bad = [one for one in outlines if not one[2].is_valid]
    yield from ground.few(bad, lambda one: at(ground.where(*one[:2]), flaw_of_outline(*one[1:])), AREAS, blocks=True)


def flaw_of_outline(code: str, shape: shapely.Geometry) -> str:
    """Of one that is not valid: which positions lie in it, nobody can say."""
    reason = shapely.is_valid_reason(shape)
    if (found := _REASON.fullmatch(reason)) is None:
        return f"the outline of {code} is not valid ({reason})."
    lon, lat = float(found[2]), float(found[3])
    return f"the outline of {code} is not valid at {lon:.6f}, {lat:.6f} ({found[1]})."


def overlaps(ground: Ground) -> Iterator[Flaw]:
    try:
        pieces = seams.overlaps(ground.sound_areas)
    except BadInput as error:
        raise BadInput(at(ground.folder.label(AREAS), str(error))) from None
    yield from ground.few(pieces, lambda p: _overlap(ground, p), AREAS, blocks=False)


def gaps(ground: Ground) -> Iterator[Flaw]:
    yield from ground.few(seams.gaps(ground.covered), lambda p: _gap(ground, p), AREAS, blocks=False)
    parts = seams.small_parts(ground.sound_areas)
    yield from ground.few(parts, lambda p: _small_part(ground, p), AREAS, blocks=False)


def beside_the_counties(ground: Ground) -> Iterator[Flaw]:
    land = seams.together([c.shape for c in ground.counties if c.shape.is_valid])
    (bare, outside), label = seams.beside(ground.covered, land), ground.folder.label(AREAS)
    if bare:
        yield Flaw(at(label, f"of the counties, no area covers {_sizes(bare)}."), blocks=False)
    if outside:
        yield Flaw(at(label, f"outside every county, areas cover {_sizes(outside)}."), blocks=False)


def _overlap(ground: Ground, piece: Piece) -> str:
    first, second = (ground.where(AREAS, a.area.code) for a in piece.areas)
    both = f"{first} and {ground.spot(AREAS, second)}"
    return at(both, f"{_called(piece.areas[0])} and {_called(piece.areas[1])} both cover {_size(piece)}.")


def _gap(ground: Ground, piece: Piece) -> str:
    around = ", ".join(_called(a) for a in neighbours_of(piece, ground.sound_areas)[:MOST_NEIGHBOURS])
    return at(ground.folder.label(AREAS), f"no area covers {_size(piece)}, beside {around}.")


def _small_part(ground: Ground, piece: Piece) -> str:
    [area] = piece.areas
    return at(ground.where(AREAS, area.area.code), f"{_called(area)} has a part of only {_size(piece)}.")


def _sizes(pieces: Sequence[Piece]) -> str:
    if len(pieces) == 1:
        return _size(pieces[0])
    total = sum(piece.m2 for piece in pieces)
    return f"{total:,.0f} m² in {len(pieces):,} pieces, the largest {_size(pieces[0])}"


def _size(piece: Piece) -> str:
    said = f"{piece.m2:,.0f} m² near {piece.at.lon:.5f}, {piece.at.lat:.5f}"
    return f"{said} (a sliver {piece.width_m:.1f} m wide)" if piece.is_sliver else said


def _called(area: AreaShape) -> str:
    return f"{area.area.code} {area.area.name}"


def outside_the_territory(ground: Ground) -> Iterator[Flaw]:
    if not ground.sound_areas:
        return
    places = ((f"{p.kind} {p.code}", f"{p.kind} {p.name}", p.at) for p in ground.gazetteer)
    layers_of_points: list[tuple[str, Named]] = [
        (GAZETTEER, places),
        (TRANSFORMERS, ((t.code, f"transformer {t.code}", t.at) for t in ground.transformers)),
        (ACCOUNTS, ((a.account_no, f"account {a.account_no}", a.at) for a in ground.accounts)),
        (DEPOTS, ((d.code, f"depot {d.code}", d.at) for d in ground.depots)),
        (ROAD_NODES, ((n.node, f"node {n.node}", n.at) for n in ground.nodes)),
        (STREETS, ((s.code, f"street {s.name}", where) for s in ground.streets for where in s.line)),
        (LANDMARKS, ((m.code, f"landmark {m.name}", m.at) for m in ground.landmarks)),
        (POLES, ((p.code, f"pole {p.code}", p.at) for p in ground.poles)),
    ]
    for file, named in layers_of_points:
        positions = list(named)
        inside = ground.zones.indices_at(*_lons_lats(positions)) >= 0
        out = [(file, *positions[i]) for i in np.flatnonzero(~inside)]
        yield from ground.few(out, lambda one: _outside(ground, *one), file, blocks=False)


def _outside(ground: Ground, file: str, key: str, called: str, lonlat: LonLat) -> str:
    where, nearest = ground.where(file, key), ground.zones.nearest(lonlat)
    assert nearest is not None
    area, metres = nearest
    spot = _spot(called, lonlat)
    return at(where, f"{spot} lies outside every area, {metres:,.0f} m from {area.code} {area.name}.")


def _lons_lats(positions: Sequence[tuple[str, str, LonLat]]) -> tuple[Any, Any]:
    lonlats = np.array([(lonlat.lon, lonlat.lat) for *_, lonlat in positions], dtype=np.float64).reshape(-1, 2)
    return lonlats[:, 0], lonlats[:, 1]


def in_another_area(ground: Ground) -> Iterator[Flaw]:
    """A village or transformer whose stated area is not where it lies."""
    villages = [p for p in ground.gazetteer if p.kind == "village"]
    stated = [(GAZETTEER, f"village {p.code}", f"village {p.name}", p.area_code, p.at) for p in villages]
    stated += [(TRANSFORMERS, t.code, f"transformer {t.code}", t.area_code, t.at) for t in ground.transformers]
    for file in (GAZETTEER, TRANSFORMERS):
        mine = [one for one in stated if one[0] == file]
        wrong = [one for one in mine if one[3] in ground.area_codes and _lies_elsewhere(ground.zones, one[3], one[4])]
        yield from ground.few(wrong, lambda one: _in_another(ground, *one), file, blocks=False)


def _lies_elsewhere(zones: Zones, code: str, lonlat: LonLat) -> bool:
    found = zones.area_at(lonlat)
    return found is not None and found.code != code and code not in {a.code for a in zones.touched_by(lonlat, 0)}


def _in_another(ground: Ground, file: str, key: str, called: str, code: str, lonlat: LonLat) -> str:
    found = ground.zones.area_at(lonlat)
    assert found is not None
    spot = _spot(called, lonlat)
    return at(ground.where(file, key), f"{spot} names the area {code} but lies in {found.code} {found.name}.")


def _spot(called: str, lonlat: LonLat) -> str:
    return f"{called} at {lonlat.lon:.5f}, {lonlat.lat:.5f}"
