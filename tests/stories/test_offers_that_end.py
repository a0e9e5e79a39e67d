"""Offers that end: to the next crew, back to one that refused only when all have, and away from a lesser job."""

from typing import Any

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, MEADOW, Tablet, Town


def jobs(town: Town, outage_id: int) -> list[tuple[int, str]]:
    return [(job["crew_id"], job["state"]) for job in town.outage(outage_id)["jobs"]]


def turned(town: Town, outage_id: int) -> list[str]:
    facts = town.outage(outage_id)["facts"]
    return [f["body"]["sentence"] for f in facts if f["kind"] == "CrewTurnedRound"]


def card(tablet: Tablet, job_id: int) -> dict[str, Any]:
    return next(c for c in tablet.pull()["cards"] if c["job_id"] == job_id)


# Refused


def test_a_crew_that_refused_is_asked_again_only_when_all_have(auto_town: Town) -> None:
    town = auto_town
    crews = {n: town.tablet(n) for n in (1, 2)}
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    first, second = None, None
    for _ in range(2):
        town.tick()
        *_, job = town.outage(outage_id)["jobs"]
        crews[job["crew_id"]].do(CrewAction.DECLINE, job["id"], reason="still cutting a tree")
        first, second = second, job["crew_id"]
    town.tick()
    assert jobs(town, outage_id) == [(first, "declined"), (second, "declined")]
    assert "NoCrewLeft" in town.facts(outage_id)
    town.let_pass(minutes=2)
    assert jobs(town, outage_id)[2:] == [(first, "offered")]
    town.let_pass(minutes=3, seconds=1)
    town.let_pass(minutes=2)  # no answer: the one that refused once comes before the one that did twice
    assert jobs(town, outage_id)[2:] == [(first, "lapsed"), (second, "offered")]


def test_a_crew_that_said_no_three_times_is_left_alone(auto_town: Town) -> None:
    town = auto_town
    crew = town.tablet(2)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    for _ in range(8):
        town.tick()
        *_, job = town.outage(outage_id)["jobs"]
        if job["state"] == "offered":
            crew.do(CrewAction.DECLINE, job["id"], reason="no")
        town.let_pass(minutes=2, seconds=1)
    assert jobs(town, outage_id) == [(2, "declined")] * 3


def test_a_crew_that_comes_on_duty_meanwhile_is_asked_before_those_that_refused(auto_town: Town) -> None:
    town = auto_town
    crew = town.tablet(1)
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    [job] = town.outage(outage_id)["jobs"]
    crew.do(CrewAction.DECLINE, job["id"], reason="no")
    town.tick()
    town.let_pass(minutes=1)
    town.tablet(4)
    town.let_pass(minutes=2)
    assert jobs(town, outage_id) == [(1, "declined"), (4, "offered")]


# Off duty


def test_an_offer_ends_when_its_crew_goes_off_duty_and_the_next_is_asked(auto_town: Town) -> None:
    town = auto_town
    crews = {n: town.tablet(n) for n in (1, 2)}
    outage_id = town.call_at(MARKET, fault_kind="lv")["outage"]["id"]
    town.tick()
    [job] = town.outage(outage_id)["jobs"]
    crews[job["crew_id"]].do(CrewAction.DUTY_OFF)
    town.tick()
    (asked, state), (other, offered) = jobs(town, outage_id)
    assert (asked, state, offered) == (job["crew_id"], "lapsed", "offered") and other != asked


def test_an_acceptance_pressed_before_going_off_duty_is_still_an_acceptance(town: Town) -> None:
    crew = town.tablet(2)
    outage_id = town.call_at(MARKET)["outage"]["id"]
    job = town.offer(outage_id, 2)
    accept = crew.press(CrewAction.ACCEPT, job["id"])
    town.clock.advance(seconds=5)
    crew.do(CrewAction.DUTY_OFF)
    crew.push(accept)
    assert jobs(town, outage_id) == [(2, "accepted")]


# Turned round


def driving_to_a_lesser_job(town: Town) -> tuple[Tablet, int, int]:
    """The market's crew is on its way to the fields."""
    crew = town.tablet(2)
    outage_id = town.call(account_no="43130000000004", fault_kind="lv")["outage"]["id"]
    job = town.offer(outage_id, 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    return crew, outage_id, job["id"]


def test_danger_to_life_turns_a_crew_round_when_it_accepts_and_both_sides_are_told(town: Town) -> None:
    crew, lesser, first_job = driving_to_a_lesser_job(town)
    fire = town.call(account_no="43130000000003", hazard="fire")["outage"]
    [judged] = [c for c in town.get(f"/outages/{fire['id']}/crews")["crews"] if c["crew_id"] == 2]
    assert judged["fit"] and judged["turned_round"]["outage_id"] == lesser and judged["free_in_min"] == 0
    job = town.offer(fire["id"], 2)
    assert jobs(town, lesser) == [(2, "en_route")]  # it has not read the offer yet: the first customer keeps it
    crew.do(CrewAction.ACCEPT, job["id"])
    assert jobs(town, lesser) == [(2, "withdrawn")] and jobs(town, fire["id"]) == [(2, "accepted")]
    assert fire["number"] in card(crew, first_job)["end_reason"]
    [told] = turned(town, lesser)
    assert "河口二班 is turned round" in told and "tell the callers" in told
    town.let_pass(minutes=4)
    assert "NotIssued" in town.facts(lesser)  # the clock for another crew runs again


def test_the_outage_that_lost_its_crew_is_offered_to_the_next(auto_town: Town) -> None:
    town = auto_town
    crew = town.tablet(2)
    lesser = town.call(account_no="43130000000004", fault_kind="lv")["outage"]["id"]
    town.tick()
    [job] = town.outage(lesser)["jobs"]
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    fire = town.call(account_no="43130000000003", hazard="fire")["outage"]["id"]
    town.tick()
    [urgent] = town.outage(fire)["jobs"]
    assert urgent["crew_id"] == 2  # the only one there is, and nearer than nobody
    crew.do(CrewAction.ACCEPT, urgent["id"])
    town.tablet(3)
    town.tick()
    assert jobs(town, lesser) == [(2, "withdrawn"), (3, "offered")]


def test_nobody_is_turned_round_for_what_is_no_more_pressing(town: Town) -> None:
    crew, first, _ = driving_to_a_lesser_job(town)
    second = town.call_at(MARKET)["outage"]["id"]
    job = town.offer(second, 2, reason="it passes there")
    crew.do(CrewAction.ACCEPT, job["id"])
    assert jobs(town, first) == [(2, "en_route")] and turned(town, first) == []


def test_a_crew_at_work_is_called_away_by_danger_and_comes_back(town: Town) -> None:
    crew = town.tablet(2)
    lesser = town.call(account_no="43130000000004", fault_kind="lv")["outage"]["id"]
    first = town.offer(lesser, 2)["id"]
    crew.do(CrewAction.ACCEPT, first)
    crew.check_in(first, MEADOW)
    fire = town.call(account_no="43130000000003", hazard="fire")["outage"]["id"]
    job = town.offer(fire, 2)["id"]
    crew.do(CrewAction.ACCEPT, job)
    [told] = turned(town, lesser)
    assert "called from the site" in told
    assert jobs(town, lesser) == [(2, "on_site")]  # until it is safe to leave
    crew.do(CrewAction.DEPART, job)
    assert jobs(town, lesser) == [(2, "accepted")] and jobs(town, fire) == [(2, "en_route")]


# Empty steps


def test_where_nobody_is_left_to_ask_beside_the_others_the_next_step_follows_at_once(empty_step_town: Town) -> None:
    """The ladder: at risk, two minutes later further crews are asked, an hour later the duty manager is told."""
    town = empty_step_town
    town.call_at(MARKET, fault_kind="lv")
    [outage] = town.get("/outages")["outages"]
    crew = town.tablet(2)
    town.tick()
    [job] = town.outage(outage["id"])["jobs"]
    crew.do(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=46)
    town.let_pass(minutes=3)
    done = [f["body"]["do"] for f in town.outage(outage["id"])["facts"] if f["kind"] == "Escalated"]
    assert done[-2:] == ["offer_wider", "tell_duty_manager"]
