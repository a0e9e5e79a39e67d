"""The map's arithmetic: there and back, the right side up, as wide as asked."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.protocol.geo import LonLat, metres_between
from mobile_app.screens.parts.map_shapes import (
    MOST_VERTICES,
    TILE,
    bands,
    direction,
    edges,
    pixels_per_metre,
    to_lon_lat,
    to_world,
    zoom_to_hold,
)

LONS, LATS = st.floats(-180, 180), st.floats(-80, 80)
NEAR = st.tuples(st.floats(111, 113), st.floats(27, 28.5))


@given(LONS, LATS)
def test_there_and_back(lon: float, lat: float) -> None:
    assert to_lon_lat(*to_world(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


@given(NEAR, NEAR, st.floats(8, 18))
def test_a_metre_is_as_long_as_on_the_globe(a: tuple[float, float], b: tuple[float, float], zoom: float) -> None:
    """Within 1.5 %: over a degree the scale of Mercator changes."""
    metres = metres_between(LonLat(*a), LonLat(*b))
    (ax, ay), (bx, by) = to_world(*a), to_world(*b)
    pixels = hypot(bx - ax, by - ay) * TILE * 2**zoom
    assert pixels == pytest.approx(metres * pixels_per_metre((a[1] + b[1]) / 2, zoom), rel=0.015, abs=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "way"),
    [
        (112.0, 27.8, "n"),
        (112.1, 27.79, "ne"),
        (112.1, 27.7, "e"),
        (112.0, 27.6, "s"),
        (111.9, 27.61, "sw"),
        (111.9, 27.7, "w"),
    ],
)
def test_the_way_to_a_place(lon: float, lat: float, way: str) -> None:
    assert direction(112.0, 27.7, lon, lat) == way


@given(st.lists(NEAR, min_size=1, max_size=8), st.floats(100, 2000), st.floats(100, 2000))
def test_what_is_to_be_seen_fits(places: list[tuple[float, float]], width: float, height: float) -> None:
    world = [to_world(*place) for place in places]
    scale = TILE * 2 ** zoom_to_hold(world, width, height, 18)
    assert (max(x for x, _ in world) - min(x for x, _ in world)) * scale <= width + 1e-6
    assert (max(y for _, y in world) - min(y for _, y in world)) * scale <= height + 1e-6


def test_a_road_is_as_wide_as_asked() -> None:
    [(vertices, indices)] = bands([[(0, 0), (100, 0)]], half_width=3)
    ys = vertices[1::4]
    assert (min(ys), max(ys)) == (-3, 3)
    assert min(vertices[0::4]) == pytest.approx(-1.5)
    assert len(indices) == 6


def test_no_mesh_grows_past_what_its_indices_can_name() -> None:
    line = [(float(n), float(n % 7)) for n in range(40_000)]
    meshes = list(bands([line], 1.0))
    assert len(meshes) > 1
    assert all(max(indices) < len(vertices) // 4 <= MOST_VERTICES for vertices, indices in meshes)
    assert sum(len(indices) // 6 for _, indices in meshes) == len(line) - 1


def test_a_border_is_closed_as_it_was_given() -> None:
    ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 0.0)]
    [(vertices, indices)] = edges([ring, ring])
    assert len(vertices) == 4 * 8
    assert indices == [0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 7]
