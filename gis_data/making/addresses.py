"""Addresses as registers have them: most in full, some without the county, with full-width digits, or with 附近."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from gis_data.making.flat import to_lonlat
from gis_data.making.landmarks import estate_of, estate_place
from gis_data.making.streets import number_at, place_of
from gis_data.making.words import numeral
from gis_data.making.world import Area, Street, Xy

_CITY = "湖南省娄底市"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_BESIDE_THE_STREET_KM, _MOVED_KM, _IN_AN_ESTATE_KM = 0.02, 0.2, 0.18
# How often a register departs from the full form.
_WITH_THE_CITY, _NO_COUNTY, _NO_TOWNSHIP, _FULL_WIDTH_SHARE, _NEARBY = 0.05, 0.08, 0.03, 0.04, 0.015

Streets = Mapping[str, Sequence[Street]]


def by_county(streets: Sequence[Street]) -> Streets:
    found: dict[str, list[Street]] = defaultdict(list)
    for street in streets:
        found[street.county].append(street)
    return found


def address(area: Area, at: Xy, streets: Streets, r: np.random.Generator, home: bool) -> tuple[str, Xy]:
    """The words, and where that house stands: at its number of the nearest street, or where it was put."""
    if not area.in_town:
        return _varied(area, _of_village(area, r, home), r), at
    estate = estate_of(area)
    at_home_there = home and estate is not None and np.hypot(*np.subtract(estate_place(area), at)) < _IN_AN_ESTATE_KM
    flat = f"{estate}{_flat(r)}" if at_home_there else ""
    street, drawn = _nearest(area, at, streets.get(area.county.name, ())), r.random()
    house = None if street is None else _beside(area, place_of(street, number_at(street, at)), at, r)
    if street is None or house is None or (flat and drawn < 0.3):
        return _varied(area, (area.township.name, flat or f"{area.village.name}{r.integers(1, 90)}号"), r), at
    door = f"{street.name}{number_at(street, at)}号"
    if drawn < 0.4:
        return _varied(area, (street.township, f"{area.village.name}{door}"), r), house
    return _varied(area, (street.township, f"{door}{flat or _shop_or_flat(r, home)}"), r), at if flat else house


def _nearest(area: Area, at: Xy, streets: Sequence[Street]) -> Street | None:
    """In the same township, so that the words and the land say the same."""
    own = [s for s in streets if s.township == area.township.name]
    if not own:
        return None
    point = shapely.Point(at)
    return own[int(np.argmin([point.distance(shapely.LineString(s.line)) for s in own]))]


def _beside(area: Area, house: Xy, wanted: Xy, r: np.random.Generator) -> Xy | None:
    """Some steps off the street; None where that is in another area or far from where somebody was to live."""
    x, y = np.array(house) + r.uniform(-_BESIDE_THE_STREET_KM, _BESIDE_THE_STREET_KM, 2)
    lon, lat = to_lonlat(np.array([[x, y]]))[0]
    near = np.hypot(x - wanted[0], y - wanted[1]) < _MOVED_KM
    return (float(x), float(y)) if near and area.shape.contains(shapely.Point(lon, lat)) else None


def _flat(r: np.random.Generator) -> str:
    return f"{r.integers(1, 13)}栋{r.integers(1, 5)}单元{r.integers(1, 19)}{r.integers(1, 5):02d}"


def _shop_or_flat(r: np.random.Generator, home: bool) -> str:
    if not home or r.random() < 0.5:
        return ""
    return f"{r.integers(1, 10)}栋{r.integers(1, 19)}{r.integers(1, 5):02d}室"


def _of_village(area: Area, r: np.random.Generator, home: bool) -> tuple[str, str]:
    """洋溪镇, 冷水村3组27号; also without a house number, with the group in Chinese, or as the committee writes it."""
    group, house, drawn = int(r.integers(1, 13)), int(r.integers(1, 90)), r.random()
    village = area.village.official if drawn > 0.97 else area.village.name
    if not home:
        return area.township.name, f"{village}{group}组"
    if drawn < 0.08:
        return area.township.name, f"{village}{group}组"
    if drawn < 0.14:
        return area.township.name, f"{village}{numeral(group)}组{house}号"
    if drawn < 0.20:
        return area.township.name, f"{village}第{group}村民小组{house}号"
    return area.township.name, f"{village}{group}组{house}号"


def _varied(area: Area, said: tuple[str, str], r: np.random.Generator) -> str:
    township, rest = said
    city, county, no_township, wide, nearby = r.random(5)
    parts = [
        _CITY if city < _WITH_THE_CITY else "",
        "" if county < _NO_COUNTY and city >= _WITH_THE_CITY else area.county.name,
        "" if no_township < _NO_TOWNSHIP and county >= _NO_COUNTY else township,
        rest,
    ]
    words = "".join(parts) + ("附近" if nearby < _NEARBY and re.search(r"[组号]$", rest) else "")
    return words.translate(_FULL_WIDTH) if wide < _FULL_WIDTH_SHARE else words
