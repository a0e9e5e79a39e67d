"""The map and the registers as they were loaded: files as they came, rows for what is asked by key."""

from collections.abc import Iterable, Mapping
from typing import Any

from dispatch_server.store.instants import to_us
from dispatch_server.store.people import bump
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading, Work

_FILES = Question(
    "SELECT name, content FROM layer_files WHERE version = (SELECT version FROM layer_files "
    "ORDER BY loaded_at_us DESC LIMIT 1)"
)
_ADD_FILE = Question(
    "INSERT INTO layer_files (version, name, sha256, content, loaded_at_us) "
    "VALUES (:version, :name, :sha256, :content, :loaded_at_us) ON CONFLICT (version, name) "
    "DO UPDATE SET loaded_at_us = excluded.loaded_at_us"
)
_LOADED = Question("SELECT count(*) FROM layer_files")


def _upsert(table: str, key: str, columns: str) -> Question:
    names = columns.split()
    values = ", ".join(f":{n}" for n in names)
    changes = ", ".join(f"{n} = excluded.{n}" for n in names if n != key)
    return Question(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


_CREW = _upsert("crews", "code", "code name squad county skills people vehicle depot_lon depot_lat suspended")
_TRANSFORMER = _upsert("transformers", "code", "code name feeder area_code lon lat customers")
_ACCOUNT = _upsert(
    "accounts",
    "account_no",
    "account_no meter_no transformer name phone address lon lat important kind no_night_calls",
)
_CREW_IDS = Question("SELECT code, id FROM crews")
_DROP_SHIFTS = Question("DELETE FROM shifts")
_ADD_SHIFT = Question(
    "INSERT INTO shifts (crew_id, day_of_week, starts_min, ends_min) "
    "VALUES (:crew_id, :day_of_week, :starts_min, :ends_min)"
)

Rows = Iterable[Mapping[str, Any]]


def any_layers(reading: Reading) -> bool:
    found = reading.row(_LOADED)
    return found is not None and found[0] > 0


def layer_files(reading: Reading) -> dict[str, bytes]:
    """The newest version, by file name; empty before the first load."""
    return {name: bytes(content) for name, content in reading.rows(_FILES)}


def keep_files(work: Work, version: str, files: Mapping[str, bytes], sums: Mapping[str, str]) -> None:
    loaded_at_us = to_us(work.now)
    work.do_many(
        _ADD_FILE,
        [
            {"version": version, "name": n, "sha256": sums[n], "content": files[n], "loaded_at_us": loaded_at_us}
            for n in files
        ],
    )
    bump(work, "layers")


def keep_registers(work: Work, crews: Rows, transformers: Rows, accounts: Rows) -> dict[str, int]:
    """Adds or changes by code, never deletes: journals name them. Gives the id of each crew code."""
    work.do_many(_CREW, list(crews))
    work.do_many(_TRANSFORMER, list(transformers))
    work.do_many(_ACCOUNT, list(accounts))
    return dict(work.rows(_CREW_IDS))


def keep_shifts(work: Work, shifts: Rows) -> None:
    work.do(_DROP_SHIFTS)
    work.do_many(_ADD_SHIFT, list(shifts))
