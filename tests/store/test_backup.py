"""A backup from either database restores into either, whole or not at all."""

import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from dispatch_server.domain.people import TICKER
from dispatch_server.protocol.words import Role
from dispatch_server.store import backup as backups
from dispatch_server.store.backup import BackupRefused, backup, restore
from dispatch_server.store.feed import START, end_of_journal, facts_since, holds
from dispatch_server.store.layers import keep_files, keep_registers, layer_files
from dispatch_server.store.opening import open_store
from dispatch_server.store.people import all_accounts, keep_account, versions
from dispatch_server.store.questions import Question
from dispatch_server.store.roots import make_root
from dispatch_server.store.schema import NEWEST
from dispatch_server.store.store import Store
from dispatch_server.store.verifying import verify
from dispatch_server.store.work import Reading, Work
from tests.clock import FakeClock
from tests.store.records import DESK, a_call_with_everything, chase_it, count, take_a_call, what_is_wrong

KEY = b"k" * 32
KINDS = ("sqlite", "postgresql")
A_CREW = {
    "code": "K1",
    "name": "娄星一班",
    "squad": "娄星",
    "county": "娄星区",
    "skills": "lv|hv",
    "people": 3,
    "vehicle": "湘K·00001",
    "depot_lon": 112.00123456789012,
    "depot_lat": 27.7,
    "suspended": True,
    "permit_kv": 10.0,
    "gear": "earthing_set",
}


def fill(store: Store) -> None:
    def registers(work: Work) -> None:
        keep_registers(work, [A_CREW], [], [])
        keep_files(work, "v1", {"areas.geojson": bytes(range(256))}, {"areas.geojson": "00"})
        keep_account(work, "小李", Role.DISPATCHER, None, "$argon2id$…")

    store.work(DESK, registers)
    for n in range(5):
        store.work(DESK, lambda work, n=n: a_call_with_everything(work, f"ref-{n}"))
    make_root(store, TICKER, KEY, "2026-05-01")
    for _ in range(3):
        store.work(DESK, lambda work: chase_it(work, 2))


def contents(store: Store) -> dict[str, Any]:
    """Every row, but for the numbers that belong to one database and the versions that a restore bumps."""
    own = {"versions": {"n"}}

    def read(reading: Reading) -> dict[str, Any]:
        said = {}
        for name, table in SQLModel.metadata.tables.items():
            columns = [c.name for c in table.columns if c.name not in own.get(name, set())]
            rows = reading.rows(Question(f"SELECT {', '.join(columns)} FROM {name}"))
            said[name] = sorted(map(repr, ([bytes(v) if isinstance(v, memoryview) else v for v in r] for r in rows)))
        return said

    return {
        name: [r.replace("True", "1").replace("False", "0") for r in rows] for name, rows in store.read(read).items()
    }


@pytest.mark.parametrize("to", KINDS)
def test_what_is_restored_is_what_was_backed_up(
    store: Store, to: str, new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock
) -> None:
    fill(store)
    said = backup(store, tmp_path / "backup.zip")
    assert said.schema == NEWEST
    address = new_database(to)
    restore(address, tmp_path / "backup.zip")

    with closing(open_store(address, clock)) as restored:
        assert contents(restored) == contents(store)
        assert restored.read(lambda r: verify(r, KEY)) == store.read(lambda r: verify(r, KEY))
        assert what_is_wrong(restored, KEY) is None
        assert restored.read(layer_files) == {"areas.geojson": bytes(range(256))}
        assert [a.user.name for a in restored.read(all_accounts)] == ["小李"]
        assert restored.read(versions)["layers"] > store.read(versions)["layers"]
        order = [f.seal for f in restored.read(lambda r: facts_since(r, START, 999))]
        assert order == [f.seal for f in store.read(lambda r: facts_since(r, START, 999))]


@pytest.mark.parametrize("to", KINDS)
def test_life_goes_on_after_a_restore(
    store: Store, to: str, new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock
) -> None:
    fill(store)
    backup(store, tmp_path / "backup.zip")
    lost = store.work(DESK, take_a_call)
    cursor = store.read(end_of_journal)
    address = new_database(to)
    restore(address, tmp_path / "backup.zip")
    with closing(open_store(address, clock)) as restored:
        assert not restored.read(lambda r: holds(r, cursor)), "a cursor of what was lost is not taken for a new fact's"
        before = restored.read(end_of_journal)
        assert restored.work(DESK, a_call_with_everything).id == lost.id
        restored.work(DESK, lambda work: keep_account(work, "小王", Role.CREW, 1, "…"))
        assert len(restored.read(lambda r: facts_since(r, before, 99))) == 5
        make_root(restored, TICKER, KEY, "2026-05-02")
        assert restored.read(lambda r: verify(r, KEY)).roots == 2
        assert what_is_wrong(restored, KEY) is None


def test_a_backup_beside_writers_is_one_moment(
    store: Store, new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PAGE", 10)  # many pages, so that many Works come between
    for _ in range(20):
        store.work(DESK, a_call_with_everything)
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(store.work, DESK, a_call_with_everything) for _ in range(100)]
        backup(store, tmp_path / "backup.zip")
        for written in writing:
            written.result()
    address = new_database("sqlite")
    restore(address, tmp_path / "backup.zip")
    with closing(open_store(address, clock)) as restored:
        assert what_is_wrong(restored) is None
        calls = restored.read(count)
        assert 20 <= calls <= 120
        assert restored.read(lambda r: count(r, "facts")) == calls * 5


@pytest.mark.parametrize("to", KINDS)
def test_a_database_with_anything_in_it_is_refused_and_kept(
    to: str, new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock
) -> None:
    with closing(open_store(new_database("sqlite"), clock)) as store:
        fill(store)
        backup(store, tmp_path / "backup.zip")
    address = new_database(to)
    with closing(open_store(address, clock)) as target:
        target.work(DESK, lambda work: keep_account(work, "小李", Role.ADMIN, None, "…"))
        before = contents(target)
        with pytest.raises(BackupRefused, match="not empty"):
            restore(address, tmp_path / "backup.zip")
        assert contents(target) == before


def swapped_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        start = archive.getinfo("facts.jsonl").header_offset
    data[start + 200] ^= 0x55
    file.write_bytes(data)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-3000])


def one_row_less(file: Path) -> None:
    """A zip that is whole by its own sums, with a row of the journal taken out."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["facts.jsonl"] = entries["facts.jsonl"].split(b"\n", 1)[1]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def something_else(file: Path) -> None:
    file.write_text("Dear Sir or Madam")


def somebody_elses_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "Dear Sir or Madam")


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("damage", [swapped_byte, cut_off, one_row_less, something_else, somebody_elses_zip])
def test_a_damaged_file_is_refused_and_nothing_is_touched(
    to: str, damage: Callable[[Path], None], new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "backup.zip"
    with closing(open_store(new_database("sqlite"), clock)) as store:
        fill(store)
        backup(store, file)
    damage(file)
    address = new_database(to)
    with pytest.raises(BackupRefused, match="not a whole backup"):
        restore(address, file)
    with closing(open_store(address, clock)) as target:
        assert target.read(count) == 0


@pytest.mark.parametrize("to", KINDS)
def test_a_restore_that_fails_half_way_leaves_nothing(
    to: str, new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_store(new_database("sqlite"), clock)) as store:
        fill(store)
        backup(store, tmp_path / "backup.zip")
    address = new_database(to)

    def fails(*_: object) -> None:
        raise RuntimeError("the power fails")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(backups, "_tell_servers", fails)
        restore(address, tmp_path / "backup.zip")
    restore(address, tmp_path / "backup.zip")
    with closing(open_store(address, clock)) as target:
        assert target.read(count) == 5


def test_a_backup_of_a_newer_relight_is_refused(
    new_database: Callable[[str], str], tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "backup.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("contents.json", json.dumps({"format": 1, "schema": "9999", "made_at": "", "tables": []}))
    with pytest.raises(BackupRefused, match="newer Relight"):
        restore(new_database("sqlite"), file)


def test_a_backup_that_fails_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    backup(store, file)
    before = file.read_bytes()
    (tmp_path / "backup.zip.part").mkdir()
    with pytest.raises(BackupRefused, match="could not be written"):
        backup(store, file)
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_there_is_no_such_file(tmp_path: Path, new_database: Callable[[str], str]) -> None:
    with pytest.raises(BackupRefused, match="There is no file"):
        restore(new_database("sqlite"), tmp_path / "none.zip")
