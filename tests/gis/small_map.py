"""A small invented map: two counties, three townships, six villages, each area a square of 0.02°, and one road.

        112.00   112.02   112.04   112.06
27.74 ┌────────┬────────┬────────┐
      │ A4     │ A5     │ A6     │
      │ 大桥村 │ 永丰村 │ 和平村 │
27.72 ├────────┼────────┼────────┤
      │ A1     │ A2     │ A3     │
      │柳林社区│ 三角村 │ 三角村 │
27.70 └────────┴────────┴────────┘
东河县 柳林镇: A1 A2; 石桥乡: A4 A5. 西河县 青山镇: A3 A6. The road runs along 27.71.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dispatch_server.gis import layers
from dispatch_server.gis.folder import Folder, folder_of
from dispatch_server.gis.gazetteer import Gazetteer
from dispatch_server.gis.layers import strict
from dispatch_server.gis.locator import MapLocator
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat

SIDE = 0.02
WEST, SOUTH = 112.00, 27.70
AREAS: dict[str, tuple[str, str, str, str, int, int]] = {
    # code: name, class, township, county, column, row
    "A1": ("柳林社区", "urban", "柳林镇", "东河县", 0, 0),
    "A2": ("三角村", "rural", "柳林镇", "东河县", 1, 0),
    "A3": ("三角村", "remote", "青山镇", "西河县", 2, 0),
    "A4": ("大桥村", "rural", "石桥乡", "东河县", 0, 1),
    "A5": ("永丰村", "rural", "石桥乡", "东河县", 1, 1),
    "A6": ("和平村", "remote", "青山镇", "西河县", 2, 1),
}
ALIASES = {"A1": "柳林", "A2": "三角", "A3": "三角", "A4": "大桥", "A5": "永丰", "A6": "和平"}
TOWNSHIPS = [
    ("柳林镇", "东河县", 112.02, 27.71),
    ("石桥乡", "东河县", 112.02, 27.73),
    ("青山镇", "西河县", 112.05, 27.72),
]
COUNTIES = [("东河县", 0, 2), ("西河县", 2, 3)]


def middle_of(code: str) -> LonLat:
    *_, column, row = AREAS[code]
    return LonLat(round(WEST + (column + 0.5) * SIDE, 6), round(SOUTH + (row + 0.5) * SIDE, 6))


def ring_of(code: str) -> list[list[float]]:
    *_, column, row = AREAS[code]
    return box(column, row, column + 1, row + 1)


def box(left: float, bottom: float, right: float, top: float) -> list[list[float]]:
    """In sides of a square from the south-western corner."""
    corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    return [[round(WEST + x * SIDE, 6), round(SOUTH + y * SIDE, 6)] for x, y in corners]


def feature(ring: list[list[float]], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(features: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


def table(head: str, rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([head.split(), *rows])
    return text.getvalue()


def area_features(rings: Mapping[str, list[list[float]]] | None = None) -> list[dict[str, Any]]:
    shapes = {code: ring_of(code) for code in AREAS} | dict(rings or {})
    return [
        feature(shapes[code], code=code, name=name, area_class=area_class, township=township, county=county)
        for code, (name, area_class, township, county, *_) in AREAS.items()
    ]


def gazetteer_rows() -> list[list[object]]:
    counties = [
        [n, name, "county", "", name, 112.03, 27.72, 4000, "", name[:2]] for n, (name, *_) in enumerate(COUNTIES)
    ]
    townships = [
        [n, name, "township", name, county, lon, lat, 2000, "", name[:2]]
        for n, (name, county, lon, lat) in enumerate(TOWNSHIPS)
    ]
    villages = [
        [code, name, "village", township, county, middle_of(code).lon, middle_of(code).lat, 900, code, ALIASES[code]]
        for code, (name, _, township, county, *_) in AREAS.items()
    ]
    return [*counties, *townships, *villages]


def text_files() -> dict[str, str]:
    at = {code: (middle_of(code).lon, middle_of(code).lat) for code in AREAS}
    nodes = [(n, round(WEST + n * 0.005, 6), 27.71) for n in range(13)]
    return {
        "areas.geojson": collection(area_features()),
        "counties.geojson": collection(
            [feature(box(left, 0, right, 2), code=f"C{left}", name=name) for name, left, right in COUNTIES]
        ),
        "gazetteer.csv": table("code name kind township county lon lat radius_m area_code aliases", gazetteer_rows()),
        "feeders.csv": table(
            "code name substation voltage_kv", [("F1", "柳线", "柳林站", 10), ("F2", "青线", "青山站", 10)]
        ),
        "transformers.csv": table(
            "code name feeder area_code lon lat customers",
            [("T1", "柳林台区", "F1", "A1", *at["A1"], 120), ("T3", "三角台区", "F2", "A3", *at["A3"], 40)],
        ),
        "accounts.csv": table(
            "account_no meter_no transformer name phone address lon lat important kind no_night_calls",
            [
                ("1001", "M1", "T1", "某甲", "10000000001", "柳林社区1号", *at["A1"], 0, "household", 0),
                ("1002", "M2", "T3", "某乙", "10000000002", "三角村2号", *at["A3"], 1, "hospital", 1),
            ],
        ),
        "depots.csv": table("code name squad county lon lat", [("D1", "柳林所", "柳林队", "东河县", *at["A1"])]),
        "crews.csv": table(
            "code name squad county depot skills people vehicle suspended",
            [("K1", "柳林一班", "柳林队", "东河县", "D1", "hv|lv", 3, "van", 0)],
        ),
        "crew_people.csv": table("crew name role", [("K1", "某丙", "leader")]),
        "shifts.csv": table("crew day_of_week starts ends", [("K1", 1, "08:00", "20:00"), ("K1", 1, "20:00", "08:00")]),
        "road_nodes.csv": table("node lon lat", nodes),
        "road_edges.csv": table("from to metres class oneway", [(n, n + 1, 500, "tertiary", 0) for n in range(12)]),
    }


def files(changes: Mapping[str, str | None] | None = None, crs: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The map's files with their manifest; `changes` puts another text, or None, in place of a file."""
    texts = {**text_files(), **(changes or {})}
    contents = {name: text.encode() for name, text in texts.items() if text is not None}
    return {**contents, "manifest.toml": manifest(contents, crs or {}).encode()}


def manifest(contents: Mapping[str, bytes], crs: Mapping[str, str]) -> str:
    """`crs` by file where it is not WGS-84; "" leaves it out."""
    entries = []
    for name, content in contents.items():
        datum = crs.get(name, "EPSG:4326")
        said = f'crs = "{datum}"\n' if datum else ""
        entries.append(
            f'[[layers]]\nname = "{name.partition(".")[0]}"\nfile = "{name}"\n{said}'
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
            'source = "made for the tests"\nlicence = "Apache-2.0"\ninvented = "everything"\n'
        )
    return "\n".join(entries)


def a_folder(changes: Mapping[str, str | None] | None = None, crs: Mapping[str, str] | None = None) -> Folder:
    return folder_of(files(changes, crs))


def write(directory: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files(changes).items():
        (directory / name).write_bytes(content)
    return directory


def zones() -> Zones:
    return Zones(strict(layers.read_areas(a_folder())))


def a_gazetteer() -> Gazetteer:
    return Gazetteer(strict(layers.read_gazetteer(a_folder())))


def a_locator() -> MapLocator:
    return MapLocator(zones(), a_gazetteer(), a_folder().version)


def a_rich_folder() -> Folder:
    """The small map with what a utility may have besides: renamed places, streets, landmarks, poles, transformers."""
    columns = "code name kind township county lon lat radius_m area_code aliases former"
    old_names = {"柳林镇": "柳家铺乡", "永丰村": "红旗村"}
    rows = [[*row, old_names.get(str(row[1]), "")] for row in gazetteer_rows()]
    more = [
        ("A7", "七里冲村", "village", "石桥乡", "东河县", 112.03, 27.731, 900, "A5", "七里冲", ""),
        ("A8", "双龙社区", "village", "青山镇", "西河县", 112.051, 27.731, 900, "A6", "双龙", ""),
        ("A9", "洪新村", "village", "石桥乡", "东河县", 112.012, 27.731, 900, "A4", "洪新", ""),
        ("A10", "红星村", "village", "青山镇", "西河县", 112.052, 27.712, 900, "A3", "红星", ""),
        ("A11", "上渡口村", "village", "青山镇", "西河县", 112.053, 27.713, 900, "A3", "上渡口", ""),
    ]
    at = {code: (middle_of(code).lon, middle_of(code).lat) for code in ("A1", "A2", "A3", "A4")}
    return a_folder(
        {
            "gazetteer.csv": table(columns, [*rows, *more]),
            "streets.csv": table(
                "code name county township aliases first_no last_no line",
                [
                    ("S1", "永丰路", "东河县", "柳林镇", "", 1, 101, "112.00 27.71;112.02 27.71"),
                    ("S2", "人民路", "东河县", "柳林镇", "", 1, 99, "112.00 27.705;112.02 27.705"),
                    ("S3", "人民路", "西河县", "青山镇", "", 1, 99, "112.04 27.705;112.06 27.705"),
                ],
            ),
            "landmarks.csv": table(
                "code name kind county township village lon lat radius_m aliases",
                [
                    ("L1", "柳林镇卫生院", "hospital", "东河县", "柳林镇", "柳林社区", *at["A1"], 60, ""),
                    ("L2", "石桥乡卫生院", "hospital", "东河县", "石桥乡", "大桥村", *at["A4"], 60, ""),
                    ("L3", "西河饭店", "hotel", "东河县", "柳林镇", "三角村", *at["A2"], 60, ""),
                ],
            ),
            "feeders.csv": table(
                "code name substation voltage_kv",
                [("F1", "10kV柳林线", "柳林站", 10), ("F2", "10kV青山线", "青山站", 10)],
            ),
            "transformers.csv": table(
                "code name feeder area_code lon lat customers",
                [
                    ("T1", "柳林社区1号公变", "F1", "A1", *at["A1"], 120),
                    ("T2", "三角村1号公变", "F1", "A2", *at["A2"], 90),
                    ("T3", "三角村1号公变", "F2", "A3", *at["A3"], 40),
                ],
            ),
            "poles.csv": table(
                "code feeder number road lon lat",
                [("P1", "F1", 23, "", *at["A1"]), ("P2", "F1", 12, "G354", *at["A2"]), ("P3", "F2", 12, "", *at["A3"])],
            ),
        }
    )
