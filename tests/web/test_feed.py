"""The feed: every fact once, in order, to whom it concerns; resumed by its cursor; never a leak, never a held line."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services.people import disable_user
from dispatch_server.store.questions import Question
from dispatch_server.web.served import HouseRules, Served
from tests.town import MARKET, MEADOW, Town, running

PATIENCE_S = 10.0


@dataclass
class Listener:
    """Reads a feed in a thread of its own, as a browser does."""

    answer: httpx.Response
    ids: list[str] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0
    ended: bool = False
    grown: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        try:
            for line in self.answer.iter_lines():
                self._hear(line)
        except httpx.HTTPError:
            pass
        with self.grown:
            self.ended = True
            self.grown.notify_all()

    def _hear(self, line: str) -> None:
        with self.grown:
            if line.startswith("id: "):
                self.ids.append(line.removeprefix("id: "))
            elif line.startswith("data: "):
                self.facts.append(json.loads(line.removeprefix("data: ")))
            elif line.startswith(":"):
                self.comments += 1
            self.grown.notify_all()

    def wait_until(self, predicate: Any) -> None:
        with self.grown:
            assert self.grown.wait_for(lambda: predicate(self), PATIENCE_S), (self.facts, self.ids, self.ended)

    @property
    def kinds(self) -> list[str]:
        return [fact["kind"] for fact in self.facts]


@contextmanager
def listening(
    town: Town, who: str = "dispatcher", cursor: str | None = None, url: str | None = None, **head: str
) -> Iterator[Listener]:
    params = {} if cursor is None else {"cursor": cursor}
    head = {"Authorization": f"Bearer {town.token(who)}", **head}
    with (
        httpx.Client(base_url=url or town.http.base_url, timeout=PATIENCE_S) as client,
        client.stream("GET", "/api/v1/feed", params=params, headers=head) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        listener = Listener(answer)
        thread = threading.Thread(target=listener.read, daemon=True)
        thread.start()
        try:
            listener.wait_until(lambda one: one.ids)  # the present, or the cursor that was sent
            yield listener
        finally:
            with suppress(OSError):  # closing a socket does not wake the thread that reads from it
                answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)


def all_facts(town: Town) -> list[str]:
    with listening(town, cursor="0") as feed:
        town.call(category="praise", words="最后一个")
        feed.wait_until(lambda one: "praise" in json.dumps(one.facts))
        return [fact["cursor"] for fact in feed.facts]


def test_without_a_cursor_it_begins_with_the_present(town: Town) -> None:
    town.call_at(MARKET)
    with listening(town) as feed:
        town.call_at(MEADOW)
        feed.wait_until(lambda one: "CallFiled" in one.kinds)
        assert [fact["n"] for fact in feed.facts if fact["kind"] == "CallTaken"] == [1]
        assert feed.facts[0]["subject"] == "call:2"


def test_the_snapshot_and_the_feed_join_without_a_gap_or_a_repeat(town: Town) -> None:
    town.call_at(MARKET)
    cursor = town.get("/outages")["cursor"]
    town.call_at(MEADOW)
    with listening(town, cursor=cursor) as feed:
        feed.wait_until(lambda one: "CallFiled" in one.kinds)
        assert {fact["subject"] for fact in feed.facts} == {"call:2", "outage:2"}


def test_every_fact_comes_once_and_in_order_while_the_desk_is_busy(town: Town) -> None:
    with listening(town) as feed:
        callers = [threading.Thread(target=town.call_at, args=(at,)) for at in (MARKET, MEADOW) for _ in range(10)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        feed.wait_until(lambda one: one.kinds.count("CallFiled") == 20)
        heard = [fact["cursor"] for fact in feed.facts]
    cursors = [int(cursor) for cursor in heard]
    assert cursors == sorted(set(cursors))
    assert all_facts(town)[: len(heard)] == heard


@pytest.mark.parametrize("how", ["cursor", "last-event-id"])
def test_after_a_break_it_goes_on_from_the_last_cursor(town: Town, how: str) -> None:
    town.call_at(MARKET)
    everything = all_facts(town)
    middle = everything[len(everything) // 2]
    said = {"cursor": middle} if how == "cursor" else {"Last-Event-ID": middle}
    with listening(town, **said) as feed:
        feed.wait_until(lambda one: one.facts and one.facts[-1]["cursor"] == everything[-1])
        assert [fact["cursor"] for fact in feed.facts] == everything[everything.index(middle) + 1 :]


def test_one_that_has_heard_everything_shares_what_was_encoded_with_one_that_comes_late(town: Town) -> None:
    with listening(town) as early:
        town.call_at(MARKET)
        early.wait_until(lambda one: "CallFiled" in one.kinds)
        half_way = early.facts[1]["cursor"]
        with listening(town, cursor=half_way) as late:
            late.wait_until(lambda one: "CallFiled" in one.kinds)
            assert late.facts == early.facts[2:]


def test_a_crew_hears_of_its_own_jobs_and_of_nothing_else(town: Town) -> None:
    mine, others = town.tablet(2), town.tablet(3)
    first, second = town.call_at(MARKET)["outage"]["id"], town.call_at(MEADOW)["outage"]["id"]
    with listening(town, "crew2") as feed:
        foreign, own = town.offer(second, 3), town.offer(first, 2)
        others.do(CrewAction.ACCEPT, foreign["id"])
        mine.do(CrewAction.ACCEPT, own["id"])
        feed.wait_until(lambda one: "JobAccepted" in one.kinds)
        assert {fact["subject"] for fact in feed.facts} <= {f"job:{own['id']}", f"outage:{first}", "crew:2"}
    with listening(town, "crew2", cursor="0") as again:
        again.wait_until(lambda one: "JobAccepted" in one.kinds)
        assert {fact["subject"] for fact in again.facts} <= {f"job:{own['id']}", f"outage:{first}", "crew:2"}


def test_it_ends_with_the_session(town: Town) -> None:
    with listening(town) as feed:
        town.store.work(COMMAND_LINE, lambda work: disable_user(work, "dispatcher"))
        feed.wait_until(lambda one: one.ended)


def test_a_quiet_line_says_that_it_is_alive_and_where_to_resume(town: Town) -> None:
    hasty = Served(town.store, lambda: town.territory, HouseRules(heartbeat_s=0.2))
    with running(hasty) as url, listening(town, "crew1", url=url) as feed:
        town.call_at(MARKET)  # does not concern this crew
        feed.wait_until(lambda one: one.comments >= 2)
        assert feed.facts == []
        end = town.get("/outages")["cursor"]
        feed.wait_until(lambda one: one.ids[-1] == end)


def test_a_cursor_that_is_not_in_the_journal(town: Town) -> None:
    answer = town.ask("GET", "/feed", params={"cursor": "99999999"})
    assert answer.status_code == 409
    assert "anew" in answer.json()["detail"]


def test_an_open_feed_ends_when_an_older_backup_is_restored_and_goes_on_from_a_fresh_snapshot(town: Town) -> None:
    town.call_at(MARKET)
    backed_up = town.get("/outages")["cursor"]
    with listening(town) as feed:
        town.call_at(MEADOW)
        feed.wait_until(lambda one: "CallFiled" in one.kinds)
        restore = Question("DELETE FROM facts WHERE seq > :seq")
        town.store.work(COMMAND_LINE, lambda work: work.do(restore, seq=int(backed_up)))
        feed.wait_until(lambda one: one.ended)
        assert town.ask("GET", "/feed", params={"cursor": feed.ids[-1]}).status_code == 409
    cursor = town.get("/outages")["cursor"]
    assert cursor == backed_up
    with listening(town, cursor=cursor) as again:
        town.call(category="praise")
        again.wait_until(lambda one: "CallTaken" in one.kinds)
        assert int(again.facts[0]["cursor"]) > int(backed_up)


def test_a_pull_held_open_is_answered_when_an_offer_comes(town: Town) -> None:
    tablet = town.tablet(2)
    outage_id = town.call_at(MARKET)["outage"]["id"]
    cursor = tablet.pull()["cursor"]
    answers: list[tuple[dict[str, Any], float]] = []
    waiting = threading.Thread(target=lambda: answers.append(_held_open(town, cursor, 20)))
    waiting.start()
    threading.Event().wait(0.3)
    town.call_at(MEADOW)  # does not concern this crew: it goes on waiting
    threading.Event().wait(0.3)
    assert waiting.is_alive()
    offered_at = time.monotonic()
    job = town.offer(outage_id, 2)
    waiting.join(PATIENCE_S)
    [(pulled, answered_at)] = answers
    assert [card["job_id"] for card in pulled["cards"]] == [job["id"]]
    assert answered_at - offered_at < 2


def test_a_pull_held_open_gives_up_in_time(town: Town) -> None:
    cursor = town.tablet(2).pull()["cursor"]
    began = time.monotonic()
    pulled, ended = _held_open(town, cursor, 1)
    assert pulled["unchanged"]
    assert pulled["cursor"] == cursor
    assert 0.9 < ended - began < 3


def _held_open(town: Town, cursor: str, wait: float) -> tuple[dict[str, Any], float]:
    head = {"Authorization": f"Bearer {town.token('crew2')}"}
    params = {"cursor": cursor, "wait": str(wait)}
    answer = httpx.get(f"{town.http.base_url}/api/v1/tablet/pull", params=params, headers=head, timeout=30)
    return answer.json(), time.monotonic()


def test_one_unreadable_action_does_not_hold_the_others_back(town: Town) -> None:
    tablet = town.tablet(2)
    job = town.offer(town.call_at(MARKET)["outage"]["id"], 2)
    good = tablet.press(CrewAction.ACCEPT, job["id"])
    from dispatch_server.protocol.codec import encode

    bad = encode(good) | {"action_id": "x-1", "kind": "dance"}
    body = {
        "protocol_version": 1,
        "device_id": "t",
        "boot_id": tablet.boot_id,
        "sent_at": encode(town.clock.now),
        "elapsed_ms": tablet.elapsed_ms,
        "actions": [bad, encode(good), None],
        "positions": [{"lon": 500}],
    }
    answer = town.http.post("/api/v1/tablet/push", json=body, headers={"Authorization": f"Bearer {tablet.token}"})
    said = answer.json()
    assert [one["verdict"] for one in said["answers"]] == ["refused", "applied", "refused"]
    assert [one["action_id"] for one in said["answers"]] == ["x-1", good.action_id, ""]
    assert "kind" in said["answers"][0]["sentence"]
    assert said["positions_refused"] == 1
