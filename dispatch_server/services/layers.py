"""A folder of layers into the store, and the ground that servers judge on out of it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.refusals import BadInput, NotFound
from dispatch_server.domain.rules import Policy
from dispatch_server.gis import layers
from dispatch_server.gis.checks import check, unlike_the_manifest
from dispatch_server.gis.folder import ROAD_EDGES, ROAD_NODES, THE_MAP, Folder, folder_at, folder_of, has_roads
from dispatch_server.gis.gazetteer import Gazetteer
from dispatch_server.gis.layers import strict
from dispatch_server.gis.locator import MapLocator
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.gis.zones import Zones
from dispatch_server.services.ports import Territory
from dispatch_server.store.crews import crew_records
from dispatch_server.store.layers import keep_files, keep_registers, keep_shifts, layer_files
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading, Work

if TYPE_CHECKING:
    from dispatch_server.gis.roads import RoadGraph

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Registers:
    """Rows as the store takes them, positions in WGS-84; `shifts` still name the crew by its code."""

    crews: tuple[Mapping[str, Any], ...]
    transformers: tuple[Mapping[str, Any], ...]
    accounts: tuple[Mapping[str, Any], ...]
    shifts: tuple[layers.ShiftRow, ...]


def read_registers(folder: Folder) -> Registers:
    """Raises BadInput with the first thing that is wrong."""
    return Registers(
        crews=tuple(_crews(folder)),
        transformers=tuple(_placed(record) for record in strict(layers.read_transformers(folder))),
        accounts=tuple(_placed(record) for record in strict(layers.read_accounts(folder))),
        shifts=tuple(strict(layers.read_shifts(folder))),
    )


def load_layers(work: Work, directory: Path) -> None:
    """All or nothing. Takes seconds: for the command line and for the first start, before anybody is served."""
    folder = folder_at(directory)
    require_readable(folder)
    keep_layers(work, folder, read_registers(folder))


def require_readable(folder: Folder) -> None:
    """Raises BadInput where a server could not start on these layers; `check` says more, and takes longer."""
    if sentences := unlike_the_manifest(folder):
        raise BadInput(sentences[0])
    _map_of(folder)
    if has_roads(folder):
        layers.roads_of(folder)


def keep_layers(work: Work, folder: Folder, registers: Registers) -> None:
    """Registers are added to or changed by code, never cut: the journal names them."""
    map_files = {name: folder.files[name] for name in THE_MAP if name in folder.files}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in map_files.items()}
    keep_files(work, folder.version, map_files, sums)
    ids = keep_registers(work, registers.crews, registers.transformers, registers.accounts)
    keep_shifts(work, [_shift(shift, ids) for shift in registers.shifts])


def territory_from(reading: Reading, policy: Policy) -> Territory:
    """From the newest layers in the store. Takes a fifth of a second: never inside a Work."""
    files = layer_files(reading)
    if not files:
        raise NotFound("No layers are loaded yet; run: relight gis load DIR")
    folder = folder_of(files)
    return Territory(_map_of(folder), RoadTravel(_roads(folder, policy), policy), policy, crew_records(reading))


def check_folder(directory: Path, say: Say) -> list[str]:
    """`relight gis check`: everything that is wrong, the worst first. `say` hears what is being looked at."""
    try:
        folder = folder_at(directory)
    except BadInput as error:
        return [str(error)]
    return [flaw.sentence if flaw.blocks else f"Note: {flaw.sentence}" for flaw in check(folder, say)]


def load_folder(store: Store, directory: Path, say: Say) -> list[str]:
    """`relight gis load`: checks, then loads in one Work. Gives what stands in the way; empty when it was loaded."""
    say(f"Checking {directory}.")
    complaints = check_folder(directory, say)
    if blocking := [c for c in complaints if not c.startswith("Note: ")]:
        return blocking
    for note in complaints:
        say(note)
    folder = folder_at(directory)
    registers = read_registers(folder)
    say("Writing it to the store.")
    store.work(COMMAND_LINE, lambda work: keep_layers(work, folder, registers))
    say(
        f"Loaded version {folder.version}: {len(registers.crews)} crews, {len(registers.transformers)} transformers, "
        f"{len(registers.accounts)} accounts. Running servers take it up by themselves."
    )
    return []


def _map_of(folder: Folder) -> MapLocator:
    zones = Zones(strict(layers.read_areas(folder)))
    return MapLocator(zones, Gazetteer(strict(layers.read_gazetteer(folder))), folder.version)


def _crews(folder: Folder) -> Iterator[dict[str, Any]]:
    depots = {depot.code: depot.at for depot in strict(layers.read_depots(folder))}
    for crew in strict(layers.read_crews(folder)):
        if crew.depot not in depots:
            raise BadInput(f"crews.csv: {crew.code} names the depot {crew.depot!r}, which is not in depots.csv.")
        yield {
            "code": crew.code,
            "name": crew.name,
            "squad": crew.squad,
            "county": crew.county,
            "skills": "|".join(crew.skills),
            "people": crew.people,
            "vehicle": crew.vehicle,
            "depot_lon": depots[crew.depot].lon,
            "depot_lat": depots[crew.depot].lat,
            "suspended": crew.suspended,
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


def _roads(folder: Folder, policy: Policy) -> "Callable[[], RoadGraph] | None":
    if not has_roads(folder):
        return None
    kept = replace(folder, files={name: folder.files[name] for name in (ROAD_NODES, ROAD_EDGES)})

    def build() -> "RoadGraph":
        from dispatch_server.gis.roads import RoadGraph

        return RoadGraph(*layers.roads_of(kept), policy.road_kmh)

    return build
