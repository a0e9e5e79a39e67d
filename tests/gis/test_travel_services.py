"""OSRM and Valhalla over HTTP, against a server that speaks their formats: they come first, and when they fail our own
roads answer and say so."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch_server.domain.rules import RoadClass
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.routing_http import Osrm, RoutingService, Valhalla
from dispatch_server.gis.routing_services import FAILURES, PAUSE_S, ServicesFirst
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.main import routing_of
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import AreaClass
from dispatch_server.settings import BadSetting, Settings
from tests.domain.builders import POLICY, metres_east

WEST = LonLat(112.0, 27.71)
TIMEOUT_S = 0.3
ISLAND = LonLat(113.5, 27.71)


def along(km: float) -> LonLat:
    return metres_east(WEST, km * 1000)


def our_roads() -> RoadTravel:
    nodes = [RoadNode(str(n), along(2 * n)) for n in range(6)]
    edges = [RoadEdge(str(n), str(n + 1), 2000, RoadClass.TERTIARY, False) for n in range(5)]
    graph = RoadGraph(nodes, edges, POLICY.road_kmh)
    return RoadTravel(lambda: graph, POLICY)


def seconds_between(a: LonLat, b: LonLat) -> float | None:
    """As their map has it: 72 km/h, and no way to the island."""
    return None if a.lon > 113 or b.lon > 113 else round(metres_between(a, b) / 20, 1)


Body = bytes | Callable[[Any], bytes]


@dataclass
class Routing:
    """A little server of both kinds. `broken` is sent in the place of any answer, `waits_s` comes before it."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    broken: bytes | None = None
    waits_s: float = 0.0
    drips: bool = False


def osrm(path: str, query: dict[str, list[str]]) -> dict[str, Any]:
    """As osrm-routed 5.27 writes it."""
    service, _, _, places = path.strip("/").split("/")
    at = [LonLat(*map(float, one.split(","))) for one in places.split(";")]
    points = [
        {
            "hint": "xx",
            "distance": 700.0 if metres_between(p, along(9)) < 1 else 4.2,
            "name": "",
            "location": [p.lon, p.lat],
        }
        for p in at
    ]
    if service == "table":
        assert len(at) <= 100
        sources, [target] = [int(n) for n in query["sources"][0].split(";")], query["destinations"]
        assert query["annotations"] == ["duration"]
        durations = [[seconds_between(at[n], at[int(target)])] for n in sources]
        return {
            "code": "Ok",
            "durations": durations,
            "sources": [points[n] for n in sources],
            "destinations": [points[int(target)]],
        }
    a, b = at
    if any(one.lon > 113 for one in at):
        return {"code": "NoRoute", "message": "Impossible route between points"}
    middle = LonLat((a.lon + b.lon) / 2, a.lat)
    half = seconds_between(a, middle)
    assert half is not None and query["geometries"] == ["geojson"]
    leg = {"steps": [], "weight": 2 * half, "duration": 2 * half, "annotation": {"duration": [half, half]}}
    line = {"type": "LineString", "coordinates": [[p.lon, p.lat] for p in (a, middle, b)]}
    return {"code": "Ok", "routes": [{"legs": [leg], "geometry": line, "duration": 2 * half}], "waypoints": points}


def valhalla(question: dict[str, Any]) -> dict[str, Any]:
    """As Valhalla 3.4 writes it."""
    assert question["costing"] == "auto"
    places = {name: [LonLat(one["lon"], one["lat"]) for one in question[name]] for name in ("sources", "targets")}
    rows = [
        [
            {"distance": 1.0, "time": seconds_between(a, b), "to_index": j, "from_index": i}
            for j, b in enumerate(places["targets"])
        ]
        for i, a in enumerate(places["sources"])
    ]
    return {"algorithm": "timedistancematrix", "units": "kilometers", "sources_to_targets": rows}


@contextmanager
def serving(routing: Routing) -> Iterator[Routing]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self._answer(lambda: osrm(url.path, parse_qs(url.query)))

        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(lambda: valhalla(said))

        def _answer(self, make: Callable[[], dict[str, Any]]) -> None:
            routing.asked.append(self.path)
            sleep(routing.waits_s)
            body = json.dumps(make()).encode() if routing.broken is None else routing.broken
            self.send_response(routing.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            try:
                for n in range(0, len(body), 1 if routing.drips else len(body) or 1):
                    self.wfile.write(body[n : n + (1 if routing.drips else len(body))])
                    if routing.drips:
                        self.wfile.flush()
                        sleep(0.05)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    routing.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield routing
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def routing() -> Iterator[Routing]:
    with serving(Routing()) as one:
        yield one


MAKERS: dict[str, Callable[[str, float], RoutingService]] = {"OSRM": Osrm, "Valhalla": Valhalla}
both = pytest.mark.parametrize("name", MAKERS)


@dataclass
class Seconds:
    """A clock that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def asking(*services: RoutingService, seconds: Callable[[], float] = monotonic) -> ServicesFirst:
    return ServicesFirst(our_roads(), services, POLICY, seconds)


@both
def test_the_services_minutes_are_taken_with_its_name_and_a_spread(routing: Routing, name: str) -> None:
    travel = asking(MAKERS[name](routing.url, TIMEOUT_S))
    estimates = travel.estimates(along(4), [along(0), along(10)], AreaClass.RURAL)
    assert [e.source for e in estimates] == [name, name]
    assert [e.minutes for e in estimates] == pytest.approx([4 / 72 * 60, 6 / 72 * 60], abs=0.1)
    assert {e.spread for e in estimates} == {POLICY.service_spread}


@both
def test_where_it_knows_no_way_our_own_answer_stands_in_for_that_crew_alone(routing: Routing, name: str) -> None:
    travel = asking(MAKERS[name](routing.url, TIMEOUT_S))
    near, far = travel.estimates(along(4), [along(0), ISLAND], AreaClass.RURAL)
    assert near.source == name
    assert far.source == f"straight line × 1.4; {name} knows no way"


def test_osrm_says_how_far_its_roads_are_from_a_place(routing: Routing) -> None:
    [estimate] = asking(Osrm(routing.url, TIMEOUT_S)).estimates(along(4), [along(9)], AreaClass.RURAL)
    assert estimate.source == "OSRM; 0.7 km off the road"
    assert estimate.minutes == pytest.approx(5 / 72 * 60 + 0.7 / 15 * 60, abs=0.1)


@both
def test_more_crews_than_a_table_takes_are_asked_for_in_several(routing: Routing, name: str) -> None:
    crews = [along(n / 100) for n in range(650)]
    estimates = asking(MAKERS[name](routing.url, 5.0)).estimates(along(8), crews, AreaClass.RURAL)
    assert len(routing.asked) > 1
    assert [e.minutes for e in estimates] == pytest.approx([(8 - n / 100) / 72 * 60 for n in range(650)], abs=0.1)


BROKEN: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "a page": {"broken": b"<html>It works!</html>"},
    "nothing": {"broken": b""},
    "another shape": {"broken": b'{"code": "Ok"}'},
    "no number": {"broken": b'{"code": "Ok", "durations": [["soon"]], "sources": [{}], "destinations": [{}]}'},
    "infinity": {"broken": b'{"code": "Ok", "durations": [[1e999]], "sources": [{}], "destinations": [{}]}'},
    "time running backwards": {"broken": b'{"sources_to_targets": [[{"time": -5, "from_index": 0}]]}'},
    "too many rows": {"broken": b'{"sources_to_targets": [[{"time": 5, "from_index": 7}]]}'},
    "too late": {"waits_s": 0.6},
    "a drip": {"drips": True},
    "a flood": {"broken": b"[" * 6_000_000},
    "elsewhere": {"status": 302},
}


@both
@pytest.mark.parametrize("how", BROKEN)
def test_whatever_is_wrong_with_it_our_own_roads_answer_in_time_and_say_so(
    routing: Routing, name: str, how: str
) -> None:
    for key, value in BROKEN[how].items():
        setattr(routing, key, value)
    travel = asking(MAKERS[name](routing.url, TIMEOUT_S))
    travel.prepare()
    began = monotonic()
    [estimate] = travel.estimates(along(6), [along(0)], AreaClass.RURAL)
    assert monotonic() - began < 3 * TIMEOUT_S + 1, "a busy machine may take its time, but nobody waits for the service"
    assert estimate.source == f"road graph; {name} did not answer"
    assert estimate.minutes == pytest.approx(6 / 36 * 60, rel=0.01)


def test_nobody_there_is_as_good_as_no_answer() -> None:
    with serving(Routing()) as gone:
        url = gone.url
    [estimate] = asking(Osrm(url, TIMEOUT_S)).estimates(ISLAND, [along(0)], AreaClass.REMOTE)
    assert estimate.source == "straight line × 1.6; OSRM did not answer"


def test_the_second_service_is_asked_when_the_first_fails(routing: Routing) -> None:
    with serving(Routing(status=503)) as down:
        travel = asking(Osrm(down.url, TIMEOUT_S), Valhalla(routing.url, TIMEOUT_S))
        [estimate] = travel.estimates(along(4), [along(0)], AreaClass.RURAL)
    assert estimate.source == "Valhalla; OSRM did not answer"


def test_a_service_that_keeps_failing_is_left_alone_and_tried_again_later(routing: Routing) -> None:
    seconds = Seconds()
    travel = asking(Osrm(routing.url, TIMEOUT_S), seconds=seconds)

    def source() -> str:
        [estimate] = travel.estimates(along(4), [along(0)], AreaClass.RURAL)
        return estimate.source

    routing.status = 500
    for _ in range(10):
        assert source() == "road graph; OSRM did not answer"
    assert len(routing.asked) == FAILURES
    routing.status = 200
    assert source() == "road graph; OSRM did not answer", "not yet"
    seconds.now += PAUSE_S
    assert [source(), source()] == ["OSRM", "OSRM"]


def test_after_the_pause_one_question_tries_and_the_pause_begins_anew(routing: Routing) -> None:
    seconds = Seconds()
    travel = asking(Osrm(routing.url, TIMEOUT_S), seconds=seconds)
    routing.status = 500
    for _ in range(FAILURES + 2):
        travel.estimates(along(4), [along(0)], AreaClass.RURAL)
    seconds.now += PAUSE_S
    for _ in range(5):
        travel.estimates(along(4), [along(0)], AreaClass.RURAL)
    assert len(routing.asked) == FAILURES + 1


def test_nobody_to_ask_for_is_no_question(routing: Routing) -> None:
    assert asking(Osrm(routing.url, TIMEOUT_S)).estimates(along(4), [], AreaClass.RURAL) == []
    assert routing.asked == []


def test_the_way_comes_from_osrm_and_begins_and_ends_where_asked(routing: Routing) -> None:
    way = asking(Osrm(routing.url, TIMEOUT_S)).route(along(0), along(8))
    assert [w.minutes for w in way] == pytest.approx([0, 4 / 72 * 60, 8 / 72 * 60], abs=0.1)
    assert (way[0].at, way[-1].at) == (along(0), along(8))


def test_where_no_service_draws_a_way_our_own_roads_do(routing: Routing) -> None:
    ours = our_roads().route(along(0), along(8))
    assert asking(Valhalla(routing.url, TIMEOUT_S)).route(along(0), along(8)) == ours
    routing.status = 500
    assert asking(Osrm(routing.url, TIMEOUT_S)).route(along(0), along(8)) == ours


def test_the_settings_name_them_in_order_and_a_wrong_address_is_refused() -> None:
    both_named = Settings(osrm_url="http://127.0.0.1:5000", valhalla_url="http://127.0.0.1:8002")
    assert [service.name for service in routing_of(both_named)] == ["OSRM", "Valhalla"]
    assert routing_of(Settings()) == ()
    with pytest.raises(BadSetting, match="RELIGHT_OSRM_URL"):
        routing_of(Settings(osrm_url="127.0.0.1:5000"))
