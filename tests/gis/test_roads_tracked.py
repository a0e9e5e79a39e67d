"""What a track says of speeds: matched to roads, one-ways honoured, stops left out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.domain.rules import RoadClass
from dispatch_server.domain.speeds import Driven, TrackPoint
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.routing_tracks import stretches_of
from dispatch_server.protocol.geo import LonLat
from tests.domain.builders import POLICY, metres_east, metres_north

WEST = LonLat(112.0, 27.71)
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


def along(metres: float, north: float = 0.0) -> LonLat:
    return metres_north(metres_east(WEST, metres), north)


def a_road(*classes: str, oneway: bool = False) -> RoadGraph:
    """A node every 300 m eastwards, and the class of each edge."""
    nodes = [RoadNode(str(n), along(300 * n)) for n in range(len(classes) + 1)]
    edges = [RoadEdge(str(n), str(n + 1), 300, RoadClass(c), oneway) for n, c in enumerate(classes)]
    return RoadGraph(nodes, edges, POLICY.road_kmh)


ROAD = a_road(*["tertiary"] * 20)


def track(*places: tuple[float, LonLat]) -> list[TrackPoint]:
    return [TrackPoint(at, NOON + timedelta(seconds=seconds)) for seconds, at in places]


def driving(start_m: float, end_m: float, kmh: float, begins_s: float = 0, every_s: float = 12) -> list[TrackPoint]:
    mps = kmh / 3.6 * (1 if end_m > start_m else -1)
    count = int((end_m - start_m) / mps / every_s) + 1
    return track(*((begins_s + n * every_s, along(start_m + n * every_s * mps)) for n in range(count)))


def kmh(driven: Driven) -> float:
    return 3.6 * driven.metres / driven.seconds


def test_a_van_that_drives_at_forty_is_seen_to_drive_at_forty() -> None:
    [driven] = stretches_of(ROAD, driving(50, 4000, 40))
    assert driven.road_class is RoadClass.TERTIARY
    assert driven.metres == pytest.approx(3950, abs=150)
    assert kmh(driven) == pytest.approx(40, rel=0.01)


def test_the_doubt_of_its_fixes_hardly_matters_over_a_long_stretch() -> None:
    dice = Random(7)
    blurred = [
        TrackPoint(metres_north(metres_east(p.at, dice.gauss(0, 6)), dice.gauss(0, 6)), p.moment)
        for p in driving(50, 5000, 45)
    ]
    [driven] = stretches_of(ROAD, blurred)
    assert kmh(driven) == pytest.approx(45, rel=0.05)


def test_each_class_of_road_has_its_own_stretch() -> None:
    roads = a_road(*["primary"] * 10, *["residential"] * 10)
    fast, slow = driving(0, 2990, 60), driving(3010, 5900, 20, begins_s=200)
    found = stretches_of(roads, [*fast, *slow])
    assert [d.road_class for d in found] == [RoadClass.PRIMARY, RoadClass.RESIDENTIAL]
    assert [kmh(d) for d in found] == pytest.approx([60, 20], rel=0.02)


def test_a_wait_at_a_crossing_belongs_to_the_drive_and_work_at_a_site_does_not() -> None:
    before = driving(0, 2000, 36)
    ended = (before[-1].moment - NOON).total_seconds()
    for seconds, stretches in ((60, 1), (600, 2)):
        standing = track(*((ended + s, before[-1].at) for s in range(12, seconds, 12)))
        after = driving(2000, 4500, 36, begins_s=ended + seconds)
        found = stretches_of(ROAD, [*before, *standing, *after])
        assert len(found) == stretches
        assert kmh(found[-1]) == pytest.approx(36 if seconds == 600 else 4500 / (4500 / 10 + 60) * 3.6, rel=0.05)


def test_off_the_road_nothing_is_learned() -> None:
    field = [TrackPoint(metres_north(p.at, 120), p.moment) for p in driving(0, 4000, 30)]
    assert stretches_of(ROAD, field) == []


def test_fixes_far_apart_in_time_say_nothing() -> None:
    assert stretches_of(ROAD, driving(0, 5900, 15, every_s=300)) == []


def test_a_fix_that_jumped_is_no_speed() -> None:
    jumped = track((0, along(0)), (5, along(3000)), (10, along(3050)), (15, along(3100)))
    assert stretches_of(ROAD, jumped) == []


def test_nobody_drives_against_a_oneway_road() -> None:
    oneway = a_road(*["secondary"] * 20, oneway=True)
    [driven] = stretches_of(oneway, driving(0, 4000, 40))
    assert kmh(driven) == pytest.approx(40, rel=0.02)
    assert stretches_of(oneway, driving(4000, 0, 40)) == []


def test_two_fixes_or_fewer_and_none_at_all() -> None:
    assert stretches_of(ROAD, []) == stretches_of(ROAD, driving(0, 5, 40)) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 90), st.floats(-200, 6200), st.floats(-80, 80)),
        max_size=30,
    )
)
def test_whatever_the_track_no_stretch_is_faster_than_a_van(steps: Sequence[tuple[float, float, float]]) -> None:
    seconds, places = 0.0, []
    for waited, east, north in steps:
        seconds += waited
        places.append((seconds, along(east, north)))
    for driven in stretches_of(ROAD, track(*places)):
        assert 0 < kmh(driven) <= 120.001 and driven.metres >= 400
    total = sum(driven.seconds for driven in stretches_of(ROAD, track(*places)))
    assert total <= seconds + 1e-6
