"""Guards several machines on one database: two servers and two tickers, one of each killed with -9 in the middle.

Two dispatchers act on the same outages at once and one of them is told so; nothing acknowledged is lost, each deadline
is acted on once, and readers of the feed on both servers hear every fact, each subject's in its order.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import httpx
import pytest

from dispatch_server.clock import utc_now
from dispatch_server.protocol.words import Category, CrewAction
from dispatch_server.store.feed import START, FactRead, facts_since
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from tests.guards.servers import Line, Relight, a_push, an_action, prepare, sign_in, verdict_of_verify
from tests.guards.soaking import soak, times
from tests.guards.speakers import Caller, Ledger
from tests.town import CREWS, MARKET

pytestmark = soak

OUTAGES = times(12, 60)
# Seconds instead of minutes: the order is issued late, the arrival is at risk and missed while the test looks on.
POLICY = """
[[limits]]
name = "promise"
valid_from = 2011-01-01
urban_min = 0.1
rural_min = 0.1
remote_min = 0.1
[dispatch]
issue_within_s = 1
accept_within_s = 2
depart_within_s = 1
watch_every_s = 1
jobs_in_hand_max = 1000
"""
DONE_WITHIN_S = 40
# What the ticker may say once of one outage or job, however many tickers there are.
ONCE = ("ArrivalAtRisk", "ArrivalMissed", "OfferLapsed", "DepartureLate")
_ACTIONS = Question("SELECT action_id FROM actions")
_CALLS = Question("SELECT external_ref, id FROM calls WHERE channel = 'power_110'")


class Reader(Thread):
    """Hears the feed of one server from a cursor on; goes on where it was when the line is cut."""

    def __init__(self, url: str, token: str, over: Event) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.over = url, token, over
        self.heard: list[dict[str, Any]] = []
        self.cursor = "0"

    def run(self) -> None:
        head = {"Authorization": f"Bearer {self.token}"}
        while not self.over.is_set():
            try:
                with httpx.stream(
                    "GET", f"{self.url}/api/v1/feed?cursor={self.cursor}", headers=head, timeout=5
                ) as feed:
                    for line in feed.iter_lines():
                        self._hear(line)
                        if self.over.is_set():
                            return
            except httpx.TransportError:
                time.sleep(0.1)

    def _hear(self, line: str) -> None:
        if line.startswith("data: "):
            self.heard.append(json.loads(line.removeprefix("data: ")))
            self.cursor = self.heard[-1]["cursor"]


class Machines:
    """Two servers without tickers, two tickers without servers."""

    def __init__(self, address: str, folder: Path, running: ExitStack) -> None:
        policy = folder / "policy.toml"
        policy.write_text(POLICY, encoding="utf-8")

        def start(*command: str) -> Relight:
            one = Relight(*command, address=address, folder=folder, POLICY=str(policy))
            running.callback(one.kill)
            return one

        self.servers = [start("serve", "--port", "0", "--no-ticker") for _ in range(2)]
        self.tickers = [start("tick") for _ in range(2)]


@contextmanager
def lines(machines: Machines, tokens: dict[str, str], who: str) -> Iterator[list[Line]]:
    """This person's line to each server."""
    with ExitStack() as open_ones:
        yield [open_ones.enter_context(Line(server.url, tokens[who])) for server in machines.servers]


@pytest.fixture
def address(new_database: Any, tmp_path: Path) -> str:
    address = str(new_database("postgresql"))
    prepare(address, tmp_path)
    return address


def test_two_of_everything_and_one_of_each_killed(address: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        machines = Machines(address, tmp_path, running)
        url = machines.servers[0].url
        names = ["call_taker", "dispatcher", "dispatcher2", "manager", *(f"crew{n}" for n in range(1, len(CREWS) + 1))]
        tokens = {name: sign_in(url, name) for name in names}
        over = Event()
        readers = [Reader(server.url, tokens["manager"], over) for server in machines.servers]
        for reader in readers:
            reader.start()
        said = [_on_duty(url, tokens, crew_id) for crew_id in range(1, len(CREWS) + 1)]

        outages = [_a_call(machines, tokens, n) for n in range(OUTAGES)]
        won = _race(machines, tokens, outages[: OUTAGES // 2], said)
        ledger = _kill_one_of_each(machines, tokens)
        survivors = [machines.servers[0].url] * 2
        won |= _race(machines, tokens, outages[OUTAGES // 2 :], said, survivors)

        facts = _wait_for_quiet(address)
        _require_heard(readers, facts)
        over.set()
        for reader in readers:
            reader.join(timeout=15)
    _require_each_offer_once(facts, outages, won)
    _require_each_deadline_once(facts, outages)
    _require_kept(address, said, ledger)
    assert verdict_of_verify(address, tmp_path).startswith("Sound")


def _kill_one_of_each(machines: Machines, tokens: dict[str, str]) -> Ledger:
    """While callers talk to the server that dies; what it did not answer is said to the other, by the same ids."""
    ledger, over = Ledger(), Event()
    with lines(machines, tokens, "call_taker") as (to_one, to_other):
        callers = [Caller(Line(to_other.url, to_other.token), ledger, over, Category.ENQUIRY) for _ in range(3)]
        for caller in callers:
            caller.start()
        time.sleep(0.5)
        machines.servers[1].kill()
        machines.tickers[1].kill()
        for caller in callers:
            caller.join(timeout=15)
            caller.line.client.close()
        assert len(ledger.calls) > 3 and ledger.unheard_calls, "nobody was talking when the server died"
        again = Caller(to_one, ledger, over, Category.ENQUIRY)
        again.account_no = callers[0].account_no
        assert all(again.say(ref) for ref in ledger.unheard_calls)
    return ledger


def _on_duty(url: str, tokens: dict[str, str], crew_id: int) -> str:
    on = an_action(1, CrewAction.DUTY_ON)
    with Line(url, tokens[f"crew{crew_id}"]) as tablet:
        answer = tablet.ask("POST", "/tablet/push", a_push(crew_id, on))
    assert answer is not None and answer.json()["answers"][0]["verdict"] == "applied"
    return on.action_id


def _a_call(machines: Machines, tokens: dict[str, str], n: int) -> int:
    """By turns to one server and the other; a danger joins nothing silently, so each has an outage of its own."""
    at = {"lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326", "hazard": "wire_down", "fault_kind": "lv"}
    with lines(machines, tokens, "call_taker") as desks:
        filed = desks[n % 2].ask("POST", "/calls", {"channel": "meter", "external_ref": f"M{n}", **at})
    assert filed is not None and filed.status_code == 201, filed and filed.text
    return int(filed.json()["outage"]["id"])


def _race(
    machines: Machines, tokens: dict[str, str], outages: list[int], said: list[str], urls: list[str] | None = None
) -> dict[int, int]:
    """Both dispatchers offer each outage to a crew of their own in one instant; the tablet that wins accepts."""
    urls = urls or [server.url for server in machines.servers]
    won: dict[int, int] = {}
    with ExitStack() as open_ones:
        desks = [
            open_ones.enter_context(Line(url, tokens[who]))
            for url, who in zip(urls, ("dispatcher", "dispatcher2"), strict=True)
        ]
        for n, outage_id in enumerate(outages):
            answers = _at_once(desks, outage_id)
            statuses = sorted(a.status_code for a in answers)
            assert statuses == [201, 409], [a.text for a in answers]
            job = next(a.json() for a in answers if a.status_code == 201)
            assert next(a.json()["detail"] for a in answers if a.status_code == 409).endswith(".")
            won[outage_id] = job["id"]
            tablet = open_ones.enter_context(Line(urls[n % 2], tokens[f"crew{job['crew_id']}"]))
            said.append(_accept(tablet, job, n))
    return won


def _at_once(desks: list[Line], outage_id: int) -> list[httpx.Response]:
    ready, answers = Barrier(2), dict[int, httpx.Response | None]()

    def offer(n: int) -> None:
        body = {"outage_id": outage_id, "crew_id": n + 1, "reason": "near"}
        ready.wait(timeout=10)
        answers[n] = desks[n].ask("POST", "/jobs", body)

    threads = [Thread(target=offer, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    found = [answer for answer in answers.values() if answer is not None]
    assert len(found) == 2, answers
    return found


def _accept(tablet: Line, job: dict[str, Any], n: int) -> str:
    """Every second one; the others lapse. Said twice, as a tablet does that did not hear the answer."""
    kind = CrewAction.SEEN if n % 2 else CrewAction.ACCEPT
    action = an_action(100 + job["id"], kind, job["id"])
    first = tablet.ask("POST", "/tablet/push", a_push(job["crew_id"], action))
    again = tablet.ask("POST", "/tablet/push", a_push(job["crew_id"], action))
    assert first is not None and again is not None
    assert [a.json()["answers"][0]["verdict"] for a in (first, again)] == ["applied", "already"], first.text
    return action.action_id


def _wait_for_quiet(address: str) -> list[FactRead]:
    """Until the one ticker that is left has acted on everything; gives the journal as it then stands."""
    store = open_store(address, utc_now)
    try:
        give_up_at = time.monotonic() + DONE_WITHIN_S
        while True:
            facts = store.read(lambda reading: facts_since(reading, START, 100_000))
            missed = sum(f.kind == "ArrivalMissed" for f in facts)
            if missed >= OUTAGES and not any(_is_due_soon(f, facts) for f in facts if f.kind == "JobOffered"):
                return facts
            assert time.monotonic() < give_up_at, f"{missed} of {OUTAGES} missed arrivals were noticed"
            time.sleep(0.2)
    finally:
        store.close()


def _is_due_soon(offered: FactRead, facts: list[FactRead]) -> bool:
    """An offer that is neither taken nor lapsed yet, or taken and neither gone nor noticed to be late."""
    later = {f.kind for f in facts if f.subject == offered.subject}
    return "OfferLapsed" not in later and "DepartureLate" not in later


def _require_heard(readers: list[Reader], facts: list[FactRead]) -> None:
    """The reader of the server that lives hears all; the other one all up to where it was cut off."""
    give_up_at = time.monotonic() + 20
    while len(readers[0].heard) < len(facts) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    in_order = [str(f.cursor) for f in facts]
    assert [h["cursor"] for h in readers[0].heard][: len(facts)] == in_order
    cut_off = [h["cursor"] for h in readers[1].heard]
    assert cut_off and cut_off == in_order[: len(cut_off)]
    for reader in readers:
        chains: dict[str, list[int]] = {}
        for fact in reader.heard:
            chains.setdefault(fact["subject"], []).append(fact["n"])
        assert all(chain == list(range(1, len(chain) + 1)) for chain in chains.values())


def _require_each_offer_once(facts: list[FactRead], outages: list[int], won: dict[int, int]) -> None:
    offered = [json.loads(f.body) for f in facts if f.kind == "JobOffered"]
    assert {o["outage_id"]: o["job_id"] for o in offered} == won
    assert sorted(o["outage_id"] for o in offered) == sorted(outages)


def _require_each_deadline_once(facts: list[FactRead], outages: list[int]) -> None:
    said = Counter((f.subject, f.kind) for f in facts if f.kind in ONCE)
    assert set(said.values()) == {1}, said
    kinds = Counter(kind for _, kind in said)
    assert kinds["ArrivalMissed"] == OUTAGES
    assert kinds["OfferLapsed"] + kinds["DepartureLate"] == OUTAGES, kinds
    rungs = Counter((f.subject, f.body) for f in facts if f.kind == "Escalated")
    assert {n for (subject, body), n in rungs.items() if json.loads(body)["after"] != "not_issued"} == {1}, rungs


def _require_kept(address: str, said: list[str], ledger: Ledger) -> None:
    store = open_store(address, utc_now)
    try:
        actions = [row[0] for row in store.read(lambda reading: reading.rows(_ACTIONS))]
        calls: list[tuple[str, int]] = store.read(lambda reading: reading.rows(_CALLS))
    finally:
        store.close()
    assert sorted(actions) == sorted(said)
    assert dict(calls) == ledger.calls
    assert len(calls) == len(ledger.calls), "a call was filed twice"
