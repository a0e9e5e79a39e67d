"""Datums: the published formulas, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import all_to_wgs84, from_wgs84, to_wgs84
from dispatch_server.protocol.geo import LonLat, metres_between

LOUDI = LonLat(112.0, 27.73)
in_china = st.builds(LonLat, st.floats(73.5, 135.1), st.floats(3.8, 53.6))


@given(in_china, st.sampled_from(["gcj02", "bd09"]))
def test_there_and_back_is_the_same_place_anywhere_in_china(at: LonLat, crs: str) -> None:
    assert metres_between(to_wgs84(from_wgs84(at, crs), crs), at) < 0.1


@given(in_china, st.sampled_from(["gcj02", "bd09"]))
def test_back_and_there_is_the_same_place_too(at: LonLat, crs: str) -> None:
    assert metres_between(from_wgs84(to_wgs84(at, crs), crs), at) < 0.1


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_there_and_back_all_over_china_at_once(crs: str) -> None:
    """Every half degree, and beside the lines on which the formula takes a root or a phase of its sines."""
    lons = np.concatenate((np.arange(73.5, 135.1, 0.5), 105 + np.array([-1e-9, 0, 1e-9])))
    lats = np.concatenate((np.arange(3.8, 53.6, 0.5), 35 + np.array([-1e-9, 0, 1e-9])))
    places = [LonLat(float(lon), float(lat)) for lon in lons for lat in lats]
    there = np.array([(p.lon, p.lat) for p in (from_wgs84(place, crs) for place in places)])
    back = all_to_wgs84(there, crs)
    off_m = [metres_between(LonLat(*position), place) for position, place in zip(back.tolist(), places, strict=True)]
    assert max(off_m) < 0.1


def test_at_loudi_a_chinese_map_lies_about_655_metres_off() -> None:
    assert metres_between(LOUDI, from_wgs84(LOUDI, "gcj02")) == pytest.approx(655, abs=25)


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        (LonLat(121.5272106, 31.1774276), LonLat(121.531541859215, 31.17530398364597)),
        (LonLat(113.912316, 22.543847), LonLat(113.9171764808363, 22.540796131694766)),
        (LonLat(116.377817, 39.911954), LonLat(116.38404722455657, 39.91334545536069)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_it_agrees_with_the_values_others_test_with(wgs84: LonLat, gcj02: LonLat) -> None:
    """Expected values from the test suite of googollee/eviltransform."""
    assert metres_between(from_wgs84(wgs84, "gcj02"), gcj02) < 0.1


def test_baidus_datum_agrees_with_the_values_others_test_with() -> None:
    """Expected values from the test suite and the manual of wandergis/coordtransform."""
    gate = LonLat(116.404, 39.915)
    assert metres_between(from_wgs84(gate, "bd09"), LonLat(116.41662724378733, 39.922699552216216)) < 0.001
    from_gcj02 = from_wgs84(to_wgs84(gate, "gcj02"), "bd09")
    assert metres_between(from_gcj02, LonLat(116.41036949371029, 39.92133699351021)) < 0.001


@pytest.mark.parametrize("crs", ["EPSG:4326", "epsg:4326", "WGS84", "wgs-84", "EPSG:4490"])
def test_wgs84_by_any_of_its_names_is_left_alone(crs: str) -> None:
    assert to_wgs84(LOUDI, crs) == LOUDI


def test_outside_china_gcj02_is_not_applied() -> None:
    riga = LonLat(24.1, 56.9)
    assert to_wgs84(riga, "gcj02") == riga


@pytest.mark.parametrize("crs", ["", "  ", "EPSG:3857", "beijing54"])
def test_a_datum_that_is_missing_or_unknown_is_refused_with_what_to_say(crs: str) -> None:
    with pytest.raises(BadInput, match="EPSG:4326, gcj02 or bd09"):
        to_wgs84(LOUDI, crs)


@pytest.mark.parametrize("crs", ["EPSG:4326", "gcj02", "bd09"])
def test_many_at_once_land_where_one_at_a_time_does(crs: str) -> None:
    places = [LonLat(112.0, 27.73), LonLat(105.0, 35.0), LonLat(24.1, 56.9), LonLat(121.47, 31.23)]
    together = all_to_wgs84(np.array([(p.lon, p.lat) for p in places]), crs)
    one_by_one = [to_wgs84(p, crs) for p in places]
    assert together == pytest.approx(np.array([(p.lon, p.lat) for p in one_by_one]), abs=1e-12)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("corner", [LonLat(-180, -90), LonLat(180, 90), LonLat(-180, 90), LonLat(180, -90)])
def test_at_the_corners_of_the_world_a_position_is_refused_and_nothing_breaks(corner: LonLat, crs: str) -> None:
    try:
        found = to_wgs84(corner, crs)
    except BadInput as refused:
        assert "check lon, lat and crs" in str(refused)
    else:
        assert metres_between(found, corner) < 2_000
