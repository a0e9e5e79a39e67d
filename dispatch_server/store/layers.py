"""The map and the registers as they were loaded: files as they came, rows for what is asked by key."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.codec import decode
from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.people import bump
from dispatch_server.store.questions import Question
from dispatch_server.store.texts import text_of
from dispatch_server.store.work import Reading, Work

_FILES = Question(
    "SELECT name, content FROM layer_files WHERE version = (SELECT version FROM layer_loads ORDER BY id DESC LIMIT 1)"
)
_ADD_FILE = Question(
    "INSERT INTO layer_files (version, name, sha256, content, loaded_at_us) "
    "VALUES (:version, :name, :sha256, :content, :loaded_at_us) ON CONFLICT (version, name) "
    "DO UPDATE SET loaded_at_us = excluded.loaded_at_us"
)
_LOADED = Question("SELECT count(*) FROM layer_files")
_ADD_LOAD = Question(
    "INSERT INTO layer_loads (version, loaded_at_us, said_by, held) VALUES (:version, :loaded_at_us, :said_by, :held)"
)
_LOADS = Question("SELECT version, loaded_at_us, said_by, held FROM layer_loads ORDER BY id")


def _upsert(table: str, key: str, columns: str) -> Question:
    names = columns.split()
    values = ", ".join(f":{n}" for n in names)
    changes = ", ".join(f"{n} = excluded.{n}" for n in names if n != key)
    return Question(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


# By table, the columns that a load brings; the first one is the key.
REGISTERS = {
    "crews": "code name squad county skills people vehicle depot_lon depot_lat suspended permit_kv gear",
    "transformers": "code name feeder area_code lon lat customers",
    "accounts": "account_no meter_no transformer name phone address lon lat important kind no_night_calls",
}
_CREW, _TRANSFORMER, _ACCOUNT = (_upsert(table, c.partition(" ")[0], c) for table, c in REGISTERS.items())
_REGISTERED = {table: Question(f"SELECT {', '.join(c.split())} FROM {table}") for table, c in REGISTERS.items()}
_CREW_IDS = Question("SELECT code, id FROM crews")
_DROP_SHIFTS = Question("DELETE FROM shifts")
_ADD_SHIFT = Question(
    "INSERT INTO shifts (crew_id, day_of_week, starts_min, ends_min) "
    "VALUES (:crew_id, :day_of_week, :starts_min, :ends_min)"
)

_PLACED = Question(
    "SELECT c.id, c.state, p.lon, p.lat, p.radius_m FROM calls c JOIN places p ON p.id = c.place_id "
    "WHERE p.lon IS NOT NULL ORDER BY c.id"
)
_NOT_YET_REACHED = Question("SELECT body FROM outages WHERE state = 'open' AND arrived_at_us IS NULL ORDER BY id")

Rows = Sequence[Mapping[str, Any]]
Say = Callable[[str], None]
ROWS_AT_ONCE = 20_000  # about a second of writing, after which something is said


@dataclass(frozen=True, slots=True)
class Load:
    """`held`: how many areas, accounts and so on it brought, by file."""

    version: str
    loaded_at: datetime
    said_by: str
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlacedCall:
    call_id: int
    state: str
    lon: float
    lat: float
    radius_m: float


def any_layers(reading: Reading) -> bool:
    found = reading.row(_LOADED)
    return found is not None and found[0] > 0


def layer_files(reading: Reading) -> dict[str, bytes]:
    """The newest version, by file name; empty before the first load."""
    return {name: bytes(content) for name, content in reading.rows(_FILES)}


def loads(reading: Reading) -> list[Load]:
    """Every load, the newest last: the map that holds."""
    return [Load(version, from_us(at), by, json.loads(held)) for version, at, by, held in reading.rows(_LOADS)]


def registered(reading: Reading, table: str) -> list[tuple[Any, ...]]:
    """The rows of a register, in the order of its columns in `REGISTERS`."""
    return reading.rows(_REGISTERED[table])


def placed_calls(reading: Reading) -> list[PlacedCall]:
    """Every call whose place is known and was not deleted by age."""
    return [PlacedCall(*row) for row in reading.rows(_PLACED)]


def outages_not_yet_reached(reading: Reading) -> list[Outage]:
    """Open ones that nobody has officially arrived at: their clocks still run."""
    return [decode(Outage, json.loads(body)) for (body,) in reading.rows(_NOT_YET_REACHED)]


def keep_files(
    work: Work,
    version: str,
    files: Mapping[str, bytes],
    sums: Mapping[str, str],
    held: Mapping[str, int] | None = None,
) -> None:
    """Earlier versions stay: what was said by them can be looked at, and they can be loaded again."""
    loaded_at_us = to_us(work.now)
    for name in files:
        work.do(
            _ADD_FILE, version=version, name=name, sha256=sums[name], content=files[name], loaded_at_us=loaded_at_us
        )
    work.do(
        _ADD_LOAD, version=version, loaded_at_us=loaded_at_us, said_by=work.author.name, held=text_of(dict(held or {}))
    )
    bump(work, "layers")


def keep_registers(
    work: Work, crews: Rows, transformers: Rows, accounts: Rows, say: Say = lambda _: None
) -> dict[str, int]:
    """Adds or changes by code, never deletes: journals name them. Gives the id of each crew code."""
    work.do_many(_CREW, crews)
    work.do_many(_TRANSFORMER, transformers)
    for start in range(0, len(accounts), ROWS_AT_ONCE):
        work.do_many(_ACCOUNT, accounts[start : start + ROWS_AT_ONCE])
        if len(accounts) > ROWS_AT_ONCE:
            say(f"{min(start + ROWS_AT_ONCE, len(accounts)):,} of {len(accounts):,} accounts written.")
    return dict(work.rows(_CREW_IDS))


def keep_shifts(work: Work, shifts: Iterable[Mapping[str, Any]]) -> None:
    work.do(_DROP_SHIFTS)
    work.do_many(_ADD_SHIFT, list(shifts))
