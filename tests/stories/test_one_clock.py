"""One clock per outage: the earliest deadline over its calls, recomputed only by merge, split or pin, on record."""

from datetime import datetime, timedelta

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, MARKET_END, MEADOW, RIDGE, Town


def arrive_by(outage: dict[str, str]) -> datetime:
    return datetime.fromisoformat(outage["arrive_by"])


def test_each_class_has_its_own_limit_from_the_call(town: Town) -> None:
    began = town.clock.now
    for at, minutes in ((MARKET, 45), (MEADOW, 90), (RIDGE, 120)):
        outage = town.call_at(at)["outage"]
        assert arrive_by(outage) == began + timedelta(minutes=minutes)


def test_a_transferred_call_counts_from_when_it_was_received(town: Town) -> None:
    received = town.clock.now - timedelta(minutes=12)
    outage = town.call_at(MARKET, received_at=received.isoformat())["outage"]
    assert arrive_by(outage) == received + timedelta(minutes=45)


def test_a_call_from_the_future_is_refused_in_a_sentence(town: Town) -> None:
    ahead = (town.clock.now + timedelta(minutes=5)).isoformat()
    answer = town.ask("POST", "/calls", "call_taker", json={"channel": "police_110", "received_at": ahead})
    assert answer.status_code == 422
    assert "future" in answer.json()["detail"]


def test_a_later_call_joins_and_the_first_keeps_the_clock(town: Town) -> None:
    first = town.call(account_no="43130000000001")
    town.let_pass(minutes=5)
    second = town.call(account_no="43130000000002")
    assert second["joined"]
    assert second["outage"]["id"] == first["outage"]["id"]
    assert second["outage"]["arrive_by"] == first["outage"]["arrive_by"]
    assert second["outage"]["call_count"] == 2


def test_merging_takes_the_earliest_deadline_and_says_so(town: Town) -> None:
    remote = town.call_at(RIDGE)["outage"]
    town.let_pass(minutes=10)
    urban = town.call_at(MARKET)["outage"]
    merged = town.post(f"/outages/{urban['id']}/merge", {"into": remote["id"]})
    merged = town.outage(remote["id"])
    assert (merged["arrive_by"], merged["area_class"]) == (urban["arrive_by"], "urban")
    assert "TargetSet" in town.facts(remote["id"])
    assert town.outage(urban["id"])["state"] == "cancelled"


def test_splitting_gives_each_its_own_clock_again(town: Town) -> None:
    early = town.call(account_no="43130000000001")
    town.let_pass(minutes=10)
    late = town.call(account_no="43130000000002")
    outage_id = early["outage"]["id"]
    town.post(f"/outages/{outage_id}/split", {"call_ids": [early["call"]["id"]]})
    staying = town.outage(outage_id)
    assert [c["id"] for c in staying["calls"]] == [late["call"]["id"]]
    assert arrive_by(staying) == town.clock.now + timedelta(minutes=45)
    opened = town.outage(outage_id + 1)
    assert opened["arrive_by"] == early["outage"]["arrive_by"]


def test_a_pin_moved_across_a_class_border_moves_the_clock_and_keeps_the_old_on_record(town: Town) -> None:
    filed = town.call_at(MARKET)
    moved = town.post(f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"})
    outage = town.outage(filed["outage"]["id"])
    assert moved["place"]["area"]["area_class"] == "rural"
    assert outage["area_class"] == "rural"
    assert arrive_by(outage) - arrive_by(filed["outage"]) == timedelta(minutes=45)
    assert town.facts(outage["id"]) == ["OutageOpened", "StopMoved", "TargetSet"]


def test_a_relaxation_after_the_target_needs_a_second_person_and_figures_show_both(town: Town) -> None:
    filed = town.call_at(MARKET)
    outage_id = filed["outage"]["id"]
    town.let_pass(minutes=46)
    town.post(f"/calls/{filed['call']['id']}/place", {"lon": MEADOW.lon, "lat": MEADOW.lat, "crs": "EPSG:4326"})
    outage = town.outage(outage_id)
    assert outage["arrive_by"] == filed["outage"]["arrive_by"]
    assert outage["relaxation"]["state"] == "proposed"

    alone = town.ask("POST", f"/outages/{outage_id}/relaxation", json={"approved": True})
    assert alone.status_code == 409
    town.post(f"/outages/{outage_id}/relaxation", {"approved": True}, "dispatcher2")
    outage = town.outage(outage_id)
    assert arrive_by(outage) - arrive_by(filed["outage"]) == timedelta(minutes=45)
    assert outage["first_arrive_by"] == filed["outage"]["arrive_by"]


def test_exactly_on_the_minute_is_in_time_and_a_second_later_is_not(town: Town) -> None:
    crew = town.tablet(2)
    shares = []
    for seconds, account in ((0, "43130000000001"), (1, "43130000000003")):
        outage = town.call(account_no=account)["outage"]
        job = town.offer(outage["id"], 2)
        crew.do(CrewAction.ACCEPT, job["id"])
        crew.do(CrewAction.DEPART, job["id"])
        town.clock.advance(minutes=45, seconds=seconds)
        crew.check_in(job["id"], MARKET if seconds == 0 else MARKET_END)
        crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 1})
        outage = town.outage(outage["id"])
        shares.append(outage["arrived_at"] <= outage["arrive_by"])
    assert shares == [True, False]
    [all_of_them] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (all_of_them["count"], all_of_them["within"]["promise"]) == (2, 0.5)


def test_a_call_that_cannot_be_placed_opens_an_outage_at_once_with_the_strictest_limit(town: Town) -> None:
    filed = town.call(words="不知道在哪里")
    assert filed["place"]["method"] == "none"
    assert filed["outage"]["area_class"] is None
    assert arrive_by(filed["outage"]) == town.clock.now + timedelta(minutes=45)
    assert [c["call"]["id"] for c in town.get("/calls", state="unplaced")["calls"]] == [filed["call"]["id"]]

    town.post(f"/calls/{filed['call']['id']}/place", {"lon": RIDGE.lon, "lat": RIDGE.lat, "crs": "EPSG:4326"})
    outage = town.outage(filed["outage"]["id"])
    assert (outage["area_class"], arrive_by(outage)) == ("remote", town.clock.now + timedelta(minutes=120))
    assert town.get("/calls", state="unplaced")["calls"] == []


def test_a_call_of_another_category_has_no_outage(town: Town) -> None:
    filed = town.call(category="complaint", words="电费太高")
    assert filed["outage"] is None
    assert town.get("/outages", state="open")["outages"] == []
