"""The dispatcher gives a running offer to another crew in one step, before the offering worker asks somebody else."""

from typing import Any

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, Town


def give(town: Town, outage_id: int, crew_id: int, instead_of: int, reason: str | None = "they live there") -> Any:
    body = {"outage_id": outage_id, "crew_id": crew_id, "instead_of": instead_of, "reason": reason}
    return town.ask("POST", "/jobs", json=body)


def states(town: Town, outage_id: int) -> list[tuple[int, str]]:
    return [(job["crew_id"], job["state"]) for job in town.outage(outage_id)["jobs"]]


def test_an_offer_that_runs_by_itself_goes_to_the_crew_that_is_wanted(auto_town: Town) -> None:
    town = auto_town
    town.tablet(1), town.tablet(2)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    [running] = town.outage(outage_id)["jobs"]
    assert (running["crew_id"], running["state"]) == (1, "offered")
    answer = give(town, outage_id, 2, running["id"])
    assert answer.status_code == 201 and answer.json()["state"] == "offered"
    town.tick()
    assert states(town, outage_id) == [(1, "withdrawn"), (2, "offered")]
    assert town.outage(outage_id)["jobs"][0]["end_reason"] == "they live there"


def test_a_refused_exchange_leaves_the_offer_where_it_was(town: Town) -> None:
    crew = town.tablet(1)
    outage_id = town.call_at(MARKET)["outage"]["id"]
    job = town.offer(outage_id, 1)["id"]
    off_duty, no_reason = give(town, outage_id, 2, job), give(town, outage_id, 2, job, None)
    itself = give(town, outage_id, 1, job)
    assert (off_duty.status_code, no_reason.status_code, itself.status_code) == (409, 422, 409)
    assert states(town, outage_id) == [(1, "offered")]
    crew.do(CrewAction.ACCEPT, job)
    town.tablet(2)
    taken = give(town, outage_id, 2, job)
    assert taken.status_code == 409 and "河口一班 has accepted" in taken.json()["detail"]
    other = town.call(account_no="43130000000005")["outage"]["id"]
    assert give(town, other, 2, job).status_code == 422
    assert states(town, outage_id) == [(1, "accepted")]


def test_an_offer_that_lapsed_while_the_reason_was_typed_does_not_stand_in_the_way(auto_town: Town) -> None:
    town = auto_town
    town.tablet(1), town.tablet(2), town.tablet(3)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    [seen] = town.outage(outage_id)["jobs"]
    town.let_pass(seconds=181)
    assert states(town, outage_id) == [(1, "lapsed"), (2, "offered")]
    assert give(town, outage_id, 3, seen["id"]).status_code == 201
    assert states(town, outage_id) == [(1, "lapsed"), (2, "withdrawn"), (3, "offered")]


def test_where_no_offer_runs_any_more_the_crew_is_simply_asked(town: Town) -> None:
    town.tablet(1), town.tablet(2)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    job = town.offer(outage_id, 1)["id"]
    town.let_pass(seconds=181)
    assert give(town, outage_id, 2, job).status_code == 201  # it is what the dispatcher wants
    assert states(town, outage_id) == [(1, "lapsed"), (2, "offered")]
