"""Streets, landmarks, poles and former names: each where it says it is, and of the kinds callers speak of."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tests.gis_data.shipped import areas, features, in_metres, lonlats, metres, rows, territory

TOWNS = {"娄星区", "双峰县", "新化县", "冷水江市", "涟源市"}


def line_of(row: dict[str, str]) -> shapely.LineString:
    return shapely.LineString([tuple(map(float, point.split())) for point in row["line"].split(";")])


def land_of(county: str, township: str, *, urban: bool = False) -> BaseGeometry:
    return shapely.union_all(
        [
            outline
            for said, outline in areas().values()
            if (said["county"], said["township"]) == (county, township) and (not urban or said["area_class"] == "urban")
        ]
    )


def test_a_street_lies_for_the_most_part_in_the_township_it_names_and_in_its_town() -> None:
    lands = {key: land_of(*key) for key in {(r["county"], r["township"]) for r in rows("streets.csv")}}
    towns = {
        county: shapely.union_all(
            [o for said, o in areas().values() if said["county"] == county and said["area_class"] == "urban"]
        )
        for county in TOWNS
    }
    for row in rows("streets.csv"):
        line = line_of(row)
        assert towns[row["county"]].covers(line), row["name"]
        inside = {key: line.intersection(land).length for key, land in lands.items()}
        assert inside[row["county"], row["township"]] == max(inside.values()), row["name"]


def test_streets_run_along_the_road_graph() -> None:
    at = [tuple(p) for p in lonlats(rows("road_nodes.csv")).tolist()]
    number = {row["node"]: at[n] for n, row in enumerate(rows("road_nodes.csv"))}
    roads = {frozenset((number[r["from"]], number[r["to"]])) for r in rows("road_edges.csv")}
    for row in rows("streets.csv"):
        assert all(frozenset(pair) in roads for pair in pairwise(line_of(row).coords)), row["name"]


def test_house_numbers_rise_and_a_house_takes_four_to_thirty_metres() -> None:
    for row in rows("streets.csv"):
        first, last = int(row["first_no"]), int(row["last_no"])
        assert 1 <= first < last
        assert 4 < in_metres(line_of(row)).length / (last - first + 1) < 30, row["name"]


def test_a_town_has_each_street_name_once_and_towns_share_some() -> None:
    names = Counter((row["county"], row["name"]) for row in rows("streets.csv"))
    assert max(names.values()) == 1
    assert {county for county, _ in names} == TOWNS
    towns_with = Counter(name for _, name in names)
    assert towns_with["人民路"] == towns_with["建设路"] == 5
    assert towns_with["永丰路"] >= 2
    [said] = [row for row in rows("streets.csv") if row["name"] == "长青中街"]
    assert (said["county"], said["township"]) == ("娄星区", "乐坪街道")


def test_a_landmark_lies_in_the_village_it_names() -> None:
    by_place = {(said["county"], said["township"], said["name"]): outline for said, outline in areas().values()}
    for row in rows("landmarks.csv"):
        outline = by_place[row["county"], row["township"], row["village"]]
        assert outline.contains(shapely.Point(float(row["lon"]), float(row["lat"]))), row["name"]
        assert 50 <= int(row["radius_m"]) <= 500


def test_landmarks_are_of_many_kinds_and_some_names_stand_in_several_townships() -> None:
    table = rows("landmarks.csv")
    kinds = Counter(row["kind"] for row in table)
    assert {"school", "hospital", "market", "station", "temple", "bridge", "reservoir", "park", "bank"} <= set(kinds)
    townships: dict[str, set[str]] = defaultdict(set)
    for row in table:
        townships[row["name"]].add(row["township"])
    assert max(Counter((row["name"], row["township"]) for row in table).values()) == 1
    assert all(len(townships[name]) > 2 for name in ("观音寺", "希望小学", "红旗水库"))
    assert any(row["name"].startswith(row["village"][:2]) for row in table)


def test_a_landmark_that_is_a_customer_stands_where_the_customer_is() -> None:
    at = {row["name"]: row for row in rows("accounts.csv")}
    hospitals = [row for row in rows("landmarks.csv") if row["kind"] == "hospital" and row["name"] in at]
    assert len(hospitals) > 50
    apart = metres(hospitals) - metres([at[row["name"]] for row in hospitals])
    assert np.hypot(*apart.T).max() < 200


def test_poles_count_from_one_along_every_feeder_without_a_gap() -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows("poles.csv"):
        numbers[row["feeder"]].append(int(row["number"]))
    assert set(numbers) == {row["code"] for row in rows("feeders.csv")}
    assert all(of_one == list(range(1, len(of_one) + 1)) for of_one in numbers.values())
    lon, lat = lonlats(rows("poles.csv")).T
    assert np.all(shapely.intersects_xy(territory(), lon, lat))


def test_poles_stand_fifty_to_eighty_metres_apart_and_nearer_only_round_a_bend() -> None:
    table = rows("poles.csv")
    same = np.array([a["feeder"] == b["feeder"] for a, b in pairwise(table)])
    apart = np.hypot(*np.diff(metres(table), axis=0).T)[same]
    assert apart.max() < 80
    assert (apart > 50).mean() > 0.95


def test_a_main_line_passes_near_the_transformers_of_its_feeder() -> None:
    poles, transformers = rows("poles.csv"), rows("transformers.csv")
    at, theirs = metres(poles), metres(transformers)
    near = 0
    for feeder in {row["feeder"] for row in poles}:
        line = at[[row["feeder"] == feeder for row in poles]]
        fed = theirs[[row["feeder"] == feeder for row in transformers]]
        near += bool(np.hypot(*(line[-1] - fed).T).min() < 1500)
    assert near == len(rows("feeders.csv"))


def test_highways_pass_several_feeders() -> None:
    feeders: dict[str, set[str]] = defaultdict(set)
    for row in rows("poles.csv"):
        if row["road"]:
            feeders[row["road"]].add(row["feeder"])
    assert {"G354", "G207", "S210", "S312", "S328"} <= set(feeders)
    assert len(feeders["G354"]) > 1


def test_former_names_are_borne_by_no_neighbour_today() -> None:
    table = rows("gazetteer.csv")
    former = {(row["name"], row["county"]): row["former"].split("|") for row in table if row["former"]}
    assert former["上梅街道", "新化县"] == former["枫林街道", "新化县"] == ["上梅镇"]
    assert former["金开街道", "双峰县"] == ["经济开发区"]
    assert former["马义村", "双峰县"] == ["蚂蚁村"]
    townships = {row["name"] for row in table if row["kind"] == "township"}
    villages = {(row["township"], row["name"]) for row in table}
    for row in table:
        for name in filter(None, row["former"].split("|")):
            assert name not in townships
            assert (row["township"], name) not in villages


# West, south, east and north as sizhi 3.0.6 has them.
PUBLISHED = {
    "湄江镇": (111.6276, 27.8246, 111.8285, 27.9720),
    "铎山镇": (111.5548, 27.6491, 111.6078, 27.7290),
    "七星街镇": (111.7969, 27.8572, 111.9568, 28.0085),
    "梓门桥镇": (112.1486, 27.4770, 112.3287, 27.6207),
    "蛇形山镇": (112.0483, 27.5429, 112.1856, 27.6701),
    "白溪镇": (111.1975, 27.9759, 111.4023, 28.1536),
    "大熊山国有林场": (111.2312, 28.1123, 111.3671, 28.2376),
}


def test_a_township_is_drawn_where_its_published_extent_is() -> None:
    for name, (west, south, east, north) in PUBLISHED.items():
        drawn = shapely.union_all([outline for said, outline in features("areas.geojson") if said["township"] == name])
        published = shapely.box(west, south, east, north)
        assert in_metres(drawn.envelope.centroid).distance(in_metres(published.centroid)) < 5000, name
        assert drawn.intersection(published).area > 0.6 * drawn.area, name
