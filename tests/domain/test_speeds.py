"""How far crews' tracks move a speed: bounded, only with enough of them, drawn towards the policy."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.rules import RoadClass, Weather
from dispatch_server.domain.speeds import Learned, Slot, Stretch, learn, pace_at
from tests.domain.builders import POLICY

SLOT = Slot(RoadClass.TERTIARY, 6)
SAID = POLICY.road_kmh[RoadClass.TERTIARY]
MORNING = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)  # half past seven in Loudi
ENOUGH = POLICY.learning.stretches_min


def stretches(kmh: float, count: int, slot: Slot = SLOT) -> list[Stretch]:
    return [Stretch(slot, 1000.0, 3600 / kmh)] * count


def the_one(found: list[Learned]) -> Learned:
    [one] = found
    return one


def test_few_stretches_teach_nothing_and_are_shown() -> None:
    one = the_one(learn(stretches(20, ENOUGH - 1), POLICY))
    assert not one.is_learned
    assert (one.kmh, one.spread) == (SAID, POLICY.road_spread[RoadClass.TERTIARY])
    assert one.stretches == ENOUGH - 1
    assert one.observed_kmh == pytest.approx(20)


def test_as_many_stretches_as_the_policy_counts_for_lead_half_way_in_minutes() -> None:
    one = the_one(learn(stretches(24, POLICY.learning.policy_counts_as), POLICY))
    assert one.is_learned
    assert 1 / one.kmh == pytest.approx((1 / 24 + 1 / SAID) / 2)


def test_many_stretches_are_believed() -> None:
    assert the_one(learn(stretches(24, 5000), POLICY)).kmh == pytest.approx(24, rel=0.01)


@pytest.mark.parametrize("kmh, bound", [(3.0, 0.5), (110.0, 1.5)])
def test_what_is_beyond_belief_is_bounded(kmh: float, bound: float) -> None:
    assert the_one(learn(stretches(kmh, 5000), POLICY)).kmh == pytest.approx(bound * SAID, rel=0.01)


def test_vans_that_all_take_as_long_leave_less_doubt() -> None:
    one = the_one(learn(stretches(30, 200), POLICY))
    assert 1 <= one.spread < one.policy_spread
    scattered = [*stretches(15, 100), *stretches(60, 100)]
    assert the_one(learn(scattered, POLICY)).spread == one.policy_spread, "never wider than the policy's"


SPEEDS = st.floats(2, 120)


@given(st.lists(st.tuples(SPEEDS, st.floats(400, 9000)), min_size=1, max_size=80))
def test_whatever_is_driven_the_speed_stays_between_its_bounds(driven: list[tuple[float, float]]) -> None:
    said = [Stretch(SLOT, metres, metres * 3.6 / kmh) for kmh, metres in driven]
    one = the_one(learn(said, POLICY))
    assert 0.5 * SAID - 1e-9 <= one.kmh <= 1.5 * SAID + 1e-9
    assert min(SAID, one.observed_kmh) - 1e-6 <= one.kmh <= max(SAID, one.observed_kmh) + 1e-6
    assert 1 <= one.spread <= one.policy_spread


def test_a_pace_is_of_its_hours_and_its_weather() -> None:
    slow = learn([*stretches(20, 100), *stretches(60, 100, Slot(RoadClass.PRIMARY, 6, Weather.SNOW))], POLICY)
    by_slot = {one.slot: one for one in slow}
    morning, noon = pace_at(MORNING, by_slot, POLICY), pace_at(MORNING.replace(hour=4), by_slot, POLICY)
    tertiary, primary = (list(RoadClass).index(c) for c in (RoadClass.TERTIARY, RoadClass.PRIMARY))
    assert morning.is_learned and morning.kmh[tertiary] == by_slot[SLOT].kmh
    assert morning.kmh[primary] == POLICY.road_kmh[RoadClass.PRIMARY], "learned in snow, and there is none"
    assert not noon.is_learned and noon == pace_at(None, by_slot, POLICY)
