"""A folder of layers into the store, and the ground that servers judge on out of it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_server.domain.coverage import Seat
from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.refusals import BadInput, NotFound, Refused
from dispatch_server.domain.rules import Policy
from dispatch_server.gis import layers
from dispatch_server.gis.checks import flaws_of, unlike_the_manifest
from dispatch_server.gis.folder import (
    AREAS,
    ROAD_EDGES,
    ROAD_NODES,
    THE_MAP,
    Folder,
    at,
    folder_at,
    folder_of,
    has_roads,
)
from dispatch_server.gis.gazetteer import gazetteer_of
from dispatch_server.gis.ground import Ground
from dispatch_server.gis.layers import AreaShape, strict
from dispatch_server.gis.locator import MapLocator
from dispatch_server.gis.map_checks import flaw_of_outline
from dispatch_server.gis.reach import RoadReach
from dispatch_server.gis.seats import SEAT_FILES, seats_of
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.gis.zones import Zones
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import crew_records
from dispatch_server.store.layers import (
    REGISTERS,
    keep_files,
    keep_registers,
    keep_shifts,
    layer_files,
    loads,
    registered,
)
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading, Work

if TYPE_CHECKING:
    from dispatch_server.gis.roads import RoadGraph

Say = Callable[[str], None]
NOTE = "Note: "
NOTHING_LOADED = "No layers are loaded yet; run: relight gis load DIR"


@dataclass(frozen=True, slots=True)
class Registers:
    """Rows as the store takes them, by table, positions in WGS-84; `shifts` still name the crew by its code."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    shifts: Sequence[layers.ShiftRow]
    areas: int

    @property
    def counted(self) -> dict[str, int]:
        return {"areas": self.areas} | {table: len(rows) for table, rows in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """What the registers hold already, by table and code, and after how many loads."""

    rows: Mapping[str, Mapping[str, tuple[Any, ...]]]
    loads: int


def read_registers(folder: Folder, areas: int) -> Registers:
    """Beside so many areas, which were read already. Raises BadInput with the first thing that is wrong."""
    return _registers(
        _crews(strict(layers.read_crews(folder)), strict(layers.read_depots(folder))),
        strict(layers.read_transformers(folder)),
        strict(layers.read_accounts(folder)),
        strict(layers.read_shifts(folder)),
        areas,
    )


def registers_of(ground: Ground) -> Registers:
    """Of layers that were read and checked already."""
    crews = _crews(ground.crews, ground.depots)
    return _registers(crews, ground.transformers, ground.accounts, ground.shifts, len(ground.areas))


def _registers(
    crews: Iterator[dict[str, Any]],
    transformers: Sequence[layers.TransformerRecord],
    accounts: Sequence[layers.AccountRecord],
    shifts: Sequence[layers.ShiftRow],
    areas: int,
) -> Registers:
    rows = {
        "crews": list(crews),
        "transformers": [_placed(record) for record in transformers],
        "accounts": [_placed(record) for record in accounts],
    }
    return Registers(rows, shifts, areas)


def load_layers(work: Work, directory: Path) -> MapLocator:
    """All or nothing. Takes seconds: for the command line and for the first start, before anybody is served."""
    folder = folder_at(directory)
    locator = require_readable(folder)
    keep_layers(work, folder, read_registers(folder, locator.area_count))
    return locator


def require_readable(folder: Folder) -> MapLocator:
    """Raises BadInput where a server could not start on these layers; `check` says more, and takes longer."""
    if sentences := unlike_the_manifest(folder):
        raise BadInput(sentences[0])
    if has_roads(folder):
        layers.roads_of(folder)
    areas = strict(layers.read_areas(folder))
    if (bad := next((a for a in areas if not a.shape.is_valid), None)) is not None:
        raise BadInput(at(folder.label(AREAS), flaw_of_outline(bad.area.code, bad.shape)))
    return _locator(areas, folder)


def keep_layers(work: Work, folder: Folder, registers: Registers, known: Known | None = None) -> None:
    """Registers are added to or changed by code, never cut: the journal names them. What is `known` is not written."""
    work.lock("layers")
    if known is not None and known.loads != len(loads(work)):
        raise Refused(
            "Somebody else loaded layers meanwhile; nothing was loaded. Look at the preview, then load again."
        )
    map_files = {name: folder.files[name] for name in THE_MAP if name in folder.files}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in map_files.items()}
    keep_files(work, folder.version, map_files, sums, registers.counted)
    rows = {table: _unknown(registers.rows[table], table, known) for table in REGISTERS}
    ids = keep_registers(work, rows["crews"], rows["transformers"], rows["accounts"], folder.say)
    keep_shifts(work, [_shift(shift, ids) for shift in registers.shifts])


def known_registers(reading: Reading) -> Known:
    rows = {table: {row[0]: tuple(row) for row in registered(reading, table)} for table in REGISTERS}
    return Known(rows, len(loads(reading)))


def as_known(row: Mapping[str, Any], table: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in REGISTERS[table].split())


def _unknown(rows: Sequence[Mapping[str, Any]], table: str, known: Known | None) -> list[Mapping[str, Any]]:
    """A million customers who did not move need no writing, and servers wait for whoever writes."""
    there: Mapping[str, tuple[Any, ...]] = {} if known is None else known.rows[table]
    key = REGISTERS[table].partition(" ")[0]
    return [row for row in rows if there.get(row[key]) != as_known(row, table)]


def territory_from(reading: Reading, policy: Policy, made: MapLocator | None = None) -> Territory:
    """From the newest layers in the store. Takes a second: never inside a Work. `made` is used where it is of them."""
    files = layer_files(reading)
    if not files:
        raise NotFound(NOTHING_LOADED)
    folder = folder_of(files)
    travel = RoadTravel(_roads(folder, policy), policy)
    reach = RoadReach(_seats(folder), travel, policy)
    locator = made if made is not None and made.version == folder.version else locator_of(folder)
    return Territory(locator, travel, policy, crew_records(reading), reach)


def check_folder(directory: Path, say: Say) -> list[str]:
    """`relight gis check`: everything that is wrong, the worst first. `say` hears what is being looked at."""
    return _checked(directory, say)[1]


def load_folder(store: Store, directory: Path, say: Say) -> list[str]:
    """`relight gis load`: checks, then loads in one Work. Gives what stands in the way; empty when it was loaded."""
    ground, blocking = checked_ground(directory, say)
    if blocking or ground is None:
        return blocking
    folder, registers, known = ground.folder, registers_of(ground), store.read(known_registers)
    say("Writing it to the store.")
    store.work(COMMAND_LINE, lambda work: keep_layers(work, folder, registers, known))
    n = registers.counted
    say(
        f"Loaded version {folder.version}: {n['areas']:,} areas, {n['crews']:,} crews, {n['transformers']:,} "
        f"transformers, {n['accounts']:,} accounts."
    )
    say("Running servers take it up by themselves. Calls keep the areas that they were given.")
    return []


def loads_told(reading: Reading, zone: tzinfo) -> list[str]:
    """`relight gis versions`."""
    told = [
        f"{load.loaded_at.astimezone(zone):%Y-%m-%d %H:%M} version {load.version}, loaded by {load.said_by}: "
        f"{', '.join(f'{n:,} {what}' for what, n in load.held.items()) or 'not counted'}."
        for load in loads(reading)
    ]
    return [*told, "The last one is in force."] if told else [NOTHING_LOADED]


def checked_ground(directory: Path, say: Say) -> tuple[Ground | None, list[str]]:
    """The layers, or what stands in the way of them; notes are said."""
    ground, complaints = _checked(directory, say)
    if blocking := [c for c in complaints if not c.startswith(NOTE)]:
        return None, blocking
    for note in complaints:
        say(note)
    return ground, []


def _checked(directory: Path, say: Say) -> tuple[Ground | None, list[str]]:
    say(f"Checking {directory}.")
    try:
        folder = folder_at(directory, say)
    except BadInput as error:
        return None, [str(error)]
    ground = Ground(folder)
    return ground, [f.sentence if f.blocks else f"{NOTE}{f.sentence}" for f in flaws_of(ground, say)]


def locator_of(folder: Folder) -> MapLocator:
    return _locator(strict(layers.read_areas(folder)), folder)


def _locator(areas: Sequence[AreaShape], folder: Folder) -> MapLocator:
    return MapLocator(Zones(areas), gazetteer_of(folder), folder.version)


def _crews(crews: Sequence[layers.CrewRow], depots: Sequence[layers.Depot]) -> Iterator[dict[str, Any]]:
    at_depot = {depot.code: depot.at for depot in depots}
    for crew in crews:
        if crew.depot not in at_depot:
            raise BadInput(f"crews.csv: {crew.code} names the depot {crew.depot!r}, which is not in depots.csv.")
        yield {
            "code": crew.code,
            "name": crew.name,
            "squad": crew.squad,
            "county": crew.county,
            "skills": "|".join(crew.skills),
            "people": crew.people,
            "vehicle": crew.vehicle,
            "depot_lon": at_depot[crew.depot].lon,
            "depot_lat": at_depot[crew.depot].lat,
            "suspended": crew.suspended,
            "permit_kv": crew.permit_kv,
            "gear": "|".join(crew.gear) or None,
        }


def _placed(record: layers.TransformerRecord | layers.AccountRecord) -> dict[str, Any]:
    """The record by column, `at` as lon and lat."""
    row = {name: getattr(record, name) for name in record.__slots__ if name != "at"}
    return {**row, "lon": record.at.lon, "lat": record.at.lat}


def _shift(shift: layers.ShiftRow, ids: Mapping[str, int]) -> dict[str, Any]:
    if shift.crew not in ids:
        raise BadInput(f"shifts.csv names the crew {shift.crew!r}, which is not in crews.csv.")
    return {
        "crew_id": ids[shift.crew],
        "day_of_week": shift.day_of_week,
        "starts_min": shift.starts_min,
        "ends_min": shift.ends_min,
    }


def _seats(folder: Folder) -> Callable[[], Sequence[Seat]]:
    """Read when they are first asked for; until then the files alone are kept."""
    kept = replace(folder, files={name: folder.files[name] for name in SEAT_FILES})
    return lambda: seats_of(kept)


def _roads(folder: Folder, policy: Policy) -> "Callable[[], RoadGraph] | None":
    if not has_roads(folder):
        return None
    kept = replace(folder, files={name: folder.files[name] for name in (ROAD_NODES, ROAD_EDGES)})

    def build() -> "RoadGraph":
        from dispatch_server.gis.roads import RoadGraph

        return RoadGraph(*layers.roads_of(kept), policy.road_kmh)

    return build
