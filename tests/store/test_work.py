"""A Work: one transaction, one instant, one author. The same sentences hold on both databases."""

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from dispatch_server.domain.calls import Call
from dispatch_server.domain.refusals import NotFound, Refused
from dispatch_server.store.calls import call_with_ref
from dispatch_server.store.deadlines import Kind, due, set_deadline, take
from dispatch_server.store.feed import facts_of
from dispatch_server.store.journal import Subject
from dispatch_server.store.opening import open_store
from dispatch_server.store.people import bump, looked_at, versions
from dispatch_server.store.store import Store, StoreBusy
from dispatch_server.store.work import Reading, Work
from tests.clock import FakeClock
from tests.store.records import DESK, a_call_with_everything, chase_it, count, take_a_call, what_is_wrong


def test_what_is_recorded_stands_in_the_journal_and_in_the_table(store: Store, clock: FakeClock) -> None:
    call = store.work(DESK, take_a_call)
    clock.advance(minutes=1)
    store.work(DESK, lambda work: chase_it(work, call.id))

    assert store.read(lambda reading: reading.call(call.id)).chases == 1
    taken, chased = store.read(lambda reading: facts_of(reading, Subject("call", call.id)))
    assert (taken.kind, taken.n, chased.kind, chased.n) == ("CallTaken", 1, "CallChased", 2)
    assert chased.recorded_at_us - taken.recorded_at_us == 60_000_000
    assert chased.said_by == DESK.name
    assert what_is_wrong(store) is None


def test_a_deed_that_fails_leaves_nothing(store: Store) -> None:
    def deed(work: Work) -> None:
        a_call_with_everything(work)
        work.flush()
        raise Refused("no")

    with pytest.raises(Refused):
        store.work(DESK, deed)
    assert store.read(lambda r: [count(r, t) for t in ("facts", "calls", "outages", "jobs", "duties")]) == [0] * 5


def test_what_a_work_recorded_it_also_reads(store: Store) -> None:
    def deed(work: Work) -> tuple[int | None, int]:
        call = take_a_call(work, "ref-1")
        return call_with_ref(work, "hotline", "ref-1"), call.id

    found, call_id = store.work(DESK, deed)
    assert found == call_id


def test_there_is_no_call_that_nobody_took(store: Store) -> None:
    with pytest.raises(NotFound, match="There is no call 7"):
        store.work(DESK, lambda work: work.call(7))


# Savepoints


def test_a_savepoint_is_undone_alone_and_the_chain_goes_on(store: Store) -> None:
    def deed(work: Work) -> Call:
        call = take_a_call(work)
        chase_it(work, call.id)
        with pytest.raises(Refused), work.savepoint():
            chase_it(work, call.id)
            take_a_call(work)
            looked_at(work, "premises", "A-1")
            raise Refused("no")
        return chase_it(work, call.id)

    call = store.work(DESK, deed)
    assert call.chases == 2
    facts = store.read(lambda reading: facts_of(reading, Subject("call", call.id)))
    assert [f.n for f in facts] == [1, 2, 3]
    assert store.read(lambda r: (count(r, "calls"), count(r, "readings"))) == (1, 0)
    assert what_is_wrong(store) is None


def test_a_savepoint_inside_a_savepoint(store: Store) -> None:
    def deed(work: Work) -> None:
        with work.savepoint():
            call = take_a_call(work)
            with pytest.raises(Refused), work.savepoint():
                chase_it(work, call.id)
                raise Refused("no")
            chase_it(work, call.id)

    store.work(DESK, deed)
    assert store.read(lambda reading: reading.call(1)).chases == 1
    assert what_is_wrong(store) is None


def test_a_question_that_fails_in_a_savepoint_spoils_nothing_else(store: Store) -> None:
    def deed(work: Work) -> None:
        take_a_call(work, "ref-1")
        with pytest.raises(Exception, match=r"(?i)unique"), work.savepoint():
            take_a_call(work, "ref-1")
            work.flush()
        take_a_call(work, "ref-2")

    store.work(DESK, deed)
    assert store.read(count) == 2
    assert what_is_wrong(store) is None


def test_what_waits_for_the_flush_is_written_after_the_states_in_the_order_it_came(store: Store) -> None:
    def deed(work: Work) -> None:
        set_deadline(work, Kind.ACCEPT_BY, 1, work.now)
        set_deadline(work, Kind.ACCEPT_BY, 1, work.now.replace(year=2030))
        looked_at(work, "premises", "A-1")

    store.work(DESK, deed)
    assert store.read(lambda r: due(r, r.now, at_most=9)) == []
    assert store.read(lambda r: count(r, "readings")) == 1


# After the commit


def test_a_callback_sees_what_was_committed_and_a_failed_deed_calls_nobody(store: Store) -> None:
    seen: list[int] = []

    def deed(work: Work, fails: bool) -> None:
        take_a_call(work)
        work.after_commit.append(lambda: seen.append(store.read(count)))
        if fails:
            raise Refused("no")

    store.work(DESK, lambda work: deed(work, False))
    with pytest.raises(Refused):
        store.work(DESK, lambda work: deed(work, True))
    assert seen == [1]


def test_a_callback_of_an_undone_savepoint_is_not_called(store: Store) -> None:
    called: list[str] = []

    def deed(work: Work) -> None:
        work.after_commit.append(lambda: called.append("outside"))
        with pytest.raises(Refused), work.savepoint():
            work.after_commit.append(lambda: called.append("inside"))
            raise Refused("no")

    store.work(DESK, deed)
    assert called == ["outside"]


def test_a_callback_that_fails_neither_fails_the_work_nor_stops_the_writer(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def deed(work: Work) -> None:
        take_a_call(work)
        work.after_commit.append(lambda: 1 / 0)

    store.on_change(lambda: [][0])
    store.work(DESK, deed)
    assert store.work(DESK, take_a_call).id == 2
    assert "division by zero" in caplog.text


def test_listeners_hear_of_facts_and_of_nothing_else(store: Store) -> None:
    heard = threading.Semaphore(0)
    if store.dialect == "sqlite":  # a listener on PostgreSQL is also called when it begins to listen
        store.on_change(heard.release)
        store.work(DESK, lambda work: bump(work, "people"))
        assert not heard.acquire(timeout=0.05)
    else:
        store.on_change(heard.release)
    store.work(DESK, take_a_call)
    assert heard.acquire(timeout=5)


# Many at once


def test_many_writers_on_several_servers_lose_nothing(address: str, clock: FakeClock) -> None:
    with closing(open_store(address, clock)) as one, closing(open_store(address, clock)) as other:

        def write(n: int) -> int:
            return (one if n % 2 else other).work(DESK, a_call_with_everything).id

        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(write, range(60)))
        assert sorted(ids) == sorted(set(ids))
        assert one.read(lambda r: (count(r), count(r, "facts"))) == (60, 60 * 5)
        assert what_is_wrong(one) is None


def test_two_who_change_one_call_at_once_both_count_and_nobody_has_to_begin_again(store: Store) -> None:
    call = store.work(DESK, take_a_call)
    begun: list[int] = []

    def deed(work: Work) -> None:
        begun.append(1)
        chase_it(work, call.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.work(DESK, deed), range(40)))
    assert store.read(lambda reading: reading.call(call.id)).chases == 40
    assert len(begun) == 40, "whoever comes second waits for the row"
    assert what_is_wrong(store) is None


def test_a_failed_deed_among_many_undoes_only_itself(store: Store) -> None:
    async def all_at_once() -> list[Call | BaseException]:
        def deed(n: int, work: Work) -> Call:
            call = take_a_call(work)
            if n % 5 == 0:
                raise Refused(f"number {n}")
            return call

        deeds = [store.awork(DESK, lambda work, n=n: deed(n, work)) for n in range(50)]
        return await asyncio.gather(*deeds, return_exceptions=True)

    outcomes = asyncio.run(all_at_once())
    assert [str(o) for o in outcomes if isinstance(o, BaseException)] == [f"number {n}" for n in range(0, 50, 5)]
    assert store.read(count) == 40
    assert what_is_wrong(store) is None


def test_the_same_external_ref_from_many_at_once_is_one_call(address: str, clock: FakeClock) -> None:
    with closing(open_store(address, clock)) as one, closing(open_store(address, clock)) as other:
        together = threading.Barrier(6)

        def file(n: int) -> int:
            together.wait()
            return (one if n % 2 else other).work(DESK, take_or_find)

        def take_or_find(work: Work) -> int:
            known = call_with_ref(work, "hotline", "95598-1")
            return take_a_call(work, "95598-1").id if known is None else known

        with ThreadPoolExecutor(6) as pool:
            assert len(set(pool.map(file, range(6)))) == 1
        assert one.read(count) == 1
        assert what_is_wrong(one) is None


def test_two_tickers_take_each_deadline_once(address: str, clock: FakeClock) -> None:
    with closing(open_store(address, clock)) as one, closing(open_store(address, clock)) as other:

        def set_all(work: Work) -> None:
            for subject in range(40):
                set_deadline(work, Kind.ACCEPT_BY, subject, work.now)

        one.work(DESK, set_all)
        together = threading.Barrier(2)

        def tick(store: Store) -> list[int]:
            rows = store.read(lambda r: due(r, r.now, at_most=100))
            together.wait()
            return [row.subject_id for row in rows if store.work(DESK, lambda work, row=row: take(work, row))]

        with ThreadPoolExecutor(2) as pool:
            mine, theirs = pool.map(tick, (one, other))
        assert sorted(mine + theirs) == list(range(40))


def test_a_deadline_that_was_moved_is_not_taken(store: Store, clock: FakeClock) -> None:
    store.work(DESK, lambda work: set_deadline(work, Kind.DEPART_BY, 1, work.now))
    [row] = store.read(lambda r: due(r, r.now, at_most=9))
    store.work(DESK, lambda work: set_deadline(work, Kind.DEPART_BY, 1, work.now.replace(year=2030)))
    assert store.work(DESK, lambda work: take(work, row)) is False


def test_a_reading_sees_one_moment(store: Store) -> None:
    def question(reading: Reading) -> tuple[int, int]:
        before = count(reading)
        written.submit(store.work, DESK, take_a_call).result(timeout=10)
        return before, count(reading)

    with ThreadPoolExecutor(1) as written:
        assert store.read(question) == (0, 0)
    assert store.read(count) == 1


def test_a_version_that_is_bumped_is_seen(store: Store) -> None:
    store.work(DESK, lambda work: bump(work, "people"))
    store.work(DESK, lambda work: bump(work, "people"))
    assert store.read(versions) == {"people": 2}


# Ends


def test_a_deed_may_let_anything_out_and_nobody_waits_for_ever(store: Store) -> None:
    async def stops() -> None:
        await asyncio.wait_for(store.awork(DESK, lambda work: next(iter(()))), 10)

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(stops())
    with pytest.raises(SystemExit):
        store.work(DESK, lambda work: sys.exit(3))
    assert store.work(DESK, take_a_call).id == 1


def test_a_store_that_is_closed_says_so(address: str, clock: FakeClock) -> None:
    store = open_store(address, clock)
    store.close()
    with pytest.raises(StoreBusy, match="stopping"):
        store.work(DESK, take_a_call)
    with pytest.raises(StoreBusy, match="stopping"):
        store.read(count)
    store.close()
