"""Guards every acknowledgement: a server that loses its power at any moment has kept all that it answered.

Calls and tablet actions come from several lines at once; the server is killed with -9; after its restart what was
acknowledged is there exactly once, the journal is sound, and what was not is said again with the same ids.
"""

import random
import time
from pathlib import Path
from threading import Event

from dispatch_server.clock import utc_now
from dispatch_server.protocol.words import CrewAction
from dispatch_server.store.opening import open_store
from dispatch_server.store.questions import Question
from dispatch_server.store.verifying import verify
from tests.guards.servers import Line, Relight, a_push, an_action, prepare, sign_in, verdict_of_verify
from tests.guards.soaking import soak, times
from tests.guards.speakers import Caller, Ledger, Tablet
from tests.town import MARKET

pytestmark = soak

CALLERS, TABLETS = 3, 2
_CALLS = Question("SELECT external_ref, id FROM calls WHERE external_ref IS NOT NULL")
_ACTIONS = Question("SELECT action_id, verdict FROM actions")
_NOTES = Question("SELECT count(*) FROM facts WHERE kind = 'NoteMade'")


class Round:
    """From one start of the server to the moment it is killed."""

    def __init__(self, server: Relight, tokens: dict[str, str], ledger: Ledger, jobs: dict[int, int], n: int) -> None:
        self.over, self.server = Event(), server
        self.callers = [Caller(Line(server.url, tokens["call_taker"]), ledger, self.over) for _ in range(CALLERS)]
        self.tablets = [
            Tablet(crew_id, Line(server.url, tokens[f"crew{crew_id}"]), ledger, self.over, n * 1_000_000, jobs[crew_id])
            for crew_id in range(1, TABLETS + 1)
        ]

    def say_again(self, ledger: Ledger) -> None:
        """Everything unanswered, by the same ids."""
        calls, ledger.unheard_calls = ledger.unheard_calls, []
        actions, ledger.unheard_actions = ledger.unheard_actions, []
        for ref in calls:
            assert self.callers[0].say(ref)
        for crew_id, action in actions:
            assert self.tablets[crew_id - 1].say([action])

    def run_for(self, seconds: float) -> None:
        people: list[Caller | Tablet] = [*self.callers, *self.tablets]
        for person in people:
            person.start()
        time.sleep(seconds)
        self.server.kill()
        self.over.set()
        for person in people:
            person.join(timeout=15)
            assert not person.is_alive()
            person.line.client.close()


def test_what_was_acknowledged_outlives_every_kill(tmp_path: Path) -> None:
    address, ledger, luck = f"sqlite:///{tmp_path}/relight.db", Ledger(), random.Random(20121231)
    prepare(address, tmp_path)
    jobs: dict[int, int] = {}
    tokens: dict[str, str] = {}
    for n in range(1, times(10, 100) + 1):
        server = Relight("serve", "--port", "0", address=address, folder=tmp_path)
        try:
            if not tokens:
                tokens = {who: sign_in(server.url, who) for who in ("call_taker", "dispatcher", "crew1", "crew2")}
                jobs = _jobs(server.url, tokens, ledger)
            one = Round(server, tokens, ledger, jobs, n)
            one.say_again(ledger)
            one.run_for(luck.uniform(0.02, 0.6))
        finally:
            server.kill()
        _require_all_kept(address, ledger)
    assert len(ledger.calls) > n * 5, "the callers hardly got a word in"
    assert len(ledger.unheard_calls) + len(ledger.unheard_actions) > 0, "no kill ever hit anybody in the middle"
    assert verdict_of_verify(address, tmp_path).startswith("Sound")


def _jobs(url: str, tokens: dict[str, str], ledger: Ledger) -> dict[int, int]:
    """Each tablet's crew is on duty with one job to make notes on."""
    jobs = {}
    with Line(url, tokens["call_taker"]) as desk, Line(url, tokens["dispatcher"]) as dispatcher:
        for crew_id in range(1, TABLETS + 1):
            on = an_action(1, CrewAction.DUTY_ON)
            with Line(url, tokens[f"crew{crew_id}"]) as tablet:
                assert tablet.ask("POST", "/tablet/push", a_push(crew_id, on)) is not None
            ledger.actions[on.action_id] = "applied"
            at = {"lon": MARKET.lon + 0.01 * crew_id, "lat": MARKET.lat, "crs": "EPSG:4326", "hazard": "fire"}
            filed = desk.ask("POST", "/calls", {"channel": "hotline", **at})
            assert filed is not None
            body = {"outage_id": filed.json()["outage"]["id"], "crew_id": crew_id, "reason": "near"}
            offered = dispatcher.ask("POST", "/jobs", body)
            assert offered is not None and offered.status_code == 201, offered and offered.text
            jobs[crew_id] = offered.json()["id"]
    return jobs


def _require_all_kept(address: str, ledger: Ledger) -> None:
    """Asked of the store itself, before any server starts again."""
    store = open_store(address, utc_now)
    try:
        calls = store.read(lambda reading: reading.rows(_CALLS))
        actions = store.read(lambda reading: reading.rows(_ACTIONS))
        [[notes]] = store.read(lambda reading: reading.rows(_NOTES))
        found = store.read(lambda reading: verify(reading, None))
    finally:
        store.close()
    assert found.wrong is None, found.wrong
    assert len({ref for ref, _ in calls}) == len(calls), "a call was filed twice"
    kept: dict[str, int] = dict(calls)
    assert {ref: kept.get(ref) for ref, of_id in ledger.calls.items() if of_id is not None} == {
        ref: of_id for ref, of_id in ledger.calls.items() if of_id is not None
    }
    assert not kept.keys() - ledger.calls.keys()
    answered = {action_id for action_id, verdict in ledger.actions.items() if verdict is not None}
    assert not answered - {action_id for action_id, _ in actions}, "an acknowledged action is gone"
    assert notes == sum(verdict == "applied" for _, verdict in actions) - TABLETS, "a note is lost or doubled"
