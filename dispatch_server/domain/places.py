"""Where a call was put: position, doubt, and the distribution area that gives it its target."""

from dataclasses import dataclass

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure

MOST_CANDIDATES = 12  # more cannot be read out to a caller
_STRICTEST_FIRST = (AreaClass.URBAN, AreaClass.RURAL, AreaClass.REMOTE)


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str
    area_class: AreaClass


@dataclass(frozen=True, slots=True)
class PlaceNames:
    county: str | None = None
    township: str | None = None
    village: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """One reading of the caller's words. `reason` says why it is offered, `source` who else was asked for it."""

    candidate_id: str
    names: PlaceNames
    lon: float
    lat: float
    radius_m: float
    area: Area | None
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """`lon`, `lat` are None exactly when `method` is none. `radius_m` bounds the doubt around them.

    `other_areas` are the further areas that the circle of doubt touches; `layers_version` says by which map.
    `note` is a sentence for the desk when something about the place needs a person; `source` names the geocoder that
    was asked, where it was another's.
    """

    method: PlaceMethod
    sure: Sure
    lon: float | None = None
    lat: float | None = None
    radius_m: float = 0.0
    names: PlaceNames | None = None
    area: Area | None = None
    other_areas: tuple[Area, ...] = ()
    candidates: tuple[PlaceCandidate, ...] = ()
    transformer: str | None = None
    feeder: str | None = None
    layers_version: str = ""
    note: str = ""
    source: str = ""

    @property
    def at(self) -> LonLat | None:
        return None if self.lon is None or self.lat is None else LonLat(self.lon, self.lat)

    @property
    def limit_class(self) -> AreaClass | None:
        """The class whose limit holds: the strictest that the circle of doubt touches; None when unplaced."""
        touched = {area.area_class for area in (self.area, *self.other_areas) if area is not None}
        return next((c for c in _STRICTEST_FIRST if c in touched), None)


UNPLACED = Place(method=PlaceMethod.NONE, sure=Sure.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class Premises:
    """A customer's connection as the register has it."""

    account_no: str
    meter_no: str | None
    transformer: str | None
    feeder: str | None
    name: str
    address: str
    at: LonLat
    important: bool = False
    kind: str = ""
    no_night_calls: bool = False
    customers_on_transformer: int = 0


@dataclass(frozen=True, slots=True)
class Clues:
    """What a call says about where it is. `pin` is already WGS-84.

    `address` is what was said of the place, `words` whatever else was said: read where there is no address.
    `plate` is the code on a transformer or a pole; `of_number` are the premises of the caller's number, which tell who
    calls and only perhaps where it is dark.
    """

    premises: Premises | None = None
    pin: LonLat | None = None
    address: str | None = None
    words: str | None = None
    plate: str | None = None
    of_number: tuple[Premises, ...] = ()
