"""Files as utilities have them: GeoPackage, Shapefile, GeoJSON and CSV, each read into one kind of table. Read only."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError
from shapely.geometry import shape

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.features import crs_in
from dispatch_server.gis.folder import HEADERS, MAY_HAVE, Layer, Say, at, in_silence
from dispatch_server.gis.rows import ROWS_BETWEEN_WORDS, header_of

Shapes = NDArray[np.object_]

# A Shapefile is several files; these hold what is read of it (.shx can be made from .shp).
SHAPEFILE_PARTS = (".shp", ".dbf", ".prj", ".cpg")
_WKT = "wkt"  # the column of a CSV that holds outlines or lines
_EXACT_IN_A_FLOAT = 2**53
_USUAL = "UTF-8"
_FIRST_BYTES = {".gpkg": ("GeoPackage", b"SQLite format 3\0"), ".shp": ("Shapefile", b"\x00\x00\x27\x0a")}


@dataclass(frozen=True, slots=True)
class Table:
    """Texts by column, and shapes where the file has any. `ids` name each row; `crs` is what the file says itself."""

    columns: Mapping[str, Sequence[str]]
    shapes: Shapes | None
    ids: Sequence[str]
    crs: str = ""


def read_table(path: Path, layer: Layer, say: Say = in_silence) -> Table:
    """Raises BadInput with what to do about it."""
    if (read := _READERS.get(path.suffix.lower())) is None:
        raise BadInput(f"{layer.file} cannot be read: give it as {', '.join(_READERS)}.")
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # what is no number is told by the reader of the layer, where it stands
        return read(path, layer, say)


def parts_of(path: Path) -> list[Path]:
    """The files whose bytes the checksum covers, in order."""
    if path.suffix.lower() != ".shp":
        return [path]
    found = {part.suffix.lower(): part for part in path.parent.iterdir() if part.stem == path.stem}
    return [found[suffix] for suffix in SHAPEFILE_PARTS if suffix in found]


def _from_csv(path: Path, layer: Layer, say: Say) -> Table:
    try:
        text = path.read_bytes().decode(layer.encoding or "utf-8-sig")
    except (UnicodeError, LookupError, ValueError):
        raise BadInput(_wrong_encoding(layer, _USUAL)) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = header_of(reader, layer.label, [layer.columns.get(ours, ours) for ours in _wanted(layer)])
    rows: list[list[str]] = []
    ids: list[str] = []
    try:
        for values in reader:
            if values and len(values) != len(header):
                raise BadInput(
                    at(f"{layer.label} line {reader.line_num}", f"{len(values)} values for {len(header)} columns.")
                )
            if values:
                rows.append(values)
                ids.append(f"line {reader.line_num}")
                if len(ids) % ROWS_BETWEEN_WORDS == 0:
                    say(at(layer.label, f"{len(ids):,} rows so far."))
    except csv.Error as error:
        raise BadInput(at(f"{layer.label} line {reader.line_num}", f"{error}.")) from None
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(header, ())
    outlines = columns.get(layer.columns.get(_WKT, _WKT))
    shapes = None if outlines is None else shapely.from_wkt(np.array(outlines, dtype=object), on_invalid="ignore")
    return Table(columns, shapes, ids)


def _from_geojson(path: Path, layer: Layer, _: Say) -> Table:
    try:
        said = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = list(said["features"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(f"{layer.label} is not a GeoJSON FeatureCollection.") from None
    properties = [_properties(f) for f in features]
    names = list(dict.fromkeys(name for one in properties for name in one))
    columns = {name: [_text(one.get(name)) for one in properties] for name in names}
    shapes = np.array([_shape(f) for f in features], dtype=object)
    ids = [f"feature {n}" for n in range(1, len(features) + 1)]
    return Table(columns, shapes, ids, crs_in(said))


def _wanted(layer: Layer) -> list[str]:
    return [*HEADERS.get(layer.slot, "").split(), *MAY_HAVE.get(layer.slot, "").split(), _WKT]


def _from_gdal(path: Path, layer: Layer, say: Say) -> Table:
    _require_as_named(path, layer)
    try:
        name = _named_layer(layer, [str(held) for held in pyogrio.list_layers(path)[:, 0]])
        count = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
        parts = []
        for start in range(0, max(count, 1), ROWS_BETWEEN_WORDS):
            parts.append(_part(path, layer, name, start))
            done = start + len(parts[-1].ids)
            if count > ROWS_BETWEEN_WORDS:
                say(at(layer.label, f"{done:,} rows so far."))
    except (DataSourceError, DataLayerError) as error:
        raise BadInput(f"{layer.label} cannot be read: {' '.join(str(error).split()).rstrip('.')}.") from None
    except (UnicodeDecodeError, LookupError):
        raise BadInput(_wrong_encoding(layer, _encoding_beside(path))) from None
    if len(parts) == 1:
        return parts[0]
    columns = {name: [text for part in parts for text in part.columns[name]] for name in parts[0].columns}
    outlines = [part.shapes for part in parts if part.shapes is not None]
    shapes = np.concatenate(outlines) if outlines else None
    return Table(columns, shapes, [one for part in parts for one in part.ids], parts[0].crs)


def _part(path: Path, layer: Layer, name: str, start: int) -> Table:
    meta, fids, wkb, fields = raw.read(
        path,
        layer=name,
        encoding=layer.encoding or None,
        return_fids=True,
        datetime_as_string=True,
        skip_features=start,
        max_features=ROWS_BETWEEN_WORDS,
    )
    columns = {name: _texts(values, layer, name) for name, values in zip(meta["fields"], fields, strict=True)}
    if meta["encoding"] == "ISO-8859-1" and not layer.encoding and any(_is_foreign(v) for v in columns.values()):
        raise BadInput(
            f'{layer.label} does not say how its text is written (there is no .cpg file); add encoding = "GBK" to its '
            "entry in the manifest, or whatever it is."
        )
    shapes = None if wkb is None else shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    return Table(columns, shapes, [f"feature {fid}" for fid in fids], meta["crs"] or "")


def _require_as_named(path: Path, layer: Layer) -> None:
    """GDAL goes by what is in a file: a list of other files and of addresses would be read whatever it is called."""
    called, first_bytes = _FIRST_BYTES[path.suffix.lower()]
    with path.open("rb") as file:
        if file.read(len(first_bytes)) != first_bytes:
            raise BadInput(f"{layer.file} is no {called}, whatever its name says; export it again.")


def _named_layer(layer: Layer, held: list[str]) -> str:
    if layer.layer and layer.layer not in held:
        raise BadInput(f"{layer.file} has no layer {layer.layer!r}; it holds: {', '.join(held)}.")
    if not layer.layer and len(held) != 1:
        raise BadInput(f'{layer.file} holds the layers {", ".join(held)}; say which one with layer = "{held[0]}".')
    return layer.layer or held[0]


def _texts(values: NDArray[Any], layer: Layer, name: str) -> list[str]:
    # A whole-number column with an empty field comes as floats, and long numbers would lose their last digits.
    if values.dtype.kind == "f" and np.abs(values[np.isfinite(values)]).max(initial=0) > _EXACT_IN_A_FLOAT:
        raise BadInput(at(layer.label, f"the column {name} holds numbers too long to be exact; keep them as text."))
    return [_text(value) for value in values.tolist()]


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN stands for an empty field
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _shape(feature: Any) -> shapely.Geometry | None:
    try:
        return shapely.force_2d(shape(feature["geometry"]))
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None


def _properties(feature: Any) -> dict[str, Any]:
    said = feature.get("properties") if isinstance(feature, dict) else None
    return said if isinstance(said, dict) else {}


def _is_foreign(texts: Sequence[str]) -> bool:
    return not all(text.isascii() for text in texts)


def _encoding_beside(path: Path) -> str:
    cpg = path.with_suffix(".cpg")
    return cpg.read_text(encoding="ascii", errors="replace").strip() if cpg.is_file() else _USUAL


def _wrong_encoding(layer: Layer, otherwise: str) -> str:
    encoding = layer.encoding or otherwise
    return f'{layer.label} is not written in {encoding}; add encoding = "GBK" to its entry, or whatever it is.'


_READERS = {
    ".gpkg": _from_gdal,
    ".shp": _from_gdal,
    ".geojson": _from_geojson,
    ".json": _from_geojson,
    ".csv": _from_csv,
}
