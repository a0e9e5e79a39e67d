"""One invented town: its layers, its people, and a driver that lives a day in it through HTTP.

From west to east: a built-up column (urban), fields (rural), hills (remote), each from 27.66 to 27.78 north. One road
runs along 27.72. Every class border is a meridian.
"""

import csv
import hashlib
import io
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.rules import Policy, read_policy
from dispatch_server.main import DEFAULT_POLICY
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import CrewAction, Provider, Role
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.services.people import add_user, hash_of
from dispatch_server.services.ports import Territory
from dispatch_server.store.store import Store
from dispatch_server.store.verifying import verify
from dispatch_server.web.app import create_app
from dispatch_server.web.running import LEAVE_WITHIN_S
from dispatch_server.web.served import Served
from dispatch_server.workers.ticker import Ticker
from tests.clock import FakeClock

SOUTH, ROAD, NORTH = 27.66, 27.72, 27.78
URBAN_TO_RURAL, RURAL_TO_REMOTE = 112.04, 112.12
WEST, EAST = 112.00, 112.24
PASSWORD = "correct horse"

MARKET = LonLat(112.01, ROAD)  # in the built-up column
MARKET_END = LonLat(112.012, ROAD)  # 200 m further, on a transformer of its own, same feeder
MEADOW = LonLat(112.08, ROAD)
RIDGE = LonLat(112.20, ROAD)

AREAS = [
    ("A-U", "河口社区", "urban", "河口镇", WEST, URBAN_TO_RURAL),
    ("A-R", "柳田村", "rural", "上坪乡", URBAN_TO_RURAL, RURAL_TO_REMOTE),
    ("A-M", "高岭村", "remote", "上坪乡", RURAL_TO_REMOTE, EAST),
]
TRANSFORMERS = [
    ("T-U1", "河口1号台区", "F-1", "A-U", MARKET, 120),
    ("T-U2", "河口2号台区", "F-1", "A-U", MARKET_END, 80),
    ("T-R1", "柳田台区", "F-2", "A-R", MEADOW, 60),
    ("T-M1", "高岭台区", "F-3", "A-M", RIDGE, 20),
]
ACCOUNTS = [
    ("43130000000001", "T-U1", "10000000001", "河口镇河口社区1号", MARKET, 0),
    ("43130000000002", "T-U1", "10000000002", "河口镇河口社区2号", MARKET, 0),
    ("43130000000003", "T-U2", "10000000003", "河口镇河口社区30号", MARKET_END, 0),
    ("43130000000004", "T-R1", "10000000004", "上坪乡柳田村4号", MEADOW, 0),
    ("43130000000005", "T-M1", "10000000005", "上坪乡高岭村5号", RIDGE, 0),
    ("43130000000006", "T-R1", "10000000006", "上坪乡卫生院", MEADOW, 1),
    # One customer with a shop in town and a house in the hills.
    ("43130000000007", "T-U2", "10000000007", "河口镇河口社区31号", MARKET_END, 0),
    ("43130000000008", "T-M1", "10000000007", "上坪乡高岭村8号", RIDGE, 0),
]
POLE = LonLat(112.09, ROAD)
STREETS = [("S-1", "江滨路", "江北县", "河口镇", "", 1, 201, f"{WEST} {ROAD};112.04 {ROAD}")]
LANDMARKS = [("L-1", "柳田小学", "school", "江北县", "上坪乡", "柳田村", 112.1, ROAD, 60, "")]
POLES = [("P-2-12", "F-2", 12, "G354", POLE.lon, POLE.lat)]
CREWS = [
    ("K1", "河口一班", MARKET, "hv|lv|power_quality|metering", 3),
    ("K2", "河口二班", LonLat(112.03, ROAD), "lv", 2),
    ("K3", "柳田班", MEADOW, "lv", 2),
    ("K4", "高岭班", RIDGE, "hv|lv", 2),
]


def write_layers(folder: Path) -> Path:
    """The town as a folder of layers, manifest and checksums included."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "areas.geojson": _collection(
            _box(west, east, code=c, name=n, area_class=k, township=t, county="江北县")
            for c, n, k, t, west, east in AREAS
        ),
        "counties.geojson": _collection([_box(WEST, EAST, code="431399", name="江北县")]),
        "gazetteer.csv": _table("code name kind township county lon lat radius_m area_code aliases", _gazetteer()),
        "feeders.csv": _table(
            "code name substation voltage_kv",
            [(f"F-{n}", f"10kV{s}线", "江北站", 10) for n, s in enumerate("河柳高", 1)],
        ),
        "transformers.csv": _table(
            "code name feeder area_code lon lat customers",
            [(c, n, f, a, at.lon, at.lat, k) for c, n, f, a, at, k in TRANSFORMERS],
        ),
        "accounts.csv": _table(
            "account_no meter_no transformer name phone address lon lat important kind no_night_calls",
            [
                (no, f"M{no[-3:]}", t, "某用户", phone, a, at.lon, at.lat, i, "household", 0)
                for no, t, phone, a, at, i in ACCOUNTS
            ],
        ),
        "streets.csv": _table("code name county township aliases first_no last_no line", STREETS),
        "landmarks.csv": _table("code name kind county township village lon lat radius_m aliases", LANDMARKS),
        "poles.csv": _table("code feeder number road lon lat", POLES),
        "depots.csv": _table(
            "code name squad county lon lat",
            [(f"D-{c}", f"{n}驻点", n, "江北县", at.lon, at.lat) for c, n, at, _, _ in CREWS],
        ),
        "crews.csv": _table(
            "code name squad county depot skills people vehicle suspended",
            [(c, n, n, "江北县", f"D-{c}", skills, people, "van", 0) for c, n, _, skills, people in CREWS],
        ),
        "crew_people.csv": _table("crew name role", [(c, "某人", "leader") for c, *_ in CREWS]),
        "shifts.csv": _table(
            "crew day_of_week starts ends", [(c, day, "00:00", "24:00") for c, *_ in CREWS for day in range(1, 8)]
        ),
        "road_nodes.csv": _table("node lon lat", [(n, round(WEST + n * 0.01, 4), ROAD) for n in range(25)]),
        "road_edges.csv": _table("from to metres class oneway", [(n, n + 1, 984, "tertiary", 0) for n in range(24)]),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "manifest.toml").write_text(_manifest(files), encoding="utf-8")
    return folder


def _gazetteer() -> list[tuple[object, ...]]:
    middle = {code: (west + east) / 2 for code, *_, west, east in AREAS}
    return [
        ("431399", "江北县", "county", "", "江北县", 112.12, ROAD, 12000, "", "江北"),
        ("431399001", "河口镇", "township", "河口镇", "江北县", 112.02, ROAD, 3000, "", "河口"),
        ("431399002", "上坪乡", "township", "上坪乡", "江北县", 112.14, ROAD, 9000, "", "上坪"),
        ("431399001001", "河口社区", "village", "河口镇", "江北县", middle["A-U"], ROAD, 1500, "A-U", ""),
        ("431399002201", "柳田村", "village", "上坪乡", "江北县", middle["A-R"], ROAD, 2000, "A-R", "柳田"),
        ("431399002202", "高岭村", "village", "上坪乡", "江北县", middle["A-M"], ROAD, 3000, "A-M", "高岭"),
    ]


def _box(west: float, east: float, **properties: str) -> dict[str, Any]:
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _collection(features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


def _table(head: str, rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head.split(), *rows])
    return text.getvalue()


def _manifest(files: Mapping[str, str]) -> str:
    return "\n".join(
        f'[[layers]]\nname = "{name.split(".")[0]}"\nfile = "{name}"\ncrs = "EPSG:4326"\n'
        f'sha256 = "{hashlib.sha256(content.encode()).hexdigest()}"\n'
        'source = "made for the tests"\nlicence = "Apache-2.0"\ninvented = "everything"\n'
        for name, content in files.items()
    )


def policy(text: str = "") -> Policy:
    return read_policy(text, DEFAULT_POLICY.read_text(encoding="utf-8"))


AUTO = '[dispatch]\nmode = "auto"\n'


@dataclass
class Tablet:
    """A crew's tablet: three clocks, a sequence, and an outbox that a test sends when it likes."""

    town: "Town"
    crew_id: int
    token: str
    boot_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    wall_error: timedelta = timedelta(0)
    seq: int = 0
    booted_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.booted_at = self.town.clock.now - timedelta(hours=1)

    @property
    def elapsed_ms(self) -> int:
        return int((self.town.clock.now - self.booted_at) / timedelta(milliseconds=1))

    def fix(self, at: LonLat, accuracy_m: float = 5.0, **more: Any) -> Fix:
        return Fix(at.lon, at.lat, accuracy_m, self.town.clock.now, Provider.GPS, elapsed_ms=self.elapsed_ms, **more)

    def press(self, kind: CrewAction, job_id: int | None = None, **more: Any) -> ActionTaken:
        """One action, done now, not sent yet."""
        self.seq += 1
        occurred_at = self.town.clock.now + self.wall_error
        return ActionTaken(
            str(uuid.uuid4()), self.seq, kind, occurred_at, self.elapsed_ms, self.boot_id, job_id=job_id, **more
        )

    def push(self, *actions: ActionTaken, positions: Sequence[Fix] = ()) -> list[dict[str, Any]]:
        """Sends and gives the answers."""
        push = Push(
            f"tablet-{self.crew_id}",
            self.boot_id,
            self.town.clock.now + self.wall_error,
            self.elapsed_ms,
            actions,
            tuple(positions),
        )
        answer = self.town.http.post("/api/v1/tablet/push", json=encode(push), headers=self._head())
        assert answer.status_code == 200, answer.text
        answers: list[dict[str, Any]] = answer.json()["answers"]
        return answers

    def do(self, kind: CrewAction, job_id: int | None = None, **more: Any) -> dict[str, Any]:
        """Pressed and sent at once; the one answer."""
        [answer] = self.push(self.press(kind, job_id, **more))
        return answer

    def check_in(self, job_id: int, at: LonLat, accuracy_m: float = 5.0) -> dict[str, Any]:
        return self.do(CrewAction.CHECK_IN, job_id, fix=self.fix(at, accuracy_m))

    def pull(self, cursor: str | None = None) -> dict[str, Any]:
        params = {} if cursor is None else {"cursor": cursor}
        return dict(self.town.http.get("/api/v1/tablet/pull", params=params, headers=self._head()).json())

    def _head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Town:
    """The town with a running server. Time stands still until a story moves it."""

    def __init__(self, store: Store, territory: Territory, clock: FakeClock, url: str) -> None:
        self.store = store
        self.territory = territory
        self.clock = clock
        self.http = httpx.Client(base_url=url, timeout=10)
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._ticker = Ticker(store, lambda: self.territory)

    def let_pass(self, **parts: float) -> None:
        """Time passes and the ticker does what has fallen due, second by second where it matters not, at the end."""
        self.clock.advance(**parts)
        self.tick()

    def tick(self) -> None:
        while self._ticker.enforce() + self._ticker.offer():
            pass

    def token(self, name: str) -> str:
        """Signs in where need be; a shift later again."""
        token, expires_at = self._tokens.get(name, ("", self.clock.now))
        if expires_at <= self.clock.now:
            answer = self.http.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            token, expires_at = answer.json()["token"], datetime.fromisoformat(answer.json()["expires_at"])
            self._tokens[name] = token, expires_at
        return token

    def ask(self, method: str, path: str, who: str = "dispatcher", **more: Any) -> httpx.Response:
        head = {"Authorization": f"Bearer {self.token(who)}"}
        return self.http.request(method, f"/api/v1{path}", headers=head, **more)

    def get(self, path: str, who: str = "dispatcher", **params: Any) -> dict[str, Any]:
        answer = self.ask("GET", path, who, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: Mapping[str, Any] | None = None, who: str = "dispatcher") -> dict[str, Any]:
        answer = self.ask("POST", path, who, json=dict(body or {}))
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def call(self, who: str = "call_taker", **said: Any) -> dict[str, Any]:
        """A fault call by telephone; gives the whole answer."""
        return self.post("/calls", {"channel": "hotline", **said}, who)

    def call_at(self, at: LonLat, **said: Any) -> dict[str, Any]:
        return self.call(lon=at.lon, lat=at.lat, crs="EPSG:4326", **said)

    def outage(self, outage_id: int) -> dict[str, Any]:
        found = self.get(f"/outages/{outage_id}")
        return dict(found.get("outage", found))

    def offer(self, outage_id: int, crew_id: int, **more: Any) -> dict[str, Any]:
        answer = self.post("/jobs", {"outage_id": outage_id, "crew_id": crew_id, **more})
        return dict(answer.get("job", answer))

    def tablet(self, crew_id: int, *, on_duty: bool = True) -> Tablet:
        """The crew's tablet, signed in, and on duty unless the story says otherwise."""
        tablet = Tablet(self, crew_id, self.token(f"crew{crew_id}"))
        if on_duty:
            at = self.territory.crews[crew_id].crew.depot
            tablet.push(tablet.press(CrewAction.DUTY_ON), positions=[tablet.fix(at)])
        return tablet

    def facts(self, outage_id: int) -> list[str]:
        """The kinds of an outage's own facts, in order."""
        own = f"outage:{outage_id}"
        return [fact["kind"] for fact in self.outage(outage_id)["facts"] if fact["subject"] == own]

    def require_sound_journal(self) -> None:
        """Every seal is right, and replaying the journal gives the tables."""
        assert self.store.read(lambda reading: verify(reading, None)).wrong is None


@contextmanager
def a_town(store: Store, clock: FakeClock, tmp_path: Path, policy_text: str = "") -> Iterator[Town]:
    """The town on a store, its server on a free port, until the end of the block."""
    folder = write_layers(tmp_path / "layers")
    store.work(COMMAND_LINE, lambda work: load_layers(work, folder))
    _add_people(store)
    territory = store.read(lambda reading: territory_from(reading, policy(policy_text)))
    with running(Served(store, lambda: territory)) as url:
        town = Town(store, territory, clock, url)
        yield town
        town.http.close()


def _add_people(store: Store) -> None:
    hashed = hash_of(PASSWORD)
    for role in (r for r in Role if r is not Role.CREW):
        store.work(COMMAND_LINE, lambda work, role=role: add_user(work, role.value, role, hashed))
        store.work(COMMAND_LINE, lambda work, role=role: add_user(work, f"{role.value}2", role, hashed))
    for crew_id in range(1, len(CREWS) + 1):
        store.work(COMMAND_LINE, lambda work, n=crew_id: add_user(work, f"crew{n}", Role.CREW, hashed, n))


@contextmanager
def running(served: Served) -> Iterator[str]:
    """A real server in a thread of its own; gives its address."""
    config = uvicorn.Config(
        create_app(served), host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=LEAVE_WITHIN_S
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _wait_until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("the server did not start within ten seconds")
