"""Targets that cannot be forgotten: what falls due is acted on once, on record, whoever was asleep."""

from dispatch_server.protocol.words import CrewAction
from dispatch_server.workers.ticker import Ticker
from tests.town import MARKET, RIDGE, Town


def test_an_outage_that_nobody_issues_is_told_to_the_dispatcher(town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    town.let_pass(minutes=3)
    assert town.facts(outage["id"]) == ["OutageOpened", "NotIssued", "Escalated"]


def test_an_outage_whose_crew_gave_up_is_not_forgotten(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.LEAVE, job["id"], reason="needs a crane")
    town.let_pass(minutes=3)
    assert town.facts(outage["id"])[-2:] == ["NotIssued", "Escalated"]


def test_in_suggest_mode_nothing_is_offered_by_itself_not_even_after_a_lapse(town: Town) -> None:
    town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    town.offer(outage["id"], 2)
    town.let_pass(minutes=4)
    assert [j["state"] for j in town.outage(outage["id"])["jobs"]] == ["lapsed"]


def test_a_crew_that_accepts_and_does_not_roll_is_noticed(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=2, seconds=1)
    kinds = [f["kind"] for f in town.outage(outage["id"])["facts"]]
    assert "DepartureLate" in kinds
    assert "Escalated" in kinds


def test_at_risk_comes_before_missed_by_the_crews_own_estimated_arrival(town: Town) -> None:
    """The crew from the hills has taken a job in the market: it cannot be there in time, and that shows at once."""
    crew = town.tablet(4)
    outage = town.call(account_no="43130000000001")["outage"]
    town.let_pass(minutes=22)
    job = town.offer(outage["id"], 4)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    town.let_pass(seconds=1)
    facts = town.outage(outage["id"])["facts"]
    risk = next(f for f in facts if f["kind"] == "ArrivalAtRisk")
    assert "高岭班" in risk["body"]["sentence"]
    assert risk["body"]["expected_at"] > outage["arrive_by"]
    town.let_pass(minutes=25)
    kinds = town.facts(outage["id"])
    assert kinds.index("ArrivalAtRisk") < kinds.index("ArrivalMissed")


def test_the_ladder_climbs_rung_by_rung_each_a_fact_and_each_once(town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    for _ in range(30):
        town.let_pass(minutes=5)
    rungs = [
        (f["body"]["after"], f["body"]["do"]) for f in town.outage(outage["id"])["facts"] if f["kind"] == "Escalated"
    ]
    assert rungs == [
        ("not_issued", "tell_dispatcher"),
        ("at_risk", "tell_dispatcher"),
        ("at_risk", "offer_wider"),
        ("missed", "tell_duty_manager"),
        ("missed", "tell_control_room"),
    ]


def test_an_hour_of_downtime_loses_nothing_and_repeats_nothing(town: Town) -> None:
    crew = town.tablet(2)
    urban, remote = town.call(account_no="43130000000001")["outage"], town.call_at(RIDGE)["outage"]
    job = town.offer(urban["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    town.clock.advance(hours=1)  # nobody ticks
    town.tick()
    town.tick()
    missed = next(f for f in town.outage(urban["id"])["facts"] if f["kind"] == "ArrivalMissed")
    assert missed["happened_at"] == urban["arrive_by"]
    assert town.facts(urban["id"]).count("ArrivalMissed") == 1
    assert "ArrivalMissed" not in town.facts(remote["id"])


def test_a_restart_in_the_middle_of_a_target_changes_nothing(town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    town.let_pass(minutes=44)
    another = Ticker(town.store, lambda: town.territory)  # the one before is gone with its memory
    town.clock.advance(minutes=2)
    while another.enforce():
        pass
    assert town.facts(outage["id"]).count("ArrivalMissed") == 1


def test_a_survey_that_does_not_come_is_asked_for(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    town.let_pass(minutes=20, seconds=1)
    kinds = [f["kind"] for f in town.outage(outage["id"])["facts"]]
    assert "SurveyLate" in kinds


def test_the_ladder_offers_wider_in_auto_mode_and_one_acceptance_ends_the_other_offers(auto_town: Town) -> None:
    town = auto_town
    crews = [town.tablet(n) for n in (1, 2, 3)]
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.tick()
    [first] = town.outage(outage["id"])["jobs"]
    taker = crews[first["crew_id"] - 1]
    taker.do(CrewAction.ACCEPT, first["id"])
    town.let_pass(minutes=46)  # it never left; at risk, missed
    town.let_pass(minutes=3)
    jobs = town.outage(outage["id"])["jobs"]
    widened = [j for j in jobs if j["widened"] and j["state"] == "offered"]
    assert widened
    crews[widened[0]["crew_id"] - 1].do(CrewAction.ACCEPT, widened[0]["id"])
    after = [j["state"] for j in town.outage(outage["id"])["jobs"] if j["widened"]]
    assert after.count("offered") == 0
    assert after.count("accepted") == 1


def test_a_storm_of_calls_keeps_one_clock_per_outage(town: Town) -> None:
    filed = [town.call(account_no=f"4313000000000{1 + n % 6}") for n in range(60)]
    outages = town.get("/outages", state="open")["outages"]
    assert sum(o["call_count"] for o in outages) == 60
    assert len(outages) == len({f["outage"]["id"] for f in filed}) == 3
    town.let_pass(minutes=46)
    assert sum("ArrivalMissed" in town.facts(o["id"]) for o in outages) == 1


def test_an_outage_that_waited_for_a_place_is_offered_as_soon_as_it_has_one(auto_town: Town) -> None:
    town = auto_town
    town.tablet(2)
    filed = town.call(words="不知道在哪里")
    town.tick()
    outage_id = filed["outage"]["id"]
    assert "NoCrewLeft" in town.facts(outage_id)
    town.post(f"/calls/{filed['call']['id']}/place", {"lon": MARKET.lon, "lat": MARKET.lat, "crs": "EPSG:4326"})
    town.tick()
    assert [job["state"] for job in town.outage(outage_id)["jobs"]] == ["offered"]


def test_that_no_crew_is_left_is_said_again_after_somebody_was_asked_in_between(auto_town: Town) -> None:
    town = auto_town
    filed = town.call(account_no="43130000000001", fault_kind="lv")
    town.tick()
    town.clock.advance(seconds=5)
    crew = town.tablet(2)
    town.tick()
    [job] = town.outage(filed["outage"]["id"])["jobs"]
    town.clock.advance(seconds=10)
    crew.do(CrewAction.DECLINE, job["id"], reason="flat tyre")
    town.tick()
    assert town.facts(filed["outage"]["id"]).count("NoCrewLeft") == 2
