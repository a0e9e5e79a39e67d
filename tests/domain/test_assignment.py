"""Which crew, and why: every crew is in the answer, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.domain.assignment import Board, Candidate, advised, last_chance, rank
from dispatch_server.domain.coverage import CoverLost
from dispatch_server.domain.crews import CrewNow, at_work_since
from dispatch_server.domain.fitness import fit_to_arrive, skill_for
from dispatch_server.domain.outage_facts import Priority
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.rules import Ranking
from dispatch_server.protocol.words import AreaClass, FaultKind, JobState
from tests.domain.builders import NOON, POLICY, a_crew, an_outage, drives, minutes

DANGER = an_outage(priority=Priority.DANGER)


def ranked(
    crews: Sequence[CrewNow],
    outage: Outage | None = None,
    refused: frozenset[int] = frozenset(),
    lost: Mapping[int, float] | None = None,
    **minutes_by_crew: float,
) -> list[Candidate]:
    """`lost`: points of rural cover that each crew takes along."""
    travel = drives(**{f"c{c.crew.id}": 10 for c in crews} | minutes_by_crew)
    cover = {crew_id: CoverLost(AreaClass.RURAL, points, points / 100) for crew_id, points in (lost or {}).items()}
    return rank(outage or an_outage(), crews, travel, Board(refused, cover), NOON, POLICY)


def order(candidates: Sequence[Candidate]) -> list[int]:
    return [c.crew_id for c in candidates]


def sentences(candidate: Candidate) -> str:
    return "; ".join(r.sentence for r in candidate.reasons)


# Fit or not


def test_every_crew_is_in_the_answer_with_its_reasons() -> None:
    [fit, unfit] = ranked([a_crew(1), a_crew(2, on_duty=False)])
    assert (fit.fit, unfit.fit) == (True, False)
    assert "off duty" in sentences(unfit)
    assert "has the skill lv" in sentences(fit)


@pytest.mark.parametrize(
    ("crew", "because"),
    [
        (a_crew(on_duty=False), "off duty"),
        (a_crew(skills=["hv"]), "lacks the skill lv"),
        (a_crew(permit_kv=0.2), "may work up to 0.2 kV; this fault asks for 0.4 kV"),
        (a_crew(worked=minutes(24 * 60)), "at work for 24 h without 8 h of rest; the most is 24 h"),
        (a_crew(aboard=1), "nobody works alone"),
        (a_crew(suspended=True), "suspended"),
        (a_crew(has_outages=[7, 8, 9]), "the most is 3"),
        (a_crew(has_outages=[1]), "already has this outage"),
    ],
)
def test_a_crew_is_unfit_for_one_plain_reason(crew: CrewNow, because: str) -> None:
    [candidate] = ranked([crew])
    assert not candidate.fit
    against = [r.sentence for r in candidate.reasons[:8] if not r.ok]
    assert len(against) == 1 and because in against[0]


def test_high_voltage_asks_for_its_permit_where_the_register_has_one() -> None:
    hv = an_outage(fault_kind=FaultKind.HV)
    may, may_not, unsaid = a_crew(1, skills=["hv"], permit_kv=10), a_crew(2, skills=["hv"], permit_kv=0.4), a_crew(3)
    assert [c.fit for c in ranked([may, may_not], hv)] == [True, False]
    assert "not in the register" in sentences(ranked([unsaid], hv)[0])


def test_a_fault_may_ask_for_gear_or_a_vehicle() -> None:
    policy = replace(POLICY, ranking=Ranking(gear={FaultKind.LV: frozenset({"ladder", "van"})}))
    crews = [a_crew(1), a_crew(2, gear=["ladder"])]
    with_it, without = rank(an_outage(), crews, drives(c1=1, c2=9), Board(), NOON, policy)
    assert (with_it.crew_id, with_it.fit, without.fit) == (2, True, False)
    assert "lacks vehicle or gear: ladder" in sentences(without)


def test_an_hour_off_duty_is_no_rest_and_a_night_is() -> None:
    def at(hours: float) -> datetime:
        return NOON + minutes(60 * hours)

    rest = minutes(8 * 60)
    assert at_work_since([(at(0), True), (at(5), False), (at(6), True)], rest) == at(0)
    assert at_work_since([(at(0), True), (at(5), False), (at(13), True)], rest) == at(13)
    assert at_work_since([(at(0), True), (at(1), True)], rest) == at(0)
    assert at_work_since([(at(0), True), (at(5), False), (at(6), False)], rest) is None
    assert at_work_since([], rest) is None


def test_any_skill_will_do_while_nobody_knows_the_kind_of_fault() -> None:
    unknown = an_outage(fault_kind=None)
    assert skill_for(unknown, POLICY) is None
    assert ranked([a_crew(skills=["metering"])], unknown)[0].fit
    assert skill_for(an_outage(fault_kind=FaultKind.HV), POLICY) == "hv"


@pytest.mark.parametrize(
    ("crew", "fit"),
    [
        (a_crew(), True),
        (a_crew(on_duty=False), True),  # heard after going off duty: it was there all the same
        (a_crew(has_outages=[7, 8, 9]), True),
        (a_crew(aboard=1), False),
        (a_crew(skills=[]), False),
        (a_crew(suspended=True), False),
    ],
)
def test_whose_arrival_counts(crew: CrewNow, fit: bool) -> None:
    assert fit_to_arrive(an_outage(), crew, POLICY) is fit


# Who comes first


def test_the_nearer_crew_comes_first_when_all_else_is_equal() -> None:
    assert order(ranked([a_crew(1), a_crew(2)], c1=20, c2=10)) == [2, 1]


def test_an_unfit_crew_next_door_comes_after_a_fit_one_far_away() -> None:
    assert order(ranked([a_crew(1, aboard=1), a_crew(2)], c1=1, c2=90)) == [2, 1]


def test_a_crew_that_declined_comes_after_one_that_was_not_asked() -> None:
    candidates = ranked([a_crew(1), a_crew(2)], refused=frozenset({1}), c1=5, c2=40)
    assert order(candidates) == [2, 1]
    assert "was asked before" in sentences(candidates[1])


def test_a_crew_in_time_comes_before_one_that_costs_no_cover_and_is_late() -> None:
    assert order(ranked([a_crew(1), a_crew(2)], lost={1: 0, 2: 90}, c1=46, c2=45)) == [2, 1]


def test_of_two_late_crews_five_minutes_decide_but_not_one() -> None:
    assert order(ranked([a_crew(1), a_crew(2)], lost={1: 20}, c1=46, c2=49)) == [2, 1]
    assert order(ranked([a_crew(1), a_crew(2)], lost={1: 20}, c1=46, c2=51)) == [1, 2]


def test_of_two_crews_in_time_ten_points_of_cover_decide_but_not_five() -> None:
    assert order(ranked([a_crew(1), a_crew(2)], lost={1: 18, 2: 3}, c1=5, c2=40)) == [2, 1]
    assert order(ranked([a_crew(1), a_crew(2)], lost={1: 8, 2: 3}, c1=5, c2=40)) == [1, 2]


def test_within_the_same_minute_the_crew_with_less_in_hand_goes() -> None:
    urgent = an_outage(priority=Priority.URGENT)  # what waits in hand is less pressing and stays where it is
    assert order(ranked([a_crew(1, has_outages=[5]), a_crew(2)], urgent, c1=10.1, c2=10.9)) == [2, 1]
    assert order(ranked([a_crew(1, has_outages=[5]), a_crew(2)], urgent, c1=9.9, c2=10.9)) == [1, 2]


def test_equal_crews_are_ordered_by_number_so_that_the_answer_has_one_value() -> None:
    assert order(ranked([a_crew(3), a_crew(1), a_crew(2)])) == [1, 2, 3]


def test_with_danger_to_life_the_earliest_arrival_goes_whatever_it_costs() -> None:
    crews = [a_crew(1, in_shift=False, has_outages=[5]), a_crew(2)]
    assert order(ranked(crews, DANGER, lost={1: 100}, c1=5.5, c2=5.6)) == [1, 2]


def test_a_crew_outside_its_shift_that_is_on_duty_is_as_good_as_any() -> None:
    candidates = ranked([a_crew(1, in_shift=False), a_crew(2)], c1=5, c2=20)
    assert order(candidates) == [1, 2]
    assert [r.ok for r in candidates[0].reasons if "shift" in r.sentence] == [True]


# When it arrives, and when it must leave


def test_a_candidate_says_when_it_arrives_and_when_it_must_leave() -> None:
    """The drive takes 12 minutes; four times out of five at most 14.4, and by that it must leave."""
    [candidate] = ranked([a_crew()], c1=12)
    assert candidate.arrives_at == NOON + minutes(12)
    assert candidate.leave_by == NOON + minutes(45 - 14.4)
    assert candidate.in_time


def test_arriving_exactly_on_the_minute_is_in_time() -> None:
    assert ranked([a_crew()], c1=45)[0].in_time
    assert not ranked([a_crew()], c1=45.001)[0].in_time


def test_the_last_chance_is_the_fit_crew_that_may_leave_last() -> None:
    crews = [a_crew(1), a_crew(2), a_crew(3, on_duty=False), a_crew(4, busy=JobState.ON_SITE)]
    candidates = ranked(crews, c1=20, c2=10, c3=1, c4=1)
    chance = last_chance(candidates, NOON)
    assert chance is not None and (chance.crew_id, chance.leave_by) == (2, NOON + minutes(33))
    assert last_chance(candidates, NOON + minutes(40)) is None
    assert last_chance(ranked([a_crew(on_duty=False)]), NOON) is None


def test_a_busy_crew_arrives_when_it_has_done_what_it_is_at() -> None:
    known = a_crew(1, busy=JobState.ON_SITE, etr_at=NOON + minutes(20))
    unknown = a_crew(2, busy=JobState.ON_SITE)
    over = a_crew(3, busy=JobState.ON_SITE, etr_at=NOON - minutes(20))
    by_id = {c.crew_id: c for c in ranked([known, unknown, over])}
    assert [by_id[n].arrives_at - NOON for n in (1, 2, 3)] == [minutes(30), minutes(190), minutes(190)]
    assert "other work keeps it for about 20 min first" in sentences(by_id[1])


def test_a_crew_on_its_way_to_a_lesser_job_may_be_turned_round() -> None:
    driving = a_crew(busy=JobState.EN_ROUTE)
    [turned] = ranked([driving], an_outage(priority=Priority.URGENT), c1=12)
    assert turned.arrives_at == NOON + minutes(12) and turned.turned_round is not None
    assert "would be turned round on its way to outage F-99" in sentences(turned)
    [waits] = ranked([driving], c1=12)  # one that is no less pressing
    assert waits.turned_round is None and waits.arrives_at == NOON + minutes(192)


def test_only_danger_to_life_calls_a_crew_from_a_site_and_it_leaves_that_safe_first() -> None:
    working = a_crew(busy=JobState.ON_SITE)
    [called] = ranked([working], DANGER, c1=12)
    assert called.arrives_at == NOON + minutes(22) and called.turned_round is not None
    assert "would be called away from the site of outage F-99" in sentences(called)
    [stays] = ranked([working], an_outage(priority=Priority.URGENT), c1=12)
    assert stays.turned_round is None and stays.arrives_at == NOON + minutes(192)
    [beside_danger] = ranked([a_crew(busy=JobState.ON_SITE, priority=Priority.DANGER)], DANGER, c1=12)
    assert beside_danger.turned_round is None


def test_a_crew_with_its_hands_full_still_goes_to_danger_to_life() -> None:
    full = a_crew(has_outages=[7, 8, 9])
    assert ranked([full], DANGER)[0].fit and not ranked([full])[0].fit
    assert not ranked([a_crew(has_outages=[7, 8, 9], priority=Priority.DANGER)], DANGER)[0].fit


# Reasons


def test_what_sending_a_crew_costs_is_said() -> None:
    dear, free, unknown = ranked([a_crew(1), a_crew(2), a_crew(3)], DANGER, lost={1: 18, 2: 0.1}, c1=1, c2=2, c3=3)
    assert "sending it leaves 18 % of rural uncovered, 18 points more than now" in sentences(dear)
    assert "sending it costs no cover" in sentences(free)
    assert "cover" not in sentences(unknown)


def test_an_old_position_and_no_position_are_said() -> None:
    [stale, unheard] = ranked([a_crew(1, position_age=minutes(16)), a_crew(2, position_age=None)])
    assert "last heard 16 min ago" in sentences(stale)
    assert "counted from its depot" in sentences(unheard)


def test_the_advice_is_the_first_fit_crew() -> None:
    best = advised(ranked([a_crew(1, on_duty=False), a_crew(2)], c2=50))
    assert best is not None and best.crew_id == 2
    assert advised(ranked([a_crew(1, on_duty=False)])) is None


# Whatever the crews

CREWS = st.lists(
    st.builds(
        a_crew,
        st.integers(1, 40),
        aboard=st.integers(0, 3),
        on_duty=st.booleans(),
        in_shift=st.booleans(),
        suspended=st.booleans(),
        busy=st.sampled_from([None, JobState.EN_ROUTE, JobState.ON_SITE]),
        has_outages=st.lists(st.integers(1, 5), max_size=3, unique=True),
        priority=st.sampled_from(list(Priority)),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda crew: crew.crew.id,
)
DRIVES = st.floats(0, 200, allow_nan=False)


def any_ranking(data: st.DataObject, crews: list[CrewNow], outage: Outage, lost: bool = True) -> list[Candidate]:
    drive = {f"c{c.crew.id}": data.draw(DRIVES) for c in crews}
    points = {c.crew.id: data.draw(st.floats(0, 100)) for c in crews} if lost else {}
    return ranked(crews, outage, data.draw(st.frozensets(st.integers(1, 40))), points, **drive)


@settings(deadline=None)
@given(crews=CREWS, priority=st.sampled_from(list(Priority)), data=st.data(), shuffle=st.integers())
def test_the_order_is_total_and_the_same_however_the_crews_come(
    crews: list[CrewNow], priority: Priority, data: st.DataObject, shuffle: int
) -> None:
    outage = an_outage(priority=priority)
    drive = {f"c{c.crew.id}": data.draw(DRIVES) for c in crews}
    lost = {c.crew.id: data.draw(st.floats(0, 100)) for c in crews}
    mixed = list(crews)
    Random(shuffle).shuffle(mixed)
    once, again = ranked(crews, outage, lost=lost, **drive), ranked(mixed, outage, lost=lost, **drive)
    assert once == again
    assert len({c.order for c in once}) == len(crews)
    assert sorted(order(once)) == sorted(c.crew.id for c in crews)


@settings(deadline=None)
@given(crews=CREWS, priority=st.sampled_from(list(Priority)), data=st.data())
def test_no_unfit_crew_stands_above_a_fit_one(crews: list[CrewNow], priority: Priority, data: st.DataObject) -> None:
    fit = [c.fit for c in any_ranking(data, crews, an_outage(priority=priority))]
    assert fit == sorted(fit, reverse=True)


@settings(deadline=None)
@given(crews=CREWS, data=st.data())
def test_danger_ignores_cover(crews: list[CrewNow], data: st.DataObject) -> None:
    drive = {f"c{c.crew.id}": data.draw(DRIVES) for c in crews}
    lost = {c.crew.id: data.draw(st.floats(0, 100)) for c in crews}
    with_cover, without = ranked(crews, DANGER, lost=lost, **drive), ranked(crews, DANGER, **drive)
    assert order(with_cover) == order(without)
    arrivals = [c.arrives_at for c in with_cover if c.fit]
    assert arrivals == sorted(arrivals)


@settings(deadline=None)
@given(crews=CREWS, data=st.data())
def test_a_reason_against_fitness_is_there_exactly_where_a_crew_is_unfit(
    crews: list[CrewNow], data: st.DataObject
) -> None:
    for candidate in any_ranking(data, crews, an_outage()):
        assert candidate.fit == all(r.ok for r in candidate.reasons[:8])
