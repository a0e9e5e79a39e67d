"""The Loudi sample in a store: people who may sign in, crews on duty, open outages."""

import csv
import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from dispatch_server.clock import utc_now
from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.rules import read_policy
from dispatch_server.main import DEFAULT_POLICY
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import ActionTaken, Fix, Push
from dispatch_server.protocol.words import Channel, CrewAction, Provider, Role
from dispatch_server.services.crew_work import receive
from dispatch_server.services.intake import NewCall, take_call
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.services.people import add_user, hash_of, open_session
from dispatch_server.services.ports import Territory
from dispatch_server.store.layers import keep_registers
from dispatch_server.store.opening import open_store
from dispatch_server.store.people import account_named
from dispatch_server.store.store import Store
from dispatch_server.store.work import Work

SAMPLE = Path(__file__).parents[1] / "gis_data" / "loudi"
SEED = 20121
_PASSWORD = "measured, not guessed"
_WORDS = ("突然停电了", "我们这一排房子没电了", "电压很低，空调带不动", "变压器那边响了一声，一片都黑了")


@dataclass(frozen=True, slots=True)
class Filled:
    """What a load needs to know of a store. `busy_accounts` hang on a transformer with an open outage."""

    call_taker: str
    dispatcher: str
    crews: dict[int, str]
    accounts: list[dict[str, str]]
    busy_accounts: list[dict[str, str]]


def fill(address: str, outages: int, crews: int = 0, policy_text: str = "") -> Filled:
    """Brings Loudi into an empty store, everybody on duty, `outages` open; `crews` invented ones beside its own."""
    store = open_store(address, utc_now)
    try:
        store.work(COMMAND_LINE, lambda work: load_layers(work, SAMPLE))
        if crews:
            store.work(COMMAND_LINE, lambda work: _add_crews(work, crews))
        policy = read_policy(policy_text, DEFAULT_POLICY.read_text(encoding="utf-8"))
        territory = store.read(lambda reading: territory_from(reading, policy))
        begin_duty(store, territory)
        accounts = read_accounts()
        busy = _open_outages(store, territory, accounts, outages)
        tokens = _sign_everybody_in(store, territory)
        return Filled(
            tokens[Role.CALL_TAKER.value],
            tokens[Role.DISPATCHER.value],
            {crew_id: tokens[f"crew{crew_id}"] for crew_id in territory.crews},
            [a for a in accounts if a["transformer"] not in busy],
            [a for a in accounts if a["transformer"] in busy],
        )
    finally:
        store.close()


def copy_of(path: Path, folder: Path) -> str:
    """A copy of a filled SQLite file in a new folder; gives its address."""
    folder.mkdir()
    for piece in path.parent.glob(f"{path.name}*"):
        shutil.copy(piece, folder / piece.name)
    return f"sqlite:///{folder / path.name}"


def read_accounts() -> list[dict[str, str]]:
    with (SAMPLE / "accounts.csv").open(encoding="utf-8", newline="") as file:
        accounts = list(csv.DictReader(file))
    random.Random(SEED).shuffle(accounts)
    return accounts


def call_bodies(filled: Filled, count: int, share_of_known: float, seed: int) -> list[bytes]:
    """Calls as a desk sends them: 6 in 10 by account number, 2 by a pin, 2 by the words of an address.

    `share_of_known` of them come from transformers that have an open outage already, so that they join it.
    """
    rng = random.Random(seed)
    return [_call_body(rng, rng.choice(_side(filled, rng.random() < share_of_known))) for _ in range(count)]


def _side(filled: Filled, known: bool) -> list[dict[str, str]]:
    return filled.busy_accounts if known else filled.accounts


def _call_body(rng: random.Random, account: dict[str, str]) -> bytes:
    said: dict[str, Any] = {
        "channel": "hotline",
        "caller_name": account["name"],
        "caller_phone": account["phone"],
        "words": rng.choice(_WORDS),
    }
    match rng.choice("aaaaaappww"):
        case "a":
            said["account_no"] = account["account_no"]
        case "p":
            said |= {"lon": float(account["lon"]), "lat": float(account["lat"]), "crs": "EPSG:4326"}
        case _:
            said["address"] = account["address"]
    return json.dumps(said, ensure_ascii=False).encode()


def begin_duty(store: Store, territory: Territory) -> None:
    for crew_id, record in territory.crews.items():
        push = duty_push(store, crew_id, record.crew.depot)
        store.work(COMMAND_LINE, lambda work, n=crew_id, push=push: receive(work, territory, n, push))


def duty_push(store: Store, crew_id: int, at: LonLat) -> Push:
    now = store.clock()
    action = ActionTaken(f"duty-{crew_id}", 1, CrewAction.DUTY_ON, now, 1_000, "boot")
    fix = Fix(at.lon, at.lat, 5.0, now, Provider.GPS, elapsed_ms=1_000)
    return Push(f"tablet-{crew_id}", "boot", now, 1_000, (action,), (fix,))


def _open_outages(
    store: Store, territory: Territory, accounts: Iterable[dict[str, str]], wanted: int
) -> frozenset[str]:
    """Calls until so many outages stand open; gives their transformers."""
    busy: set[str] = set()
    opened = 0
    for account in accounts:
        if opened == wanted:
            break
        if account["transformer"] in busy:
            continue
        new = NewCall(Channel.HOTLINE, account_no=account["account_no"], words=_WORDS[0])
        filed = store.work(COMMAND_LINE, lambda work, new=new: take_call(work, territory, new))
        opened += not filed.joined
        busy.add(account["transformer"])
    if opened < wanted:
        raise SystemExit(f"The sample's accounts open {opened:,} outages, not the {wanted:,} that were to be measured.")
    return frozenset(busy)


def _add_crews(work: Work, count: int) -> None:
    """Crews of the same make as Loudi's, based at villages all over the city."""
    at = random.Random(SEED)
    accounts = read_accounts()
    rows = []
    for n in range(count):
        home = at.choice(accounts)
        rows.append(
            {
                "code": f"X{n:03d}",
                "name": f"增援{n + 1}班",
                "squad": "增援",
                "county": "",
                "skills": "hv|lv|power_quality|metering",
                "people": 3,
                "vehicle": "van",
                "depot_lon": float(home["lon"]),
                "depot_lat": float(home["lat"]),
                "suspended": False,
                "permit_kv": None,
                "gear": None,
            }
        )
    keep_registers(work, rows, (), ())


def _sign_everybody_in(store: Store, territory: Territory) -> dict[str, str]:
    hashed = hash_of(_PASSWORD)
    people: list[tuple[str, Role, int | None]] = [
        (Role.CALL_TAKER.value, Role.CALL_TAKER, None),
        (Role.DISPATCHER.value, Role.DISPATCHER, None),
        *((f"crew{crew_id}", Role.CREW, crew_id) for crew_id in territory.crews),
    ]
    return store.work(
        COMMAND_LINE, lambda work: {name: _token(work, name, role, hashed, n) for name, role, n in people}
    )


def _token(work: Work, name: str, role: Role, hashed: str, crew_id: int | None) -> str:
    add_user(work, name, role, hashed, crew_id)
    account = account_named(work, name)
    assert account is not None
    return open_session(work, account, timedelta(days=1)).token
