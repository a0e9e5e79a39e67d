"""Areas: exactly one for a position, all that a circle touches, the nearest from outside."""

import json
from math import cos, pi, sin

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.gis.plane import Plane
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass
from tests.gis.small_map import AREAS, middle_of, zones

ZONES = zones()
CORNER = LonLat(112.02, 27.72)  # of A1, A2, A4 and A5


def metres(a: LonLat, b: LonLat) -> float:
    """On the ellipsoid, by another hand than ours."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).meters)


def codes_touched(at: LonLat, radius_m: float) -> list[str]:
    return [a.code for a in ZONES.touched_by(at, radius_m)]


@pytest.mark.parametrize("code", AREAS)
def test_the_middle_of_an_area_lies_in_it(code: str) -> None:
    area = ZONES.area_at(middle_of(code))
    assert area is not None and (area.code, area.area_class) == (code, AreaClass(AREAS[code][1]))


def test_a_shared_border_belongs_to_the_area_with_the_smallest_code() -> None:
    on_border = LonLat(112.02, 27.705)
    area = ZONES.area_at(on_border)
    assert area is not None and area.code == "A1"
    assert codes_touched(on_border, 0) == ["A1", "A2"]


def test_so_does_a_corner_of_four() -> None:
    area = ZONES.area_at(CORNER)
    assert area is not None and area.code == "A1"


def test_outside_there_is_no_area() -> None:
    assert ZONES.area_at(LonLat(112.07, 27.71)) is None


def test_a_circle_touches_the_neighbour_exactly_when_it_reaches_it() -> None:
    at = LonLat(112.019, 27.71)
    to_border = metres(at, LonLat(112.02, 27.71))
    assert codes_touched(at, to_border - 0.5) == ["A1"]
    assert codes_touched(at, to_border + 0.5) == ["A1", "A2"]


@given(st.floats(0, 2 * pi), st.floats(5, 2900))
def test_a_radius_is_true_to_a_metre_in_every_direction(turn: float, radius_m: float) -> None:
    """A corner of four areas, seen from a point that lies `radius_m` away from it by the geodesic, more or less."""
    plane = Plane.around(CORNER)
    at = LonLat(CORNER.lon + cos(turn) * radius_m / plane.x_m, CORNER.lat + sin(turn) * radius_m / plane.y_m)
    if ZONES.area_at(at) is None:
        return
    truly = metres(at, CORNER)
    assert len(codes_touched(at, truly + 1)) >= 4
    diagonal = {"A1": "A5", "A2": "A4", "A4": "A2", "A5": "A1"}
    here = ZONES.area_at(at)
    if here is not None and (opposite := diagonal.get(here.code)) is not None:
        assert opposite not in codes_touched(at, truly - 1)


def test_from_outside_the_nearest_area_is_named_with_its_distance() -> None:
    at = LonLat(112.07, 27.73)
    found = ZONES.nearest(at)
    assert found is not None
    assert found[0].code == "A6"
    assert found[1] == pytest.approx(metres(at, LonLat(112.06, 27.73)), abs=1)


def test_nearest_is_meant_in_metres_and_not_in_degrees() -> None:
    """North-east of the corner of A6: 0.0100° east of it is nearer than 0.0095° north of it would be."""
    at = LonLat(112.07, 27.7495)
    found = ZONES.nearest(at)
    assert found is not None and found[1] == pytest.approx(metres(at, LonLat(112.06, 27.74)), abs=1.5)


def test_without_areas_there_is_no_nearest() -> None:
    assert Zones([]).nearest(CORNER) is None


def test_the_map_for_consoles_has_every_area_with_its_class() -> None:
    drawn = json.loads(ZONES.geojson)
    assert drawn["type"] == "FeatureCollection"
    first = drawn["features"][0]
    name, area_class, township, county, *_ = AREAS["A1"]
    named = {"township": township, "county": county}
    assert first["properties"] == {"code": "A1", "name": name, "area_class": area_class, **named}
    assert first["geometry"]["coordinates"][0][0] == [112.0, 27.7]
    assert [f["properties"]["code"] for f in drawn["features"]] == list(AREAS)
    assert ZONES.geojson is ZONES.geojson
