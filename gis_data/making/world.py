"""What the sample is made of, from the packages' facts to the last invented customer. Positions are in km (flat.py)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

Xy = tuple[float, float]
URBAN, RURAL, REMOTE = "urban", "rural", "remote"


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    shape: BaseGeometry

    @property
    def stem(self) -> str:
        return stem_of(self.name)


@dataclass(frozen=True, slots=True)
class Township:
    code: str
    name: str
    county: str

    @property
    def stem(self) -> str:
        return stem_of(self.name)

    @property
    def is_street_office(self) -> bool:
        """街道: the office of a part of a town, unlike 镇 and 乡, which have land of their own."""
        return self.name.endswith("街道")


@dataclass(frozen=True, slots=True)
class Village:
    """`official` is the name as registered, which may be the committee's."""

    code: str
    name: str
    official: str
    township: str

    @property
    def stem(self) -> str:
        return stem_of(self.name)

    @property
    def is_community(self) -> bool:
        """National code: the last three figures of a residents' committee are below 200."""
        return int(self.code[-3:]) < 200


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a township reaches: its middle, and half its width and height."""

    middle: Xy
    half: Xy


@dataclass(frozen=True, slots=True)
class Inputs:
    """`extents` and `former` (old names) by the code of a township, `former` of a village too; `town_km2` by county."""

    counties: Sequence[County]
    townships: Sequence[Township]
    villages: Sequence[Village]
    seats: Mapping[str, Xy]
    known_towns: Mapping[str, Xy]
    extents: Mapping[str, Extent] = field(default_factory=dict)
    former: Mapping[str, Sequence[str]] = field(default_factory=dict)
    town_km2: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Area:
    """One village's land. `at` is its middle; hamlets and the class follow from the roads."""

    village: Village
    township: Township
    county: County
    at: Xy
    in_town: bool
    shape: BaseGeometry
    hamlets: list[Xy] = field(default_factory=list)
    area_class: str = RURAL


@dataclass(frozen=True, slots=True)
class Feeder:
    code: str
    name: str
    substation: str
    voltage_kv: int = 10


@dataclass(frozen=True, slots=True)
class Transformer:
    """`area` is the place of its area in the list; a dedicated one has the one customer it was built for."""

    code: str
    name: str
    feeder: str
    area: int
    at: Xy
    customers: int


@dataclass(frozen=True, slots=True)
class Street:
    """House `n` lies at its share of the line, from the lowest number to the highest."""

    code: str
    name: str
    county: str
    township: str
    aliases: Sequence[str]
    first_no: int
    last_no: int
    line: Sequence[Xy]


@dataclass(frozen=True, slots=True)
class Landmark:
    """`area` is the place of its area in the list."""

    code: str
    name: str
    kind: str
    area: int
    at: Xy
    radius_m: int
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Pole:
    code: str
    feeder: str
    number: int
    road: str
    at: Xy


@dataclass(frozen=True, slots=True)
class Account:
    account_no: str
    meter_no: str
    transformer: str
    name: str
    phone: str
    address: str
    at: Xy
    important: bool
    kind: str
    no_night_calls: bool


@dataclass(frozen=True, slots=True)
class Depot:
    code: str
    name: str
    squad: str
    county: str
    at: Xy


@dataclass(frozen=True, slots=True)
class Crew:
    """`people` are (name, role); `shifts` are (day of week, starts, ends)."""

    code: str
    name: str
    squad: str
    county: str
    depot: str
    skills: Sequence[str]
    vehicle: str
    people: Sequence[tuple[str, str]]
    shifts: Sequence[tuple[int, str, str]]


def stem_of(name: str) -> str:
    """新化 for 新化县, 洋溪 for 洋溪镇; a stem has two characters at least."""
    stem = re.sub(r"(国有林场|街道|社区|居委会|村|镇|乡|县|市|区)$", "", name)
    return stem if len(stem) >= 2 else name
