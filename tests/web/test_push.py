"""A tablet that is newer than its server loses nothing; whoever writes a tablet sees what was not read."""

from typing import Any

import pytest

from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.messages import Push
from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, Town

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


def send(town: Town, said: dict[str, Any]) -> dict[str, Any]:
    answer = town.ask("POST", "/tablet/push", "crew1", json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_newer_tablets_upload_is_applied_and_what_was_ignored_is_named(town: Town) -> None:
    tablet = town.tablet(1)
    job = town.offer(town.call_at(MARKET)["outage"]["id"], 1)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    check_in = tablet.press(CrewAction.CHECK_IN, job, fix=tablet.fix(MARKET))
    positions = (tablet.fix(MARKET), tablet.fix(MARKET))
    push = Push("tablet-1", tablet.boot_id, town.clock.now, tablet.elapsed_ms, (check_in,), positions)
    said: dict[str, Any] = encode(push)
    said["battery_percent"] = 55
    said["actions"][0] |= {"odometer_km": 1200}
    said["actions"][0]["fix"] |= {"satellites": 9}
    for position in said["positions"]:
        position |= {"heading": 90}
    answer = send(town, said)
    assert [a["verdict"] for a in answer["answers"]] == ["applied"]
    assert answer["positions_refused"] == 0
    assert answer["ignored"] == [
        "actions.fix.satellites",
        "actions.odometer_km",
        "battery_percent",
        "positions.heading",
    ]
    [shown] = town.outage(1)["jobs"]
    assert (shown["state"], shown["grade"]) == ("on_site", "A")


def test_a_tablet_that_sends_what_is_described_has_nothing_ignored(town: Town) -> None:
    tablet = town.tablet(1)
    action = tablet.press(CrewAction.NOTE, None, note="n", fix=tablet.fix(MARKET))
    push = Push("tablet-1", tablet.boot_id, town.clock.now, tablet.elapsed_ms, (action,), (tablet.fix(MARKET),))
    assert send(town, encode(push))["ignored"] == []


def test_rubbish_in_the_lists_and_names_without_end(town: Town) -> None:
    push: dict[str, Any] = encode(Push("d", "b", town.clock.now, 1))
    rubbish: list[Any] = [None, 3, [], {"fix": 3}, {"x" * 10_000: 1}, *({f"k{n}": n} for n in range(90))]
    answer = send(town, {**push, "actions": rubbish, "positions": rubbish})
    assert len(answer["ignored"]) == 20
    assert max(map(len, answer["ignored"])) <= 60


def test_texts_without_end_are_refused_and_the_others_kept(town: Town) -> None:
    tablet = town.tablet(1)
    long, short = tablet.press(CrewAction.NOTE, note="x" * 10_001), tablet.press(CrewAction.NOTE, note="x" * 10_000)
    answers = tablet.push(long, short)
    assert answers[0] == {
        "action_id": long.action_id,
        "verdict": "refused",
        "sentence": "reason and note have at most 10000 characters.",
    }
    assert answers[1]["sentence"] != answers[0]["sentence"]
    for wrong in ({"device_id": "x" * 201}, {"boot_id": "x" * 201}):
        push = {**encode(Push("d", "b", town.clock.now, 1)), **wrong}
        assert town.ask("POST", "/tablet/push", "crew1", json=push).status_code == 422


def test_what_was_sent_under_another_crews_name_is_applied_under_its_own(town: Town) -> None:
    """A tablet changes hands with something in its outbox; nor can a crew use up the ids of another."""
    mine, other = town.tablet(1), town.tablet(2)
    job = town.offer(town.call_at(MARKET)["outage"]["id"], 1)["id"]
    accept = mine.press(CrewAction.ACCEPT, job)
    for _ in range(2):
        assert [a["verdict"] for a in other.push(accept)] == ["refused"]
    assert [a["verdict"] for a in mine.push(accept)] == ["applied"]
    assert [a["verdict"] for a in mine.push(accept)] == ["already"]
    assert [a["verdict"] for a in other.push(accept)] == ["refused"]
