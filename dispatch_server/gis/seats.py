"""Where every area is reached, and how many customers live there: what cover is counted on."""

from collections import Counter

from dispatch_server.domain.coverage import Seat
from dispatch_server.gis import layers
from dispatch_server.gis.folder import AREAS, GAZETTEER, TRANSFORMERS, Folder
from dispatch_server.gis.layers import AreaShape, strict
from dispatch_server.protocol.geo import LonLat

SEAT_FILES = (AREAS, GAZETTEER, TRANSFORMERS)


def seats_of(folder: Folder) -> list[Seat]:
    """One for each area, in the order of their codes: at its village, or else in the middle of it."""
    villages = {p.area_code: p.at for p in strict(layers.read_gazetteer(folder)) if p.area_code}
    customers: Counter[str] = Counter()
    for transformer in strict(layers.read_transformers(folder)):
        customers[transformer.area_code] += transformer.customers
    shapes = sorted(strict(layers.read_areas(folder)), key=lambda s: s.area.code)
    return [_seat(shape, villages.get(shape.area.code), customers[shape.area.code]) for shape in shapes]


def _seat(shape: AreaShape, village: LonLat | None, customers: int) -> Seat:
    area = shape.area
    at = village or _middle(shape)
    return Seat(area.code, area.name, area.area_class, shape.township, shape.county, at, customers)


def _middle(shape: AreaShape) -> LonLat:
    point = shape.shape.representative_point()
    return LonLat(point.x, point.y)
