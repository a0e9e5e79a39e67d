"""What a layer folder holds, as typed records in WGS-84.

A reader gives the records it could make, and complaints about the rest; `strict` stops at the first complaint.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.places import Area
from dispatch_server.domain.refusals import BadInput
from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.features import read_features
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    CREWS,
    DEPOTS,
    FEEDERS,
    GAZETTEER,
    LANDMARKS,
    POLES,
    ROAD_EDGES,
    ROAD_NODES,
    SHIFTS,
    STREETS,
    TRANSFORMERS,
    Folder,
)
from dispatch_server.gis.rows import Read, Row, read_all, rows_of
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

T = TypeVar("T")

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
    """A county, township or village. `radius_m` bounds the doubt of a call that names it and nothing finer.

    `former`: what it was called before it was renamed or merged away.
    """

    code: str
    name: str
    kind: str
    township: str
    county: str
    at: LonLat
    radius_m: float
    area_code: str
    aliases: tuple[str, ...]
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreetRecord:
    """`line` runs from the lowest house number to the highest; both are 0 where numbers are not known."""

    code: str
    name: str
    county: str
    township: str
    aliases: tuple[str, ...]
    first_no: int
    last_no: int
    line: tuple[LonLat, ...]


@dataclass(frozen=True, slots=True)
class LandmarkRecord:
    """What people name who do not know their address: a school, a market, a bridge."""

    code: str
    name: str
    kind: str
    county: str
    township: str
    village: str
    at: LonLat
    radius_m: float
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoleRecord:
    """`number` counts along the feeder; `road` is the highway it stands beside, "" for none."""

    code: str
    feeder: str
    number: int
    road: str
    at: LonLat


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
    name: str
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
    permit_kv: float | None = None
    gear: tuple[str, ...] = ()


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
    return read_features(folder, AREAS, _area)


def read_counties(folder: Folder) -> Read[County]:
    return read_features(folder, COUNTIES, lambda said, shape: County(said("code"), said("name"), shape))


def read_gazetteer(folder: Folder) -> Read[NamedPlace]:
    return read_all(rows_of(folder, GAZETTEER), _named_place)


def read_streets(folder: Folder) -> Read[StreetRecord]:
    return read_all(rows_of(folder, STREETS), _street)


def read_landmarks(folder: Folder) -> Read[LandmarkRecord]:
    return read_all(rows_of(folder, LANDMARKS), _landmark)


def read_poles(folder: Folder) -> Read[PoleRecord]:
    return read_all(rows_of(folder, POLES), _pole)


def read_road_nodes(folder: Folder) -> Read[RoadNode]:
    rows = rows_of(folder, ROAD_NODES)
    return read_all(rows, lambda row: RoadNode(row.text("node"), row.position()))


def read_road_edges(folder: Folder) -> Read[RoadEdge]:
    return read_all(rows_of(folder, ROAD_EDGES), _road_edge)


def roads_of(folder: Folder) -> tuple[list[RoadNode], list[RoadEdge]]:
    """The whole network. Raises BadInput for a road that leads to no node."""
    nodes, edges = strict(read_road_nodes(folder)), strict(read_road_edges(folder))
    known = {n.node for n in nodes}
    for edge in edges:
        if edge.start not in known or edge.end not in known:
            raise BadInput(f"{ROAD_EDGES} has a road from {edge.start} to {edge.end}; one is not in {ROAD_NODES}.")
    return nodes, edges


def read_feeders(folder: Folder) -> Read[Feeder]:
    rows = rows_of(folder, FEEDERS)
    return read_all(rows, lambda row: Feeder(row.text("code"), row.maybe("name"), row.maybe("substation")))


def read_depots(folder: Folder) -> Read[Depot]:
    rows = rows_of(folder, DEPOTS)
    return read_all(rows, lambda row: Depot(row.text("code"), row.position()))


def read_transformers(folder: Folder) -> Read[TransformerRecord]:
    return read_all(rows_of(folder, TRANSFORMERS), _transformer)


def read_accounts(folder: Folder) -> Read[AccountRecord]:
    return read_all(rows_of(folder, ACCOUNTS), _account)


def read_crews(folder: Folder) -> Read[CrewRow]:
    return read_all(rows_of(folder, CREWS), _crew)


def read_shifts(folder: Folder) -> Read[ShiftRow]:
    return read_all(rows_of(folder, SHIFTS), _shift)


def _area(said: Callable[[str], str], shape: BaseGeometry) -> AreaShape:
    code, area_class = said("code"), said("area_class")
    if area_class not in list(AreaClass):
        raise BadInput(f"area {code} has the class {area_class!r}; say urban, rural or remote.")
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
        former=row.words("former"),
    )


def _street(row: Row) -> StreetRecord:
    first, last = (row.whole(column) if row.maybe(column) else 0 for column in ("first_no", "last_no"))
    if last < first:
        raise row.wrong(f"last_no {last} is below first_no {first}; the line runs from the lowest number up.")
    return StreetRecord(
        code=row.text("code"),
        name=row.text("name"),
        county=row.text("county"),
        township=row.maybe("township"),
        aliases=row.words("aliases"),
        first_no=first,
        last_no=last,
        line=row.line("line"),
    )


def _landmark(row: Row) -> LandmarkRecord:
    return LandmarkRecord(
        code=row.text("code"),
        name=row.text("name"),
        kind=row.text("kind"),
        county=row.text("county"),
        township=row.maybe("township"),
        village=row.maybe("village"),
        at=row.position(),
        radius_m=row.number("radius_m"),
        aliases=row.words("aliases"),
    )


def _pole(row: Row) -> PoleRecord:
    return PoleRecord(row.text("code"), row.text("feeder"), row.whole("number"), row.maybe("road"), row.position())


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
        permit_kv=row.number("permit_kv") if row.maybe("permit_kv") else None,
        gear=row.words("gear"),
    )


def _shift(row: Row) -> ShiftRow:
    day = row.whole("day_of_week", 1)
    if day > 7:
        raise row.wrong(f"day_of_week runs from 1 (Monday) to 7, not {day}.")
    return ShiftRow(row.text("crew"), day, row.minute_of_day("starts"), row.minute_of_day("ends"))
