"""A layer in the utility's own form, made into the file that the readers know.

Its columns are named by the manifest, its positions converted where they are projected, its rows kept in their order:
whatever a reader finds wrong in row 17 is said of the utility's own feature.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import Degrees
from dispatch_server.gis.features import another_crs
from dispatch_server.gis.folder import (
    HEADERS,
    MANIFEST,
    MAY_HAVE,
    ROAD_EDGES,
    ROAD_NODES,
    ROADS,
    WITH_POSITIONS,
    Folder,
    Given,
    Layer,
    Say,
    at,
    leads_out,
    manifest_of,
    require_usable,
)
from dispatch_server.gis.projections import AS_WGS84, contradiction, is_projected, require_crs, unprojected
from dispatch_server.gis.road_lines import ROAD_COLUMNS, Columns, network_of
from dispatch_server.gis.rows import ROWS_BETWEEN_WORDS
from dispatch_server.gis.sources import Shapes, Table, parts_of, read_table

_POINT, _LINE, _POLYGON, _MULTI_POINT, _MULTI_LINE, _MULTI_POLYGON = 0, 1, 3, 4, 5, 6
_MADE_OF = {ROADS: (ROAD_NODES, ROAD_EDGES)}
_OF_SHAPES = {"lon", "lat", "line"}
_LOOKED_AT = 1_000  # positions enough to tell two projections apart


def made_readable(folder: Folder, directory: Path) -> Folder:
    """The folder with every layer as the readers read it; what could not be made is told when it is read."""
    files, layers, given = dict(folder.files), dict[str, Layer](), dict[str, Given]()
    for slot, layer in folder.layers.items():
        if layer.is_as_read or slot not in (*HEADERS, ROADS):
            layers[slot] = layer
            continue
        folder.say(f"Reading {layer.label}.")
        made = _made(layer, slot, directory, folder.say)
        for file in _MADE_OF.get(slot, (slot,)):
            given[file] = made.given
            content = made.files.get(file)
            files.pop(file, None)
            if content is not None:
                files[file] = content
            layers[file] = _as_made(layer, file, content or b"", made.crs)
    files[MANIFEST] = manifest_of(layers)
    return Folder(layers, files, given, folder.say)


@dataclass(frozen=True, slots=True)
class _Made:
    given: Given
    files: Mapping[str, bytes]
    crs: str | None = None


def _made(layer: Layer, slot: str, directory: Path, say: Say) -> _Made:
    try:
        path = _path(layer, directory)
        digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts_of(path))).hexdigest()
        table = read_table(path, layer, say)
        crs = _require_crs(layer, table) if slot in (*WITH_POSITIONS, ROADS) else None
        if crs is not None and is_projected(crs):
            table, crs = _in_degrees(table, layer, crs), AS_WGS84
        if len(table.ids) > ROWS_BETWEEN_WORDS:
            say(f"Taking {layer.label} over.")
        return _Made(Given(layer, table.ids, digest), _files(table, layer, slot, crs or ""), crs)
    except BadInput as error:
        return _Made(Given(layer, flaw=str(error)), {})


def _path(layer: Layer, directory: Path) -> Path:
    if not layer.file.isprintable():
        raise BadInput(f"{MANIFEST} names the file {layer.file!r}; a file's name has only characters that print.")
    path = directory / layer.file
    if leads_out(path, directory):
        raise BadInput(f"{MANIFEST} lists {layer.file}, which lies outside the folder; copy it into the folder.")
    if not path.is_file():
        raise BadInput(f"{MANIFEST} lists {layer.file}, but the file is not in the folder.")
    for part in parts_of(path):
        require_usable(part, directory)
    return path


def _as_made(layer: Layer, file: str, content: bytes, crs: str | None) -> Layer:
    crs = crs if file in WITH_POSITIONS else None
    said = f"{layer.source} (from {layer.label})" if layer.source else ""
    made = Layer(file.partition(".")[0], file, hashlib.sha256(content).hexdigest(), crs)
    return replace(made, source=said, licence=layer.licence, invented=layer.invented)


def _require_crs(layer: Layer, table: Table) -> str:
    crs = require_crs(layer.crs, layer.label)
    if table.shapes is not None and (found := contradiction(table.crs, crs, _some_positions(table.shapes))):
        raise BadInput(another_crs(layer.label, found, crs))
    return crs


def _some_positions(shapes: Shapes) -> Degrees:
    positions: Degrees = shapely.get_coordinates(shapes[:_LOOKED_AT])[:_LOOKED_AT]
    return positions


def _in_degrees(table: Table, layer: Layer, crs: str) -> Table:
    try:
        if table.shapes is not None:
            return replace(table, shapes=shapely.transform(table.shapes, lambda at: unprojected(at, crs)))
        names = [_theirs(table, layer, ours) for ours in ("lon", "lat")]
        if None in names:
            return table
        lonlats = unprojected(np.column_stack([_numbers(table.columns[str(name)]) for name in names]), crs)
    except BadInput as error:
        raise BadInput(at(layer.label, str(error))) from None
    converted = {str(name): _as_texts(lonlats[:, n]) for n, name in enumerate(names)}
    return replace(table, columns={**table.columns, **converted})


def _files(table: Table, layer: Layer, slot: str, crs: str) -> dict[str, bytes]:
    if slot == ROADS:
        columns = _columns(table, layer, ROAD_COLUMNS.split(), [])
        lines = _require_shapes(table, layer, _LINE, _MULTI_LINE, "lines")
        return {file: _csv(made) for file, made in network_of(list(lines), columns, layer.label, crs).items()}
    columns = _columns(table, layer, HEADERS[slot].split(), MAY_HAVE.get(slot, "").split())
    if slot.endswith(".geojson"):
        return {slot: _geojson(columns, table, layer)}
    return {slot: _csv(columns)}


def _columns(table: Table, layer: Layer, wanted: Sequence[str], optional: Sequence[str]) -> Columns:
    for said in ("columns", "values"):
        if strange := [ours for ours in getattr(layer, said) if ours not in (*wanted, *optional, "wkt")]:
            known = ", ".join(wanted)
            raise BadInput(
                at(layer.label, f"the manifest's {said} name {strange[0]!r}, which is none of ours: {known}.")
            )
    columns: Columns = {}
    from_shapes = _shape_columns(table, layer, wanted)
    for ours in (*wanted, *optional):
        values = from_shapes.get(ours) or _values(table, layer, ours, ours in optional)
        if values is not None:
            columns[ours] = values
    return columns


def _values(table: Table, layer: Layer, ours: str, may_lack: bool) -> Sequence[str] | None:
    """The column's values in our words. One that lacks may be filled: `values = {kind = {"" = "household"}}`."""
    means, theirs = layer.values.get(ours, {}), _theirs(table, layer, ours)
    if theirs is not None:
        return [means.get(value.strip(), value) for value in table.columns[theirs]] if means else table.columns[theirs]
    if "" in means and ours not in layer.columns:
        return [means[""]] * len(table.ids)
    if may_lack and ours not in layer.columns:
        return None
    named = layer.columns.get(ours, ours)
    raise BadInput(
        f'{layer.label} has no column {named}; say which is our {ours} with columns = {{{ours} = "…"}}. '
        f"It has: {', '.join(table.columns)}."
    )


def _theirs(table: Table, layer: Layer, ours: str) -> str | None:
    """The file's own column, written as it may be: Shapefiles are full of capitals."""
    named = layer.columns.get(ours, ours)
    alike = {name.lower(): name for name in reversed(list(table.columns))}
    return named if named in table.columns else alike.get(named.lower())


def _shape_columns(table: Table, layer: Layer, wanted: Sequence[str]) -> Columns:
    """lon, lat or line out of the shapes, unless columns of the file were named for them."""
    needed = [ours for ours in wanted if ours in _OF_SHAPES and ours not in layer.columns]
    if table.shapes is None or not needed:
        return {}
    if "line" in needed:
        return {"line": [_line(one) for one in _require_shapes(table, layer, _LINE, _MULTI_LINE, "lines")]}
    points = _require_shapes(table, layer, _POINT, _MULTI_POINT, "points")
    return {"lon": _as_texts(shapely.get_x(points)), "lat": _as_texts(shapely.get_y(points))}


def _require_shapes(table: Table, layer: Layer, kind: int, multi: int, called: str) -> Shapes:
    """Each shape of this kind; a collection of one counts as the one. What lacks stays None, for the reader to tell."""
    if table.shapes is None:
        raise BadInput(f"{layer.label} holds no {called}.")
    shapes: Shapes = table.shapes.copy()
    kinds = shapely.get_type_id(shapes)
    alone = (kinds == multi) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    wrong = np.flatnonzero((shapely.get_type_id(shapes) != kind) & (kinds != -1))
    if len(wrong):
        found = shapes[wrong[0]].geom_type
        raise BadInput(at(f"{layer.label} {table.ids[wrong[0]]}", f"{called} are needed here, this is a {found}."))
    return shapes


def _line(shape: shapely.Geometry | None) -> str:
    return ";".join(f"{lon!r} {lat!r}" for lon, lat in shapely.get_coordinates(shape).tolist())


def _geojson(columns: Columns, table: Table, layer: Layer) -> bytes:
    if table.shapes is None:
        raise BadInput(f"{layer.label} holds no outlines; in a CSV they stand in a column wkt.")
    # What is no outline is told by the reader, and may be nested deeper than JSON can be read.
    outlines: Shapes = table.shapes.copy()
    outlines[~np.isin(shapely.get_type_id(outlines), (_POLYGON, _MULTI_POLYGON))] = None
    names, geometries = list(columns), shapely.to_geojson(outlines)
    features = (
        f'{{"type":"Feature","properties":{json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)},'
        f'"geometry":{geometry or "null"}}}'
        for geometry, *row in zip(geometries, *columns.values(), strict=True)
    )
    return ('{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}").encode()


def _csv(columns: Mapping[str, Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def _numbers(texts: Sequence[str]) -> Degrees:
    return np.array([_number(text) for text in texts], dtype=np.float64)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _as_texts(numbers: NDArray[np.float64]) -> list[str]:
    return ["" if number != number else repr(number) for number in numbers.tolist()]
