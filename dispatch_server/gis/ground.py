"""All layers of a folder, read as far as they can be, with what was wrong with the rest and where each code stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from shapely.geometry.base import BaseGeometry

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis import layers
from dispatch_server.gis.features import codes_in
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    CREW_PEOPLE,
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
    at,
)
from dispatch_server.gis.rows import Read, read_all, rows_of
from dispatch_server.gis.seams import together
from dispatch_server.gis.zones import Zones

T = TypeVar("T")

MOST_OF_A_KIND = 5  # the rest are counted
# By which columns a row is found again, where its code is not enough.
_KEYS = {
    GAZETTEER: ("kind", "code"),
    ACCOUNTS: ("account_no",),
    ROAD_NODES: ("node",),
    ROAD_EDGES: ("from", "to"),
    SHIFTS: ("crew",),
    CREW_PEOPLE: ("crew",),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """`blocks`: the folder cannot be loaded until it is put right. Others are told, and loading goes on."""

    sentence: str
    blocks: bool


class Ground:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.flaws: list[Flaw] = []
        self.unread = set[str]()  # files of which something could not be read
        self._where: dict[str, dict[str, list[str]]] = {}
        self.areas = self._read(AREAS, layers.read_areas)
        self.counties = self._read(COUNTIES, layers.read_counties)
        self.gazetteer = self._read(GAZETTEER, layers.read_gazetteer)
        self.feeders = self._read(FEEDERS, layers.read_feeders)
        self.transformers = self._read(TRANSFORMERS, layers.read_transformers)
        self.accounts = self._read(ACCOUNTS, layers.read_accounts)
        self.depots = self._read(DEPOTS, layers.read_depots)
        self.crews = self._read(CREWS, layers.read_crews)
        self.shifts = self._read(SHIFTS, layers.read_shifts)
        self.people = self._read(CREW_PEOPLE, _crews_of_people)
        self.nodes = self._read(ROAD_NODES, layers.read_road_nodes)
        self.edges = self._read(ROAD_EDGES, layers.read_road_edges)
        self.streets = self._read(STREETS, layers.read_streets)
        self.landmarks = self._read(LANDMARKS, layers.read_landmarks)
        self.poles = self._read(POLES, layers.read_poles)
        self.area_codes = {a.area.code for a in self.areas}
        self.sound_areas = [a for a in self.areas if a.shape.is_valid]

    @cached_property
    def zones(self) -> Zones:
        return Zones(self.sound_areas)

    @cached_property
    def covered(self) -> BaseGeometry:
        """What all areas cover together: seconds, for thousands of long outlines."""
        return together([a.shape for a in self.sound_areas])

    def where_all(self, file: str, code: str) -> list[str]:
        """Every row or feature with this key: "areas.geojson feature 3". Looked up only where something is wrong."""
        if file not in self._where:
            found = self._where[file] = dict[str, list[str]]()
            for one, where in self._codes_in(file):
                found.setdefault(one, []).append(where)
        return self._where[file].get(code) or [self.folder.label(file)]

    def where(self, file: str, code: str) -> str:
        return self.where_all(file, code)[0]

    def spot(self, file: str, where: str) -> str:
        """Where, without the name of the file: "feature 3"."""
        return where.removeprefix(self.folder.label(file)).strip()

    def few(self, wrong: Sequence[T], sentence: Callable[[T], str], file: str, *, blocks: bool) -> list[Flaw]:
        """The first of many, and how many more there are."""
        flaws = [Flaw(sentence(one), blocks) for one in wrong[:MOST_OF_A_KIND]]
        if (rest := len(wrong) - MOST_OF_A_KIND) > 0:
            flaws.append(Flaw(at(self.folder.label(file), f"and {rest:,} more like the last."), blocks))
        return flaws

    def _codes_in(self, file: str) -> list[tuple[str, str]]:
        if file.endswith(".geojson"):
            return codes_in(self.folder, file)
        keys = _KEYS.get(file, ("code",))
        return [(" ".join(row.whole_text(key) for key in keys), row.where) for row in rows_of(self.folder, file)]

    def _read(self, file: str, read: Callable[[Folder], Read[layers.T]]) -> list[layers.T]:
        given = self.folder.given.get(file)
        if not self.folder.has(file) and given is None:
            return []
        try:
            records, complaints = read(self.folder)
        except BadInput as error:
            records, complaints = [], [str(error)]
        if complaints:
            self.unread.add(file)
        self.flaws += self.few(complaints, str, file, blocks=True)
        return records


def _crews_of_people(folder: Folder) -> Read[str]:
    return read_all(rows_of(folder, CREW_PEOPLE), lambda row: row.text("crew"))
