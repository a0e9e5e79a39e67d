"""Somebody was there in time; until power is back the outage is still somebody's."""

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, MEADOW, Tablet, Town


def at_work(town: Town, crew_id: int = 2) -> tuple[int, int, Tablet]:
    """An outage with a crew officially on site: its id, the job's, the tablet."""
    crew = town.tablet(crew_id)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    job = town.offer(outage["id"], crew_id)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.SURVEY, job["id"], data={"cause": "a broken fuse"})
    return outage["id"], job["id"], crew


def told(town: Town, outage_id: int, trigger: str) -> list[str]:
    facts = town.outage(outage_id)["facts"]
    return [f["body"]["do"] for f in facts if f["kind"] == "Escalated" and f["body"]["after"] == trigger]


def test_a_crew_that_falls_silent_on_site_is_told_of_once_and_then_by_the_ladder(town: Town) -> None:
    outage_id, _, _ = at_work(town)
    town.let_pass(minutes=29)
    assert told(town, outage_id, "crew_silent") == []
    town.let_pass(minutes=2)
    assert told(town, outage_id, "crew_silent") == ["tell_dispatcher"]
    for _ in range(8):
        town.let_pass(minutes=20)
    assert told(town, outage_id, "crew_silent") == ["tell_dispatcher", "tell_duty_manager"]


def test_a_crew_that_is_heard_of_again_may_fall_silent_again(town: Town) -> None:
    outage_id, job_id, crew = at_work(town)
    town.let_pass(minutes=31)
    crew.do(CrewAction.NOTE, job_id, note="no signal in the cellar")
    town.let_pass(minutes=20)
    assert told(town, outage_id, "crew_silent") == ["tell_dispatcher"]
    town.let_pass(minutes=20)
    assert told(town, outage_id, "crew_silent") == ["tell_dispatcher"] * 2


def test_nobody_watches_a_crew_that_has_restored(town: Town) -> None:
    outage_id, job_id, crew = at_work(town)
    crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    for _ in range(4):
        town.let_pass(minutes=31)
    assert told(town, outage_id, "crew_silent") == []


def test_a_crew_that_goes_off_duty_with_the_job_in_hand_gives_it_back_at_once(town: Town) -> None:
    outage_id, _, crew = at_work(town)
    crew.do(CrewAction.DUTY_OFF)
    assert told(town, outage_id, "crew_off_duty") == ["tell_dispatcher"]
    town.let_pass(minutes=4)
    assert "NotIssued" in town.facts(outage_id)
    other = town.tablet(3)
    job = town.offer(outage_id, 3)
    other.do(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=16)
    assert told(town, outage_id, "crew_off_duty") == ["tell_dispatcher"]


def test_in_auto_mode_another_crew_is_asked_for_what_went_off_duty(auto_town: Town) -> None:
    town = auto_town
    crew, other = town.tablet(2), town.tablet(3)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.tick()
    [job] = town.outage(outage["id"])["jobs"]
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.check_in(job["id"], MARKET)
    crew.do(CrewAction.DUTY_OFF)
    town.tick()
    *_, again = town.outage(outage["id"])["jobs"]
    assert (again["crew_id"], again["state"]) == (other.crew_id, "offered")


def test_an_acceptance_heard_after_the_crew_went_home_leaves_the_outage_to_the_desk(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    accept = crew.press(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DUTY_OFF)
    crew.push(accept)
    assert told(town, outage["id"], "crew_off_duty") == ["tell_dispatcher"]
    town.let_pass(minutes=4)
    assert "NotIssued" in town.facts(outage["id"])


def test_the_next_shift_on_the_same_van_carries_on(town: Town) -> None:
    outage_id, job_id, crew = at_work(town)
    town.clock.advance(minutes=1)
    off = crew.press(CrewAction.DUTY_OFF)
    town.clock.advance(minutes=1)
    crew.push(off, crew.press(CrewAction.DUTY_ON, data={"aboard": 3}))
    town.let_pass(minutes=20)
    assert "tell_duty_manager" not in told(town, outage_id, "crew_off_duty")
    crew.do(CrewAction.RESTORE, job_id, data={"customers_restored": 120})
    assert town.outage(outage_id)["state"] == "restored"


def test_the_desk_may_take_the_job_from_a_crew_that_went_home(town: Town) -> None:
    _, job_id, crew = at_work(town)
    refused = town.ask("POST", f"/jobs/{job_id}/withdraw", json={"reason": "gone home"})
    assert refused.status_code == 409
    crew.do(CrewAction.DUTY_OFF)
    assert town.post(f"/jobs/{job_id}/withdraw", {"reason": "gone home"})["state"] == "withdrawn"


def test_who_was_aboard_heard_after_the_check_in_makes_it_count(town: Town) -> None:
    crew = town.tablet(2, on_duty=False)
    early = crew.press(CrewAction.DUTY_ON, data={"aboard": 2})
    town.clock.advance(minutes=1)
    other = town.tablet(3)
    outage = town.call(account_no="43130000000001")["outage"]
    other.do(CrewAction.DECLINE, town.offer(outage["id"], 3)["id"], reason="far")
    crew.do(CrewAction.DUTY_ON, data={"aboard": 1})
    job = town.offer(outage["id"], 2, reason="nobody else")
    town.clock.advance(minutes=20)
    late = crew.press(CrewAction.DUTY_ON, data={"aboard": 2})
    there_at = town.clock.now
    crew.check_in(job["id"], MARKET)
    assert town.outage(outage["id"])["arrived_at"] is None
    crew.push(early)  # before they went on with one aboard: it says nothing about the check-in
    assert town.outage(outage["id"])["arrived_at"] is None
    town.let_pass(minutes=60)
    assert town.outage(outage["id"])["missed_at"] is not None
    crew.push(late)
    seen = town.outage(outage["id"])
    assert (seen["arrived_at"], seen["missed_at"], seen["arrival_restated"]) == (there_at.isoformat(), None, True)


def test_one_alone_heard_late_takes_the_arrival_away(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call_at(MEADOW)["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    town.clock.advance(minutes=5)
    alone = crew.press(CrewAction.DUTY_ON, data={"aboard": 1})
    town.clock.advance(minutes=5)
    crew.check_in(job["id"], MEADOW)
    assert town.outage(outage["id"])["arrived_at"] is not None
    crew.push(alone)
    seen = town.outage(outage["id"])
    assert (seen["arrived_at"], seen["arrival_restated"]) == (None, True)
    town.let_pass(minutes=90)
    assert "ArrivalMissed" in town.facts(outage["id"])
