"""The outside world: a little HTTP server on 127.0.0.1 that answers as other people's geocoders do.

The only thing here that is not ours to run for real. The shapes of the answers are the providers' own.
"""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dispatch_server.gis.datums import from_wgs84
from dispatch_server.gis.geocoder import RemoteGeocoder
from dispatch_server.gis.geocoder_terms import Terms
from dispatch_server.protocol.geo import LonLat

POLL_S = 0.02  # how late it notices that it is to stop
KEY = "key-that-nobody-may-see"
DATUM_OF = {"nominatim": "EPSG:4326", "photon": "EPSG:4326", "amap": "gcj02", "baidu": "bd09"}
PATH_OF = {
    "nominatim": "/search",
    "photon": "/api",
    "amap": "/v3/geocode/geo",
    "baidu": "/geocoding/v3/",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """`drip_s`: seconds between the pieces of the body; `before`: done before anything is sent."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip_s: float = 0.0
    length: int | None = None
    before: Callable[[], object] = lambda: None


def says(value: Any, status: int = 200, **headers: str) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return Reply(body, status, {name.replace("_", "-"): text for name, text in headers.items()})


@dataclass(frozen=True, slots=True)
class Question:
    path: str
    said: dict[str, str]
    agent: str


class Outside:
    """`reply` is asked for every answer; `asked` holds what came, in order."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.asked: list[Question] = []
        self.reply: Callable[[Question], Reply] = lambda _: says({}, 404)
        self.hang = threading.Event()  # set at the end: whoever waits for it is let go
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        if certificate is not None:
            speaks = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            speaks.load_cert_chain(certificate)
            self._server.socket = speaks.wrap_socket(self._server.socket, server_side=True)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True).start()

    def stop(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()

    def always(self, reply: Reply) -> None:
        self.reply = lambda _: reply

    def geocoder(self, provider: str, **terms: Any) -> RemoteGeocoder:
        return RemoteGeocoder(self.terms(provider, **terms))

    def terms(self, provider: str, **terms: Any) -> Terms:
        given = {"name": provider, "datum": DATUM_OF[provider], "url": self.url, "timeout_s": 1.0, "per_second": 4.0}
        return Terms(provider=provider, key=KEY if provider in ("amap", "baidu") else "", **{**given, **terms})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                said = {name: values[0] for name, values in parse_qs(parts.query).items()}
                question = Question(parts.path, said, self.headers["User-Agent"])
                outside.asked.append(question)
                with suppress(ConnectionError, ssl.SSLError):  # a client that has had enough hangs up
                    self._send(outside.reply(question))

            def _send(self, reply: Reply) -> None:
                reply.before()
                self.send_response(reply.status)
                for name, text in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                self.end_headers()
                if not reply.drip_s:
                    self.wfile.write(reply.body)
                    return
                for n in range(len(reply.body)):
                    self.wfile.write(reply.body[n : n + 1])
                    self.wfile.flush()
                    if outside.hang.wait(reply.drip_s):
                        return

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def an_outside(certificate: Path | None = None) -> Iterator[Outside]:
    """Over TLS where it has a certificate, which the file holds with its key."""
    outside = Outside(certificate)
    outside.start()
    try:
        yield outside
    finally:
        outside.stop()


@contextmanager
def a_stranger(speak: Callable[[socket.socket], object]) -> Iterator[str]:
    """Whoever says what he likes, byte by byte, to everybody who asks; gives his address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_meet, args=(door, speak), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            door.shutdown(socket.SHUT_RDWR)


def _meet(door: socket.socket, speak: Callable[[socket.socket], object]) -> None:
    with suppress(OSError):  # the door was closed
        while True:
            threading.Thread(target=_talk, args=(door.accept()[0], speak), daemon=True).start()


def _talk(line: socket.socket, speak: Callable[[socket.socket], object]) -> None:
    with line, suppress(OSError):  # whoever has had enough hangs up
        line.recv(65_536)
        speak(line)


def nominatim(*places: LonLat, half_deg: float = 0.0004) -> list[dict[str, Any]]:
    return [
        {
            "place_id": 1,
            "licence": "Data © OpenStreetMap contributors, ODbL 1.0.",
            "osm_type": "node",
            "osm_id": 1,
            "lat": str(at.lat),
            "lon": str(at.lon),
            "class": "shop",
            "type": "hardware",
            "place_rank": 30,
            "importance": 0.00001,
            "addresstype": "shop",
            "name": "王记五金店",
            "display_name": "王记五金店, 河口镇, 江北县, 湖南省, 中国",
            "boundingbox": [
                *(str(at.lat - half_deg), str(at.lat + half_deg)),
                *(str(at.lon - half_deg), str(at.lon + half_deg)),
            ],
        }
        for at in places
    ]


def photon(*places: LonLat, kind: str = "house", extent: list[float] | None = None) -> dict[str, Any]:
    more = {} if extent is None else {"extent": extent}
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [at.lon, at.lat]},
            "properties": {
                "osm_type": "N",
                "osm_id": 1,
                "osm_key": "shop",
                "osm_value": "hardware",
                "type": kind,
                "name": "王记五金店",
                "city": "河口镇",
                "state": "湖南省",
                "country": "中国",
                "countrycode": "CN",
                **more,
            },
        }
        for at in places
    ]
    return {"type": "FeatureCollection", "features": features}


def baidu(at: LonLat, datum: str = "bd09", precise: int = 1, confidence: int = 80, comprehension: int = 100) -> Any:
    shifted = from_wgs84(at, datum)
    return {
        "status": 0,
        "result": {
            "location": {"lng": shifted.lon, "lat": shifted.lat},
            "precise": precise,
            "confidence": confidence,
            "comprehension": comprehension,
            "level": "购物",
        },
    }


def amap(*places: LonLat, level: str = "兴趣点") -> dict[str, Any]:
    shifted = [from_wgs84(at, "gcj02") for at in places]
    geocodes = [
        {
            "formatted_address": "湖南省娄底市江北县河口镇王记五金店",
            "country": "中国",
            "province": "湖南省",
            "citycode": "0738",
            "city": "娄底市",
            "district": "江北县",
            "township": [],
            "neighborhood": {"name": [], "type": []},
            "building": {"name": [], "type": []},
            "adcode": "431399",
            "street": [],
            "number": [],
            "location": f"{at.lon:.6f},{at.lat:.6f}",
            "level": level,
        }
        for at in shifted
    ]
    return {"status": "1", "info": "OK", "infocode": "10000", "count": str(len(geocodes)), "geocodes": geocodes}


def amap_error(infocode: str, info: str) -> dict[str, Any]:
    return {"status": "0", "info": info, "infocode": infocode}


def found_by(provider: str, at: LonLat) -> Any:
    """A shop at a place, as the provider says it."""
    sayings: dict[str, Callable[[LonLat], Any]] = {
        "nominatim": nominatim,
        "photon": photon,
        "baidu": baidu,
        "amap": amap,
    }
    return sayings[provider](at)
