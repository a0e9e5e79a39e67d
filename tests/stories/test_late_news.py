"""Out of coverage: the order, doubling and lateness of what a tablet says never matter to the final record."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from dispatch_server.protocol.words import CrewAction
from tests.town import MARKET, MEADOW, Town


def test_a_crew_without_a_signal_arrived_in_time_and_is_heard_late(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    crew.do(CrewAction.ACCEPT, job["id"])
    crew.do(CrewAction.DEPART, job["id"])
    town.let_pass(minutes=40)
    kept = crew.press(CrewAction.CHECK_IN, job["id"], fix=crew.fix(MARKET))
    pressed_at = town.clock.now
    town.let_pass(minutes=10)
    assert "ArrivalMissed" in town.facts(outage["id"])

    town.let_pass(minutes=30)
    crew.push(kept)
    seen = town.outage(outage["id"])
    assert (seen["arrived_at"], seen["missed_at"], seen["grade"]) == (pressed_at.isoformat(), None, "A")
    assert seen["arrival_restated"]
    [figure] = town.get("/stats/arrivals", "manager", **{"from": "2026-05-01", "to": "2026-05-02"})["figures"]
    assert (figure["within"]["promise"], figure["restated"]) == (1.0, 1)


def test_any_order_and_any_doubling_give_the_same_record(town: Town) -> None:
    records = set()
    for n, order in enumerate(list(permutations(range(4)))[::5]):
        crew = town.tablet(2)
        outage = town.call_at(MARKET)["outage"]
        job = town.offer(outage["id"], 2)
        began, kept = town.clock.now, []
        for kind in (CrewAction.ACCEPT, CrewAction.DEPART, CrewAction.CHECK_IN, CrewAction.RESTORE):
            town.clock.advance(seconds=30)
            more = {"fix": crew.fix(MARKET)} if kind is CrewAction.CHECK_IN else {}
            data = {"customers_restored": 7} if kind is CrewAction.RESTORE else {}
            kept.append(crew.press(kind, job["id"], data=data, **more))
        for i in order:
            crew.push(kept[i])
            crew.push(kept[order[0]])
        crew.push(*kept)
        job = town.outage(outage["id"])["jobs"][0]
        moments = ("accepted_at", "departed_at", "arrived_at", "restored_at")
        offsets = tuple(datetime.fromisoformat(job[m]) - began for m in moments)
        records.add((job["state"], job["grade"], job["customers_restored"], offsets))
        crew.do(CrewAction.CLOSE, job["id"])
        assert n < 24
    assert len(records) == 1


def test_the_same_action_twice_is_applied_once_and_another_body_is_refused(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    accept = crew.press(CrewAction.ACCEPT, job["id"])
    first, again = crew.push(accept), crew.push(accept)
    assert (first[0]["verdict"], again[0]["verdict"]) == ("applied", "already")
    [other] = crew.push(replace(accept, kind=CrewAction.DECLINE))
    assert other["verdict"] == "refused"
    assert town.outage(outage["id"])["jobs"][0]["state"] == "accepted"


def test_a_crew_reaches_only_its_own_jobs(town: Town) -> None:
    town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    stranger = town.tablet(3)
    assert stranger.do(CrewAction.ACCEPT, job["id"])["verdict"] == "refused"
    assert stranger.do(CrewAction.ACCEPT, 999)["verdict"] == "refused"
    assert stranger.pull()["cards"] == []
    assert town.ask("GET", f"/outages/{outage['id']}", "crew3").status_code == 403


def test_an_acceptance_that_comes_late_never_takes_the_job_and_both_are_told(auto_town: Town) -> None:
    town = auto_town
    first, second = town.tablet(2), town.tablet(3)
    outage = town.call(account_no="43130000000001", fault_kind="lv")["outage"]
    town.tick()
    [job] = town.outage(outage["id"])["jobs"]
    kept = first.press(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=4)
    _, next_job = town.outage(outage["id"])["jobs"]
    second.do(CrewAction.ACCEPT, next_job["id"])

    [answer] = first.push(kept)
    assert answer["verdict"] == "applied"
    assert "柳田班" in answer["sentence"]
    mine, theirs = town.outage(outage["id"])["jobs"]
    assert (mine["state"], theirs["state"]) == ("lapsed", "accepted")
    assert "河口二班" in second.pull()["cards"][0]["told"][0]["sentence"]


def test_an_acceptance_in_time_that_is_heard_late_revives_a_job_nobody_else_has(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    kept = crew.press(CrewAction.ACCEPT, job["id"])
    town.let_pass(minutes=4)
    assert town.outage(outage["id"])["jobs"][0]["state"] == "lapsed"
    crew.push(kept)
    assert town.outage(outage["id"])["jobs"][0]["state"] == "accepted"


def test_a_crew_is_on_one_job_only_the_one_it_moved_to_last(town: Town) -> None:
    crew = town.tablet(1)
    jobs = [town.offer(town.call_at(at)["outage"]["id"], 1) for at in (MARKET, MEADOW)]
    for job in jobs:
        crew.do(CrewAction.ACCEPT, job["id"])
    first = crew.press(CrewAction.DEPART, jobs[0]["id"])
    town.clock.advance(minutes=1)
    second = crew.press(CrewAction.DEPART, jobs[1]["id"])
    crew.push(second)
    crew.push(first)
    states = [town.outage(job["outage_id"])["jobs"][0]["state"] for job in jobs]
    assert states == ["accepted", "en_route"]


def test_a_wrong_wall_clock_does_not_move_the_arrival(town: Town) -> None:
    crew = town.tablet(2)
    crew.wall_error = timedelta(hours=5)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    town.let_pass(minutes=20)
    kept = crew.press(CrewAction.CHECK_IN, job["id"], fix=crew.fix(MARKET))
    pressed_at = town.clock.now
    town.let_pass(minutes=60)
    crew.push(kept)
    assert town.outage(outage["id"])["arrived_at"] == pressed_at.isoformat()


def test_after_a_reboot_the_gps_time_tells_and_without_one_the_corrected_wall_clock(town: Town) -> None:
    crew = town.tablet(2)
    crew.wall_error = timedelta(minutes=30)
    crew.push()  # the server learns how far this wall clock is off
    for account, with_fix, source in (("43130000000001", True, "gps"), ("43130000000004", False, "wall")):
        outage = town.call(account_no=account)["outage"]
        job = town.offer(outage["id"], 2)
        town.clock.advance(minutes=5)
        fix = crew.fix(MARKET) if with_fix else None
        kept = crew.press(CrewAction.CHECK_IN, job["id"], fix=fix)
        pressed_at = town.clock.now
        town.clock.advance(minutes=15)
        crew.boot_id, crew.booted_at = f"boot-{source}", town.clock.now - timedelta(minutes=1)
        crew.push(kept)
        facts = town.outage(outage["id"])["facts"]
        arrived = next(f for f in facts if f["kind"] == "CrewArrived")
        assert arrived["body"]["clock"] == source
        assert datetime.fromisoformat(arrived["body"]["arrived_at"]) == pressed_at
        assert arrived["body"]["doubt_s"] >= (1 if with_fix else 60)
        crew.do(CrewAction.LEAVE, job["id"], reason="end of the story")


def test_nothing_is_known_of_a_crew_off_duty(town: Town) -> None:
    crew = town.tablet(2, on_duty=False)
    crew.push(positions=[crew.fix(MEADOW)])
    known = next(c for c in town.get("/crews")["crews"] if c["crew_id"] == 2)
    assert known["position_at"] is None
    crew.push(crew.press(CrewAction.DUTY_ON), positions=[crew.fix(MEADOW)])
    known = next(c for c in town.get("/crews")["crews"] if c["crew_id"] == 2)
    assert (known["lon"], known["on_duty"]) == (MEADOW.lon, True)


def test_clocks_beyond_all_time_refuse_one_action_and_not_the_push(town: Town) -> None:
    crew = town.tablet(2)
    outage = town.call(account_no="43130000000001")["outage"]
    job = town.offer(outage["id"], 2)
    absurd = replace(crew.press(CrewAction.SEEN, job["id"]), elapsed_ms=-(10**17))
    answers = crew.push(absurd, crew.press(CrewAction.ACCEPT, job["id"]))
    assert [a["verdict"] for a in answers] == ["refused", "applied"]
    assert "elapsed_ms" in answers[0]["sentence"]


def test_a_crew_that_was_on_site_when_another_restored_is_on_site_whenever_it_is_heard(town: Town) -> None:
    states = []
    for heard_late in (False, True):
        first, second = town.tablet(1), town.tablet(2)
        outage = town.call(account_no="43130000000001")["outage"]
        jobs = []
        for crew in (first, second):
            jobs.append(town.offer(outage["id"], crew.crew_id)["id"])
            crew.do(CrewAction.ACCEPT, jobs[-1])
        town.clock.advance(minutes=5)
        there = second.press(CrewAction.CHECK_IN, jobs[1], fix=second.fix(MARKET))
        town.clock.advance(minutes=5)
        back = first.press(CrewAction.RESTORE, jobs[0], data={"customers_restored": 120})
        for crew, action in ((first, back), (second, there)) if heard_late else ((second, there), (first, back)):
            crew.push(action)
        states.append([job["state"] for job in town.outage(outage["id"])["jobs"]])
        for crew, job_id in ((first, jobs[0]), (second, jobs[1])):
            crew.do(CrewAction.CLOSE, job_id)
    assert states == [["restored", "on_site"]] * 2
