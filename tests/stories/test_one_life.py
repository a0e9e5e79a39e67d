"""From a fault call to a proved arrival and the manager's figure: the ten steps, in order."""

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, Town


def test_the_whole_life_of_one_fault(town: Town) -> None:
    crew = town.tablet(2)

    # 1-3: the call comes in, is placed by its account, and opens an outage with its target
    filed = town.call(account_no="43130000000001", fault_kind="lv", words="全楼没电")
    assert filed["place"]["method"] == "account"
    assert filed["place"]["area"]["area_class"] == "urban"
    outage_id = filed["outage"]["id"]
    outage = town.outage(outage_id)
    assert (outage["state"], outage["area_class"]) == ("open", "urban")

    # 4: every crew is judged, the best first, with reasons; the dispatcher offers the job
    crews = town.get(f"/outages/{outage_id}/crews")["crews"]
    assert len(crews) == 4
    assert crews[0]["crew_id"] == 2
    assert crews[0]["fit"]
    assert all(c["reasons"] for c in crews)
    assert [c["crew_id"] for c in crews if not c["fit"]] == [1, 3, 4] or not crews[-1]["fit"]
    job = town.offer(outage_id, 2)
    assert job["state"] == "offered"

    # 5: sent, delivered, seen, accepted are four facts
    pulled = crew.pull()
    [card] = pulled["cards"]
    assert card["job_id"] == job["id"]
    crew.pull(pulled["cursor"])
    assert crew.do(CrewAction.SEEN, job["id"])["verdict"] == "applied"
    town.let_pass(seconds=20)
    assert crew.do(CrewAction.ACCEPT, job["id"])["verdict"] == "applied"
    [job] = town.outage(outage_id)["jobs"]
    assert job["state"] == "accepted"
    assert job["delivered_at"] and job["seen_at"] and job["accepted_at"]

    # 6-7: it drives; the clock runs; GPS proves the arrival
    town.let_pass(seconds=40)
    crew.do(CrewAction.DEPART, job["id"])
    town.let_pass(minutes=9)
    answer = crew.check_in(job["id"], MARKET)
    assert answer["verdict"] == "applied"
    outage = town.outage(outage_id)
    assert (outage["grade"], outage["arrived_job_id"]) == ("A", job["id"])
    assert outage["arrived_at"] <= outage["arrive_by"]

    # 8: cause, power back, closed
    town.let_pass(minutes=5)
    crew.do(CrewAction.SURVEY, job["id"], data={"cause": "fuse"})
    town.let_pass(minutes=20)
    crew.do(CrewAction.RESTORE, job["id"], data={"customers_restored": 120})
    crew.do(CrewAction.CLOSE, job["id"])
    outage = town.outage(outage_id)
    assert (outage["state"], outage["customers_restored"]) == ("restored", 120)

    # 9: the customer is asked; the last answer closes the case
    call_id = filed["call"]["id"]
    assert [c["call"]["id"] for c in town.get("/calls", state="call_back")["calls"]] == [call_id]
    town.post(f"/calls/{call_id}/call-back", {"answer": "satisfied"}, "call_taker")
    assert town.outage(outage_id)["state"] == "closed"

    # 10: the figure, with its definition and its row
    figures = town.get("/stats/arrivals", "manager", by="area_class", **{"from": "2026-05-01", "to": "2026-05-02"})
    urban = next(f for f in figures["figures"] if f["group"] == "urban")
    assert (urban["count"], urban["mean_min"], urban["within"]["promise"]) == (1, 10.0, 1.0)
    assert urban["definition"]
    rows = town.get("/stats/arrivals/rows", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["rows"]
    assert [row["outage_id"] for row in rows] == [outage_id]

    # and every step can be read in the journal
    assert town.facts(outage_id) == ["OutageOpened", "ArrivalRecorded", "OutageRestored", "OutageClosed"]


def test_in_auto_mode_nobody_at_the_desk_touches_anything(auto_town: Town) -> None:
    town = auto_town
    near, far = town.tablet(2), town.tablet(3)
    filed = town.call(account_no="43130000000001", fault_kind="lv")
    town.tick()
    outage_id = filed["outage"]["id"]
    [job] = town.outage(outage_id)["jobs"]
    assert (job["crew_id"], job["state"]) == (2, "offered")

    near.do(CrewAction.DECLINE, job["id"], reason="flat tyre")
    town.tick()
    declined, job = town.outage(outage_id)["jobs"]
    assert (declined["state"], job["crew_id"], job["state"]) == ("declined", 3, "offered")

    town.let_pass(seconds=181)
    *_, lapsed = town.outage(outage_id)["jobs"]
    assert lapsed["state"] == "lapsed"
    assert "NoCrewLeft" in town.facts(outage_id)
    assert far.pull()["cards"][0]["state"] == "lapsed"
