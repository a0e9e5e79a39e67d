"""A new version of the map changes the area of exactly the calls inside the difference, and of no other."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.domain.places import Area
from dispatch_server.gis.changes import area_changes, areas_at
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.words import AreaClass

URBAN, RURAL = AreaClass.URBAN, AreaClass.RURAL
# In degrees; every calculation below is exact on multiples of 1/1024.
STEP = 1 / 1024
WEST, MIDDLE, EAST, SOUTH, NORTH = 112.0, 112.125, 112.25, 27.5, 27.75


def area(code: str, shape: shapely.Polygon, area_class: AreaClass = RURAL, name: str = "") -> AreaShape:
    return AreaShape(Area(code, name or code, area_class), "柳林镇", "东河县", shape)


def halves(border: Sequence[float]) -> list[AreaShape]:
    """A town in the west, its fields in the east; `border` is the longitude of the line between them, going north."""
    lats = np.linspace(SOUTH, NORTH, len(border))
    line = list(zip(border, lats.tolist(), strict=True))
    west = shapely.Polygon([(WEST, SOUTH), *line, (WEST, NORTH)])
    east = shapely.Polygon([*line, (EAST, NORTH), (EAST, SOUTH)])
    return [area("A", west, URBAN), area("B", east)]


def codes(areas: Sequence[AreaShape], lonlats: Sequence[tuple[float, float]]) -> list[str]:
    return [a.code if a is not None else "" for a in areas_at(areas, Zones(areas), lonlats)]


borders = st.lists(st.integers(-60, 60).map(lambda n: MIDDLE + n * STEP), min_size=2, max_size=6)
places = st.lists(
    st.tuples(
        st.integers(-2, 258).map(lambda n: WEST + n * STEP), st.integers(-2, 258).map(lambda n: SOUTH + n * STEP)
    ),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(before=borders, after=borders, calls=places)
def test_a_moved_border_changes_exactly_the_calls_inside_the_difference(
    before: list[float], after: list[float], calls: list[tuple[float, float]]
) -> None:
    old, new = halves(before), halves(after)
    moved = shapely.symmetric_difference(old[0].shape, new[0].shape)
    was, becomes = codes(old, calls), codes(new, calls)
    points = shapely.points(np.array(calls))
    rim = shapely.union(shapely.boundary(old[0].shape), shapely.boundary(new[0].shape))
    for point, one, other in zip(points, was, becomes, strict=True):
        if shapely.distance(rim, point) < 1e-9:
            continue  # on a border the smallest code holds; tests/gis/test_zones.py says so
        assert (one != other) == bool(shapely.contains(moved, point)), (point, one, other)


def test_the_difference_is_told_in_square_metres() -> None:
    old, new = halves([MIDDLE, MIDDLE]), halves([MIDDLE + STEP, MIDDLE + STEP])
    changes = area_changes(old, new)
    assert [r.after.area.code for r in changes.reshaped] == ["A", "B"]
    # 1/1024 of a degree of longitude at 27.6° north is 96.4 m, a quarter of a degree of latitude 27.7 km.
    assert [r.m2 for r in changes.reshaped] == pytest.approx([96.4 * 27_703] * 2, rel=0.001)


def test_a_border_written_with_other_decimals_is_no_change() -> None:
    assert area_changes(halves([MIDDLE] * 2), halves([MIDDLE + 1e-12] * 2)).reshaped == ()


def test_areas_come_go_change_class_and_name() -> None:
    box = shapely.box(WEST, SOUTH, EAST, NORTH)
    old = [area("A", box, URBAN), area("B", box), area("C", box, name="老村")]
    new = [area("A", box, RURAL), area("C", box, name="新村"), area("D", box)]
    changes = area_changes(old, new)
    assert [a.area.code for a in changes.added] == ["D"]
    assert [a.area.code for a in changes.removed] == ["B"]
    assert changes.reshaped == ()
    assert [(a.area_class, b.area_class) for a, b in changes.reclassified] == [(URBAN, RURAL)]
    assert [(a.name, b.name) for a, b in changes.renamed] == [("老村", "新村")]


def test_nothing_to_compare_is_no_change() -> None:
    changes = area_changes([], halves([MIDDLE] * 2))
    assert (len(changes.added), changes.removed, changes.reshaped) == (2, (), ())
