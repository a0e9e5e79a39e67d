"""The journal by cursor: nothing is missed, whatever the order of commits; other servers are woken."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from dispatch_server.domain.people import Author
from dispatch_server.domain.refusals import BadInput
from dispatch_server.store.feed import (
    START,
    Cursor,
    FactRead,
    end_of_journal,
    facts_of,
    facts_since,
    holds,
    read_cursor,
    shown_fact,
)
from dispatch_server.store.journal import Subject
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.store import Store
from dispatch_server.store.work import Work
from tests.clock import FakeClock
from tests.store.records import DESK, a_call_with_everything, chase_it, count, take_a_call

on_postgresql = pytest.mark.parametrize("address", ["postgresql"], indirect=True)


def read_on(store: Store, cursor: Cursor, at_most: int = 100) -> list[FactRead]:
    return store.read(lambda reading: facts_since(reading, cursor, at_most))


def test_a_reader_goes_on_where_it_stopped(store: Store) -> None:
    for _ in range(3):
        store.work(DESK, a_call_with_everything)
    everything = read_on(store, START)
    by_twos: list[FactRead] = []
    while page := read_on(store, by_twos[-1].cursor if by_twos else START, 2):
        by_twos += page
    assert by_twos == everything
    assert len(everything) == 15
    assert store.read(end_of_journal) == everything[-1].cursor


def test_the_end_of_an_empty_journal_is_its_start(store: Store) -> None:
    assert store.read(end_of_journal) == START


@on_postgresql
def test_a_fact_that_commits_late_is_not_passed_by(store: Store) -> None:
    """The first Work takes the lower id and commits last: its fact comes last, and no cursor has gone past it."""
    has_written, may_commit = threading.Event(), threading.Event()

    def slow(work: Work) -> int:
        call = take_a_call(work)
        work.flush()
        has_written.set()
        assert may_commit.wait(10)
        return call.id

    with ThreadPoolExecutor(1) as pool:
        slowly = pool.submit(store.work, DESK, slow)
        assert has_written.wait(10)
        quick = store.work(DESK, take_a_call)
        assert store.read(count) == 1
        before = read_on(store, START)
        at = store.read(end_of_journal)
        may_commit.set()
        late = slowly.result(timeout=10)
    assert late < quick.id
    assert [f.subject.id for f in before] == [quick.id]
    assert [f.subject.id for f in read_on(store, at)] == [late]


def test_a_reader_beside_many_writers_gets_every_fact_once_and_each_chain_in_order(store: Store) -> None:
    calls = [store.work(DESK, take_a_call).id for _ in range(4)]
    heard: list[FactRead] = []
    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(store.work, DESK, lambda work, n=n: chase_it(work, calls[n % 4])) for n in range(120)]
        while not all(w.done() for w in writing) or len(heard) < 124:
            heard += read_on(store, heard[-1].cursor if heard else START, 7)
    assert sorted((f.subject.id, f.n) for f in heard) == [(c, n) for c in calls for n in range(1, 32)]
    for call_id in calls:
        assert [f.n for f in heard if f.subject.id == call_id] == list(range(1, 32))
    assert [f.cursor for f in heard] == sorted(f.cursor for f in heard)


def test_a_cursor_of_another_journal_is_noticed(store: Store) -> None:
    store.work(DESK, take_a_call)
    end = store.read(end_of_journal)
    assert store.read(lambda r: holds(r, START))
    assert store.read(lambda r: holds(r, end))
    assert not store.read(lambda r: holds(r, replace(end, seq=end.seq + 1)))


def test_a_number_that_no_fact_has_is_a_cursor_all_the_same(store: Store) -> None:
    """A Work that fails while it commits takes its numbers with it on PostgreSQL; nobody may be sent away for that."""
    calls = [store.work(DESK, take_a_call).id for _ in range(3)]
    store.work(DESK, lambda work: work.do(Question("DELETE FROM facts WHERE seq = 2")))
    assert store.read(lambda r: holds(r, Cursor(2)))
    assert [f.subject.id for f in read_on(store, Cursor(2))] == [calls[2]]


@pytest.mark.parametrize("text", ["812.7", "-1", "", "٣", "9" * 19, "9" * 40])
def test_a_cursor_that_is_none_of_ours_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match="leave it out to begin with the present"):
        read_cursor(text)


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(str(Cursor(812))) == Cursor(812)


def test_a_shown_fact_is_json_whatever_its_author_is_called(store: Store) -> None:
    store.work(Author('dispatcher:"李\\n"'), take_a_call)
    [fact] = store.read(lambda reading: facts_of(reading, Subject("call", 1)))
    shown = json.loads(shown_fact(fact))
    assert shown["said_by"] == 'dispatcher:"李\\n"'
    assert shown["body"]["call_id"] == 1


@on_postgresql
def test_another_server_is_woken(address: str, clock: FakeClock) -> None:
    with closing(open_store(address, clock)) as other:
        woken = threading.Semaphore(0)
        other.on_change(woken.release)
        assert woken.acquire(timeout=10)  # when it begins to listen
        with closing(open_store(address, clock)) as one:
            one.work(DESK, take_a_call)
        assert woken.acquire(timeout=10)
