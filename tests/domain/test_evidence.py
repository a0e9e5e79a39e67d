"""How far to believe a tablet: when it happened, and where the crew was."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.evidence import grade, time_of
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.grading import A95_PER_A68, fix_age_s
from dispatch_server.protocol.words import AreaClass, ClockSource, Grade, Provider
from tests.domain.builders import (
    NOON,
    POLICY,
    SITE,
    a_fix,
    a_push,
    an_action,
    metres_east,
    metres_north,
    minutes,
    seconds,
)

HOUR_MS = 3_600_000
REACH_M = {AreaClass.URBAN: 200.0, AreaClass.RURAL: 300.0, AreaClass.REMOTE: 500.0}


def graded(
    metres: float,
    accuracy_m: float = 0.0,
    *,
    radius_m: float = 0.0,
    area_class: AreaClass | None = AreaClass.URBAN,
    provider: Provider = Provider.GPS,
    is_mock: bool = False,
    age_s: float = 0.0,
) -> Grade:
    fix = a_fix(metres_north(SITE, metres), accuracy_m, provider=provider, is_mock=is_mock)
    return grade(fix, age_s, [SITE], radius_m, area_class, POLICY).grade


# The grade


@pytest.mark.parametrize(("area_class", "reach_m"), REACH_M.items())
def test_a_reaches_as_far_as_the_policy_says_for_the_class(area_class: AreaClass, reach_m: float) -> None:
    assert graded(reach_m - 0.01, area_class=area_class) is Grade.A
    assert graded(reach_m + 0.01, area_class=area_class) is Grade.C


def test_a_on_the_exact_reach() -> None:
    fix = a_fix(metres_north(SITE, 200), accuracy_m=0)
    d = metres_between(fix.at, SITE)
    exact = POLICY.__class__(**{**_fields(POLICY), "within_m": dict.fromkeys(AreaClass, d)})
    assert grade(fix, 0, [SITE], 0, AreaClass.URBAN, exact).grade is Grade.A


def test_a_counts_the_doubt_of_the_fix_against_the_crew() -> None:
    accuracy_m = 50.0
    edge_m = 200 - A95_PER_A68 * accuracy_m
    assert graded(edge_m - 0.01, accuracy_m) is Grade.A
    assert graded(edge_m + 0.01, accuracy_m) is Grade.B


def test_b_gives_the_doubt_of_the_fix_to_the_crew() -> None:
    accuracy_m = 50.0
    edge_m = 200 + A95_PER_A68 * accuracy_m
    assert graded(edge_m - 0.01, accuracy_m) is Grade.B
    assert graded(edge_m + 0.01, accuracy_m) is Grade.C


def test_b_gives_the_doubt_of_the_place_to_the_crew() -> None:
    assert graded(200 + 350 - 0.01, radius_m=350) is Grade.B
    assert graded(200 + 350 + 0.01, radius_m=350) is Grade.C


def test_a_place_in_more_doubt_than_the_reach_proves_nothing_better_than_b() -> None:
    assert graded(0, radius_m=200) is Grade.A
    assert graded(0, radius_m=200.1) is Grade.B


@pytest.mark.parametrize("provider", [Provider.NETWORK, Provider.FUSED])
def test_only_a_satellite_fix_is_proof(provider: Provider) -> None:
    assert graded(0, provider=provider) is Grade.B


def test_a_fix_may_be_sixty_seconds_old() -> None:
    assert graded(0, age_s=60.0) is Grade.A
    assert graded(0, age_s=60.001) is Grade.DECLARED


def test_a_fix_good_to_five_hundred_metres_still_says_something() -> None:
    assert graded(0, accuracy_m=500) is Grade.B
    assert graded(0, accuracy_m=500.1) is Grade.DECLARED


def test_a_check_in_without_a_fix_is_declared() -> None:
    assert grade(None, None, [SITE], 0, AreaClass.URBAN, POLICY).grade is Grade.DECLARED


@pytest.mark.parametrize(("accuracy_m", "age_s"), [(5, 0), (501, 0), (5, 61)])
def test_a_mock_fix_is_c_and_never_passes_for_a_declaration(accuracy_m: float, age_s: float) -> None:
    assert graded(0, accuracy_m, is_mock=True, age_s=age_s) is Grade.C


def test_pressed_three_kilometres_before_the_site_is_c_and_the_hint_says_what_to_do() -> None:
    fix = a_fix(metres_north(SITE, 3000))
    result = grade(fix, 0, [SITE], 30, AreaClass.URBAN, POLICY)
    assert result.grade is Grade.C
    assert result.distance_m == pytest.approx(3000, abs=1)
    assert "come closer" in result.hint


def test_the_nearest_of_the_site_points_counts() -> None:
    pin, transformer = SITE, metres_east(SITE, 800)
    fix = a_fix(metres_east(SITE, 790))
    assert grade(fix, 0, [pin], 0, AreaClass.URBAN, POLICY).grade is Grade.C
    assert grade(fix, 0, [pin, transformer], 0, AreaClass.URBAN, POLICY).grade is Grade.A


def test_a_fault_without_a_place_cannot_be_proved() -> None:
    assert grade(a_fix(), 0, [], 0, None, POLICY).grade is Grade.C


def test_without_a_class_the_strictest_reach_holds() -> None:
    assert graded(199, area_class=None) is Grade.A
    assert graded(201, area_class=None) is Grade.C


@given(
    metres=st.floats(0, 2000),
    accuracy_m=st.floats(0, 500),
    radius_m=st.floats(0, 2000),
    area_class=st.sampled_from(AreaClass),
    provider=st.sampled_from(Provider),
)
def test_the_grade_is_the_contracts_formula(
    metres: float, accuracy_m: float, radius_m: float, area_class: AreaClass, provider: Provider
) -> None:
    fix = a_fix(metres_north(SITE, metres), accuracy_m, provider=provider)
    d, a95, reach_m = metres_between(fix.at, SITE), 1.62 * accuracy_m, REACH_M[area_class]
    proved = provider is Provider.GPS and d + a95 <= reach_m and radius_m <= reach_m
    expected = Grade.A if proved else Grade.B if d - a95 <= reach_m + radius_m else Grade.C
    assert grade(fix, 0, [SITE], radius_m, area_class, POLICY).grade is expected


# The age of a fix


def test_the_age_of_a_fix_is_counted_by_the_devices_own_counter_where_it_can_be() -> None:
    fix = a_fix(fixed_at=NOON - minutes(9), elapsed_ms=970_000)
    assert fix_age_s(an_action(elapsed_ms=1_000_000, fix=fix)) == 30.0
    assert fix_age_s(an_action(fix=a_fix(fixed_at=NOON - seconds(12)))) == 12.0
    assert fix_age_s(an_action()) is None


def test_a_fix_made_after_the_press_is_as_old_as_it_is_early() -> None:
    assert fix_age_s(an_action(elapsed_ms=1_000_000, fix=a_fix(elapsed_ms=1_090_000))) == 90.0


# The time of an action


def test_within_one_boot_the_elapsed_clock_tells_whatever_the_wall_clock_says() -> None:
    action = an_action(occurred_at=NOON - minutes(600), elapsed_ms=HOUR_MS)
    push = a_push(action, sent_at=NOON - minutes(555), elapsed_ms=HOUR_MS + 42 * 60_000)
    time = time_of(action, push, received_at=NOON, wall_error=None)
    assert (time.at, time.source) == (NOON - minutes(42), ClockSource.ELAPSED)
    assert time.doubt_s == 1.0


def test_a_push_tried_again_later_gives_the_same_time() -> None:
    action = an_action(elapsed_ms=HOUR_MS)
    first = time_of(action, a_push(action, elapsed_ms=HOUR_MS + 1_000), NOON, None)
    second = time_of(action, a_push(action, elapsed_ms=HOUR_MS + 901_000), NOON + minutes(15), None)
    assert first.at == second.at


def after_a_reboot(action_fix: object = None, **more: object) -> tuple[datetime, ClockSource, float]:
    action = an_action(boot_id="before", fix=action_fix, **more)
    push = a_push(action, boot_id="after", sent_at=NOON + minutes(30), elapsed_ms=5_000)
    time = time_of(action, push, NOON + minutes(20), wall_error=minutes(7))
    return time.at, time.source, time.doubt_s


def test_after_a_reboot_the_satellites_tell() -> None:
    at, source, doubt_s = after_a_reboot(a_fix(fixed_at=NOON - minutes(3)))
    assert (at, source, doubt_s) == (NOON - minutes(3), ClockSource.GPS, 1.0)


def test_an_old_satellite_fix_without_the_counter_tells_no_time() -> None:
    for age, source in ((60, ClockSource.GPS), (60.001, ClockSource.WALL)):
        fix = a_fix(fixed_at=NOON - minutes(7) - seconds(age))
        assert after_a_reboot(fix)[1] is source
    assert after_a_reboot(a_fix(fixed_at=NOON - minutes(60))) == (NOON - minutes(7), ClockSource.WALL, 60.0)


def test_an_old_satellite_fix_tells_when_it_was_made_and_the_counter_how_long_ago() -> None:
    old = a_fix(fixed_at=NOON - minutes(60), elapsed_ms=1_000_000 - 45 * 60_000)
    at, source, _ = after_a_reboot(old)
    assert (at, source) == (NOON - minutes(15), ClockSource.GPS)


@pytest.mark.parametrize("fix", [None, a_fix(provider=Provider.NETWORK), a_fix(is_mock=True)])
def test_without_satellites_the_wall_clock_less_its_error_tells(fix: object) -> None:
    at, source, doubt_s = after_a_reboot(fix, occurred_at=NOON)
    assert (at, source, doubt_s) == (NOON - minutes(7), ClockSource.WALL, 60.0)


def test_a_wall_clock_never_heard_of_before_is_corrected_by_the_push_itself() -> None:
    action = an_action(occurred_at=NOON + minutes(180), boot_id="before")
    push = a_push(action, boot_id="after", sent_at=NOON + minutes(190))
    time = time_of(action, push, received_at=NOON, wall_error=None)
    assert (time.at, time.source) == (NOON - minutes(10), ClockSource.WALL)
    assert time.doubt_s > 60


def test_an_elapsed_counter_that_runs_backwards_is_not_believed() -> None:
    action = an_action(elapsed_ms=2_000, occurred_at=NOON)
    time = time_of(action, a_push(action, elapsed_ms=1_000), NOON + minutes(1), wall_error=minutes(0))
    assert time.source is ClockSource.WALL


def test_nothing_has_happened_in_the_future_and_the_doubt_says_by_how_much_it_claimed_to() -> None:
    action = an_action(boot_id="before", fix=a_fix(fixed_at=NOON + seconds(90)))
    time = time_of(action, a_push(boot_id="after"), received_at=NOON, wall_error=None)
    assert (time.at, time.doubt_s) == (NOON, 91.0)


@given(
    wall_wrong_min=st.integers(-10_000, 10_000),
    waited_min=st.integers(0, 600),
    rebooted=st.booleans(),
    knows_error=st.booleans(),
)
def test_no_wrong_wall_clock_moves_an_arrival(
    wall_wrong_min: int, waited_min: int, rebooted: bool, knows_error: bool
) -> None:
    wrong, waited_ms = minutes(wall_wrong_min), waited_min * 60_000
    action = an_action(occurred_at=NOON + wrong, boot_id="before" if rebooted else "now", elapsed_ms=HOUR_MS)
    received_at = NOON + minutes(waited_min)
    push = a_push(action, boot_id="now", sent_at=received_at + wrong, elapsed_ms=HOUR_MS + waited_ms)
    assert time_of(action, push, received_at, wrong if knows_error else None).at == NOON


def _fields(state: object) -> dict[str, object]:
    return {name: getattr(state, name) for name in type(state).__dataclass_fields__}  # type: ignore[attr-defined]


def test_longitude_first() -> None:
    assert a_fix(LonLat(112.0, 27.7)).at == LonLat(lon=112.0, lat=27.7)
