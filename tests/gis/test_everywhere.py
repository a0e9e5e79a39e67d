"""Anywhere in the territory there is one area, whoever asks: for one position, for many, by a circle of nothing."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.gis import layers
from dispatch_server.gis.folder import folder_at
from dispatch_server.gis.layers import AreaShape, strict
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat

SAMPLE = Path(__file__).parents[2] / "gis_data" / "loudi"
A_HAIR = 1e-9  # degrees: a tenth of a millimetre


@pytest.fixture(scope="module")
def shapes() -> list[AreaShape]:
    return sorted(strict(layers.read_areas(folder_at(SAMPLE))), key=lambda shape: shape.area.code)


@pytest.fixture(scope="module")
def zones(shapes: list[AreaShape]) -> Zones:
    return Zones(shapes)


@settings(deadline=None)
@given(nth=st.integers(0, 2106), across=st.floats(0, 1), up=st.floats(0, 1))
def test_every_point_of_an_area_lies_in_it_alone(
    shapes: list[AreaShape], zones: Zones, nth: int, across: float, up: float
) -> None:
    shape = shapes[nth].shape
    west, south, east, north = shape.bounds
    point = shapely.Point(west + across * (east - west), south + up * (north - south))
    inside = point if shape.contains_properly(point) else shape.representative_point()
    at = LonLat(inside.x, inside.y)
    assert zones.area_at(at) == shapes[nth].area
    assert zones.touched_by(at, 0) == [shapes[nth].area]
    assert zones.indices_at(np.array([at.lon]), np.array([at.lat])).tolist() == [nth]


@settings(deadline=None)
@given(nth=st.integers(0, 2106), share=st.floats(0, 1), aside=st.sampled_from([0.0, A_HAIR, -A_HAIR]))
def test_on_a_border_it_is_the_smallest_code_of_those_that_meet(
    shapes: list[AreaShape], zones: Zones, nth: int, share: float, aside: float
) -> None:
    on_border = shapely.boundary(shapes[nth].shape).interpolate(share, normalized=True)
    at = LonLat(on_border.x + aside, on_border.y - aside)
    meeting = zones.touched_by(at, 0)
    area = zones.area_at(at)
    assert area == (meeting[0] if meeting else None)
    found = zones.indices_at(np.array([at.lon]), np.array([at.lat])).tolist()
    assert found == [-1 if area is None else [s.area for s in shapes].index(area)]


def test_no_two_areas_overlap_and_none_is_left_out_between_them(shapes: list[AreaShape]) -> None:
    outlines = [shape.shape for shape in shapes]
    land = shapely.union_all(outlines)
    assert sum(outline.area for outline in outlines) == pytest.approx(land.area, rel=1e-12)
    assert sum(len(part.interiors) for part in shapely.get_parts(land)) == 0


def test_anywhere_in_the_territory_there_is_exactly_one_area_by_a_look_at_each(
    shapes: list[AreaShape], zones: Zones
) -> None:
    """Without any tree or grid: all 2,107 areas are asked about every position, corners and borders among them."""
    dice = np.random.default_rng(2107)
    outlines = [shape.shape for shape in shapes]
    corners = shapely.get_coordinates(outlines)
    west, south, east, north = shapely.total_bounds(outlines)
    picked = dice.integers(0, len(corners) - 1, 1_000)
    lonlats = np.concatenate(
        (
            dice.uniform((west, south), (east, north), (3_000, 2)),
            corners[picked],
            (corners[picked] + corners[picked + 1]) / 2,
            corners[np.concatenate((corners.argmin(axis=0), corners.argmax(axis=0)))],
        )
    )
    first, insides = np.full(len(lonlats), -1), np.zeros(len(lonlats), dtype=int)
    points = shapely.points(lonlats)
    shapely.prepare(outlines)
    for n in reversed(range(len(outlines))):
        first[shapely.intersects_xy(outlines[n], *lonlats.T)] = n
        insides += shapely.contains_properly(outlines[n], points)
    assert zones.indices_at(*np.ascontiguousarray(lonlats.T)).tolist() == first.tolist()
    assert [zones.area_at(LonLat(*at)) for at in lonlats.tolist()] == [
        None if n < 0 else shapes[n].area for n in first.tolist()
    ]
    assert insides.max() == 1
    land = shapely.union_all(outlines)
    assert ((first >= 0) | ~shapely.contains_properly(land, points)).all()
