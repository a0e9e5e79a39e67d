"""Whoever edits, removes, moves or adds a row is found, and the row is named."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dispatch_server.domain.people import TICKER
from dispatch_server.store.feed import START
from dispatch_server.store.journal import FIRST_SEAL, seal_of
from dispatch_server.store.questions import Question
from dispatch_server.store.roots import Root, make_root, root_key
from dispatch_server.store.schema import CannotOpen
from dispatch_server.store.store import Store
from dispatch_server.store.verifying import Verdict, verify
from dispatch_server.store.work import Work
from tests.clock import FakeClock
from tests.store.records import DESK, a_call_with_everything, chase_it, what_is_wrong

KEY = b"k" * 32


@pytest.fixture
def store(store: Store) -> Store:
    """Three calls with everything; the second chased three times."""
    for _ in range(3):
        store.work(DESK, a_call_with_everything)
    for _ in range(3):
        store.work(DESK, lambda work: chase_it(work, 2))
    return store


def tamper(store: Store, *sql: str) -> None:
    """Somebody with the database's password."""

    def deed(work: Work) -> None:
        for one in sql:
            assert work.do(Question(one)) > 0, "the test has to change something"

    store.work(DESK, deed)


def test_what_nobody_touched_is_right(store: Store) -> None:
    assert store.read(lambda reading: verify(reading, KEY)) == Verdict(facts=18, subjects=10, roots=0)


EDITS: dict[str, tuple[str, str]] = {
    "the body": (
        "UPDATE facts SET body = replace(body, '1', '9') WHERE subject_kind = 'call' AND subject_id = 2 AND n = 3",
        r"call:2: fact 3 \(row \d+, CallChased\) was changed",
    ),
    "the time it happened": (
        "UPDATE facts SET happened_at_us = happened_at_us - 1 WHERE subject_kind = 'call' AND n = 1 AND subject_id = 3",
        r"call:3: fact 1 \(row \d+, CallTaken\) was changed",
    ),
    "when it was measured": (
        "UPDATE facts SET measured_at_us = 5 WHERE subject_kind = 'job' AND subject_id = 1",
        r"job:1: fact 1 .* was changed",
    ),
    "who said it": (
        "UPDATE facts SET said_by = 'dispatcher:9' WHERE subject_kind = 'outage' AND subject_id = 1",
        r"outage:1: fact 1 .* was changed",
    ),
    "its kind": (
        "UPDATE facts SET kind = 'CallClosed' WHERE subject_kind = 'call' AND subject_id = 2 AND n = 4",
        r"call:2: fact 4 .* was changed",
    ),
    "one of the middle is gone": (
        "DELETE FROM facts WHERE subject_kind = 'call' AND subject_id = 2 AND n = 3",
        r"call:2: fact 3 is missing from the journal",
    ),
    "the tail is gone": (
        "DELETE FROM facts WHERE subject_kind = 'call' AND subject_id = 2 AND n = 5",
        r"call:2: its row in calls ends the chain at fact 5, the journal at fact 4",
    ),
    "all of a subject is gone": (
        "DELETE FROM facts WHERE subject_kind = 'outage' AND subject_id = 2",
        r"outage:2 stands in outages and has no fact",
    ),
    "its row is gone": ("DELETE FROM jobs WHERE id = 3", r"job:3 has facts in the journal and no row in jobs"),
    "a row nobody recorded": (
        "INSERT INTO duties (id, on_duty, aboard, since_us, body, fact_count, seal) "
        "SELECT 77, on_duty, aboard, since_us, body, fact_count, seal FROM duties",
        r"crew:77 stands in duties and has no fact",
    ),
    "a state": (
        "UPDATE calls SET state = 'closed' WHERE id = 1",
        r"call:1: state in calls is not what the journal gives",
    ),
    "a promise": (
        "UPDATE outages SET arrive_by_us = arrive_by_us + 1 WHERE id = 3",
        r"outage:3: arrive_by_us in outages",
    ),
    "what is shown": (
        "UPDATE outages SET shown = replace(shown, 'rural', 'urban') WHERE id = 1",
        r"outage:1: shown in outages",
    ),
    "the body of a state": (
        "UPDATE jobs SET body = replace(body, '\"crew_id\"\\:1', '\"crew_id\"\\:2') WHERE id = 1",
        r"job:1: body in jobs",
    ),
    "a subject of no kind": (
        "UPDATE facts SET subject_kind = 'invoice' WHERE subject_kind = 'job' AND subject_id = 1",
        r"Fact \d+ is about invoice:1, which Relight does not know",
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_change_is_found_and_named(store: Store, what: str) -> None:
    sql, sentence = EDITS[what]
    assert what_is_wrong(store) is None
    tamper(store, sql)
    wrong = what_is_wrong(store)
    assert wrong is not None
    assert re.search(sentence, wrong), wrong


def test_two_facts_that_changed_places_are_found(store: Store) -> None:
    where = "WHERE subject_kind = 'call' AND subject_id = 2 AND n ="
    tamper(
        store,
        f"UPDATE facts SET n = 99 {where} 3",
        f"UPDATE facts SET n = 3 {where} 4",
        f"UPDATE facts SET n = 4 {where} 99",
    )
    assert (what_is_wrong(store) or "").startswith("call:2: fact 3 ")


# Daily roots


def cut_the_tail_well(store: Store) -> None:
    """Removes the last fact of call 2 and puts everything else right, so that chains and tables agree again."""

    def deed(work: Work) -> None:
        work.do(Question("DELETE FROM facts WHERE subject_kind = 'call' AND subject_id = 2 AND n = 5"))
        work.do(
            Question(
                "UPDATE calls SET fact_count = 4, body = replace(body, '\"chases\"\\:3', '\"chases\"\\:2'), seal = "
                "(SELECT seal FROM facts WHERE subject_kind = 'call' AND subject_id = 2 AND n = 4) WHERE id = 2"
            )
        )

    store.work(DESK, deed)


def remove_a_subject_well(store: Store) -> None:
    tamper(
        store,
        "DELETE FROM facts WHERE subject_kind = 'job' AND subject_id = 2",
        "DELETE FROM jobs WHERE id = 2",
    )


def write_a_chain_anew(store: Store) -> None:
    """Another author for the first fact of job 2, and a seal that fits it."""

    def deed(work: Work) -> None:
        columns = "subject_kind, subject_id, n, kind, body, said_by, happened_at_us, measured_at_us, recorded_at_us"
        row = work.row(Question(f"SELECT {columns} FROM facts WHERE subject_kind = 'job' AND subject_id = 2"))
        assert row is not None
        said = dict(zip(columns.split(", "), row, strict=True)) | {"said_by": "offering"}
        seal = seal_of(FIRST_SEAL, said)
        work.do(Question("UPDATE jobs SET seal = :seal WHERE id = 2"), seal=seal)
        work.do(
            Question(
                "UPDATE facts SET said_by = 'offering', seal = :seal WHERE subject_kind = 'job' AND subject_id = 2"
            ),
            seal=seal,
        )

    store.work(DESK, deed)


@pytest.mark.parametrize("how", [cut_the_tail_well, remove_a_subject_well, write_a_chain_anew])
def test_a_signed_root_finds_what_the_chains_cannot(store: Store, how: Callable[[Store], None]) -> None:
    make_root(store, TICKER, KEY, "2026-05-01")
    assert what_is_wrong(store, KEY) is None
    how(store)
    wrong = what_is_wrong(store, KEY) or ""
    assert "the root of 2026-05-01" in wrong.lower()
    tamper(store, "DELETE FROM daily_roots")
    assert what_is_wrong(store, KEY) is None, "the chains alone say nothing: the root has found it"


def test_a_removed_fact_is_found_between_its_two_roots(store: Store) -> None:
    make_root(store, TICKER, KEY, "2026-05-01")
    store.work(DESK, a_call_with_everything)
    make_root(store, TICKER, KEY, "2026-05-02")
    for _ in range(6):
        store.work(DESK, a_call_with_everything)
    make_root(store, TICKER, KEY, "2026-05-03")
    assert store.read(lambda r: verify(r, KEY)).roots == 3
    tamper(store, "DELETE FROM facts WHERE subject_kind = 'job' AND subject_id = 4", "DELETE FROM jobs WHERE id = 4")
    assert "between the roots of 2026-05-01 and 2026-05-02" in (what_is_wrong(store, KEY) or "")


def test_a_root_is_made_once_a_day_and_covers_everything_till_then(store: Store, clock: FakeClock) -> None:
    first = make_root(store, TICKER, KEY, "2026-05-01")
    store.work(DESK, a_call_with_everything)
    assert make_root(store, TICKER, KEY, "2026-05-01") == first
    clock.advance(days=1)
    second = make_root(store, TICKER, KEY, "2026-05-02")
    assert (first.facts, second.facts) == (18, 23)
    assert second.upto > first.upto > START


def test_a_day_on_which_nothing_happened_has_its_root(store: Store) -> None:
    make_root(store, TICKER, KEY, "2026-05-01")
    make_root(store, TICKER, KEY, "2026-05-02")
    assert what_is_wrong(store, KEY) is None


ROOT_EDITS = [
    "UPDATE daily_roots SET facts = facts - 1 WHERE day = '2026-05-02'",
    "UPDATE daily_roots SET made_at_us = 5 WHERE day = '2026-05-02'",
    "DELETE FROM daily_roots WHERE day = '2026-05-01'",
]


@pytest.mark.parametrize("sql", ROOT_EDITS)
def test_a_root_that_was_changed_or_removed_breaks_the_signatures(store: Store, sql: str) -> None:
    for day in ("2026-05-01", "2026-05-02"):
        make_root(store, TICKER, KEY, day)
        store.work(DESK, a_call_with_everything)
    tamper(store, sql)
    assert "The root of 2026-05-02 does not bear our signature" in (what_is_wrong(store, KEY) or "")


def test_with_another_key_nothing_bears_our_signature(store: Store) -> None:
    make_root(store, TICKER, KEY, "2026-05-01")
    assert "this is not the key" in (what_is_wrong(store, b"another") or "")
    assert what_is_wrong(store, None) is None


def test_a_key_that_was_replaced_is_told_from_a_change(store: Store) -> None:
    make_root(store, TICKER, KEY, "2026-05-01")
    make_root(store, TICKER, b"another", "2026-05-02")
    assert "The roots up to 2026-05-01 do not bear our signature" in (what_is_wrong(store, b"another") or "")
    assert "The root of 2026-05-02 does not bear our signature" in (what_is_wrong(store, KEY) or "")
    assert what_is_wrong(store, None) is None


@pytest.mark.parametrize("rubbish", ["", "xyz", "00", "密钥"])
def test_a_file_that_holds_no_key_is_said_to_hold_none(tmp_path: Path, rubbish: str) -> None:
    (tmp_path / "root.key").write_text(rubbish, encoding="utf-8")
    with pytest.raises(CannotOpen, match="holds no key"):
        root_key(tmp_path / "root.key")


def test_the_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    key = root_key(file)
    assert root_key(file) == key
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600


def test_of_two_servers_that_make_the_root_at_once_one_is_kept(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        roots: list[Root] = list(pool.map(lambda _: make_root(store, TICKER, KEY, "2026-05-01"), range(4)))
    assert len(set(roots)) == 1
    assert what_is_wrong(store, KEY) is None
