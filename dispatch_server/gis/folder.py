"""A folder of layers: its manifest and its files, from a directory or from the store's bytes.

Readers know one file for each layer, named in `HEADERS`. Where a utility gave a layer in another form, that file is
made from it while the folder is read (`given`): what is checked is what is loaded, and servers need no other form.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import KNOWN, is_datum

MANIFEST = "manifest.toml"
AREAS, COUNTIES, GAZETTEER = "areas.geojson", "counties.geojson", "gazetteer.csv"
FEEDERS, TRANSFORMERS, ACCOUNTS = "feeders.csv", "transformers.csv", "accounts.csv"
DEPOTS, CREWS, CREW_PEOPLE, SHIFTS = "depots.csv", "crews.csv", "crew_people.csv", "shifts.csv"
ROAD_NODES, ROAD_EDGES = "road_nodes.csv", "road_edges.csv"
STREETS, LANDMARKS, POLES = "streets.csv", "landmarks.csv", "poles.csv"
ROADS = "roads"  # lines, from which road_nodes and road_edges are made

# The columns that each must have.
HEADERS = {
    AREAS: "code name area_class township county",
    COUNTIES: "code name",
    GAZETTEER: "code name kind township county lon lat radius_m area_code aliases",
    FEEDERS: "code name substation voltage_kv",
    TRANSFORMERS: "code name feeder area_code lon lat customers",
    ACCOUNTS: "account_no meter_no transformer name phone address lon lat important kind no_night_calls",
    DEPOTS: "code name squad county lon lat",
    CREWS: "code name squad county depot skills people vehicle suspended",
    CREW_PEOPLE: "crew name role",
    SHIFTS: "crew day_of_week starts ends",
    ROAD_NODES: "node lon lat",
    ROAD_EDGES: "from to metres class oneway",
    STREETS: "code name county township aliases first_no last_no line",
    LANDMARKS: "code name kind county township village lon lat radius_m aliases",
    POLES: "code feeder number road lon lat",
}
MAY_HAVE = {GAZETTEER: "former", CREWS: "permit_kv gear"}
WITH_POSITIONS = (
    *(AREAS, COUNTIES, GAZETTEER, TRANSFORMERS, ACCOUNTS, DEPOTS, ROAD_NODES),
    *(STREETS, LANDMARKS, POLES),
)
REQUIRED = (AREAS, COUNTIES, GAZETTEER, FEEDERS, TRANSFORMERS, ACCOUNTS, DEPOTS, CREWS, SHIFTS)
OPTIONAL = (CREW_PEOPLE, ROAD_NODES, ROAD_EDGES, STREETS, LANDMARKS, POLES)
# What a server keeps in memory. Registers become rows of the store; customers' data is kept there once, not twice.
# Transformers are both: a row for the call that names an account, a name on the map for the caller who says it.
THE_MAP = (
    *(MANIFEST, AREAS, COUNTIES, GAZETTEER, FEEDERS, TRANSFORMERS),
    *(ROAD_NODES, ROAD_EDGES, STREETS, LANDMARKS, POLES),
)
# Which of them an entry means that names another file: by its name, "areas" or "road_nodes".
BY_NAME = {file.partition(".")[0]: file for file in HEADERS} | {ROADS: ROADS}

_MOST_BYTES = 1 << 30  # of one file: ten million customers

Say = Callable[[str], None]


def at(where: str, what: str) -> str:
    """A flaw with the place where it is."""
    return f"{where}: {what}"


def in_silence(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Layer:
    """One entry of the manifest. `invented` says what in it is made up, "" for nothing.

    `layer` is the table inside a GeoPackage; `columns` names the file's own column for each of ours; `values` says what
    the file's own words mean, by our column.
    """

    name: str
    file: str
    sha256: str
    crs: str | None = None
    source: str = ""
    licence: str = ""
    invented: str = ""
    layer: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def slot(self) -> str:
        """The file of ours that this entry stands for; its own file where it is none of ours."""
        return BY_NAME.get(self.name, self.file)

    @property
    def is_as_read(self) -> bool:
        """Written as the readers read it: nothing has to be made from it."""
        plain = not (self.layer or self.encoding or self.columns or self.values)
        return self.slot == self.file and plain and (self.crs is None or is_datum(self.crs))

    @property
    def label(self) -> str:
        return f"{self.file} ({self.layer})" if self.layer else self.file


@dataclass(frozen=True, slots=True)
class Given:
    """A layer in the form the utility gave it. `ids` name each row there; `flaw` says why it could not be read."""

    layer: Layer
    ids: Sequence[str] = ()
    sha256: str = ""
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    layers: Mapping[str, Layer]
    files: Mapping[str, bytes]
    given: Mapping[str, Given] = field(default_factory=dict)
    say: Say = in_silence

    @property
    def version(self) -> str:
        """A digest over what the readers read: the same files and datums give the same version."""
        sums = "\n".join(sorted(_sum_of(layer) for layer in self.layers.values()))
        return hashlib.sha256(sums.encode()).hexdigest()[:16]

    def has(self, file: str) -> bool:
        return file in self.layers and file in self.files

    def content(self, file: str) -> bytes:
        self._require_read(file)
        if not self.has(file):
            raise BadInput(f"{file} is missing from the layers; add the file and its entry in {MANIFEST}.")
        return self.files[file]

    def crs_of(self, file: str) -> str:
        """The datum the manifest states; never assumed."""
        self._require_read(file)
        layer = self.layers.get(file)
        if layer is None or layer.crs is None:
            raise BadInput(f"{MANIFEST} does not say the crs of {file}; add {KNOWN}. It is never guessed.")
        if not is_datum(layer.crs):
            raise BadInput(f"{MANIFEST} gives {file} the crs {layer.crs!r}, which is not known; say {KNOWN}.")
        return layer.crs

    def text(self, file: str) -> str:
        try:
            return self.content(file).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None

    def _require_read(self, file: str) -> None:
        if file in self.given and self.given[file].flaw:
            raise BadInput(self.given[file].flaw)

    def label(self, file: str) -> str:
        """The name of the file that the utility knows."""
        return self.given[file].layer.label if file in self.given else file

    def where(self, file: str, nth: int, otherwise: str) -> str:
        """A row, counted from 0, as the utility finds it: "net.gpkg (areas) feature 17"; `otherwise` in our file."""
        ids = self.given[file].ids if file in self.given else ()
        return f"{self.label(file)} {ids[nth] if nth < len(ids) else otherwise}"


def folder_of(files: Mapping[str, bytes], say: Say = in_silence) -> Folder:
    """From file names and their bytes, the manifest among them."""
    if MANIFEST not in files:
        raise BadInput(f"There is no {MANIFEST}; it must list every layer with its file, crs and sha256.")
    try:
        said = tomllib.loads(files[MANIFEST].decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{MANIFEST} is not valid TOML: {error}.") from None
    entries = said.get("layers")
    if not isinstance(entries, list) or not entries:
        raise BadInput(f"{MANIFEST} lists no layers; write one [[layers]] for each file.")
    layers: dict[str, Layer] = {}
    for n, entry in enumerate(entries, 1):
        layer = _layer(entry, n)
        if layer.slot in layers:
            raise BadInput(f"{MANIFEST} lists {layer.name} twice, as layer {n} too; one file or table holds all of it.")
        layers[layer.slot] = layer
    return Folder(layers, files, say=say)


def folder_at(directory: Path, say: Say = in_silence) -> Folder:
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a folder.")
    there = [path for n in (MANIFEST, *REQUIRED, *OPTIONAL) if (path := directory / n).is_file()]
    for path in there:
        require_usable(path, directory)
    folder = folder_of({path.name: path.read_bytes() for path in there}, say)
    if all(layer.is_as_read for layer in folder.layers.values()):
        return folder
    from dispatch_server.gis.given import made_readable  # GDAL takes a fifth of a second, and servers never need it

    return made_readable(folder, directory)


def leads_out(path: Path, directory: Path) -> bool:
    """By its name, or as a link."""
    return not path.resolve().is_relative_to(directory.resolve())


def require_usable(file: Path, directory: Path) -> None:
    """Before a file is read whole, in a process beside servers that need their memory."""
    if leads_out(file, directory):
        raise BadInput(f"{file.name} is a link that leads out of the folder; copy the file itself into it.")
    if (size := file.stat().st_size) > _MOST_BYTES:
        raise BadInput(f"{file.name} has {size:,} bytes; a file may have up to {_MOST_BYTES:,}.")


def has_roads(folder: Folder) -> bool:
    return folder.has(ROAD_NODES) and folder.has(ROAD_EDGES)


def manifest_of(layers: Mapping[str, Layer]) -> bytes:
    """A manifest for files as the readers read them."""
    entries = []
    for layer in layers.values():
        said = {"name": layer.name, "file": layer.file, "crs": layer.crs, "sha256": layer.sha256}
        said |= {"source": layer.source, "licence": layer.licence, "invented": layer.invented}
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items() if value is not None]
        entries.append("\n".join(["[[layers]]", *lines]))
    return "\n\n".join(entries).encode()


def _sum_of(layer: Layer) -> str:
    crs = "" if layer.crs is None or layer.crs.upper() == "EPSG:4326" else f" {layer.crs.lower()}"
    return f"{layer.file} {layer.sha256}{crs}"


def _layer(entry: Any, n: int) -> Layer:
    if not isinstance(entry, dict):
        raise BadInput(f"Layer {n} in {MANIFEST} must be written as [[layers]].")
    for key in ("name", "file"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise BadInput(f"Layer {n} in {MANIFEST} lacks {key}.")
    crs = entry.get("crs")
    words = {key: str(entry.get(key, "")) for key in ("source", "licence", "invented", "layer", "encoding")}
    return Layer(
        entry["name"],
        entry["file"],
        str(entry.get("sha256", "")).lower(),
        str(crs) if crs else None,
        **words,
        columns=_table(entry, n, "columns"),
        values={ours: _table(entry["values"], n, ours) for ours in _table(entry, n, "values", depth=2)},
    )


def _table(entry: Mapping[str, Any], n: int, key: str, depth: int = 1) -> dict[str, str]:
    """Text by text; of a table of tables (`depth` 2) the keys."""
    said = entry.get(key, {})
    if not isinstance(said, dict) or any(isinstance(v, dict) != (depth == 2) for v in said.values()):
        shape = "{ours = {theirs = ours}}" if depth == 2 else "{ours = theirs}"
        raise BadInput(f"Layer {n} in {MANIFEST}: {key} must be written as {shape}.")
    return {str(k): str(v) for k, v in said.items()}
