"""OSRM and Valhalla asked over HTTP: within a time for the whole answer, and never more than a little is read.

Whatever is wrong with an answer is one error: who asks has other ways to an estimate.
"""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from dispatch_server.protocol.geo import LonLat

LARGEST = 4 * 1024 * 1024  # a route across a province has some 200 KB
OSRM_MOST = 99  # places beside the site: osrm-routed takes a hundred unless told otherwise
VALHALLA_MOST = 500


class NoAnswer(Exception):
    """Not in time, not at all, or not what was asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A drive by somebody else's account. `off_road_m` is how far their road is from the places, where they say it."""

    minutes: float
    off_road_m: float = 0.0


class RoutingService(Protocol):
    name: str

    def drives(self, to: LonLat, froms: Sequence[LonLat]) -> list[Asked | None]:
        """In the order asked; None where it knows no way. Raises NoAnswer."""

    def way(self, start: LonLat, end: LonLat) -> list[tuple[LonLat, float]]:
        """Positions with the minutes from the start; empty where it knows no way. Raises NoAnswer."""


class _Http:
    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._client = httpx.Client(timeout=timeout_s, trust_env=not _is_loopback(url), follow_redirects=False)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        ends = time.monotonic() + self._timeout_s
        body = bytearray()
        try:
            with self._client.stream(method, f"{self._url}{path}", **more) as answer:
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST or time.monotonic() > ends:
                        raise NoAnswer
                # Of a place that no road comes near OSRM says 400 with a code, which is an answer.
                if answer.status_code not in (200, 400):
                    raise NoAnswer
            return json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            raise NoAnswer from None


class Osrm:
    """`/table` and `/route` of OSRM's own server, profile driving."""

    name = "OSRM"

    def __init__(self, url: str, timeout_s: float) -> None:
        self._http = _Http(url, timeout_s)

    def drives(self, to: LonLat, froms: Sequence[LonLat]) -> list[Asked | None]:
        found: list[Asked | None] = []
        for first in range(0, len(froms), OSRM_MOST):
            found += self._table(to, froms[first : first + OSRM_MOST])
        return found

    def _table(self, to: LonLat, froms: Sequence[LonLat]) -> list[Asked | None]:
        numbers = ";".join(str(n) for n in range(1, len(froms) + 1))
        path = f"/table/v1/driving/{_coordinates([to, *froms])}"
        said = self._http.ask("GET", path, params={"destinations": "0", "sources": numbers, "annotations": "duration"})
        with _Reading():
            if said["code"] in ("NoTable", "NoSegment"):
                return [None] * len(froms)
            site_m = _metres(said["destinations"][0].get("distance", 0.0))
            rows = zip(said["durations"], said["sources"], strict=True)
            found = [
                None if row[0] is None else Asked(_seconds(row[0]) / 60, site_m + _metres(start.get("distance", 0.0)))
                for row, start in rows
            ]
        return _as_many(found, len(froms))

    def way(self, start: LonLat, end: LonLat) -> list[tuple[LonLat, float]]:
        path = f"/route/v1/driving/{_coordinates([start, end])}"
        wanted = {"overview": "full", "geometries": "geojson", "annotations": "duration"}
        said = self._http.ask("GET", path, params=wanted)
        with _Reading():
            if said["code"] in ("NoRoute", "NoSegment"):
                return []
            [route] = said["routes"][:1]
            places = [LonLat(float(lon), float(lat)) for lon, lat in route["geometry"]["coordinates"]]
            minutes = [0.0]
            for leg in route["legs"]:
                for seconds in leg["annotation"]["duration"]:
                    minutes.append(minutes[-1] + _seconds(seconds) / 60)
            return list(zip(places, minutes, strict=True))


class Valhalla:
    """`/sources_to_targets` by car (`auto`)."""

    name = "Valhalla"

    def __init__(self, url: str, timeout_s: float) -> None:
        self._http = _Http(url, timeout_s)

    def drives(self, to: LonLat, froms: Sequence[LonLat]) -> list[Asked | None]:
        found: list[Asked | None] = []
        for first in range(0, len(froms), VALHALLA_MOST):
            found += self._matrix(to, froms[first : first + VALHALLA_MOST])
        return found

    def _matrix(self, to: LonLat, froms: Sequence[LonLat]) -> list[Asked | None]:
        question = {"sources": [_location(at) for at in froms], "targets": [_location(to)], "costing": "auto"}
        said = self._http.ask("POST", "/sources_to_targets", json=question)
        with _Reading():
            times: list[float | None] = [None] * len(froms)
            for row in said["sources_to_targets"]:
                for one in row:
                    times[one["from_index"]] = None if one["time"] is None else _seconds(one["time"])
            return [None if seconds is None else Asked(seconds / 60) for seconds in times]

    def way(self, start: LonLat, end: LonLat) -> list[tuple[LonLat, float]]:
        """Its route says no time between two points of its line: our own roads draw the way."""
        return []


class _Reading:
    """Whatever an answer lacks is no answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, LookupError | TypeError | ValueError | AttributeError):
            raise NoAnswer from None


def _coordinates(places: Sequence[LonLat]) -> str:
    return ";".join(f"{at.lon:.6f},{at.lat:.6f}" for at in places)


def _location(at: LonLat) -> dict[str, float]:
    return {"lat": round(at.lat, 6), "lon": round(at.lon, 6)}


def _seconds(said: Any) -> float:
    seconds = float(said)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(said)
    return seconds


def _metres(said: Any) -> float:
    return _seconds(said)


def _as_many(found: list[Asked | None], wanted: int) -> list[Asked | None]:
    if len(found) != wanted:
        raise NoAnswer
    return found


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
