"""Minutes to drive: by road where there is one, by a straight line where not, and the answer says which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass
from tests.domain.builders import POLICY, metres_east, metres_north

WEST = LonLat(112.0, 27.71)
KM = 1000.0


def along(km: float) -> LonLat:
    return metres_east(WEST, km * KM)


def edge(start: int, end: int, metres: float, road_class: str = "tertiary", *, oneway: bool = False) -> RoadEdge:
    return RoadEdge(str(start), str(end), metres, RoadClass(road_class), oneway)


def travel_on(*edges: RoadEdge, nodes: int = 11) -> RoadTravel:
    """Nodes every two kilometres eastwards."""
    graph = RoadGraph([RoadNode(str(n), along(2 * n)) for n in range(nodes)], edges, POLICY.road_kmh)
    return RoadTravel(lambda: graph, POLICY)


STRAIGHT_ROAD = [edge(n, n + 1, 2 * KM) for n in range(10)]


def minutes(travel: RoadTravel, start: LonLat, end: LonLat, area_class: AreaClass = AreaClass.RURAL) -> float:
    [estimate] = travel.estimates(end, [start], area_class)
    assert estimate.source == "road graph"
    return estimate.minutes


def test_a_road_is_driven_at_the_speed_of_its_class() -> None:
    assert POLICY.road_kmh[RoadClass.TERTIARY] == 36
    assert minutes(travel_on(*STRAIGHT_ROAD), along(0), along(12)) == pytest.approx(12 / 36 * 60, rel=1e-3)


def test_the_quicker_of_two_roads_is_taken() -> None:
    byway = edge(0, 5, 14 * KM, "primary")
    assert minutes(travel_on(*STRAIGHT_ROAD, byway), along(0), along(10)) == pytest.approx(10 / 36 * 60, rel=1e-3)
    highway = edge(0, 5, 10 * KM, "primary")
    assert minutes(travel_on(*STRAIGHT_ROAD, highway), along(0), along(10)) == pytest.approx(10 / 50 * 60, rel=1e-3)


def test_two_roads_between_the_same_places_are_not_added_up() -> None:
    twice = [*STRAIGHT_ROAD, *STRAIGHT_ROAD]
    assert minutes(travel_on(*twice), along(0), along(12)) == pytest.approx(12 / 36 * 60, rel=1e-3)


def test_a_oneway_road_is_driven_one_way() -> None:
    there = travel_on(*(edge(n, n + 1, 2 * KM, oneway=True) for n in range(10)))
    assert minutes(there, along(0), along(16)) == pytest.approx(16 / 36 * 60, rel=1e-3)
    [back] = there.estimates(along(0), [along(16)], AreaClass.RURAL)
    assert back.source == "straight line × 1.4"
    assert [w.at for w in there.route(along(16), along(0))] == [along(16), along(0)]


def test_half_way_along_a_road_is_half_of_it_away() -> None:
    """A van between two nodes is not sent back to the one behind it."""
    travel = travel_on(*STRAIGHT_ROAD)
    assert minutes(travel, along(1.1), along(12)) == pytest.approx(10.9 / 36 * 60, abs=1.0)


def test_answers_come_in_the_order_asked() -> None:
    travel = travel_on(*STRAIGHT_ROAD)
    starts = [along(18), along(2), along(10)]
    together = travel.estimates(along(20), starts, AreaClass.RURAL)
    assert together == [travel.estimates(along(20), [start], AreaClass.RURAL)[0] for start in starts]


def test_off_the_graph_a_straight_line_is_taken_with_the_detour_of_the_area() -> None:
    far_north = metres_north(WEST, 30 * KM)
    [estimate] = travel_on(*STRAIGHT_ROAD).estimates(far_north, [along(0)], AreaClass.REMOTE)
    assert estimate.source == "straight line × 1.6"
    assert estimate.minutes == pytest.approx(30 * 1.6 / 30 * 60, rel=1e-3)


def test_without_roads_every_answer_is_a_straight_line() -> None:
    estimates = RoadTravel(None, POLICY).estimates(along(0), [along(5), along(7)], None)
    assert [e.source for e in estimates] == ["straight line × 1.4"] * 2
    assert estimates[0].minutes == pytest.approx(5 * 1.4 / 35 * 60, rel=1e-3)


def test_nobody_to_ask_is_no_trouble() -> None:
    assert travel_on(*STRAIGHT_ROAD).estimates(along(0), [], AreaClass.URBAN) == []


def test_two_places_on_one_stretch_of_road_drive_along_it() -> None:
    assert minutes(travel_on(*STRAIGHT_ROAD), along(1), along(1.3)) == pytest.approx(0.3 / 36 * 60, rel=1e-2)


def test_on_a_oneway_stretch_the_van_behind_drives_on_and_the_van_ahead_goes_round() -> None:
    """A block one way round: 2 km on the stretch itself, 6 km back by the other three sides."""
    corners = [along(0), along(2), metres_north(along(2), 2 * KM), metres_north(along(0), 2 * KM)]
    nodes = [RoadNode(str(n), at) for n, at in enumerate(corners)]
    block = [edge(n, (n + 1) % 4, 2 * KM, oneway=True) for n in range(4)]
    travel = RoadTravel(lambda: RoadGraph(nodes, block, POLICY.road_kmh), POLICY)
    assert minutes(travel, along(0.5), along(1.5)) == pytest.approx(1 / 36 * 60, rel=1e-2)
    assert minutes(travel, along(1.5), along(0.5)) == pytest.approx(7 / 36 * 60, rel=1e-2)


def test_a_place_off_the_road_is_reached_at_the_speed_of_a_track_and_the_source_says_so() -> None:
    site = metres_north(along(10), 2 * KM)
    [estimate] = travel_on(*STRAIGHT_ROAD).estimates(site, [along(0)], AreaClass.REMOTE)
    assert estimate.source == "road graph; 2.0 km off the road"
    assert POLICY.track_kmh == 15
    assert estimate.minutes == pytest.approx(10 / 36 * 60 + 2 / 15 * 60, rel=1e-2)


def test_two_farms_off_the_road_are_nearer_to_each_other_than_to_it() -> None:
    a, b = metres_north(along(10), 3 * KM), metres_north(along(11), 3 * KM)
    [estimate] = travel_on(*STRAIGHT_ROAD).estimates(a, [b], AreaClass.REMOTE)
    assert estimate.source == "straight line × 1.6"


def test_every_estimate_says_how_late_it_may_be() -> None:
    travel = travel_on(*STRAIGHT_ROAD)
    [by_road] = travel.estimates(along(12), [along(0)], AreaClass.RURAL)
    assert by_road.spread == pytest.approx(POLICY.road_spread[RoadClass.TERTIARY])
    assert by_road.at_most_min == pytest.approx(12 / 36 * 60 * 1.3, rel=1e-3)
    [straight] = travel.estimates(metres_north(WEST, 30 * KM), [along(0)], AreaClass.REMOTE)
    assert straight.spread == POLICY.straight_spread[AreaClass.REMOTE]


def test_a_drive_over_two_classes_of_road_is_as_doubtful_as_both() -> None:
    travel = travel_on(edge(0, 1, 2 * KM, "residential"), edge(1, 2, 2 * KM, "primary"))
    [estimate] = travel.estimates(along(4), [along(0)], AreaClass.RURAL)
    slow, quick = 2 / 20 * 60, 2 / 50 * 60
    assert estimate.at_most_min == pytest.approx(slow * 1.4 + quick * 1.25, rel=1e-3)


@given(st.floats(0, 20), st.floats(0, 20))
def test_a_route_takes_as_long_as_the_estimate_says(start_km: float, end_km: float) -> None:
    travel = travel_on(*STRAIGHT_ROAD)
    start, end = along(start_km), along(end_km)
    route = travel.route(start, end, AreaClass.RURAL)
    [estimate] = travel.estimates(end, [start], AreaClass.RURAL)
    assert (route[0].at, route[-1].at) == (start, end)
    assert route[-1].minutes == pytest.approx(estimate.minutes, rel=1e-6, abs=1e-9)
    times = [w.minutes for w in route]
    assert times == sorted(times)


def test_a_route_follows_the_road_and_not_the_crow() -> None:
    """A road that bends: out to the north and back again."""
    bend = metres_north(along(4), 6 * KM)
    nodes = [RoadNode("a", along(0)), RoadNode("b", bend), RoadNode("c", along(8))]
    roads = [RoadEdge("a", "b", 8 * KM, RoadClass.PRIMARY, False), RoadEdge("b", "c", 8 * KM, RoadClass.PRIMARY, False)]
    graph = RoadGraph(nodes, roads, POLICY.road_kmh)
    route = RoadTravel(lambda: graph, POLICY).route(along(0), along(8))
    assert min(metres_between(w.at, bend) for w in route) < 1
    assert route[-1].minutes == pytest.approx(16 / 50 * 60, rel=1e-3)


def test_where_no_road_leads_the_route_is_a_straight_line() -> None:
    route = travel_on(edge(0, 1, 2 * KM)).route(along(0), along(20), AreaClass.RURAL)
    assert [w.at for w in route] == [along(0), along(20)]


def test_the_graph_is_built_once_and_only_when_a_drive_is_asked_for() -> None:
    built: list[RoadGraph] = []

    def build() -> RoadGraph:
        built.append(RoadGraph([RoadNode("a", along(0)), RoadNode("b", along(4))], [], POLICY.road_kmh))
        return built[-1]

    travel = RoadTravel(build, POLICY)
    assert not built
    travel.prepare()
    travel.route(along(0), along(4))
    travel.estimates(along(0), [along(4)], None)
    assert len(built) == 1
