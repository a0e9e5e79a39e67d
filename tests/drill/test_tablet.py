"""The outbox keeps what was not answered; the counter of milliseconds tells when it was done."""

from datetime import UTC, datetime, timedelta
from random import Random

from dispatch_server.domain.evidence import time_of
from dispatch_server.drill.driving import gps_fix, moved
from dispatch_server.drill.tablet import POSITIONS_A_PUSH, Tablet
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.messages import Answer
from dispatch_server.protocol.words import ClockSource, CrewAction, Verdict

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
AT = LonLat(112.0, 27.7)


def test_what_is_not_answered_is_sent_again() -> None:
    tablet = Tablet("t", NOON, timedelta(0))
    tablet.press(CrewAction.SEEN, NOON, 1)
    tablet.press(CrewAction.ACCEPT, NOON, 1)
    push = tablet.next_push(NOON)
    tablet.sent(push, [Answer(push.actions[0].action_id, Verdict.APPLIED, "")])
    assert [a.kind for a in tablet.next_push(NOON).actions] == [CrewAction.ACCEPT]
    assert tablet.next_push(NOON).actions == push.actions[1:]


def test_a_long_silence_is_sent_in_parts() -> None:
    tablet = Tablet("t", NOON, timedelta(0))
    for n in range(POSITIONS_A_PUSH + 5):
        tablet.note_position(gps_fix(AT, NOON + timedelta(seconds=n), n, Random(n)))
    first = tablet.next_push(NOON)
    tablet.sent(first, [])
    second = tablet.next_push(NOON)
    assert (len(first.positions), len(second.positions)) == (POSITIONS_A_PUSH, 5)
    assert first.positions[-1].fixed_at < second.positions[0].fixed_at


def test_a_wrong_wall_clock_and_a_late_push_do_not_move_an_action() -> None:
    tablet = Tablet("t", NOON, wall_error=timedelta(hours=-8))
    tablet.press(CrewAction.CHECK_IN, NOON + timedelta(minutes=3), 1)
    push = tablet.next_push(NOON + timedelta(minutes=40))
    time = time_of(push.actions[0], push, NOON + timedelta(minutes=40), None)
    assert (time.at, time.source) == (NOON + timedelta(minutes=3), ClockSource.ELAPSED)
    assert push.actions[0].occurred_at == NOON + timedelta(minutes=3) - timedelta(hours=8)


def test_after_a_restart_numbers_go_on_and_no_id_comes_again() -> None:
    before, after = Tablet("t", NOON, timedelta(0)), Tablet("t", NOON + timedelta(minutes=1), timedelta(0))
    for tablet in (before, after):
        for _ in range(20):
            tablet.press(CrewAction.NOTE, NOON + timedelta(minutes=2), 1)
    first, second = (t.next_push(NOON + timedelta(minutes=2)).actions for t in (before, after))
    assert max(a.seq for a in first) < min(a.seq for a in second)
    assert not {a.action_id for a in first} & {a.action_id for a in second}


def test_a_reading_is_off_by_about_what_it_says() -> None:
    rng = Random("gps")
    fixes = [gps_fix(AT, NOON, 0, rng) for _ in range(2000)]
    inside = sum(metres_between(AT, fix.at) <= fix.accuracy_m for fix in fixes)
    assert 0.68 * len(fixes) < inside < len(fixes)
    assert all(4 <= fix.accuracy_m <= 20 for fix in fixes)


def test_moving_goes_as_far_as_it_says() -> None:
    for turn in (0.0, 0.2, 0.5, 0.9):
        assert abs(metres_between(AT, moved(AT, 500, turn)) - 500) < 1
