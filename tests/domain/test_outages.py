"""Outages: one clock over their calls, what moves it, and who must agree."""

import pytest

from dispatch_server.domain import outages
from dispatch_server.domain.outage_facts import (
    Approval,
    ArrivalAtRisk,
    ArrivalMissed,
    CallLeft,
    Joined,
    OutageCancelled,
    OutageClosed,
    OutageFact,
    Priority,
    PriorityRaised,
    RelaxationProposed,
    StopMoved,
    TargetSet,
)
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.domain.targets import Stop, target_over
from dispatch_server.protocol.words import AreaClass, Grade, Hazard, OutageState
from tests.domain.builders import NOON, POLICY, a_stop, an_outage, arrived, minutes, seconds, told

URBAN, RURAL, REMOTE = AreaClass
DUE = NOON + minutes(45)


def joined(outage: Outage, stop: Stop, hazard: Hazard = Hazard.NONE) -> Outage:
    return told(outage, outages.join(outage, stop, Joined.BY_PERSON, hazard, "same cause", POLICY))


def pin_moved(outage: Outage, stop: Stop) -> list[OutageFact]:
    return outages.move_stop(outage, StopMoved(stop, None, None, 5), POLICY)


def kinds(facts: list[OutageFact]) -> list[type]:
    return [type(f) for f in facts]


# The clock


def test_an_outage_opens_with_the_clock_and_class_of_its_call() -> None:
    outage = an_outage(a_stop(area_class=RURAL))
    assert (outage.state, outage.area_class, outage.arrive_by) == (OutageState.OPEN, RURAL, NOON + minutes(90))
    assert outage.first_call_at == NOON


def test_an_unplaced_call_opens_an_outage_without_a_class_and_with_the_strictest_limit() -> None:
    outage = an_outage(a_stop(area_class=None))
    assert outage.area_class is None
    assert outage.arrive_by == DUE


def test_placing_the_call_before_it_is_due_sets_its_own_limit_on_record_without_a_second_person() -> None:
    outage = an_outage(a_stop(area_class=None))
    facts = pin_moved(outage, a_stop(area_class=REMOTE))
    assert kinds(facts) == [StopMoved, TargetSet]
    after = told(outage, facts)
    assert (after.area_class, after.arrive_by) == (REMOTE, NOON + minutes(120))
    assert after.first_target == after.target  # the provisional limit was never the promise


def test_a_stricter_call_that_joins_brings_the_clock_forward_on_record() -> None:
    outage = an_outage(a_stop(1, area_class=REMOTE))
    facts = outages.join(outage, a_stop(2, NOON + minutes(10), URBAN), Joined.BY_PERSON, Hazard.NONE, "", POLICY)
    [_, target_set] = facts
    assert isinstance(target_set, TargetSet)
    assert target_set.because == "a call joined"
    assert target_set.policy_version == POLICY.version
    assert told(outage, facts).arrive_by == NOON + minutes(55)


def test_a_later_call_that_joins_leaves_the_clock_alone() -> None:
    outage = an_outage()
    after = joined(outage, a_stop(2, NOON + minutes(5)))
    assert after.target == outage.target
    assert len(after.stops) == 2


def test_an_earlier_call_that_was_transferred_late_starts_the_clock() -> None:
    after = joined(an_outage(), a_stop(2, NOON - minutes(10)))
    assert after.arrive_by == DUE - minutes(10)
    assert after.first_call_at == NOON - minutes(10)


def test_splitting_the_strictest_call_off_gives_the_others_their_own_clock_on_record() -> None:
    outage = an_outage(a_stop(1, area_class=RURAL), a_stop(2, NOON + minutes(5), URBAN))
    facts = outages.part_with(outage, frozenset({2}), to=9, policy=POLICY)
    assert kinds(facts) == [CallLeft, TargetSet]
    after = told(outage, facts)
    assert (after.arrive_by, after.area_class) == (NOON + minutes(90), RURAL)


def test_an_outage_is_never_split_down_to_nothing() -> None:
    with pytest.raises(Refused, match="without a call"):
        outages.part_with(an_outage(), frozenset({1}), to=9, policy=POLICY)


@pytest.mark.parametrize("call_ids", [frozenset[int](), frozenset({7}), frozenset({1, 7})])
def test_only_calls_of_the_outage_can_leave_it(call_ids: frozenset[int]) -> None:
    outage = an_outage(a_stop(1), a_stop(2))
    with pytest.raises(BadInput, match="belong to outage"):
        outages.part_with(outage, call_ids, to=9, policy=POLICY)


def test_the_calls_of_a_merged_outage_bring_their_deadlines_along() -> None:
    outage, into = an_outage(a_stop(1, NOON - minutes(20))), an_outage(a_stop(2), outage_id=2)
    gone = told(outage, outages.merge_away(outage, into))
    assert (gone.state, gone.merged_into, gone.stops) == (OutageState.CANCELLED, 2, ())
    into = joined(into, outage.stops[0])
    assert into.arrive_by == DUE - minutes(20)


def test_an_outage_is_not_merged_into_itself_nor_with_one_that_is_over() -> None:
    outage, into = an_outage(), an_outage(outage_id=2)
    with pytest.raises(Refused, match="into itself"):
        outages.merge_away(outage, outage)
    over = told(into, outages.restore(into, NOON, 1, None))
    with pytest.raises(Refused, match="restored"):
        outages.merge_away(outage, over)


def test_a_call_after_restoration_opens_a_new_outage() -> None:
    outage = an_outage()
    outage = told(outage, outages.restore(outage, NOON + minutes(30), 1, None))
    with pytest.raises(Refused, match="opens a new outage"):
        joined(outage, a_stop(2, NOON + minutes(31)))
    late_transfer = joined(outage, a_stop(2, NOON + minutes(30)))
    assert len(late_transfer.stops) == 2
    closed = told(outage, outages.close(outage, "done", NOON))
    with pytest.raises(Refused, match="opens a new outage"):
        joined(closed, a_stop(2, NOON))


# Relaxation


def test_a_relaxation_before_it_is_due_is_set_on_record() -> None:
    outage = an_outage()
    facts = outages.relax_when_due(outage, DUE, pin_moved(outage, a_stop(area_class=RURAL)))
    assert kinds(facts) == [StopMoved, TargetSet]


def test_a_relaxation_a_moment_after_it_was_due_waits_for_a_second_person() -> None:
    outage = an_outage()
    facts = outages.relax_when_due(outage, DUE + seconds(0.001), pin_moved(outage, a_stop(area_class=RURAL)))
    assert kinds(facts) == [StopMoved, RelaxationProposed]
    waits = told(outage, facts)
    assert waits.arrive_by == DUE
    assert waits.relaxation_state is Approval.PROPOSED


def test_a_relaxation_after_a_missed_target_waits_even_when_nobody_asked_the_clock() -> None:
    missed = told(an_outage(), [ArrivalMissed(DUE)])
    assert kinds(pin_moved(missed, a_stop(area_class=RURAL))) == [StopMoved, RelaxationProposed]


def test_a_relaxation_after_an_arrival_waits_for_a_second_person() -> None:
    there = arrived(an_outage(), NOON + minutes(10))
    assert kinds(pin_moved(there, a_stop(area_class=RURAL))) == [StopMoved, RelaxationProposed]


def test_a_stricter_target_needs_nobody_even_after_it_was_due() -> None:
    outage = told(an_outage(a_stop(area_class=RURAL)), [ArrivalMissed(NOON + minutes(90))])
    facts = outages.relax_when_due(outage, NOON + minutes(91), pin_moved(outage, a_stop(area_class=URBAN)))
    assert kinds(facts) == [StopMoved, TargetSet]


def waiting() -> Outage:
    """Urban, missed at 12:45, its pin then moved to a rural area: 13:30 waits for a second person."""
    missed = told(an_outage(), [ArrivalMissed(DUE)])
    return told(missed, pin_moved(missed, a_stop(area_class=RURAL)))


def test_whoever_proposed_a_relaxation_cannot_approve_it() -> None:
    with pytest.raises(Refused, match="Another person"):
        outages.decide_relaxation(waiting(), True, said_by="dispatcher:1", proposed_by="dispatcher:1")


def test_an_approved_relaxation_holds_and_the_figures_keep_the_target_before_it() -> None:
    facts = outages.decide_relaxation(waiting(), True, said_by="dispatcher:2", proposed_by="dispatcher:1")
    relaxed = told(waiting(), facts)
    assert relaxed.arrive_by == NOON + minutes(90)
    assert relaxed.first_target.arrive_by == DUE
    assert relaxed.relaxation_state is Approval.APPROVED
    assert relaxed.missed_at is None
    assert [f.approved_by for f in facts if isinstance(f, TargetSet)] == ["dispatcher:2"]


def test_after_an_approved_relaxation_the_watch_begins_anew() -> None:
    relaxed = told(waiting(), outages.decide_relaxation(waiting(), True, "b", "a"))
    assert outages.watch_arrival(relaxed, NOON + minutes(90)) == []
    assert outages.watch_arrival(relaxed, NOON + minutes(90) + seconds(1)) == [ArrivalMissed(NOON + minutes(90))]


def test_a_rejected_relaxation_leaves_the_clock_and_is_not_proposed_again_by_the_next_call() -> None:
    kept = told(waiting(), outages.decide_relaxation(waiting(), False, "b", "a"))
    assert (kept.arrive_by, kept.relaxation_state) == (DUE, Approval.REJECTED)
    later = outages.join(kept, a_stop(2, NOON + minutes(60), RURAL), Joined.BY_PERSON, Hazard.NONE, "", POLICY)
    assert RelaxationProposed not in kinds(later)
    with pytest.raises(Refused, match="no later target"):
        outages.decide_relaxation(kept, True, "b", "a")


def test_a_waiting_relaxation_falls_away_when_the_pin_moves_back() -> None:
    back = told(waiting(), pin_moved(waiting(), a_stop(area_class=URBAN)))
    assert back.relaxation is None
    assert back.missed_at == DUE  # the same moment was set again; it was missed all the same
    with pytest.raises(Refused, match="no later target"):
        outages.decide_relaxation(back, True, "b", "a")


def test_a_waiting_relaxation_falls_away_when_a_stricter_call_joins() -> None:
    stricter = joined(waiting(), a_stop(2, NOON - minutes(5), URBAN))
    assert stricter.arrive_by == DUE - minutes(5)
    assert stricter.relaxation is None


def test_a_waiting_relaxation_follows_the_calls_that_join_meanwhile() -> None:
    between = joined(waiting(), a_stop(2, NOON + minutes(20), URBAN))
    assert between.arrive_by == DUE
    assert between.relaxation is not None
    assert between.relaxation.arrive_by == DUE + minutes(20)


def test_the_same_relaxation_is_proposed_once() -> None:
    assert RelaxationProposed not in kinds(pin_moved(waiting(), a_stop(area_class=RURAL)))


def test_the_target_before_a_relaxation_follows_stricter_calls() -> None:
    relaxed = told(waiting(), outages.decide_relaxation(waiting(), True, "b", "a"))
    stricter = joined(relaxed, a_stop(2, NOON - minutes(30), URBAN))
    assert stricter.arrive_by == stricter.first_target.arrive_by == NOON + minutes(15)
    milder = joined(relaxed, a_stop(2, NOON + minutes(30), URBAN))
    assert (milder.arrive_by, milder.first_target.arrive_by) == (NOON + minutes(75), DUE)


# Arrival


def test_arriving_exactly_on_the_minute_is_in_time() -> None:
    [fact] = outages.record_arrival(an_outage(), DUE, 1, Grade.A, recorded_at=DUE)
    assert fact.late_by == minutes(0)
    assert arrived(an_outage(), DUE).late_by == minutes(0)


def test_arriving_a_millisecond_late_is_late_by_a_millisecond() -> None:
    assert arrived(an_outage(), DUE + seconds(0.001)).late_by == seconds(0.001)


def test_there_is_no_lateness_without_an_arrival() -> None:
    assert an_outage().late_by is None


def test_a_target_brought_forward_after_an_arrival_in_time_makes_it_late_and_both_are_known() -> None:
    there = arrived(an_outage(), NOON + minutes(40))
    earlier = joined(there, a_stop(2, NOON - minutes(10)))
    assert earlier.late_by == minutes(5)
    assert earlier.arrived_at == NOON + minutes(40)


def test_a_target_brought_forward_after_a_late_arrival_keeps_the_miss() -> None:
    late = arrived(told(an_outage(), [ArrivalMissed(DUE)]), DUE + minutes(3))
    assert joined(late, a_stop(2, NOON - minutes(1))).missed_at == DUE


def test_an_approved_relaxation_clears_the_miss_of_an_arrival_that_is_now_in_time() -> None:
    late = arrived(told(an_outage(), [ArrivalMissed(DUE)]), DUE + minutes(3))
    waits = told(late, pin_moved(late, a_stop(area_class=RURAL)))
    relaxed = told(waits, outages.decide_relaxation(waits, True, "b", "a"))
    assert (relaxed.missed_at, relaxed.late_by) == (None, minutes(0))
    assert relaxed.first_target.arrive_by == DUE


def test_an_arrival_heard_after_the_miss_clears_it_and_says_that_the_figure_was_restated() -> None:
    missed = told(an_outage(), [ArrivalMissed(DUE)])
    facts = outages.record_arrival(missed, DUE - minutes(2), 1, Grade.A, recorded_at=DUE + minutes(40))
    assert facts[0].heard_late is True
    after = told(missed, facts)
    assert (after.missed_at, after.arrived_at, after.arrival_restated) == (None, DUE - minutes(2), True)


def test_an_arrival_after_the_miss_is_late_and_nothing_is_restated() -> None:
    after = arrived(told(an_outage(), [ArrivalMissed(DUE)]), DUE + minutes(3))
    assert (after.missed_at, after.arrival_restated, after.late_by) == (DUE, False, minutes(3))


def test_an_earlier_arrival_heard_later_restates_the_one_that_stood() -> None:
    there = arrived(an_outage(), NOON + minutes(20))
    [fact] = outages.record_arrival(there, NOON + minutes(15), 2, Grade.B, recorded_at=NOON + minutes(60))
    assert fact.restates == NOON + minutes(20)
    after = told(there, [fact])
    assert (after.arrived_at, after.arrived_job_id, after.arrival_restated) == (NOON + minutes(15), 2, True)


def test_a_second_crew_that_arrives_later_changes_nothing() -> None:
    there = arrived(an_outage(), NOON + minutes(20))
    assert outages.record_arrival(there, NOON + minutes(25), 2, Grade.A, recorded_at=NOON + minutes(25)) == []


# The watch


def test_the_watch_misses_only_after_the_exact_moment_and_only_once() -> None:
    outage = an_outage()
    assert outages.watch_arrival(outage, DUE) == []
    facts = outages.watch_arrival(outage, DUE + seconds(0.000001))
    assert facts == [ArrivalMissed(DUE)]
    assert outages.watch_arrival(told(outage, facts), DUE + minutes(5)) == []


def test_an_hour_of_downtime_misses_at_the_moment_it_was_due() -> None:
    assert outages.watch_arrival(an_outage(), DUE + minutes(60)) == [ArrivalMissed(DUE)]


def test_nothing_is_missed_where_a_crew_is_or_power_is_back() -> None:
    there = arrived(an_outage(), NOON)
    back = told(an_outage(), outages.restore(an_outage(), NOON, None, None))
    assert outages.watch_arrival(there, DUE + minutes(5)) == []
    assert outages.watch_arrival(back, DUE + minutes(5)) == []


def test_at_risk_is_said_once_until_the_clock_moves() -> None:
    outage = an_outage()
    facts = outages.watch_risk(outage, NOON + minutes(30), None, "Nobody is under way.")
    assert kinds(facts) == [ArrivalAtRisk]
    at_risk = told(outage, facts)
    assert outages.watch_risk(at_risk, NOON + minutes(31), None, "") == []
    assert joined(at_risk, a_stop(2, NOON + minutes(1))).at_risk_at is not None  # the clock did not move
    assert joined(at_risk, a_stop(2, NOON - minutes(1))).at_risk_at is None


# Danger


def test_a_hazard_keeps_its_own_stop_until_it_is_made_safe() -> None:
    outage = joined(an_outage(), a_stop(2), Hazard.WIRE_DOWN)
    assert (outage.hazard, outage.hazard_of(2), outage.hazard_of(1)) == (
        Hazard.WIRE_DOWN,
        Hazard.WIRE_DOWN,
        Hazard.NONE,
    )
    assert outage.made_safe_at is None
    arrived_only = arrived(outage, NOON + minutes(9))
    assert arrived_only.made_safe_at is None  # being there is not yet making safe
    safe = told(outage, outages.make_safe(outage, NOON + minutes(12), job_id=1))
    assert safe.made_safe_at == NOON + minutes(12)


def test_an_outage_is_safe_when_the_last_of_its_hazards_is() -> None:
    outage = joined(an_outage(hazard=Hazard.FIRE), a_stop(2), Hazard.WIRE_DOWN)
    one = told(outage, outages.make_safe(outage, NOON + minutes(9), 1, call_id=2))
    assert one.made_safe_at is None
    both = told(one, outages.make_safe(one, NOON + minutes(15), 1, call_id=1))
    assert both.made_safe_at == NOON + minutes(15)


def test_the_earliest_word_that_it_is_safe_stands() -> None:
    outage = an_outage(hazard=Hazard.FLOOD)
    safe = told(outage, outages.make_safe(outage, NOON + minutes(9), 1))
    assert outages.make_safe(safe, NOON + minutes(20), 1) == []
    assert told(safe, outages.make_safe(safe, NOON + minutes(5), 1)).made_safe_at == NOON + minutes(5)


def test_a_crew_that_restores_has_made_safe_and_a_remote_switching_has_not() -> None:
    outage = an_outage(hazard=Hazard.WIRE_DOWN)
    assert told(outage, outages.restore(outage, NOON, 1, None)).made_safe_at == NOON
    assert told(outage, outages.restore(outage, NOON, None, None)).made_safe_at is None


def test_a_hazard_leaves_with_its_call() -> None:
    outage = joined(an_outage(), a_stop(2), Hazard.WIRE_DOWN)
    parted = told(outage, outages.part_with(outage, frozenset({2}), 9, POLICY))
    assert (parted.hazard, parted.hazards) == (Hazard.NONE, ())


def test_a_hazard_raises_the_priority_once() -> None:
    outage = an_outage()
    facts = outages.join(outage, a_stop(2), Joined.BY_PERSON, Hazard.FIRE, "", POLICY)
    assert PriorityRaised in kinds(facts)
    outage = told(outage, facts)
    assert outage.priority is Priority.DANGER
    again = outages.join(outage, a_stop(3), Joined.BY_PERSON, Hazard.FIRE, "", POLICY)
    assert PriorityRaised not in kinds(again)


@pytest.mark.parametrize(
    ("hazard", "important", "customers", "priority"),
    [
        (Hazard.WIRE_DOWN, False, 0, Priority.DANGER),
        (Hazard.NONE, True, 0, Priority.URGENT),
        (Hazard.NONE, False, 500, Priority.URGENT),
        (Hazard.NONE, False, 499, Priority.ORDINARY),
    ],
)
def test_urgency_comes_from_danger_importance_and_numbers(
    hazard: Hazard, important: bool, customers: int, priority: Priority
) -> None:
    assert outages.priority_of(hazard, important, customers, POLICY) is priority


# The end


def test_the_earliest_restoration_stands_whatever_is_heard_later() -> None:
    outage = an_outage()
    back = told(outage, outages.restore(outage, NOON + minutes(60), 1, 40))
    assert (back.state, back.restored_at, back.customers_restored) == (OutageState.RESTORED, NOON + minutes(60), 40)
    assert outages.restore(back, NOON + minutes(70), 2, 50) == []
    earlier = told(back, outages.restore(back, NOON + minutes(50), 2, 50))
    assert (earlier.restored_at, earlier.customers_restored) == (NOON + minutes(50), 50)


def test_news_of_a_restoration_does_not_open_what_is_closed() -> None:
    outage = told(an_outage(), outages.close(an_outage(), "solved by phone", NOON))
    assert told(outage, outages.restore(outage, NOON, 1, None)).state is OutageState.CANCELLED


def test_an_outage_where_nobody_came_and_nothing_was_restored_is_cancelled_not_closed() -> None:
    outage = an_outage()
    assert outages.close(outage, "solved by phone", NOON) == [OutageCancelled("solved by phone", cancelled_at=NOON)]
    assert outages.close(arrived(outage, NOON), "customer's own fault", NOON) == [OutageClosed("customer's own fault")]
    back = told(outage, outages.restore(outage, NOON, 1, None))
    assert outages.close(back, "done", NOON) == [OutageClosed("done")]


def test_closing_needs_a_reason_and_happens_once() -> None:
    outage = an_outage()
    with pytest.raises(BadInput):
        outages.close(outage, "  ", NOON)
    closed = told(outage, outages.close(outage, "done", NOON))
    with pytest.raises(Refused, match="already cancelled"):
        outages.close(closed, "again", NOON)


def test_an_exemption_needs_a_reason_and_another_person() -> None:
    outage = an_outage()
    with pytest.raises(BadInput):
        outages.propose_exemption(outage, " ", "")
    with pytest.raises(Refused, match="no exemption waiting"):
        outages.decide_exemption(outage, True, "b", "a")
    asked = told(outage, outages.propose_exemption(outage, "flooded road", "photo 3"))
    with pytest.raises(Refused, match="Another person"):
        outages.decide_exemption(asked, True, "a", "a")
    with pytest.raises(Refused, match="already has an exemption"):
        outages.propose_exemption(asked, "flooded road", "")
    assert told(asked, outages.decide_exemption(asked, True, "b", "a")).exemption is Approval.APPROVED
    refused = told(asked, outages.decide_exemption(asked, False, "b", "a"))
    assert outages.propose_exemption(refused, "flooded road", "photo 4")


def test_the_clock_is_what_the_stops_say() -> None:
    outage = an_outage(a_stop(1, area_class=REMOTE), a_stop(2, NOON + minutes(3), RURAL))
    assert outage.target == target_over(outage.stops)
