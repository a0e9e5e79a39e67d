"""What a layer folder holds, as typed records in WGS-84.

A reader gives the records it could make, and complaints about the rest; `strict` stops at the first complaint.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.places import Area
from dispatch_server.domain.refusals import BadInput
from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.datums import all_to_wgs84
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    CREWS,
    DEPOTS,
    FEEDERS,
    GAZETTEER,
    ROAD_EDGES,
    ROAD_NODES,
    SHIFTS,
    TRANSFORMERS,
    Folder,
)
from dispatch_server.gis.rows import Row, read_all, rows_of
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

T = TypeVar("T")
Read = tuple[list[T], list[str]]

KINDS = ("county", "township", "village")
SKILLS = frozenset({"hv", "lv", "power_quality", "metering"})


@dataclass(frozen=True, slots=True)
class AreaShape:
    area: Area
    township: str
    county: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A county, township or village. `radius_m` bounds the doubt of a call that names it and nothing finer."""

    code: str
    name: str
    kind: str
    township: str
    county: str
    at: LonLat
    radius_m: float
    area_code: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadNode:
    node: str
    at: LonLat


@dataclass(frozen=True, slots=True)
class RoadEdge:
    start: str
    end: str
    metres: float
    road_class: RoadClass
    oneway: bool


@dataclass(frozen=True, slots=True)
class Feeder:
    code: str
    substation: str


@dataclass(frozen=True, slots=True)
class Depot:
    code: str
    at: LonLat


@dataclass(frozen=True, slots=True)
class TransformerRecord:
    code: str
    name: str
    feeder: str
    area_code: str
    at: LonLat
    customers: int


@dataclass(frozen=True, slots=True)
class AccountRecord:
    account_no: str
    meter_no: str | None
    transformer: str | None
    name: str
    phone: str | None
    address: str
    at: LonLat
    important: bool
    kind: str
    no_night_calls: bool


@dataclass(frozen=True, slots=True)
class CrewRow:
    code: str
    name: str
    squad: str
    county: str
    depot: str
    skills: tuple[str, ...]
    people: int
    vehicle: str
    suspended: bool


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Minutes of the local day; an end before the start runs past midnight."""

    crew: str
    day_of_week: int
    starts_min: int
    ends_min: int


def strict(read: Read[T]) -> list[T]:
    """For a load: the first complaint stops it."""
    records, complaints = read
    if complaints:
        raise BadInput(complaints[0])
    return records


def read_areas(folder: Folder) -> Read[AreaShape]:
    return _features(folder, AREAS, _area)


def read_counties(folder: Folder) -> Read[County]:
    return _features(folder, COUNTIES, lambda said, shape: County(said("code"), said("name"), shape))


def read_gazetteer(folder: Folder) -> Read[NamedPlace]:
    columns = "code name kind township county lon lat radius_m area_code aliases"
    return read_all(rows_of(folder, GAZETTEER, columns, folder.crs_of(GAZETTEER)), _named_place)


def read_road_nodes(folder: Folder) -> Read[RoadNode]:
    rows = rows_of(folder, ROAD_NODES, "node lon lat", folder.crs_of(ROAD_NODES))
    return read_all(rows, lambda row: RoadNode(row.text("node"), row.position()))


def read_road_edges(folder: Folder) -> Read[RoadEdge]:
    return read_all(rows_of(folder, ROAD_EDGES, "from to metres class oneway"), _road_edge)


def roads_of(folder: Folder) -> tuple[list[RoadNode], list[RoadEdge]]:
    """The whole network. Raises BadInput for a road that leads to no node."""
    nodes, edges = strict(read_road_nodes(folder)), strict(read_road_edges(folder))
    known = {n.node for n in nodes}
    for edge in edges:
        if edge.start not in known or edge.end not in known:
            raise BadInput(f"{ROAD_EDGES} has a road from {edge.start} to {edge.end}; one is not in {ROAD_NODES}.")
    return nodes, edges


def read_feeders(folder: Folder) -> Read[Feeder]:
    rows = rows_of(folder, FEEDERS, "code name substation voltage_kv")
    return read_all(rows, lambda row: Feeder(row.text("code"), row.maybe("substation")))


def read_depots(folder: Folder) -> Read[Depot]:
    rows = rows_of(folder, DEPOTS, "code name squad county lon lat", folder.crs_of(DEPOTS))
    return read_all(rows, lambda row: Depot(row.text("code"), row.position()))


def read_transformers(folder: Folder) -> Read[TransformerRecord]:
    columns = "code name feeder area_code lon lat customers"
    return read_all(rows_of(folder, TRANSFORMERS, columns, folder.crs_of(TRANSFORMERS)), _transformer)


def read_accounts(folder: Folder) -> Read[AccountRecord]:
    columns = "account_no meter_no transformer name phone address lon lat important kind no_night_calls"
    return read_all(rows_of(folder, ACCOUNTS, columns, folder.crs_of(ACCOUNTS)), _account)


def read_crews(folder: Folder) -> Read[CrewRow]:
    columns = "code name squad county depot skills people vehicle suspended"
    return read_all(rows_of(folder, CREWS, columns), _crew)


def read_shifts(folder: Folder) -> Read[ShiftRow]:
    return read_all(rows_of(folder, SHIFTS, "crew day_of_week starts ends"), _shift)


def _features(folder: Folder, file: str, make: Callable[[Callable[[str], str], BaseGeometry], T]) -> Read[T]:
    crs = folder.crs_of(file)
    try:
        features = list(json.loads(folder.text(file))["features"])
    except (ValueError, KeyError, TypeError):
        return [], [f"{file} is not a GeoJSON FeatureCollection."]
    # One conversion for the whole layer: ring by ring it would take ten times as long.
    shapes = shapely.transform([_shape_of(f) for f in features], lambda lonlats: all_to_wgs84(lonlats, crs))
    records: list[T] = []
    complaints: list[str] = []
    for n, (feature, shape) in enumerate(zip(features, shapes, strict=True), 1):
        where = f"{file} feature {n}"
        try:
            records.append(make(_properties_of(feature, where), _require_on_globe(shape, where)))
        except BadInput as error:
            complaints.append(str(error))
    return records, complaints


def _properties_of(feature: Any, where: str) -> Callable[[str], str]:
    def said(key: str) -> str:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        value = properties.get(key) if isinstance(properties, dict) else None
        if value is None or value == "":
            raise BadInput(f"{where} has no {key}.")
        return str(value)

    return said


def _shape_of(feature: Any) -> BaseGeometry | None:
    """From the coordinates straight away: half the time of `shapely.geometry.shape`. None where they are no outline."""
    try:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        parts = [shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]]) for rings in polygons]
    except (ValueError, KeyError, TypeError, IndexError, shapely.errors.ShapelyError):
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(positions: Any) -> Any:
    return np.array(positions, dtype=np.float64)[:, :2]


def _require_on_globe(shape: BaseGeometry | None, where: str) -> BaseGeometry:
    if shape is None:
        raise BadInput(f"{where}: its geometry is not a Polygon or MultiPolygon with closed rings.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # false for an empty outline too
        raise BadInput(f"{where}: its outline is empty or leaves the globe; positions are longitude, then latitude.")
    return shape


def _area(said: Callable[[str], str], shape: BaseGeometry) -> AreaShape:
    code, area_class = said("code"), said("area_class")
    if area_class not in list(AreaClass):
        raise BadInput(f"Area {code} has the class {area_class!r}; say urban, rural or remote.")
    return AreaShape(Area(code, said("name"), AreaClass(area_class)), said("township"), said("county"), shape)


def _named_place(row: Row) -> NamedPlace:
    return NamedPlace(
        code=row.text("code"),
        name=row.text("name"),
        kind=row.one_of("kind", KINDS),
        township=row.maybe("township"),
        county=row.text("county"),
        at=row.position(),
        radius_m=row.number("radius_m"),
        area_code=row.maybe("area_code"),
        aliases=row.words("aliases"),
    )


def _road_edge(row: Row) -> RoadEdge:
    road_class = RoadClass(row.one_of("class", list(RoadClass)))
    return RoadEdge(row.text("from"), row.text("to"), row.number("metres"), road_class, row.flag("oneway"))


def _transformer(row: Row) -> TransformerRecord:
    return TransformerRecord(
        code=row.text("code"),
        name=row.text("name"),
        feeder=row.text("feeder"),
        area_code=row.text("area_code"),
        at=row.position(),
        customers=row.whole("customers"),
    )


def _account(row: Row) -> AccountRecord:
    return AccountRecord(
        account_no=row.text("account_no"),
        meter_no=row.maybe("meter_no") or None,
        transformer=row.maybe("transformer") or None,
        name=row.maybe("name"),
        phone=row.maybe("phone") or None,
        address=row.maybe("address"),
        at=row.position(),
        important=row.flag("important"),
        kind=row.maybe("kind"),
        no_night_calls=row.flag("no_night_calls"),
    )


def _crew(row: Row) -> CrewRow:
    skills = row.words("skills")
    if unknown := sorted(set(skills) - SKILLS):
        raise row.wrong(f"the skill {unknown[0]!r} is not one of {', '.join(sorted(SKILLS))}.")
    return CrewRow(
        code=row.text("code"),
        name=row.text("name"),
        squad=row.text("squad"),
        county=row.text("county"),
        depot=row.text("depot"),
        skills=skills,
        people=row.whole("people", 1),
        vehicle=row.maybe("vehicle"),
        suspended=row.flag("suspended"),
    )


def _shift(row: Row) -> ShiftRow:
    day = row.whole("day_of_week", 1)
    if day > 7:
        raise row.wrong(f"day_of_week runs from 1 (Monday) to 7, not {day}.")
    return ShiftRow(row.text("crew"), day, row.minute_of_day("starts"), row.minute_of_day("ends"))
