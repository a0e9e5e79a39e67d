"""Counties, towns, townships and villages laid out as surfaces that leave no gap and never overlap.

Real: county limits, the names, the counts, the seats that GeoNames knows. Invented: every line inside a county.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from gis_data.making.flat import GRID_DEG, Points, bent, chance, map_to_km, map_to_lonlat, to_km, to_lonlat, unbent
from gis_data.making.rough import HINTS
from gis_data.making.surfaces import cells, in_one_piece, surfaces
from gis_data.making.world import Area, County, Extent, Inputs, Township, Village, Xy

KM2_OF_A_COMMUNITY = 0.4  # where nothing says how large a town is
_CROWD_OF_A_SITE = 80  # sample points that stand for the people of a village while the villages are spread
_ROUNDS = 25
_ROUNDS_FROM_A_HINT = 4
_NODE_KM = 1e-5
_LOBES = ((2, 0.17), (3, 0.11), (5, 0.08))


def lay_out(inputs: Inputs) -> list[Area]:
    shapes = surfaces([c.shape for c in inputs.counties], _NODE_KM)
    counties = [County(c.code, c.name, s) for c, s in zip(inputs.counties, shapes, strict=True)]
    areas = [area for county in counties for area in _areas_of(county, inputs)]
    faces = surfaces([map_to_lonlat(area.shape) for area in areas], GRID_DEG)
    for area, face in zip(areas, in_one_piece(faces, [a.county.code for a in areas]), strict=True):
        area.shape = face
    return areas


def inside(area: Area, points: Points) -> npt.NDArray[np.bool_]:
    """By the land and the positions as they will be written."""
    lonlats = to_lonlat(points)
    return shapely.contains_xy(area.shape, lonlats[:, 0], lonlats[:, 1])


def km2(area: Area) -> float:
    return float(map_to_km(area.shape).area)


def counties_of(areas: Sequence[Area]) -> list[tuple[County, BaseGeometry]]:
    """Each county as the sum of its areas, so that the two layers agree to the last vertex."""
    found = {area.county.code: area.county for area in areas}
    return [
        (county, shapely.union_all([a.shape for a in areas if a.county.code == code])) for code, county in found.items()
    ]


def _areas_of(county: County, inputs: Inputs) -> list[Area]:
    townships = [t for t in inputs.townships if t.county == county.code]
    seat = inputs.seats[county.code]
    town_names, land_names = _names_in_and_out_of_town(townships, inputs.villages)
    town = _town(county, seat, inputs.town_km2.get(county.code, _count(town_names) * KM2_OF_A_COMMUNITY))
    land = county.shape.difference(town)
    seats = _township_seats(county, land, townships, seat, inputs)
    # A street office sits in the town; its outer villages have no seat among them.
    own = {t.code: seats[t.code] for t, _ in land_names if not t.is_street_office}
    in_town = _reaches(townships, {t.code: _hint(t) or seat for t in townships}, inputs)
    outside = _reaches(townships, seats, inputs)
    town_crowd = _crowd(town, _count(town_names), f"town {county.code}", seat, ())
    crowded = _Crowded([outside[t.code] for t, _ in land_names], [len(vs) for _, vs in land_names])
    land_crowd = _crowd(land, _count(land_names), f"land {county.code}", seat, [*own.values()], crowded)
    return [
        *_spread(county, town, town_crowd, town_names, in_town, {}),
        *_spread(county, land, land_crowd, land_names, outside, own),
    ]


def _reaches(townships: Sequence[Township], middles: Mapping[str, Xy], inputs: Inputs) -> dict[str, Extent]:
    """The published extent, or one of middling size round the middle."""
    known = [inputs.extents[t.code].half for t in townships if t.code in inputs.extents]
    x, y = np.median(known, axis=0) if known else (1.0, 1.0)
    return {t.code: inputs.extents.get(t.code, Extent(middles[t.code], (float(x), float(y)))) for t in townships}


@dataclass(frozen=True, slots=True)
class _Crowded:
    """Townships with many villages on little land are crowded."""

    reaches: Sequence[Extent]
    villages: Sequence[int]

    def weight(self, points: Points) -> Points:
        nearest = _in_reach(points, self.reaches).argmin(axis=1)
        points_of = np.bincount(nearest, minlength=len(self.reaches))
        dense: Points = np.array(self.villages)[nearest] / np.maximum(points_of, 1)[nearest]
        return dense


def _in_reach(points: Points, reaches: Sequence[Extent]) -> Points:
    """Squared distance from each middle, as a share of how far that township reaches: 1 at its edge."""
    middles, halves = np.array([r.middle for r in reaches]), np.array([r.half for r in reaches])
    squares: Points = (((points[:, None, :] - middles) / halves) ** 2).sum(axis=2)
    return squares


Named = Sequence[tuple[Township, list[Village]]]


def _names_in_and_out_of_town(townships: Sequence[Township], villages: Sequence[Village]) -> tuple[Named, Named]:
    by_township = {t.code: [v for v in villages if v.township == t.code] for t in townships}
    inner = [(t, [v for v in by_township[t.code] if _in_town(t, v)]) for t in townships]
    outer = [(t, [v for v in by_township[t.code] if not _in_town(t, v)]) for t in townships]
    return [(t, vs) for t, vs in inner if vs], [(t, vs) for t, vs in outer if vs]


def _count(named: Named) -> int:
    return sum(len(villages) for _, villages in named)


def _in_town(township: Township, village: Village) -> bool:
    return township.is_street_office and village.is_community


def _town(county: County, seat: Xy, km2: float) -> BaseGeometry:
    """A disc with lobes, as a town grows along its roads and rivers."""
    radius = np.sqrt(km2 / np.pi)
    turns = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    starts = chance(f"outline {county.code}").uniform(0, 2 * np.pi, len(_LOBES))
    swell = 1 + sum(size * np.sin(n * turns + start) for (n, size), start in zip(_LOBES, starts, strict=True))
    ring = bent(np.array([seat])) + radius * swell[:, None] * np.c_[np.cos(turns), np.sin(turns)]
    return shapely.Polygon(unbent(ring)).intersection(county.shape.buffer(-0.2))


def _hint(township: Township) -> Xy | None:
    if township.name not in HINTS:
        return None
    x, y = to_km(np.array([HINTS[township.name]]))[0]
    return float(x), float(y)


def _township_seats(
    county: County, land: BaseGeometry, townships: Sequence[Township], seat: Xy, inputs: Inputs
) -> dict[str, Xy]:
    """Where GeoNames has it; in the middle of its extent; at the edge of the town; else near the hint, evenly apart."""
    crowd = _crowd(land, 4 * len(townships), f"townships {county.code}", seat, ())
    seats = {t.code: xy for t in townships if (xy := _known(t, land, inputs)) is not None}
    for t in townships:
        if t.is_street_office:
            seats[t.code] = _nearest(crowd, _hint(t) or seat)
        elif t.code in inputs.extents and t.code not in seats:
            seats[t.code] = _nearest(crowd, inputs.extents[t.code].middle)
    free = [t for t in townships if t.code not in seats]
    starts = crowd[chance(f"seats {county.code}").choice(len(crowd), len(free), replace=False)]
    hinted = np.array([_hint(t) or start for t, start in zip(free, starts, strict=True)]).reshape(-1, 2)
    alone = [at for code, at in seats.items() if code not in inputs.extents]
    open_land = _beyond(crowd, [inputs.extents[t.code] for t in townships if t.code in inputs.extents], len(free))
    apart = _even(open_land, hinted, np.array(alone).reshape(-1, 2), _ROUNDS_FROM_A_HINT)
    return seats | {t.code: (float(x), float(y)) for t, (x, y) in zip(free, apart, strict=True)}


def _beyond(crowd: Points, reaches: Sequence[Extent], wanted: int) -> Points:
    """Where none of the known townships reaches: there the others must lie."""
    if not reaches:
        return crowd
    beyond: Points = crowd[_in_reach(crowd, reaches).min(axis=1) > 1]
    return beyond if len(beyond) >= _CROWD_OF_A_SITE * wanted else crowd


def _known(township: Township, land: BaseGeometry, inputs: Inputs) -> Xy | None:
    if township.is_street_office:
        return None
    for name in (township.name, township.stem):
        at = inputs.known_towns.get(name)
        if at is not None and land.contains(shapely.Point(at)):
            return at
    return None


def _nearest(crowd: Points, at: Xy) -> Xy:
    x, y = crowd[np.argmin(((crowd - np.array(at)) ** 2).sum(axis=1))]
    return float(x), float(y)


def _crowd(
    shape: BaseGeometry, sites: int, key: str, town: Xy, seats: Sequence[Xy], crowded: _Crowded | None = None
) -> Points:
    """Points as people live: denser round the town and round township seats, thin in the hills."""
    r = chance(key)
    west, south, east, north = shape.bounds
    wanted = sites * _CROWD_OF_A_SITE
    points = np.c_[r.uniform(west, east, 12 * wanted), r.uniform(south, north, 12 * wanted)]
    points = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
    from_town = np.sqrt(((points - np.array(town)) ** 2).sum(axis=1))
    weight = 0.30 + 0.7 * np.exp(-from_town / 14)
    if seats:
        weight += 0.7 * np.exp(-cKDTree(np.array(seats)).query(points)[0] / 1.8)
    if crowded is not None:
        weight = np.sqrt(weight) * crowded.weight(points)
    kept: Points = points[r.random(len(points)) < weight / weight.max()][:wanted]
    return kept


def _even(crowd: Points, points: Points, fixed: Points, rounds: int) -> Points:
    """Lloyd's rounds: every point moves to the middle of the crowd that is nearest to it; the fixed ones stay."""
    n = len(points)
    for _ in range(rounds):
        owner = cKDTree(np.r_[fixed, points]).query(crowd)[1] - len(fixed)
        mine = owner >= 0
        count = np.bincount(owner[mine], minlength=n)[:, None]
        sums = np.c_[tuple(np.bincount(owner[mine], crowd[mine, axis], minlength=n) for axis in (0, 1))]
        points = np.where(count > 0, sums / np.maximum(count, 1), points)
    # A middle may lie outside a bay; the nearest of the crowd does not.
    inside_again: Points = crowd[cKDTree(crowd).query(points)[1]]
    return inside_again


def _spread(
    county: County,
    shape: BaseGeometry,
    crowd: Points,
    named: Named,
    reaches: Mapping[str, Extent],
    seats: Mapping[str, Xy],
) -> list[Area]:
    """One site for every village of `named`; its land is what lies nearest. Communities sit in the middle."""
    fixed = np.array([seats[t.code] for t, _ in named if t.code in seats]).reshape(-1, 2)
    starts = chance(f"sites {len(seats)} {county.code}").choice(len(crowd), _count(named) - len(fixed), replace=False)
    sites = np.r_[fixed, _even(crowd, crowd[starts], fixed, _ROUNDS)]
    lands = cells(sites, shape)
    shares = _shares(sites, named, reaches, seats)
    areas = []
    for township, villages in named:
        order = sorted(villages, key=lambda v: (not v.is_community, v.code))
        for village, i in zip(order, shares[township.code], strict=True):
            at = (float(sites[i, 0]), float(sites[i, 1]))
            areas.append(Area(village, township, county, at, _in_town(township, village), lands[i]))
    return areas


def _shares(
    sites: Points, named: Named, reaches: Mapping[str, Extent], seats: Mapping[str, Xy]
) -> dict[str, list[int]]:
    """Sites shared out so that every township has as many as it has villages and is as compact as can be.

    Nearest to its middle first. The first sites are the seats themselves, in the order of `named`.
    """
    owners = [township.code for township, villages in named for _ in villages]
    cost = _in_reach(sites, [reaches[code] for code in owners])
    for i, code in enumerate(t.code for t, _ in named if t.code in seats):
        cost[i, [owner != code for owner in owners]] = 1e9
    taken = linear_sum_assignment(cost)[1]
    shares: dict[str, list[int]] = {township.code: [] for township, _ in named}
    for i in np.argsort(cost[np.arange(len(sites)), taken], kind="stable"):
        shares[owners[taken[i]]].append(int(i))
    return shares
