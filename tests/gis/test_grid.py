"""The grid in front of Shapely never says anything else than Shapely."""

from collections.abc import Callable

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_server.gis.grid import MIXED, NOBODY, Grid


def a_land(seed: int, sites: int) -> list[shapely.Geometry]:
    """Areas without gaps around Loudi, a lake cut out of some, a hole nobody serves."""
    rng = np.random.default_rng(seed)
    border = shapely.Point(112.0, 27.7).buffer(0.5, 24)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform((111.5, 27.2), (112.5, 28.2), (sites, 2))))
    nobodys = shapely.Point(rng.uniform((111.8, 27.5), (112.2, 27.9))).buffer(0.03)
    areas = [cell.intersection(border).difference(nobodys) for cell in cells.geoms]
    return [area for area in areas if not area.is_empty]


def a_heap(seed: int, pieces: int) -> list[shapely.Geometry]:
    """Areas over areas, one over all of them: what a check would refuse, the grid must still not get wrong."""
    rng = np.random.default_rng(seed)
    middles = shapely.points(rng.uniform((111.6, 27.3), (112.4, 28.1), (pieces, 2)))
    rounds = shapely.buffer(middles, rng.uniform(0.0001, 0.2, pieces))
    return [*rounds, shapely.box(111.7, 27.4, 112.3, 28.0)]


@settings(deadline=None, max_examples=15)
@example(seed=127, sites=36, make=a_heap)  # rounding puts its easternmost corner beyond the last cell
@given(seed=st.integers(0, 2**32 - 1), sites=st.integers(2, 60), make=st.sampled_from([a_land, a_heap]))
def test_what_the_grid_answers_is_what_shapely_answers(
    seed: int, sites: int, make: Callable[[int, int], list[shapely.Geometry]]
) -> None:
    areas = make(seed, sites)
    tree = shapely.STRtree(areas)
    grid = Grid(areas, tree)
    lonlats = the_awkward_ones(grid, areas, np.random.default_rng(seed))
    found = grid.many(lonlats[:, 0], lonlats[:, 1])
    assert [grid.at(lon, lat) for lon, lat in lonlats] == found.tolist()
    of, hit = tree.query(shapely.points(lonlats), predicate="intersects")
    wanted = np.full(len(lonlats), NOBODY)
    falling = np.argsort(-hit, kind="stable")  # of several the smallest, which is written last
    wanted[of[falling]] = hit[falling]
    assert found.tolist() == wanted.tolist()


def the_awkward_ones(grid: Grid, areas: list[shapely.Geometry], rng: np.random.Generator) -> np.ndarray:
    """Anywhere, on corners and borders, a hair beside them, on the lines between cells, outside."""
    corners = shapely.get_coordinates(areas)
    lines = grid._west + np.arange(0, grid._cells, 7) / grid._per_lon
    rows = grid._south + np.arange(0, grid._cells, 7) / grid._per_lat
    return np.concatenate(
        [
            rng.uniform((111.3, 27.0), (112.7, 28.4), (2_000, 2)),
            corners,
            corners + rng.normal(0, 1e-9, corners.shape),
            (corners[1:] + corners[:-1]) / 2,
            np.column_stack((lines, rows)),
            [(np.inf, 27.7), (-180.0, -90.0), (180.0, 90.0)],
        ]
    )


def test_a_box_that_no_border_crosses_has_one_area() -> None:
    areas = [shapely.box(111, 27, 112, 28), shapely.box(112, 27, 113, 28)]
    grid = Grid(areas, shapely.STRtree(areas))
    assert grid.alone_in(111.2, 27.2, 111.4, 27.4) == 0
    assert grid.alone_in(112.2, 27.2, 112.4, 27.4) == 1
    assert grid.alone_in(111.99, 27.2, 112.01, 27.4) == MIXED
    assert grid.alone_in(110.9, 27.2, 111.01, 27.4) == MIXED
    assert grid.alone_in(112.99, 27.9, 113.2, 28.2) == MIXED


def test_a_map_without_areas_has_nobody() -> None:
    grid = Grid([], shapely.STRtree([]))
    assert grid.at(112.0, 27.7) == NOBODY
    assert grid.many(np.array([112.0, 0.5]), np.array([27.7, 0.5])).tolist() == [NOBODY, NOBODY]


@settings(deadline=None, max_examples=200)
@given(west=st.floats(73, 135), south=st.floats(3, 53), wide=st.floats(1e-6, 5), high=st.floats(1e-6, 5))
def test_the_outermost_corners_of_a_territory_belong_to_it(west: float, south: float, wide: float, high: float) -> None:
    area = shapely.box(west, south, west + wide, south + high)
    grid = Grid([area], shapely.STRtree([area]))
    corners = shapely.get_coordinates(area)
    assert [grid.at(lon, lat) for lon, lat in corners] == grid.many(*corners.T.copy()).tolist() == [0] * len(corners)
    beyond = np.nextafter(corners, [np.inf, np.inf]).max(axis=0)
    assert grid.at(*beyond) == NOBODY
