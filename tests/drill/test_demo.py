"""A demo starts with something to see, stops, goes on, and keeps quiet where it is asked to."""

from datetime import timedelta

from dispatch_server.drill.crews import PARKED_EVERY
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix, Push
from dispatch_server.protocol.words import Channel, JobState, Provider
from dispatch_server.services import crew_work, dispatching
from dispatch_server.services.intake import NewCall, take_call
from dispatch_server.store.crews import duties, last_heard
from tests.drill.played import Played
from tests.town import MEADOW, RIDGE


def a_call(stage: Played, account_no: str = "43130000000004") -> int:
    filed = stage.do(lambda work: take_call(work, stage.territory, NewCall(Channel.HOTLINE, account_no=account_no)))
    assert filed.outage is not None
    return int(filed.outage.id)


def state_of(stage: Played, outage_id: int) -> str:
    return str(stage.one("SELECT state FROM outages WHERE id = :outage_id", outage_id=outage_id))


def job_states(stage: Played) -> list[str]:
    return [row[0] for row in stage.rows("SELECT state FROM jobs ORDER BY id")]


def test_the_first_minute_brings_faults_and_a_crew_on_its_way(stage: Played) -> None:
    stage.demo.begin()
    stage.play(minutes=1)
    assert stage.one("SELECT count(*) FROM calls WHERE category = 'fault'") >= 3
    stage.play(minutes=4)
    assert {"accepted", "en_route", "on_site"} & set(job_states(stage))


def test_a_visitor_sees_a_whole_life(stage: Played) -> None:
    stage.demo.begin(quiet_callers=True)
    outage_id = a_call(stage)
    stage.play(hours=1.5)
    assert state_of(stage, outage_id) == "restored"
    assert job_states(stage)[-1] == "closed"


def test_crews_are_on_duty_at_any_hour_and_act_in_their_own_name(stage: Played) -> None:
    stage.clock.advance(hours=19)  # half past three in the morning
    stage.demo.begin(quiet_callers=True)
    on_duty = stage.store.read(duties)
    assert all(on_duty[crew_id].on_duty and on_duty[crew_id].aboard >= 2 for crew_id in stage.territory.crews)
    authors = {row[0] for row in stage.rows("SELECT said_by FROM facts WHERE subject_kind = 'crew'")}
    assert len(authors) == len(stage.territory.crews)
    assert all(author.startswith("crew:") for author in authors)


def test_quiet_callers_say_nothing(stage: Played) -> None:
    stage.demo.begin(quiet_callers=True)
    stage.play(hours=1)
    assert stage.one("SELECT count(*) FROM calls") == 0


def test_quiet_crews_are_on_duty_reachable_and_do_nothing(stage: Played) -> None:
    stage.demo.begin(quiet_callers=True, quiet_crews=True)
    outage_id = a_call(stage)
    stage.play(hours=1)
    heard, on_duty = stage.store.read(last_heard), stage.store.read(duties)
    for crew_id in stage.territory.crews:
        assert on_duty[crew_id].on_duty
        assert stage.clock.now - heard[crew_id].heard_at <= PARKED_EVERY
        assert heard[crew_id].at is not None
    assert {row[0] for row in stage.rows("SELECT kind FROM actions")} == {"duty_on"}
    assert set(job_states(stage)) <= {"offered", "lapsed"}
    outlook = stage.store.read(lambda reading: dispatching.suggest_crews(reading, stage.territory, outage_id))
    assert sum(candidate.fit for candidate in outlook.candidates) == len(stage.territory.crews)
    assert not [r for c in outlook.candidates for r in c.reasons if "offline" in r.sentence]


def test_a_quiet_crew_stays_where_its_own_tablet_says(stage: Played) -> None:
    stage.demo.begin(quiet_callers=True, quiet_crews=True)
    now = stage.clock.advance(minutes=1)
    fix = Fix(RIDGE.lon, RIDGE.lat, 5, now, Provider.GPS, elapsed_ms=1)
    push = Push("a-real-one", "boot", now, 1, positions=(fix,))
    stage.do(lambda work: crew_work.receive(work, stage.territory, 1, push))
    stage.play(hours=1)
    assert stage.store.read(last_heard)[1].at == LonLat(RIDGE.lon, RIDGE.lat)
    assert stage.store.read(last_heard)[1].fixed_at == now


def until_on_site(stage: Played) -> int:
    stage.demo.begin(quiet_callers=True)
    outage_id = a_call(stage)
    for _ in range(720):
        stage.play(seconds=5)
        if JobState.ON_SITE in job_states(stage):
            return outage_id
    raise AssertionError("nobody arrived within an hour")


def test_a_stopped_demo_goes_on_where_it_was(stage: Played) -> None:
    outage_id = until_on_site(stage)
    stage.demo.end()
    stage.clock.advance(hours=2)
    stage.again().begin(quiet_callers=True)
    stage.play(minutes=30)
    assert state_of(stage, outage_id) == "restored"
    assert len(job_states(stage)) == 1
    assert stage.one("SELECT count(*) FROM actions WHERE verdict = 'refused'") == 0


def test_a_demo_that_was_killed_goes_on_too(stage: Played) -> None:
    """What was in the outboxes is lost; the cards tell how far each job is."""
    outage_id = until_on_site(stage)
    stage.clock.advance(minutes=1)
    stage.again().begin(quiet_callers=True)
    stage.play(hours=1)
    assert state_of(stage, outage_id) == "restored"
    assert stage.one("SELECT count(*) FROM actions WHERE verdict = 'refused'") == 0


def test_the_thread_acts_by_itself_and_stops(stage: Played) -> None:
    stage.demo.start(quiet_callers=True)
    stage.demo.stop()
    assert all(duty.on_duty for duty in stage.store.read(duties).values())


def place_id_of(stage: Played, call_id: int) -> int | None:
    found: int | None = stage.one("SELECT place_id FROM calls WHERE id = :id", id=call_id)
    return found


def said(stage: Played, address: str) -> int:
    new = NewCall(Channel.HOTLINE, address=address)
    return int(stage.do(lambda work: take_call(work, stage.territory, new)).call.id)


def test_a_place_with_several_readings_is_settled_by_the_desk_after_some_minutes(stage: Played) -> None:
    stage.demo.begin(quiet_crews=True)  # the desk comes with the callers
    two_readings, no_reading = said(stage, "柳田村还是高岭村"), said(stage, "江北县")
    assert place_id_of(stage, two_readings) is None
    stage.play(minutes=1)
    assert place_id_of(stage, two_readings) is None  # a visitor may do it himself
    stage.play(minutes=9)
    assert place_id_of(stage, two_readings) is not None
    assert place_id_of(stage, no_reading) is None  # nobody knows more than he said


def test_everybody_is_called_back_when_power_is_back(stage: Played) -> None:
    stage.demo.begin()
    stage.play(timedelta(seconds=10), hours=2)
    restored = stage.one("SELECT count(*) FROM outages WHERE state IN ('restored', 'closed')")
    assert restored >= 3
    assert stage.one("SELECT count(*) FROM facts WHERE kind = 'CallBackMade'") >= restored - 2


def test_where_a_crew_waits_is_its_depot(stage: Played) -> None:
    stage.demo.begin(quiet_callers=True)
    stage.play(minutes=10)
    heard = stage.store.read(last_heard)
    at = heard[3].at
    assert at is not None
    assert abs(at.lon - MEADOW.lon) < 0.001
