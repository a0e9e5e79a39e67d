"""Roads out of a file of OpenStreetMap: which are taken, which way they go, and where they meet."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import osmium
import pytest
from typer.testing import CliRunner

from dispatch_server.__main__ import app
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.gis import layers
from dispatch_server.gis.folder import folder_of
from dispatch_server.gis.osm import Edge, direction, is_drivable, read_roads, told, write_roads
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass
from tests.domain.builders import POLICY, metres_east, metres_north
from tests.gis.small_map import manifest

CORNER = LonLat(112.0, 27.7)


def at(x_m: float, y_m: float) -> LonLat:
    return metres_north(metres_east(CORNER, x_m), y_m)


# A high street of three nodes, a side street one way towards it, a lane that bends, a bridge over all, a car park.
PLACES = {
    1: at(0, 0),
    2: at(1000, 0),
    3: at(2000, 0),
    4: at(1000, 800),
    5: at(2000, 500),
    6: at(2400, 500),
    7: at(500, -500),
    8: at(500, 500),
    20: at(9000, 9000),
    21: at(9010, 9000),
    30: at(2000, 600),
}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    1: ([1, 2, 3], {"highway": "secondary", "name": "High Street"}),
    2: ([2, 4], {"highway": "residential", "oneway": "-1"}),
    3: ([3, 5, 6], {"highway": "unclassified"}),
    4: ([7, 8], {"highway": "tertiary", "bridge": "yes"}),
    5: ([20, 21], {"highway": "service"}),
    6: ([4, 6], {"highway": "footway"}),
    7: ([4, 5], {"highway": "service", "access": "private"}),
    8: ([6, 4], {"highway": "construction"}),
    9: ([5, 99], {"highway": "residential"}),  # leads out of the extract
}


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return written(tmp_path / "town.osm.pbf", WAYS)


def written(path: Path, ways: Mapping[int, tuple[list[int], dict[str, str]]]) -> Path:
    with osmium.SimpleWriter(str(path)) as out:
        for ref, place in sorted(PLACES.items()):
            out.add_node(osmium.osm.mutable.Node(id=ref, location=(place.lon, place.lat)))
        for number, (nodes, tags) in sorted(ways.items()):
            out.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def by_ends(edges: list[Edge]) -> Iterator[tuple[int, int, int, bool]]:
    return ((e.start, e.end, round(e.metres, -1), e.oneway) for e in edges)


def test_roads_meet_where_they_share_a_node_and_nowhere_else(extract: Path) -> None:
    roads = read_roads(extract)
    assert set(by_ends(list(roads.edges))) == {
        (1, 2, 1000, False),
        (2, 3, 1000, False),
        (4, 2, 800, True),  # drawn away from the high street, driven towards it
        (3, 5, 500, False),
        (5, 6, 400, False),  # the bend is kept
        (7, 8, 1000, False),  # the bridge meets nothing below it
    }


def test_what_a_van_may_not_drive_and_what_leads_nowhere_is_left_out(extract: Path) -> None:
    roads = read_roads(extract)
    driven = {node for edge in roads.edges for node in (edge.start, edge.end)}
    assert not driven & {20, 21}
    assert roads.islands == 1
    assert told(roads) == [
        "5 ways that may be driven: 8 nodes, 6 edges, 5 km.",
        "1 islands of roads, 0.0 km together, join nothing else and are left out.",
    ]


def test_a_node_in_a_straight_line_is_no_node_of_the_graph(tmp_path: Path) -> None:
    straight = written(tmp_path / "s.osm.pbf", {1: ([3, 5, 30], {"highway": "primary"})})
    [edge] = read_roads(straight).edges
    assert (edge.start, edge.end) == (3, 30)
    assert edge.metres == pytest.approx(600, rel=0.01)


@pytest.mark.parametrize(
    "tags, expected",
    [
        ({"highway": "primary"}, 0),
        ({"highway": "primary", "oneway": "yes"}, 1),
        ({"highway": "primary", "oneway": "-1"}, -1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "tertiary", "junction": "roundabout"}, 1),
    ],
)
def test_the_way_a_road_goes(tags: dict[str, str], expected: int) -> None:
    assert direction(tags) == expected


@pytest.mark.parametrize(
    "tags, expected",
    [
        ({"highway": "service"}, True),
        ({"highway": "service", "service": "parking_aisle"}, False),
        ({"highway": "track"}, False),
        ({"highway": "residential", "access": "no"}, False),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, True),
        ({"highway": "residential", "motor_vehicle": "private"}, False),
    ],
)
def test_what_may_be_driven(tags: dict[str, str], expected: bool) -> None:
    assert is_drivable(tags) is expected


def test_what_is_written_is_read_as_a_layer_and_driven_on(extract: Path, tmp_path: Path) -> None:
    write_roads(read_roads(extract), tmp_path / "layers")
    files = {name: (tmp_path / "layers" / name).read_bytes() for name in ("road_nodes.csv", "road_edges.csv")}
    folder = folder_of({**files, "manifest.toml": manifest(files, {}).encode()})
    graph = RoadGraph(*layers.roads_of(folder), POLICY.road_kmh)
    [estimate] = RoadTravel(lambda: graph, POLICY).estimates(PLACES[6], [PLACES[1]], AreaClass.RURAL)
    assert estimate.source == "road graph"
    assert estimate.minutes == pytest.approx(2 / 42 * 60 + 0.9 / 25 * 60, rel=0.01)
    rows = list(csv.DictReader(io.StringIO(files["road_nodes.csv"].decode())))
    assert [row["node"] for row in rows] == ["1", "2", "3", "4", "5", "6", "7", "8"]


def test_the_command_writes_both_files_with_their_entries_and_replaces_nothing_unasked(
    extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    told = CliRunner().invoke(app, ["gis", "roads", str(extract), str(tmp_path / "layers")])
    assert told.exit_code == 0, told.output
    assert 'file = "road_edges.csv"' in told.output and 'licence = "ODbL-1.0"' in told.output
    again = CliRunner().invoke(app, ["gis", "roads", str(extract), str(tmp_path / "layers")])
    assert isinstance(again.exception, Refused) and "--replace" in str(again.exception)
    replaced = CliRunner().invoke(app, ["gis", "roads", str(extract), str(tmp_path / "layers"), "--replace"])
    assert replaced.exit_code == 0


@pytest.mark.parametrize("content", [b"", b"not a map", bytes(200)])
def test_a_file_that_is_no_map_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"broken.osm.pbf"):
        read_roads(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no file"):
        read_roads(tmp_path / "nowhere.osm.pbf")
