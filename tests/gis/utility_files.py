"""The small map as a utility would give it: a GeoPackage on a projection of CGCS2000, a Shapefile and a CSV in GBK."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio import raw
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.datums import all_from_wgs84
from dispatch_server.gis.sources import parts_of
from tests.gis.small_map import text_files

PROJECTED = "EPSG:4546"  # CGCS2000, zones of three degrees, around 111° E
_FORWARD = Transformer.from_crs("EPSG:4490", PROJECTED, always_xy=True)
CLASSES = {"urban": "城区", "rural": "农村", "remote": "偏远"}
NETWORK = ("areas", "transformers", "feeders")

ENTRIES: dict[str, dict[str, Any]] = {
    "areas": {
        "file": "net.gpkg",
        "layer": "districts",
        "crs": PROJECTED,
        "columns": {"code": "DISTRICT_ID", "name": "NAME", "area_class": "CLASS"},
        "values": {"area_class": {said: ours for ours, said in CLASSES.items()}},
    },
    "transformers": {
        "file": "net.gpkg",
        "layer": "pub_trans",
        "crs": PROJECTED,
        "columns": {"code": "ID", "area_code": "DISTRICT_ID"},
    },
    "feeders": {"file": "net.gpkg", "layer": "feeder_list"},
    "counties": {"file": "counties.shp", "crs": "EPSG:4490", "columns": {"code": "XZQDM", "name": "XZQMC"}},
    "accounts": {"file": "customers.csv", "crs": "gcj02", "encoding": "GBK", "columns": {"account_no": "户号"}},
}
PLAIN = ("gazetteer.csv", "depots.csv", "crews.csv", "shifts.csv", "road_nodes.csv", "road_edges.csv")


def projected(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    return [shapely.transform(s, lambda at: np.column_stack(_FORWARD.transform(at[:, 0], at[:, 1]))) for s in shapes]


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_files()[file])))


def shapes_of(file: str) -> tuple[list[BaseGeometry], list[dict[str, str]]]:
    features = json.loads(text_files()[file])["features"]
    return [shapely.geometry.shape(f["geometry"]) for f in features], [f["properties"] for f in features]


def write_layer(
    path: Path,
    layer: str,
    shapes: Sequence[BaseGeometry | None] | None,
    columns: Mapping[str, Sequence[Any]],
    crs: str | None = None,
    **more: Any,
) -> None:
    kind = None if shapes is None else next(s.geom_type for s in shapes if s is not None)
    wkb = None if shapes is None else np.array([None if s is None else shapely.to_wkb(s) for s in shapes], dtype=object)
    fields = [np.array(v, dtype=object if isinstance(v[0], str) else None) for v in columns.values()]
    raw.write(str(path), wkb, fields, list(columns), geometry_type=kind, crs=crs, layer=layer, **more)


def write_utility(directory: Path) -> Path:
    """Every file of it and its manifest."""
    directory.mkdir(parents=True, exist_ok=True)
    write_areas(directory)
    transformers = rows("transformers.csv")
    points = [shapely.Point(float(t["lon"]), float(t["lat"])) for t in transformers]
    columns = {name: [t[name] for t in transformers] for name in ("name", "feeder")}
    columns |= {"ID": [t["code"] for t in transformers], "DISTRICT_ID": [t["area_code"] for t in transformers]}
    counts = {"customers": [int(t["customers"]) for t in transformers]}
    write_layer(directory / "net.gpkg", "pub_trans", projected(points), {**columns, **counts}, PROJECTED, append=False)
    feeders = rows("feeders.csv")
    write_layer(directory / "net.gpkg", "feeder_list", None, {n: [f[n] for f in feeders] for n in feeders[0]})
    outlines, counties = shapes_of("counties.geojson")
    named = {"XZQDM": [c["code"] for c in counties], "XZQMC": [c["name"] for c in counties]}
    write_layer(directory / "counties.shp", "counties", outlines, named, "EPSG:4490", encoding="GBK")
    write_customers(directory)
    for file in PLAIN:
        (directory / file).write_text(text_files()[file], encoding="utf-8", newline="")
    return write_manifest(directory)


def write_areas(directory: Path, moved: Mapping[str, BaseGeometry] | None = None, crs: str = PROJECTED) -> None:
    """The districts; `moved` puts other outlines (WGS-84) in place of some."""
    outlines, areas = shapes_of("areas.geojson")
    outlines = [(moved or {}).get(a["code"], shape) for a, shape in zip(areas, outlines, strict=True)]
    columns = {
        "DISTRICT_ID": [a["code"] for a in areas],
        "NAME": [a["name"] for a in areas],
        "CLASS": [CLASSES[a["area_class"]] for a in areas],
        "TOWNSHIP": [a["township"] for a in areas],
        "COUNTY": [a["county"] for a in areas],
    }
    write_layer(directory / "net.gpkg", "districts", projected(outlines), columns, crs)


def write_customers(directory: Path) -> None:
    customers = rows("accounts.csv")
    there = all_from_wgs84(np.array([(float(c["lon"]), float(c["lat"])) for c in customers]), "gcj02").tolist()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["户号", *list(customers[0])[1:]])
    for customer, (lon, lat) in zip(customers, there, strict=True):
        writer.writerow((customer | {"lon": repr(lon), "lat": repr(lat)}).values())
    (directory / "customers.csv").write_bytes(text.getvalue().encode("gbk"))


def write_manifest(directory: Path, changes: Mapping[str, Mapping[str, Any] | None] | None = None) -> Path:
    """`changes` are laid over the entries; None leaves one out."""
    entries: dict[str, Mapping[str, Any] | None] = {
        **ENTRIES,
        **{file.partition(".")[0]: {"file": file, "crs": "EPSG:4326"} for file in PLAIN},
        **(changes or {}),
    }
    said = [entry_text(directory, name, entry) for name, entry in entries.items() if entry is not None]
    (directory / "manifest.toml").write_text("\n".join(said), encoding="utf-8")
    return directory


def changed(name: str, **changes: Any) -> dict[str, dict[str, Any]]:
    """An entry with something else in it; None leaves a key out."""
    return {name: {k: v for k, v in {**ENTRIES[name], **changes}.items() if v is not None}}


def entry_text(directory: Path, name: str, entry: Mapping[str, Any]) -> str:
    path = directory / entry["file"]
    parts = parts_of(path) if path.exists() else []
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    said = {"name": name, "sha256": digest, "source": "the utility", "licence": "its own", **entry}
    return "[[layers]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in said.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
