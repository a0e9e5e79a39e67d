"""Roads: one connected graph that stays in the territory and comes near everything."""

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from tests.gis_data.shipped import areas, lonlats, metres, rows, territory

CLASSES = {"primary", "secondary", "tertiary", "unclassified", "residential"}


def ends() -> npt.NDArray[np.intp]:
    number = {row["node"]: n for n, row in enumerate(rows("road_nodes.csv"))}
    return np.array([(number[row["from"]], number[row["to"]]) for row in rows("road_edges.csv")])


def graph() -> csr_matrix:
    pairs, n = ends(), len(rows("road_nodes.csv"))
    lengths = [float(row["metres"]) for row in rows("road_edges.csv")]
    return csr_matrix((lengths, (pairs[:, 0], pairs[:, 1])), shape=(n, n))


def test_every_place_can_be_reached_from_every_other() -> None:
    assert connected_components(graph(), directed=False)[0] == 1
    assert {row["oneway"] for row in rows("road_edges.csv")} == {"0"}


def test_no_road_leaves_the_territory() -> None:
    at = lonlats(rows("road_nodes.csv"))
    lines = shapely.linestrings(at[ends()])
    assert np.all(shapely.covers(territory(), lines))


def test_a_road_is_never_shorter_than_the_straight_line() -> None:
    at, pairs = metres(rows("road_nodes.csv")), ends()
    straight = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
    assert np.all(np.array([float(row["metres"]) for row in rows("road_edges.csv")]) >= straight - 1)
    assert {row["class"] for row in rows("road_edges.csv")} == CLASSES


def test_transformers_and_depots_are_within_reach_of_a_road() -> None:
    tree = cKDTree(metres(rows("road_nodes.csv")))
    assert tree.query(metres(rows("transformers.csv")))[0].max() < 1000
    assert tree.query(metres(rows("depots.csv")))[0].max() < 300


def test_each_town_has_a_street_grid() -> None:
    lon, lat = lonlats(rows("road_nodes.csv")).T
    for county in {said["county"] for said, _ in areas().values()}:
        town = shapely.union_all(
            [o for said, o in areas().values() if said["county"] == county and said["area_class"] == "urban"]
        )
        assert shapely.contains_xy(town, lon, lat).sum() > 200


def test_no_transformer_is_farther_than_eighty_kilometres_from_a_depot() -> None:
    tree = cKDTree(metres(rows("road_nodes.csv")))
    depots = tree.query(metres(rows("depots.csv")))[1]
    away = dijkstra(graph(), directed=False, indices=depots, min_only=True)
    assert away[tree.query(metres(rows("transformers.csv")))[1]].max() < 80_000
