"""The sample as layer files: name -> bytes, the manifest among them. Equal inputs give equal bytes."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis import folder
from gis_data.making import addresses, crews, customers, land, landmarks, network, poles, roads, streets
from gis_data.making.flat import DECIMALS, map_to_km, to_lonlat
from gis_data.making.sources import EARLIER, EXTENTS, LIMITS, NAMES, TOWNS, Package
from gis_data.making.world import (
    Account,
    Area,
    Crew,
    Depot,
    Feeder,
    Inputs,
    Landmark,
    Pole,
    Street,
    Transformer,
    Xy,
    stem_of,
)

Files = dict[str, bytes]
Row = Sequence[Any]


def build(inputs: Inputs) -> Files:
    areas = land.lay_out(inputs)
    network_of_roads = roads.build(areas)
    network.classify(areas, network_of_roads)
    hung = customers.dedicated(areas)
    unfed = [*network.public_transformers(areas), *(transformer for transformer, *_ in hung)]
    feeders, transformers = network.feed(areas, network_of_roads, unfed)
    named = streets.streets(areas, network_of_roads)
    own = addresses.by_county(named)
    people = customers.accounts(
        areas, transformers, hung, lambda area, at, r, home: addresses.address(area, at, own, r, home)
    )
    depots, all_crews = crews.depots_and_crews(areas, network_of_roads)
    files = {
        folder.AREAS: _areas(areas),
        folder.COUNTIES: _counties(areas),
        folder.GAZETTEER: _gazetteer(areas, inputs),
        folder.FEEDERS: _feeders(feeders),
        folder.TRANSFORMERS: _transformers(areas, transformers),
        folder.ACCOUNTS: _accounts(people),
        folder.DEPOTS: _depots(depots),
        folder.CREWS: _crews(all_crews),
        folder.CREW_PEOPLE: _table(
            "crew,name,role", ((c.code, name, role) for c in all_crews for name, role in c.people)
        ),
        folder.SHIFTS: _table(
            "crew,day_of_week,starts,ends", ((c.code, *shift) for c in all_crews for shift in c.shifts)
        ),
        folder.ROAD_NODES: _road_nodes(network_of_roads),
        folder.ROAD_EDGES: _road_edges(network_of_roads),
        folder.STREETS: _streets(named),
        folder.LANDMARKS: _landmarks(areas, landmarks.landmarks(areas, hung)),
        folder.POLES: _poles(poles.poles(areas, network_of_roads, feeders, transformers)),
    }
    return {**files, folder.MANIFEST: _manifest(files)}


def _table(head: str, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(head.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def _geojson(features: Iterable[tuple[dict[str, str], BaseGeometry]]) -> bytes:
    """One feature a line, so that a change can be read."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": said, "geometry": _written(shape)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for said, shape in features
    ]
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def _written(shape: BaseGeometry) -> dict[str, Any]:
    """Corners on the written grid already; rounding only takes the float's tail away. Rings as RFC 7946 has them."""
    rounded = shapely.transform(shapely.orient_polygons(shape), lambda a: np.round(a, DECIMALS))
    written: dict[str, Any] = mapping(rounded)
    return written


def _at(xy: Xy) -> tuple[str, str]:
    lon, lat = to_lonlat(np.array([xy]))[0]
    return f"{lon:.{DECIMALS}f}", f"{lat:.{DECIMALS}f}"


def _areas(areas: Sequence[Area]) -> bytes:
    return _geojson(
        (
            {
                "code": a.village.code,
                "name": a.village.name,
                "area_class": a.area_class,
                "township": a.township.name,
                "county": a.county.name,
            },
            a.shape,
        )
        for a in areas
    )


def _counties(areas: Sequence[Area]) -> bytes:
    return _geojson(({"code": c.code, "name": c.name}, shape) for c, shape in land.counties_of(areas))


def _gazetteer(areas: Sequence[Area], inputs: Inputs) -> bytes:
    """A radius reaches from the point to the farthest corner: what is called so lies within."""
    rows: list[Row] = []
    for county, shape in land.counties_of(areas):
        at = _middle([a for a in areas if a.county.code == county.code])
        rows.append(
            (county.code, county.name, "county", "", county.name, *_at(at), _radius(at, shape), "", county.stem, "")
        )
    for t in inputs.townships:
        its = [a for a in areas if a.township.code == t.code]
        shape, county_name = shapely.union_all([a.shape for a in its]), its[0].county.name
        at, former = its[0].at, "|".join(inputs.former.get(t.code, ()))
        rows.append((t.code, t.name, "township", t.name, county_name, *_at(at), _radius(at, shape), "", t.stem, former))
    rows.extend(
        (
            a.village.code,
            a.village.name,
            "village",
            a.township.name,
            a.county.name,
            *_at(a.at),
            _radius(a.at, a.shape),
            a.village.code,
            "|".join(_aliases(a)),
            "|".join(inputs.former.get(a.village.code, ())),
        )
        for a in areas
    )
    return _table("code,name,kind,township,county,lon,lat,radius_m,area_code,aliases,former", rows)


def _middle(areas: Sequence[Area]) -> Xy:
    """A county is known by its town."""
    x, y = np.mean([a.at for a in areas if a.in_town] or [a.at for a in areas], axis=0)
    return float(x), float(y)


def _radius(at: Xy, shape: BaseGeometry) -> int:
    corners = shapely.get_coordinates(map_to_km(shape))
    return ceil(float(np.hypot(*(corners - np.array(at)).T).max()) * 100) * 10


def _aliases(area: Area) -> list[str]:
    names = dict.fromkeys([stem_of(area.village.name), area.village.official])
    return [name for name in names if name != area.village.name]


def _feeders(feeders: Sequence[Feeder]) -> bytes:
    return _table("code,name,substation,voltage_kv", ((f.code, f.name, f.substation, f.voltage_kv) for f in feeders))


def _transformers(areas: Sequence[Area], transformers: Sequence[Transformer]) -> bytes:
    rows = ((t.code, t.name, t.feeder, areas[t.area].village.code, *_at(t.at), t.customers) for t in transformers)
    return _table("code,name,feeder,area_code,lon,lat,customers", rows)


def _accounts(accounts: Sequence[Account]) -> bytes:
    rows = (
        (
            a.account_no,
            a.meter_no,
            a.transformer,
            a.name,
            a.phone,
            a.address,
            *_at(a.at),
            int(a.important),
            a.kind,
            int(a.no_night_calls),
        )
        for a in accounts
    )
    return _table("account_no,meter_no,transformer,name,phone,address,lon,lat,important,kind,no_night_calls", rows)


def _depots(depots: Sequence[Depot]) -> bytes:
    return _table("code,name,squad,county,lon,lat", ((d.code, d.name, d.squad, d.county, *_at(d.at)) for d in depots))


def _crews(all_crews: Sequence[Crew]) -> bytes:
    rows = (
        (c.code, c.name, c.squad, c.county, c.depot, "|".join(c.skills), len(c.people), c.vehicle, 0) for c in all_crews
    )
    return _table("code,name,squad,county,depot,skills,people,vehicle,suspended", rows)


def _road_nodes(network_of_roads: roads.Roads) -> bytes:
    return _table("node,lon,lat", ((n, *_at(xy)) for n, xy in enumerate(network_of_roads.nodes)))


def _road_edges(network_of_roads: roads.Roads) -> bytes:
    rows = ((a, b, round(km * 1000), c, 0) for (a, b), (km, c) in sorted(network_of_roads.edges.items()))
    return _table("from,to,metres,class,oneway", rows)


def _streets(named: Sequence[Street]) -> bytes:
    rows = (
        (s.code, s.name, s.county, s.township, "|".join(s.aliases), s.first_no, s.last_no, _line(s.line)) for s in named
    )
    return _table("code,name,county,township,aliases,first_no,last_no,line", rows)


def _line(line: Sequence[Xy]) -> str:
    return ";".join(" ".join(_at(xy)) for xy in line)


def _landmarks(areas: Sequence[Area], marks: Sequence[Landmark]) -> bytes:
    rows = (
        (
            m.code,
            m.name,
            m.kind,
            areas[m.area].county.name,
            areas[m.area].township.name,
            areas[m.area].village.name,
            *_at(m.at),
            m.radius_m,
            "|".join(m.aliases),
        )
        for m in marks
    )
    return _table("code,name,kind,county,township,village,lon,lat,radius_m,aliases", rows)


def _poles(all_poles: Sequence[Pole]) -> bytes:
    return _table(
        "code,feeder,number,road,lon,lat", ((p.code, p.feeder, p.number, p.road, *_at(p.at)) for p in all_poles)
    )


def _said(package: Package) -> str:
    return f"{package.name} {package.version} ({'npm' if package.registry == 'npm' else 'PyPI'})"


_MADE_BY = "gis_data/make_sample.py"
_ALL_INVENTED = ("generated, no outside source", "Apache-2.0")
# file -> where it comes from, under which licence, and what in it is invented.
_ORIGIN = {
    folder.AREAS: (
        f"names and codes: {_said(NAMES)}; outer and county limits: {_said(LIMITS)}; extents of 67 townships: "
        f"{_said(EXTENTS)}; some seats: {_said(TOWNS)}",
        "WTFPL (names), MIT (limits, extents), GeoNames CC BY 4.0 (seats)",
        "Every border inside a county, and every area_class, is invented.",
    ),
    folder.COUNTIES: (
        f"{_said(LIMITS)}, limits before 2017, GCJ-02 converted to WGS-84",
        "MIT",
        "",
    ),
    folder.GAZETTEER: (
        f"names and codes: {_said(NAMES)}; former names: {_said(EARLIER)} against {NAMES.version}; extents of 67 "
        f"townships: {_said(EXTENTS)}; some seats: {_said(TOWNS)}",
        "WTFPL (names), MIT (extents), GeoNames CC BY 4.0 (seats)",
        "Positions of villages, and of the townships that neither GeoNames nor the extents know, are invented.",
    ),
    folder.FEEDERS: (*_ALL_INVENTED, "All of it is invented."),
    folder.TRANSFORMERS: (*_ALL_INVENTED, "All of it is invented."),
    folder.ACCOUNTS: (
        *_ALL_INVENTED,
        "All of it is invented; a telephone number that begins with 100 belongs to nobody.",
    ),
    folder.DEPOTS: (*_ALL_INVENTED, "All of it is invented."),
    folder.CREWS: (*_ALL_INVENTED, "All of it is invented."),
    folder.CREW_PEOPLE: (*_ALL_INVENTED, "All of it is invented; no person is meant."),
    folder.SHIFTS: (*_ALL_INVENTED, "All of it is invented."),
    folder.ROAD_NODES: (*_ALL_INVENTED, "All of it is invented; no road of Loudi runs there."),
    folder.ROAD_EDGES: (*_ALL_INVENTED, "All of it is invented; no road of Loudi runs there."),
    folder.STREETS: (
        *_ALL_INVENTED,
        "All of it is invented: names of the kind such towns have, on invented lines with invented house numbers.",
    ),
    folder.LANDMARKS: (
        *_ALL_INVENTED,
        "All of it is invented: names of the kind such places have, at invented places; a name like 新化县人民医院 "
        "stands for the kind of place.",
    ),
    folder.POLES: (
        *_ALL_INVENTED,
        "All of it is invented; G354 and the other highway numbers stand for roads on invented courses.",
    ),
}


def _manifest(files: Files) -> bytes:
    parts = [f"# The Loudi sample, made by {_MADE_BY}. Change the script, not these files.\n"]
    for file, content in files.items():
        source, licence, invented = _ORIGIN[file]
        entry = {"name": file.partition(".")[0], "file": file}
        if file in folder.WITH_POSITIONS:
            entry["crs"] = "EPSG:4326"
        entry |= {"sha256": hashlib.sha256(content).hexdigest(), "source": source, "licence": licence}
        entry["invented"] = invented
        said = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items())
        parts.append(f"[[layers]]\n{said}\n")
    return "\n".join(parts).encode()
