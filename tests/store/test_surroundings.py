"""A full disk, a lost connection, a killed server: nothing half-written, a sentence, and it recovers."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.store import SavingUnsure, Store, StoreBusy
from dispatch_server.store.work import Work
from tests.clock import FakeClock
from tests.cluster import Cluster
from tests.conftest import missing
from tests.store.records import DESK, a_call_with_everything, chase_it, count, take_a_call, what_is_wrong

on_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("address", ["postgresql"], indirect=True)
ROOM = "SELECT page_count FROM pragma_page_count"


# SQLite


def leave_room(store: Store, pages: int) -> None:
    def deed(work: Work) -> None:
        found = work.row(Question(ROOM))
        assert found is not None
        work.row(Question(f"PRAGMA max_page_count = {found[0] + pages}"))

    store.work(DESK, deed)


@on_sqlite
def test_when_the_disk_is_full_nothing_is_half_written(store: Store) -> None:
    store.work(DESK, a_call_with_everything)
    leave_room(store, 2)
    with pytest.raises(StoreBusy, match=r"could not write .*full.* Nothing was saved"):
        for _ in range(500):
            store.work(DESK, a_call_with_everything)
    calls = store.read(count)
    assert calls >= 1
    assert store.read(lambda r: count(r, "facts")) == calls * 5
    assert what_is_wrong(store) is None
    leave_room(store, 1000)
    assert store.work(DESK, a_call_with_everything).id == calls + 1


@on_sqlite
def test_a_deed_that_swallows_a_full_disk_saves_nothing(store: Store) -> None:
    """SQLite may undo the whole transaction by itself; what follows must not be written outside of it."""
    leave_room(store, 2)

    def deed(work: Work) -> None:
        for _ in range(500):
            try:
                with work.savepoint():
                    a_call_with_everything(work)
            except Exception:
                continue
        take_a_call(work)

    with pytest.raises(StoreBusy, match="Nothing was saved"):
        store.work(DESK, deed)
    assert store.read(count) == 0
    assert what_is_wrong(store) is None


@on_sqlite
def test_a_file_that_another_process_holds_is_waited_for_and_then_refused(store: Store, address: str) -> None:
    store.work(DESK, lambda work: work.row(Question("PRAGMA busy_timeout = 50")))
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked"):
            store.work(DESK, take_a_call)
        assert store.read(count) == 0
        other.execute("ROLLBACK")
    assert store.work(DESK, take_a_call).id == 1


@on_sqlite
def test_an_answer_leaves_only_when_the_disk_has_it(store: Store) -> None:
    """No test can pull the plug; this holds the two settings that SQLite's promise rests on."""
    full = 2
    settings = store.work(
        DESK, lambda work: [work.row(Question(f"PRAGMA {p}")) for p in ("synchronous", "journal_mode")]
    )
    assert settings == [(full,), ("wal",)]


WRITER = """
import sys
from dispatch_server.clock import utc_now
from dispatch_server.store.opening import open_store
from tests.store.records import DESK, a_call_with_everything
store = open_store(sys.argv[1], utc_now)
while True:
    print(store.work(DESK, a_call_with_everything).id, flush=True)
"""


def test_what_was_answered_before_a_kill_is_there_after_it(address: str, clock: FakeClock) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, address], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        answered = [int(next(child.stdout)) for _ in range(50)]
        child.send_signal(signal.SIGKILL)
        answered += [int(line) for line in child.stdout if line.endswith("\n")]
    with closing(open_store(address, clock)) as store:
        calls = store.read(count)
        assert answered == list(range(1, len(answered) + 1))
        assert calls in (len(answered), len(answered) + 1), "at most the one whose answer was on its way"
        assert store.read(lambda r: count(r, "facts")) == calls * 5
        assert what_is_wrong(store) is None
        store.work(DESK, a_call_with_everything)


# PostgreSQL


@on_postgresql
def test_a_connection_that_dies_inside_a_work_is_made_anew(store: Store) -> None:
    tries = []

    def deed(work: Work) -> None:
        a_call_with_everything(work)
        work.flush()
        tries.append(1)
        if len(tries) == 1:
            work.row(Question("SELECT pg_terminate_backend(pg_backend_pid())"))

    store.work(DESK, deed)
    assert store.read(lambda r: (count(r), count(r, "facts"))) == (1, 5)
    assert what_is_wrong(store) is None


@on_postgresql
def test_a_connection_that_dies_every_time_is_told_in_a_sentence(store: Store) -> None:
    def deed(work: Work) -> None:
        take_a_call(work)
        work.row(Question("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreBusy, match=r"does not answer\. Nothing was saved"):
        store.work(DESK, deed)
    assert store.read(count) == 0


@on_postgresql
def test_a_connection_that_dies_in_the_commit_leaves_doubt_and_says_so(store: Store, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END'"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON calls DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION die()"
        )
        with pytest.raises(SavingUnsure, match="Look whether this was saved"):
            store.work(DESK, take_a_call)
        connection.execute("DROP TRIGGER dies ON calls")
    assert store.read(count) == 0
    store.work(DESK, take_a_call)


@on_postgresql
def test_a_failed_question_that_was_swallowed_is_not_answered_as_saved(store: Store) -> None:
    def deed(work: Work) -> None:
        take_a_call(work)
        try:
            work.row(Question("SELECT no_such_column FROM calls"))
        except psycopg.Error:
            return

    with pytest.raises(RuntimeError, match="nothing was saved"):
        store.work(DESK, deed)
    assert store.read(count) == 0


@on_postgresql
def test_a_server_that_went_away_is_used_again_when_it_returns(store: Store, postgres_cluster: Cluster) -> None:
    store.on_change(lambda: None)
    store.work(DESK, take_a_call)
    postgres_cluster.stop()
    try:
        with pytest.raises(StoreBusy, match="does not answer"):
            store.work(DESK, take_a_call)
        with pytest.raises(StoreBusy, match="does not answer"):
            store.read(count)
    finally:
        postgres_cluster.start()
    assert store.work(DESK, take_a_call)
    assert store.read(count) == 2
    assert what_is_wrong(store) is None


@on_postgresql
def test_rows_locked_crosswise_are_tried_again(store: Store) -> None:
    a, b = (store.work(DESK, take_a_call).id for _ in range(2))

    def both(first: int, second: int, work: Work) -> None:
        chase_it(work, first)
        work.flush()
        chase_it(work, second)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            one = pool.submit(store.work, DESK, lambda work: both(a, b, work))
            other = pool.submit(store.work, DESK, lambda work: both(b, a, work))
            one.result()
            other.result()
    assert [store.read(lambda r, i=i: r.call(i)).chases for i in (a, b)] == [6, 6]


def test_without_postgresql_ci_fails_and_a_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="sudo apt-get install postgresql"):
        missing("PostgreSQL", "postgresql")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL is not installed"):
        missing("PostgreSQL", "postgresql")
