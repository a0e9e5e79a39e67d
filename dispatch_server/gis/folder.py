"""A folder of layers: its manifest and its files, from a directory or from the store's bytes."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Layer:
    """One entry of the manifest. `invented` says what in it is made up, "" for nothing."""

    name: str
    file: str
    sha256: str
    crs: str | None = None
    source: str = ""
    licence: str = ""
    invented: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    layers: Mapping[str, Layer]
    files: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """A digest over the manifest's checksums: the same files give the same version."""
        sums = "\n".join(sorted(f"{layer.file} {layer.sha256}" for layer in self.layers.values()))
        return hashlib.sha256(sums.encode()).hexdigest()[:16]

    def has(self, file: str) -> bool:
        return file in self.layers and file in self.files

    def content(self, file: str) -> bytes:
        if not self.has(file):
            raise BadInput(f"{file} is missing from the layers; add the file and its entry in {MANIFEST}.")
        return self.files[file]

    def crs_of(self, file: str) -> str:
        """The datum the manifest states; never assumed."""
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


def folder_of(files: Mapping[str, bytes]) -> Folder:
    """From file names and their bytes, the manifest among them."""
    if MANIFEST not in files:
        raise BadInput(f"There is no {MANIFEST}; it must list every layer with its file, crs and sha256.")
    try:
        said = tomllib.loads(files[MANIFEST].decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{MANIFEST} is not valid TOML: {error}.") from None
    entries = said.get("layers")
    if not isinstance(entries, list) or not entries:
        raise BadInput(f"{MANIFEST} lists no layers; write one [[layers]] for each file.")
    layers = [_layer(entry, n) for n, entry in enumerate(entries, 1)]
    return Folder({layer.file: layer for layer in layers}, files)


def folder_at(directory: Path) -> Folder:
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a folder.")
    known = (MANIFEST, *REQUIRED, *OPTIONAL)
    return folder_of({name: (directory / name).read_bytes() for name in known if (directory / name).is_file()})


def has_roads(folder: Folder) -> bool:
    return folder.has(ROAD_NODES) and folder.has(ROAD_EDGES)


def _layer(entry: Any, n: int) -> Layer:
    if not isinstance(entry, dict):
        raise BadInput(f"Layer {n} in {MANIFEST} must be written as [[layers]].")
    for key in ("name", "file", "sha256"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise BadInput(f"Layer {n} in {MANIFEST} lacks {key}.")
    crs = entry.get("crs")
    words = {key: str(entry.get(key, "")) for key in ("source", "licence", "invented")}
    return Layer(entry["name"], entry["file"], entry["sha256"].lower(), str(crs) if crs else None, **words)
