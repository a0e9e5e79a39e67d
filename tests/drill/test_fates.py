"""Chance decides once: by the names of the crew and the job, not by when one asks."""

from collections import Counter
from datetime import timedelta
from statistics import median

from dispatch_server.drill.fates import AnswerMeant, Fate, fate_of, wall_error_of
from dispatch_server.protocol.words import AreaClass, FaultKind

MANY = range(1, 2001)


def fates(area_class: AreaClass = AreaClass.RURAL, kind: FaultKind = FaultKind.LV) -> list[Fate]:
    return [fate_of("seed", "LX01", job_id, area_class, kind) for job_id in MANY]


def test_a_restart_changes_no_fate() -> None:
    assert fates() == fates()
    assert fate_of("seed", "LX01", 7, None, None) != fate_of("seed", "LX02", 7, None, None)


def test_most_accept_a_few_decline_and_one_is_let_lapse_now_and_then() -> None:
    answers = Counter(fate.answer for fate in fates())
    assert answers[AnswerMeant.ACCEPT] > 0.88 * len(MANY)
    assert 0.02 * len(MANY) < answers[AnswerMeant.DECLINE] < 0.09 * len(MANY)
    assert 0 < answers[AnswerMeant.LET_LAPSE] < 0.05 * len(MANY)


def test_repairs_take_some_minutes_and_a_few_take_long() -> None:
    minutes = [fate.repairs_for / timedelta(minutes=1) for fate in fates()]
    assert 10 < median(minutes) < 14
    assert sum(minutes) / len(minutes) > median(minutes) + 1
    assert max(minutes) <= 150


def test_signal_is_lost_in_the_hills_more_than_in_the_streets() -> None:
    lost = {area: sum(f.loses_signal_at is not None for f in fates(area)) for area in AreaClass}
    assert lost[AreaClass.URBAN] < lost[AreaClass.RURAL] < lost[AreaClass.REMOTE]


def test_haste_makes_people_quicker() -> None:
    slow, quick = fate_of("s", "K1", 1, None, None), fate_of("s", "K1", 1, None, None, haste=10)
    assert abs(quick.repairs_for * 10 - slow.repairs_for) < timedelta(milliseconds=1)
    assert quick.pace * 10 == slow.pace


def test_some_tablets_have_a_wrong_clock() -> None:
    errors = [abs(wall_error_of("seed", f"K{n}")) for n in range(400)]
    assert 0.6 * len(errors) < sum(error < timedelta(seconds=3) for error in errors) < 0.8 * len(errors)
    assert any(error >= timedelta(hours=1) for error in errors)
