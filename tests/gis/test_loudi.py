"""The Loudi sample: nothing wrong with it, every point in one area, every address found, fast enough to start on."""

import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from dispatch_server.domain.places import Clues
from dispatch_server.gis import layers
from dispatch_server.gis.checks import check
from dispatch_server.gis.folder import THE_MAP, Folder, folder_at, folder_of
from dispatch_server.gis.gazetteer import Gazetteer, gazetteer_of
from dispatch_server.gis.layers import NamedPlace, strict
from dispatch_server.gis.locator import MapLocator
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure
from tests.domain.builders import POLICY

SAMPLE = Path(__file__).parents[2] / "gis_data" / "loudi"
SEED = 20121122


@pytest.fixture(scope="module")
def folder() -> Folder:
    return folder_at(SAMPLE)


@pytest.fixture(scope="module")
def zones(folder: Folder) -> Zones:
    return Zones(strict(layers.read_areas(folder)))


@pytest.fixture(scope="module")
def places(folder: Folder) -> list[NamedPlace]:
    return strict(layers.read_gazetteer(folder))


@pytest.fixture(scope="module")
def locator(folder: Folder, zones: Zones) -> MapLocator:
    return MapLocator(zones, gazetteer_of(folder), folder.version)


@pytest.fixture(scope="module")
def travel(folder: Folder) -> RoadTravel:
    graph = RoadGraph(*layers.roads_of(folder), POLICY.road_kmh)
    return RoadTravel(lambda: graph, POLICY)


def quickest(deed: Callable[[], object], tries: int) -> float:
    """Seconds of this process; the best of several, since other tests run beside it."""
    took = []
    for _ in range(tries):
        start = process_time()
        deed()
        took.append(process_time() - start)
    return min(took)


def test_nothing_is_wrong_with_the_sample(folder: Folder) -> None:
    assert [flaw.sentence for flaw in check(folder)] == []


def test_every_position_in_the_registers_lies_in_exactly_one_area(folder: Folder, zones: Zones) -> None:
    stated = [(t.at, t.area_code) for t in strict(layers.read_transformers(folder))]
    for at, code in stated:
        area = zones.area_at(at)
        assert area is not None and area.code == code
    accounts = strict(layers.read_accounts(folder))
    assert all(len(zones.touched_by(a.at, 0)) == 1 for a in accounts)


def test_every_point_of_the_counties_lies_in_one_area_and_on_a_border_in_the_smallest(
    folder: Folder, zones: Zones
) -> None:
    import shapely

    land = shapely.union_all([c.shape for c in strict(layers.read_counties(folder))])
    west, south, east, north = land.bounds
    dice = random.Random(SEED)
    points = [LonLat(dice.uniform(west, east), dice.uniform(south, north)) for _ in range(20_000)]
    vertices = [LonLat(*v) for a in strict(layers.read_areas(folder))[::50] for v in shapely.get_coordinates(a.shape)]
    inside = [p for p in points if land.contains(shapely.Point(p.lon, p.lat))]
    assert len(inside) > 8000
    assert all(len(zones.touched_by(p, 0)) == 1 for p in inside)
    for vertex in vertices:
        area = zones.area_at(vertex)
        assert area is not None and area.code == min(a.code for a in zones.touched_by(vertex, 0))


def test_every_village_named_in_full_is_found(places: list[NamedPlace]) -> None:
    gazetteer = Gazetteer(places)
    villages = [p for p in places if p.kind == "village"]
    assert len(villages) == 2107
    for village in villages:
        for words in (village.county + village.township + village.name, village.township + village.name):
            assert [h.entry.id for h in gazetteer.read(words).best] == [f"village:{village.code}"]


def test_a_bare_village_name_always_has_the_right_one_among_its_readings(places: list[NamedPlace]) -> None:
    gazetteer = Gazetteer(places)
    for village in (p for p in places if p.kind == "village"):
        reading = gazetteer.read(village.name)
        assert village in [h.entry.of for h in reading.best] and not reading.conflict


def test_customers_addresses_lead_to_their_area(folder: Folder, zones: Zones, locator: MapLocator) -> None:
    """As registers have them. What lacks the township may be open; nothing that is placed is placed wrong.

    A few name a street that does not pass their compound: the desk is told to ask, and the area is right all the same.
    """
    methods: Counter[PlaceMethod] = Counter()
    doubted = 0
    for account in strict(layers.read_accounts(folder))[::20]:
        place = locator.locate(Clues(address=account.address))
        methods[place.method] += 1
        if place.at is None:
            assert place.candidates and "镇" not in account.address, account.address
            continue
        doubted += place.sure is Sure.DOUBTFUL
        assert place.sure is Sure.LIKELY or "The words also name" in place.note, account.address
        assert place.area == zones.area_at(account.at), account.address
        assert metres_between(place.at, account.at) <= place.radius_m, account.address
    assert set(methods) == {PlaceMethod.VILLAGE, PlaceMethod.ADDRESS, PlaceMethod.NONE}
    assert doubted < 0.01 * methods.total()
    assert methods[PlaceMethod.ADDRESS] > 80 and methods[PlaceMethod.NONE] < 0.01 * methods.total()


def test_crews_drive_to_every_village_by_road(folder: Folder, places: list[NamedPlace], travel: RoadTravel) -> None:
    depots = [d.at for d in strict(layers.read_depots(folder))]
    for village in [p for p in places if p.kind == "village"][::40]:
        estimates = travel.estimates(village.at, depots, AreaClass.RURAL)
        assert min(e.minutes for e in estimates) < 120
        assert {e.source for e in estimates} <= {"road graph", "straight line × 1.4"}
        far = [e for e, d in zip(estimates, depots, strict=True) if metres_between(d, village.at) > 1000]
        assert {e.source for e in far} == {"road graph"}


def test_a_route_across_the_city_follows_the_roads(folder: Folder, travel: RoadTravel) -> None:
    depots = strict(layers.read_depots(folder))
    route = travel.route(depots[0].at, depots[-1].at, AreaClass.RURAL)
    assert len(route) > 20
    driven = sum(metres_between(a.at, b.at) for a, b in pairwise(route))
    assert driven > metres_between(depots[0].at, depots[-1].at)
    [estimate] = travel.estimates(depots[-1].at, [depots[0].at], AreaClass.RURAL)
    assert route[-1].minutes == pytest.approx(estimate.minutes)


def test_the_whole_map_is_read_in_less_than_two_seconds(folder: Folder) -> None:
    files = {name: folder.files[name] for name in THE_MAP if name in folder.files}

    def read() -> None:
        kept = folder_of(files)
        MapLocator(Zones(strict(layers.read_areas(kept))), gazetteer_of(kept), "")
        RoadGraph(*layers.roads_of(kept), POLICY.road_kmh)

    assert quickest(read, 3) < 2.0


def test_forty_nine_crews_to_one_site_take_less_than_five_milliseconds(
    places: list[NamedPlace], travel: RoadTravel
) -> None:
    dice = random.Random(SEED)
    crews = [dice.choice(places).at for _ in range(49)]
    assert quickest(lambda: travel.estimates(dice.choice(places).at, crews, AreaClass.RURAL), 20) < 0.005
