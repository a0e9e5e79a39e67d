"""The figures of a preview are those that a look at every call gives; a load does what was said, and no more."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from dispatch_server.domain.people import Author
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import Category, Channel
from dispatch_server.services.intake import NewCall, close_call, place_call, take_call
from dispatch_server.services.layer_preview import preview_folder
from dispatch_server.services.layers import load_folder, territory_from
from dispatch_server.services.ports import Territory
from dispatch_server.store.layers import PlacedCall, outages_not_yet_reached, placed_calls
from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.domain.builders import POLICY
from tests.gis.small_map import area_features, box, collection, feature, gazetteer_rows, middle_of, table, write

Features = Sequence[Mapping[str, Any]]

CALL_TAKER = Author("anna")
STRICTEST_FIRST = ("urban", "rural", "remote")
NEAR_DEG = 0.0005  # half a hundred metres: some circles of doubt touch a line and some do not
CALLS = 120
METRES_PER_DEGREE = (98_556.5, 110_830.0)  # at 27.72 north, of longitude and of latitude


def ground_of(store: Store) -> Territory:
    return store.read(lambda reading: territory_from(reading, POLICY))


def some_maps(luck: random.Random) -> list[list[dict[str, Any]]]:
    """The small map with its lines elsewhere, with another class, with an area less, with one more beside it."""
    east, north = luck.uniform(0.5, 1.5), luck.uniform(0.5, 1.5)
    rings = {"A1": (0, 0, east, north), "A2": (east, 0, 2, north), "A4": (0, north, east, 2), "A5": (east, north, 2, 2)}
    moved = area_features({code: box(*corners) for code, corners in rings.items()})
    reclassed = area_features()
    reclassed[4]["properties"] |= {"area_class": luck.choice(["urban", "remote"])}
    goes = luck.choice(["A2", "A3"])
    fewer = [f for f in area_features() if f["properties"]["code"] != goes]
    said = {"name": "新村", "area_class": "remote", "township": "青山镇", "county": "西河县"}
    more = [*area_features(), feature(box(3, 0, 4, 2), code="A7", **said)]
    return [moved, reclassed, fewer, more]


def a_map(directory: Path, areas: Features) -> Path:
    """With counties and townships alone: villages and transformers would name areas that are not there any more."""
    head = "code name kind township county lon lat radius_m area_code aliases"
    names = table(head, [row for row in gazetteer_rows() if row[2] != "village"])
    nothing = {
        "transformers.csv": table("code name feeder area_code lon lat customers", []),
        "accounts.csv": table(
            "account_no meter_no transformer name phone address lon lat important kind no_night_calls", []
        ),
    }
    return write(directory, {"areas.geojson": collection(areas), "gazetteer.csv": names, **nothing})


def take_calls(store: Store, luck: random.Random, clock: FakeClock) -> None:
    """In areas, on and beside their lines, outside; some solved by phone, some moved by the desk, some no faults."""
    ground = ground_of(store)
    for n in range(CALLS):
        clock.advance(minutes=luck.choice([0, 1, 30]))
        lon, lat = luck.uniform(111.99, 112.09), luck.uniform(27.69, 27.75)
        if n % 3 == 0:
            lon = 112.0 + luck.randrange(4) * 0.02 + luck.choice([0.0, luck.uniform(-NEAR_DEG, NEAR_DEG)])
        category = Category.ENQUIRY if n % 10 == 9 else Category.FAULT
        new = NewCall(Channel.HOTLINE, category, pin=LonLat(round(lon, 6), round(lat, 6)), crs="EPSG:4326")
        filed = store.work(CALL_TAKER, lambda work, new=new: take_call(work, ground, new))
        call_id = filed.call.id
        if n % 7 == 0 and category is Category.FAULT:
            store.work(CALL_TAKER, lambda work, n=call_id: close_call(work, n, "the main switch"))
        elif n % 7 == 1:
            store.work(CALL_TAKER, lambda work, n=call_id: place_call(work, ground, n, middle_of("A2"), None))


@pytest.fixture
def busy(store: Store, tmp_path: Path, clock: FakeClock, seed: int) -> Store:
    assert load_folder(store, a_map(tmp_path / "map", area_features()), lambda _: None) == []
    take_calls(store, random.Random(seed), clock)
    return store


# The same figures by hand


def shape_of(one: Mapping[str, Any]) -> Any:
    return shapely.geometry.shape(one["geometry"])


def area_by_hand(areas: Features, lon: float, lat: float) -> tuple[str, str]:
    """Code and class; the smallest code of several; area after area."""
    here = [
        (f["properties"]["code"], f["properties"]["area_class"])
        for f in areas
        if shape_of(f).covers(shapely.Point(lon, lat))
    ]
    return min(here, default=("", "no area"))


def strictest_by_hand(areas: Features, lon: float, lat: float, radius_m: float) -> str | None:
    """Of all areas within the circle of doubt; None where its middle has none."""
    if not area_by_hand(areas, lon, lat)[0]:
        return None
    near = {f["properties"]["area_class"] for f in areas if metres_to(shape_of(f), lon, lat) <= radius_m}
    return next(c for c in STRICTEST_FIRST if c in near)


def metres_to(shape: Any, lon: float, lat: float) -> float:
    flat = shapely.transform(shape, lambda at: (at - (lon, lat)) * METRES_PER_DEGREE)
    return float(flat.distance(shapely.Point(0, 0)))


def calls_by_hand(store: Store, before: Features, after: Features) -> list[str]:
    calls = store.read(placed_calls)
    pairs = [(c, area_by_hand(before, c.lon, c.lat), area_by_hand(after, c.lon, c.lat)) for c in calls]
    reclassed = [(c, old[1], new[1]) for c, old, new in pairs if old[1] != new[1]]
    is_open = sum(c.state == "open" for c, *_ in reclassed)
    elsewhere = sum(old[0] != new[0] for _, old, new in pairs)
    ways = Counter((old, new) for _, old, new in reclassed)
    return [
        f"{len(reclassed):,} open and past calls would change class, {is_open:,} of them open; "
        f"{elsewhere:,} would lie in another area. {len(calls):,} calls with a place were looked at.",
        *(f"Calls from {old} to {new}: {n:,}." for (old, new), n in ways.items()),
    ]


def limit_class(call: PlacedCall | None, areas: Features) -> str | None:
    return None if call is None else strictest_by_hand(areas, call.lon, call.lat, call.radius_m)


def targets_by_hand(store: Store, before: Features, after: Features) -> str:
    """Of each open outage the earliest limit of its calls, by one map and by the other."""
    places = {c.call_id: c for c in store.read(placed_calls)}
    minutes = {"urban": 45, "rural": 90, "remote": 120, None: 45}  # the promise of the policy that is shipped
    outages = store.read(outages_not_yet_reached)
    earlier = later = 0
    for outage in outages:
        old, new = (
            min(
                stop.received_at + timedelta(minutes=minutes[limit_class(places.get(stop.call_id), areas)])
                for stop in outage.stops
            )
            for areas in (before, after)
        )
        earlier, later = earlier + (new < old), later + (new > old)
    return (
        f"{earlier + later:,} of {len(outages):,} open outages would get another target if their calls were placed "
        f"anew: {earlier:,} an earlier one, {later:,} a later one."
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_a_look_at_every_call(busy: Store, tmp_path: Path, seed: int) -> None:
    changing = 0
    for n, after in enumerate(some_maps(random.Random(seed))):
        said: list[str] = []
        assert preview_folder(busy, POLICY, a_map(tmp_path / f"{n}", after), said.append) == []
        calls = calls_by_hand(busy, area_features(), after)
        figures = [s for s in said if " would change class" in s or s.startswith("Calls from ")]
        assert sorted(figures) == sorted(calls)
        assert targets_by_hand(busy, area_features(), after) in said
        changing += len(calls) > 1
    assert changing == 3  # what lies in no area has no place yet, so that a new area beside all others moves nobody


@pytest.mark.parametrize("seed", [4, 5])
def test_a_load_changes_the_calls_inside_the_difference_alone_and_them_when_they_are_placed_anew(
    busy: Store, tmp_path: Path, seed: int
) -> None:
    calls, old = busy.read(placed_calls), ground_of(busy)
    old_shapes = {f["properties"]["code"]: shape_of(f) for f in area_features()}
    for n, after in enumerate(some_maps(random.Random(seed))):
        assert load_folder(busy, a_map(tmp_path / f"{n}", after), lambda _: None) == []
        assert busy.read(placed_calls) == calls
        new, new_shapes = ground_of(busy), {f["properties"]["code"]: shape_of(f) for f in after}
        difference = shapely.union_all(
            [
                shapely.symmetric_difference(old_shapes.get(code, EMPTY), new_shapes.get(code, EMPTY))
                for code in old_shapes.keys() | new_shapes.keys()
            ]
        )
        for call in calls:
            point = shapely.Point(call.lon, call.lat)
            if point.distance(difference.boundary) > 1e-9:  # on a line the smallest code holds: test_everywhere.py
                assert moves(old, new, LonLat(call.lon, call.lat)) == difference.contains(point), (n, call)


EMPTY = shapely.Polygon()


def moves(old: Territory, new: Territory, at: LonLat) -> bool:
    """Whether a desk that sets the same pin once more is given another area."""
    first, second = (ground.locator.names_at(at) for ground in (old, new))
    return first != second
