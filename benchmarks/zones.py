"""Claim: which area a position lies in costs nothing anybody would notice, one at a time or a year of them at once.

One position, and 500,000 at once, among 5,000 areas of 200 corners and among the 2,107 of the Loudi sample, beside the
ways Shapely and GeoPandas offer. Every answer is compared with the plain tree's, those on corners and borders too:
of several areas the smallest code is meant, whoever answers. Times are processor time of one core.

    python -m benchmarks.zones [--quick] [--repeat N]
"""

import itertools
import math
import multiprocessing
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks.tables import against, asked, resident_mb, say_where, table
from dispatch_server.domain.places import Area
from dispatch_server.gis import layers
from dispatch_server.gis.folder import folder_at
from dispatch_server.gis.layers import AreaShape, strict
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass
from dispatch_server.services.layers import locator_of

SAMPLE = Path(__file__).parents[1] / "gis_data" / "loudi"
SEED = 20121122
COLUMNS, ROWS, CORNERS_A_SIDE = 100, 50, 50  # 5,000 areas of four sides of 50 corners
WEST, SOUTH, SIDE = 111.0, 27.0, 0.02

Land = Sequence[AreaShape]
Found = np.ndarray


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    many, singles = (50_000, 2_000) if options.quick else (500_000, 20_000)
    for name, land_of in LANDS.items():
        _compare(name, land_of(), many, singles, options.repeat)
        with multiprocessing.get_context("spawn").Pool(1) as apart:
            built_s, built_mb, asked_mb = apart.apply(_alone, (name, many))
        print(f"built in {built_s:.2f} s; {built_mb:.0f} MB, after {many:,} positions {asked_mb:.0f} MB\n")
    took = [_seconds(lambda: locator_of(folder_at(SAMPLE))) for _ in range(options.repeat)]
    against("the sample read anew, with its names and its grid", median(took), 2, " s")


def _alone(name: str, many: int) -> tuple[float, float, float]:
    """In a process of its own: seconds to build, and by how much it grew, before and after all areas were asked."""
    land = LANDS[name]()
    lonlats = positions(land, many)
    before_mb, started = resident_mb(), time.process_time()
    zones = Zones(land)
    built_s, built_mb = time.process_time() - started, resident_mb() - before_mb
    for part in np.array_split(lonlats, 50):
        zones.indices_at(part[:, 0], part[:, 1])
    return built_s, built_mb, resident_mb() - before_mb


def _compare(name: str, land: Land, many: int, singles: int, repeat: int) -> None:
    lonlats = positions(land, many)
    zones = Zones(land)
    ways = {"Relight": lambda lonlats: zones.indices_at(lonlats[:, 0], lonlats[:, 1]), **_peers(land)}
    wanted = _plain_tree(land)(lonlats)
    rows: list[list[object]] = []
    bulk: dict[str, float] = {}
    for way, answer in ways.items():
        bulk[way] = median(_seconds(lambda answer=answer: answer(lonlats)) for _ in range(repeat))
        rows.append([way, bulk[way] * 1000, many / bulk[way], int((answer(lonlats) != wanted).sum())])
    print(f"### {name}: {len(lonlats):,} positions at once\n")
    table(["way", "ms", "a second", "differing answers"], rows)
    best = min(seconds for way, seconds in bulk.items() if way != "Relight")
    against("as many times as fast as the best of the others", best / bulk["Relight"], 5, "×", at_least=True)
    _one_by_one(zones, land, lonlats[:singles], wanted[:singles], repeat)


def _one_by_one(zones: Zones, land: Land, lonlats: Found, wanted: Found, repeat: int) -> None:
    outlines = [shape.shape for shape in land]
    tree = shapely.STRtree(outlines)
    asked_for = [LonLat(*lonlat) for lonlat in lonlats.tolist()]
    codes = [None if index < 0 else land[index].area.code for index in wanted]

    def ours() -> int:
        found = [zones.area_at(at) for at in asked_for]
        return sum((None if area is None else area.code) != code for area, code in zip(found, codes, strict=True))

    def plain() -> int:
        found = [tree.query(shapely.Point(at.lon, at.lat), predicate="intersects") for at in asked_for]
        return sum((-1 if len(hit) == 0 else hit.min()) != index for hit, index in zip(found, wanted, strict=True))

    each = [median(_seconds(ask) for _ in range(repeat)) / len(asked_for) for ask in (ours, plain)]
    table(
        ["one position", "µs each", "differing answers"],
        [["Relight: Zones.area_at", each[0] * 1e6, ours()], ["STRtree.query", each[1] * 1e6, plain()]],
    )
    against("one position, as a share of STRtree's time", each[0] / each[1], 0.2)


def _peers(land: Land) -> dict[str, Callable[[Found], Found]]:
    """Trees and frames are made beforehand, as ours is; only what must be made of the positions is made each time."""
    frame = geopandas.GeoDataFrame({"index": range(len(land))}, geometry=[s.shape for s in land], crs="EPSG:4326")

    def joined(lonlats: Found) -> Found:
        points = geopandas.GeoDataFrame(geometry=shapely.points(lonlats), crs="EPSG:4326")
        pairs = geopandas.sjoin(points, frame, predicate="intersects")
        return _smallest(len(lonlats), pairs.index.to_numpy(), pairs["index"].to_numpy())

    joined(np.array([(WEST, SOUTH)]))
    return {
        "STRtree.query(intersects)": _plain_tree(land),
        "STRtree boxes, contains_xy by area": _by_area(land),
        "tree of the positions, prepared areas": _turned_round(land),
        "geopandas.sjoin": joined,
    }


def _plain_tree(land: Land) -> Callable[[Found], Found]:
    tree = shapely.STRtree([shape.shape for shape in land])
    return lambda lonlats: _smallest(len(lonlats), *tree.query(shapely.points(lonlats), predicate="intersects"))


def _by_area(land: Land) -> Callable[[Found], Found]:
    """Whose box is hit, then area by area, prepared: the border counts, as it does for the others."""
    outlines = np.array([shape.shape for shape in land], dtype=object)
    tree = shapely.STRtree(outlines)
    shapely.prepare(outlines)

    def answer(lonlats: Found) -> Found:
        of, areas = tree.query(shapely.points(lonlats))
        order = np.argsort(areas, kind="stable")
        of, areas = of[order], areas[order]
        starts = np.flatnonzero(np.diff(areas, prepend=-1))
        hit = np.empty(len(of), dtype=bool)
        for start, end in itertools.pairwise([*starts.tolist(), len(areas)]):
            group = lonlats[of[start:end]]
            hit[start:end] = shapely.intersects_xy(outlines[areas[start]], group[:, 0], group[:, 1])
        return _smallest(len(lonlats), of[hit], areas[hit])

    return answer


def _turned_round(land: Land) -> Callable[[Found], Found]:
    """The positions in the tree, the areas asked one after the other: Shapely prepares what is asked with."""
    outlines = [shape.shape for shape in land]

    def answer(lonlats: Found) -> Found:
        areas, of = shapely.STRtree(shapely.points(lonlats)).query(outlines, predicate="intersects")
        return _smallest(len(lonlats), of, areas)

    return answer


def _smallest(count: int, of: Found, areas: Found) -> Found:
    found = np.full(count, -1, dtype=np.int64)
    falling = np.argsort(-areas, kind="stable")  # the smallest is written last
    found[of[falling]] = areas[falling]
    return found


def the_sample() -> Land:
    return sorted(strict(layers.read_areas(folder_at(SAMPLE))), key=lambda shape: shape.area.code)


def positions(land: Land, count: int) -> Found:
    """Anywhere in the box around the land; one in fifty on a corner or in the middle of a border's piece."""
    dice = np.random.default_rng(SEED)
    outlines = [shape.shape for shape in land]
    west, south, east, north = shapely.total_bounds(outlines)
    lonlats = dice.uniform((west, south), (east, north), (count, 2))
    corners = shapely.get_coordinates(outlines)
    picked = dice.integers(0, len(corners) - 1, count // 100)
    lonlats[: 2 * len(picked)] = np.concatenate((corners[picked], (corners[picked] + corners[picked + 1]) / 2))
    return dice.permutation(lonlats)


def invented_land() -> Land:
    """Areas without gaps or overlaps, four crooked sides of fifty corners each."""
    dice = np.random.default_rng(SEED)
    nodes = np.stack(np.meshgrid(np.arange(COLUMNS + 1.0), np.arange(ROWS + 1.0)), axis=-1)
    nodes += dice.uniform(-0.12, 0.12, nodes.shape)
    along = {(x, y): _side(dice, nodes[y, x], nodes[y, x + 1]) for y in range(ROWS + 1) for x in range(COLUMNS)}
    up = {(x, y): _side(dice, nodes[y, x], nodes[y + 1, x]) for y in range(ROWS) for x in range(COLUMNS + 1)}
    land = []
    for n, (y, x) in enumerate(itertools.product(range(ROWS), range(COLUMNS))):
        sides = (along[x, y], up[x + 1, y], along[x, y + 1][::-1], up[x, y][::-1])
        ring = np.concatenate([side[:-1] for side in sides])
        outline = shapely.Polygon(ring * SIDE + (WEST, SOUTH))
        assert outline.is_valid
        land.append(AreaShape(Area(f"{n:05d}", f"{n}", AreaClass.RURAL), "", "", outline))
    return land


def _side(dice: np.random.Generator, start: Found, end: Found) -> Found:
    """Crooked by a few waves that are nothing at both ends."""
    share = np.linspace(0, 1, CORNERS_A_SIDE + 1)
    waves = sum(dice.uniform(-0.08, 0.08) / n**2 * np.sin(n * math.pi * share) for n in (1, 2, 3, 5, 8))
    across = np.array([start[1] - end[1], end[0] - start[0]])
    return start + np.outer(share, end - start) + np.outer(waves, across)


LANDS = {"5,000 areas of 200 corners": invented_land, "the Loudi sample": the_sample}


def _seconds(deed: Callable[[], Any]) -> float:
    started = time.process_time()
    deed()
    return time.process_time() - started


if __name__ == "__main__":
    main()
