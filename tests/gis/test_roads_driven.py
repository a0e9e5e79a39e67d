"""Drives over any network of roads: held against a search written the plain way, and against what a drive may be."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass
from tests.domain.builders import POLICY, metres_east, metres_north

CORNER = LonLat(112.0, 27.7)
SIDE = 5  # nodes in a row, a kilometre apart
NODES = [
    RoadNode(f"{x} {y}", metres_north(metres_east(CORNER, 1000.0 * x), 1000.0 * y))
    for x in range(SIDE)
    for y in range(SIDE)
]
AT = {node.node: node.at for node in NODES}
NEIGHBOURS = [
    (f"{x} {y}", f"{x + dx} {y + dy}")
    for x in range(SIDE)
    for y in range(SIDE)
    for dx, dy in ((1, 0), (0, 1))
    if x + dx < SIDE and y + dy < SIDE
]


@st.composite
def networks(draw: st.DrawFn) -> list[RoadEdge]:
    """Some streets of a grid, of any class and length, some in one direction only."""
    edges = []
    for a, b in draw(st.lists(st.sampled_from(NEIGHBOURS), min_size=1, max_size=40, unique=True)):
        start, end = (b, a) if draw(st.booleans()) else (a, b)
        metres = draw(st.floats(1000, 3000))
        edges.append(RoadEdge(start, end, metres, draw(st.sampled_from(list(RoadClass))), draw(st.booleans())))
    return edges


PLACES = st.builds(lambda x, y: metres_north(metres_east(CORNER, x), y), st.floats(-500, 4500), st.floats(-500, 4500))
AT_NODES = st.sampled_from(NODES).map(lambda node: node.at)


def travel_over(edges: list[RoadEdge]) -> RoadTravel:
    graph = RoadGraph(NODES, edges, POLICY.road_kmh)
    return RoadTravel(lambda: graph, POLICY)


def arcs_of(edges: list[RoadEdge]) -> dict[tuple[str, str], float]:
    """Minutes from node to node, in the directions in which they may be driven."""
    arcs = {}
    for edge in edges:
        minutes = edge.metres / 1000 / POLICY.road_kmh[edge.road_class] * 60
        arcs[edge.start, edge.end] = minutes
        if not edge.oneway:
            arcs[edge.end, edge.start] = minutes
    return arcs


def minutes_from(start: str, arcs: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Bellman and Ford's search: slow, and too simple to be wrong."""
    found = {start: 0.0}
    for _ in NODES:
        for (a, b), minutes in arcs.items():
            if a in found:
                found[b] = min(found.get(b, float("inf")), found[a] + minutes)
    return found


@settings(max_examples=60, deadline=None)
@given(networks(), st.sampled_from(NODES), st.sampled_from(NODES))
def test_from_node_to_node_the_quickest_way_is_found(edges: list[RoadEdge], start: RoadNode, end: RoadNode) -> None:
    on_road = {name for edge in edges for name in (edge.start, edge.end)}
    if start.node not in on_road or end.node not in on_road or start == end:
        return
    expected = minutes_from(start.node, arcs_of(edges)).get(end.node)
    [estimate] = travel_over(edges).estimates(end.at, [start.at], AreaClass.RURAL)
    if expected is None:
        assert estimate.source == "straight line × 1.4"
    else:
        assert estimate.source == "road graph"
        assert estimate.minutes == pytest.approx(expected, rel=1e-4, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(networks(), PLACES, PLACES)
def test_a_route_is_the_sum_of_its_roads_and_never_goes_against_one(
    edges: list[RoadEdge], start: LonLat, end: LonLat
) -> None:
    route = travel_over(edges).route(start, end, AreaClass.RURAL)
    node_at = {node.at: node.node for node in NODES}
    arcs = arcs_of(edges)
    for a, b in pairwise(route[1:-1]):  # the first and the last leg may lie off the road
        assert b.minutes >= a.minutes - 1e-9
        if a.at in node_at and b.at in node_at and a.at != b.at:
            driven = arcs[node_at[a.at], node_at[b.at]]  # there is such a road, and it may be driven this way
            assert b.minutes - a.minutes == pytest.approx(driven, rel=1e-6, abs=1e-6)
    [estimate] = travel_over(edges).estimates(end, [start], AreaClass.RURAL)
    assert route[-1].minutes == pytest.approx(estimate.minutes, rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(networks(), PLACES, PLACES)
def test_on_a_oneway_stretch_nobody_drives_back_to_where_it_begins(
    edges: list[RoadEdge], start: LonLat, end: LonLat
) -> None:
    """Between a place on a road and its first or last node too."""
    route = travel_over(edges).route(start, end, AreaClass.RURAL)
    oneways = [edge for edge in edges if edge.oneway]
    for a, b in pairwise(route[1:-1]):
        for edge in oneways:
            head, tail = AT[edge.start], AT[edge.end]
            length = metres_between(head, tail)
            if all(abs(metres_between(head, p.at) + metres_between(p.at, tail) - length) < 0.5 for p in (a, b)):
                assert metres_between(head, b.at) >= metres_between(head, a.at) - 0.5


@settings(max_examples=40, deadline=None)
@given(networks(), PLACES, st.lists(PLACES, max_size=8))
def test_many_are_answered_as_each_alone(edges: list[RoadEdge], site: LonLat, crews: list[LonLat]) -> None:
    travel = travel_over(edges)
    together = travel.estimates(site, crews, AreaClass.REMOTE)
    alone = [travel_over(edges).estimates(site, [crew], AreaClass.REMOTE)[0] for crew in crews]
    assert [e.source for e in together] == [e.source for e in alone]
    assert [e.minutes for e in together] == pytest.approx([e.minutes for e in alone], rel=1e-9)
    assert [e.spread for e in together] == pytest.approx([e.spread for e in alone], rel=1e-9)
    assert together == travel.estimates(site, crews, AreaClass.REMOTE), "asked again"


ANYWHERE = st.builds(LonLat, st.floats(-179, 179), st.floats(-80, 80))


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.none(), networks()), ANYWHERE, st.lists(st.one_of(PLACES, ANYWHERE), max_size=5))
def test_whatever_the_roads_are_there_is_an_answer_with_source_and_spread(
    edges: list[RoadEdge] | None, site: LonLat, crews: list[LonLat]
) -> None:
    travel = RoadTravel(None, POLICY) if edges is None else travel_over(edges)
    estimates = travel.estimates(site, crews, None)
    assert len(estimates) == len(crews)
    for estimate in estimates:
        assert 0 <= estimate.minutes < float("inf")
        assert estimate.spread >= 1 and estimate.source
