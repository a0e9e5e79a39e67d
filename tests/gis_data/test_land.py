"""Counties, areas and names: Loudi as far as it is known, and no gap where it is invented."""

from collections import Counter

import numpy as np
import shapely

from tests.gis_data.shipped import areas, features, in_metres, lonlats, rows, territory

VILLAGES = 2107
KM2_OF_LOUDI = 8117


def test_the_five_counties_the_townships_and_the_villages_are_all_there() -> None:
    kinds = Counter(row["kind"] for row in rows("gazetteer.csv"))
    assert kinds == {"county": 5, "township": 89, "village": VILLAGES}
    assert {said["name"] for said, _ in features("counties.geojson")} == {
        "娄星区",
        "双峰县",
        "新化县",
        "冷水江市",
        "涟源市",
    }
    assert len(areas()) == VILLAGES


def test_every_outline_is_valid_and_in_one_piece() -> None:
    outlines = [outline for _, outline in features("areas.geojson")]
    assert all(outline.is_valid and outline.geom_type == "Polygon" for outline in outlines)
    assert all(outline.is_valid for _, outline in features("counties.geojson"))


def test_neighbours_share_their_border_to_the_last_vertex() -> None:
    assert shapely.coverage_is_valid([outline for _, outline in features("areas.geojson")])
    assert shapely.coverage_is_valid([outline for _, outline in features("counties.geojson")])


def test_the_areas_fill_the_counties() -> None:
    counties = shapely.union_all([outline for _, outline in features("counties.geojson")])
    left_over = in_metres(counties.symmetric_difference(territory()))
    assert left_over.area < 1.0 * in_metres(counties).length / 1000
    assert np.all(shapely.get_num_interior_rings(shapely.get_parts(territory())) == 0)
    each = sum(in_metres(outline).area for _, outline in features("areas.geojson"))
    assert abs(each - in_metres(territory()).area) < 1.0


def test_the_territory_is_as_large_as_loudi() -> None:
    assert abs(in_metres(territory()).area / 1e6 - KM2_OF_LOUDI) < 0.005 * KM2_OF_LOUDI


def test_every_area_lies_in_the_county_it_names() -> None:
    counties = {said["name"]: outline for said, outline in features("counties.geojson")}
    for said, outline in features("areas.geojson"):
        assert counties[said["county"]].contains(outline.representative_point()), said["name"]


def test_urban_is_the_five_towns_and_remote_the_far_hills() -> None:
    km2 = dict.fromkeys(("urban", "rural", "remote"), 0.0)
    for said, outline in features("areas.geojson"):
        km2[said["area_class"]] += in_metres(outline).area / 1e6
    count = Counter(said["area_class"] for said, _ in features("areas.geojson"))
    assert set(count) == {"urban", "rural", "remote"}
    assert 80 < km2["urban"] < 92  # 825,085 people at 105 m² a head are 86.6 km²
    assert 0.14 < count["remote"] / VILLAGES < 0.16
    towns = Counter(said["county"] for said, _ in features("areas.geojson") if said["area_class"] == "urban")
    assert len(towns) == 5
    far = Counter(said["county"] for said, _ in features("areas.geojson") if said["area_class"] == "remote")
    assert far.most_common(1)[0][0] == "新化县"


def test_a_village_lies_in_its_area_and_its_radius_reaches_the_farthest_corner() -> None:
    for row in rows("gazetteer.csv"):
        if row["kind"] == "village":
            said, outline = areas()[row["area_code"]]
            assert (said["name"], said["township"], said["county"]) == (row["name"], row["township"], row["county"])
            at = shapely.Point(float(row["lon"]), float(row["lat"]))
            assert outline.contains(at)
            corners = shapely.get_coordinates(in_metres(outline)) - shapely.get_coordinates(in_metres(at))
            assert np.hypot(*corners.T).max() <= int(row["radius_m"]) + 1


def test_townships_and_counties_lie_in_the_territory() -> None:
    above = [row for row in rows("gazetteer.csv") if row["kind"] != "village"]
    lon, lat = lonlats(above).T
    assert np.all(shapely.contains_xy(territory(), lon, lat))
    assert all(row["area_code"] == "" for row in above)


def test_people_say_the_short_names() -> None:
    aliases = {(row["name"], row["township"]): row["aliases"].split("|") for row in rows("gazetteer.csv")}
    assert aliases["新化县", ""] == ["新化"]
    assert aliases["洋溪镇", "洋溪镇"] == ["洋溪"]
    assert aliases["街心社区", "乐坪街道"] == ["街心"]
    assert "冷水巷村委会" in aliases["冷水巷村", "洋溪镇"]


def test_within_a_township_every_village_has_a_name_of_its_own() -> None:
    names = Counter((row["township"], row["name"]) for row in rows("gazetteer.csv") if row["kind"] == "village")
    assert max(names.values()) == 1
