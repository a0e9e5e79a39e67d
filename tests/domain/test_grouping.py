"""Which outage a call belongs to: by itself only where nobody could doubt it."""

from datetime import datetime

import pytest

from dispatch_server.domain.grouping import SUGGESTIONS, NearbyOutage, choose
from dispatch_server.domain.outage_facts import Joined
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import Hazard
from tests.domain.builders import NOON, POLICY, SITE, a_call, metres_east, metres_north, minutes, seconds

ON_T1 = a_call(transformer="T1", feeder="F1")


def an_open_outage(
    outage_id: int = 1,
    *,
    metres: float | None = 50,
    transformer: str | None = "T9",
    feeder: str | None = "F1",
    last_call_at: datetime = NOON,
    opened_at: datetime = NOON,
) -> NearbyOutage:
    at = None if metres is None else metres_north(SITE, metres)
    return NearbyOutage(outage_id, f"F-{outage_id}", opened_at, last_call_at, transformer, feeder, at)


def joins(nearby: NearbyOutage, *, hazard: Hazard = Hazard.NONE, at: LonLat | None = SITE, radius_m: float = 0) -> bool:
    call = a_call(transformer="T1", feeder="F1", hazard=hazard)
    return choose(call, at, radius_m, [nearby], POLICY).join is not None


def test_the_same_service_transformer_joins_at_any_distance_and_age() -> None:
    far_and_old = an_open_outage(transformer="T1", metres=2_000, last_call_at=NOON - minutes(600))
    choice = choose(ON_T1, SITE, 0, [far_and_old], POLICY)
    assert (choice.join, choice.how) == (1, Joined.SAME_TRANSFORMER)
    assert joins(an_open_outage(transformer="T1", metres=None), at=None)


def test_near_on_the_same_feeder_joins_within_300_metres_and_30_minutes() -> None:
    choice = choose(ON_T1, SITE, 0, [an_open_outage(metres=299.9)], POLICY)
    assert (choice.join, choice.how) == (1, Joined.NEAR_ON_FEEDER)
    assert not joins(an_open_outage(metres=300.1))


@pytest.mark.parametrize("age", [minutes(30), -minutes(30)])
def test_thirty_minutes_exactly_still_joins(age: object) -> None:
    assert joins(an_open_outage(last_call_at=NOON - minutes(30)))
    assert not joins(an_open_outage(last_call_at=NOON - minutes(30) - seconds(1)))
    assert joins(an_open_outage(last_call_at=NOON + minutes(30)))
    assert not joins(an_open_outage(last_call_at=NOON + minutes(30) + seconds(1)))


def test_another_feeder_never_joins_by_itself_however_near() -> None:
    other = an_open_outage(feeder="F2", metres=1)
    choice = choose(ON_T1, SITE, 0, [other], POLICY)
    assert choice.join is None
    assert [s.outage_id for s in choice.suggestions] == [1]


def test_an_unknown_feeder_or_transformer_is_not_the_same_one() -> None:
    nowhere = an_open_outage(transformer=None, feeder=None)
    assert choose(a_call(transformer=None, feeder=None), SITE, 0, [nowhere], POLICY).join is None


def test_an_outage_without_a_place_is_near_nothing() -> None:
    assert not joins(an_open_outage(metres=None))


def test_a_place_in_more_doubt_than_the_distance_does_not_join_by_nearness() -> None:
    assert joins(an_open_outage(metres=10), radius_m=300)
    assert not joins(an_open_outage(metres=10), radius_m=301)


@pytest.mark.parametrize("hazard", [h for h in Hazard if h is not Hazard.NONE])
def test_a_hazard_never_joins_silently_and_is_suggested_to_a_person(hazard: Hazard) -> None:
    call = a_call(transformer="T1", feeder="F1", hazard=hazard)
    choice = choose(call, SITE, 0, [an_open_outage(transformer="T1", metres=5_000)], POLICY)
    assert choice.join is None
    [suggestion] = choice.suggestions
    assert "on the same transformer" in suggestion.sentence


def test_a_hazard_that_is_not_placed_is_still_suggested_by_its_transformer() -> None:
    call = a_call(transformer="T1", hazard=Hazard.FIRE)
    [suggestion] = choose(call, None, 0, [an_open_outage(transformer="T1")], POLICY).suggestions
    assert suggestion.metres is None


def test_the_nearest_outage_on_the_feeder_is_joined() -> None:
    choice = choose(ON_T1, SITE, 0, [an_open_outage(1, metres=200), an_open_outage(2, metres=100)], POLICY)
    assert choice.join == 2


def test_of_two_outages_on_one_transformer_the_older_is_joined_in_any_order() -> None:
    old = an_open_outage(7, transformer="T1", opened_at=NOON - minutes(20))
    new = an_open_outage(3, transformer="T1", opened_at=NOON)
    assert choose(ON_T1, SITE, 0, [new, old], POLICY).join == choose(ON_T1, SITE, 0, [old, new], POLICY).join == 7


def test_what_lies_within_a_kilometre_is_suggested_nearest_first_and_a_few_only() -> None:
    strangers = [an_open_outage(n, feeder="F2", metres=1_000 - 100 * n) for n in range(9)]
    suggestions = choose(ON_T1, metres_east(SITE, 1), 0, strangers, POLICY).suggestions
    assert [s.outage_id for s in suggestions] == [8, 7, 6, 5, 4][:SUGGESTIONS]
    assert "200 m away" in suggestions[0].sentence
    assert choose(ON_T1, SITE, 0, [an_open_outage(feeder="F2", metres=1_001)], POLICY).suggestions == ()


def test_a_call_that_is_nowhere_near_anything_opens_its_own() -> None:
    choice = choose(ON_T1, SITE, 0, [], POLICY)
    assert (choice.join, choice.how, choice.suggestions) == (None, Joined.OPENED, ())
