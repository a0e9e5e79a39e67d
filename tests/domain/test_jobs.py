"""A job from the offer to the close-out, in whatever order we hear of it."""

from datetime import datetime
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain import jobs
from dispatch_server.domain.job_facts import (
    AcceptedTooLate,
    ArrivalRegraded,
    CrewArrived,
    CrewDeparted,
    CrewLeft,
    DepartureLate,
    JobAccepted,
    JobClosed,
    JobFact,
    JobSetAside,
    JobWithdrawn,
    NoteMade,
    OfferDelivered,
    OfferLapsed,
    OfferSeen,
    PinCorrected,
    SafetyStepTaken,
    Surveyed,
    SurveyLate,
    WorkStopped,
)
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.refusals import BadInput, Refused
from dispatch_server.protocol.grading import Graded
from dispatch_server.protocol.words import Grade, JobState
from tests.domain.builders import NOON, POLICY, a_check_in, a_job, done_at, heard, minutes, seconds

ACCEPT_BY = NOON + minutes(3)


def accepts(job: Job, at: datetime, other_crew_id: int | None = None, seq: int = 1) -> Job:
    return heard(job, jobs.accept(job, done_at(at), seq, other_crew_id, POLICY))


def declines(job: Job, at: datetime, reason: str | None = None, seq: int = 1) -> Job:
    return heard(job, jobs.decline(done_at(at), seq, reason))


def lapses(job: Job) -> Job:
    return heard(job, jobs.watch_acceptance(job, job.accept_by + seconds(1)))


def departed(at: datetime, seq: int = 2) -> CrewDeparted:
    return CrewDeparted(at, seq)


def restored(at: datetime, customers: int | None = None, seq: int = 5, partial: bool = False) -> list[JobFact]:
    return jobs.restore(done_at(at), seq, customers, partial)


# Offer and answer


def test_a_job_begins_as_an_offer_with_a_countdown() -> None:
    job = a_job()
    assert (job.state, job.accept_by, job.is_live) == (JobState.OFFERED, ACCEPT_BY, True)


def test_delivered_and_seen_are_facts_of_their_own_and_the_first_counts() -> None:
    job = a_job(OfferSeen(NOON + seconds(9)), OfferDelivered(NOON + seconds(2)), OfferSeen(NOON + seconds(5)))
    assert (job.delivered_at, job.seen_at, job.state) == (NOON + seconds(2), NOON + seconds(5), JobState.OFFERED)


def test_accepting_sets_the_moment_to_depart_by() -> None:
    job = accepts(a_job(), NOON + minutes(1))
    assert (job.state, job.accepted_at, job.depart_by) == (JobState.ACCEPTED, NOON + minutes(1), NOON + minutes(3))


def test_an_offer_lapses_only_after_its_last_instant() -> None:
    assert jobs.watch_acceptance(a_job(), ACCEPT_BY) == []
    assert jobs.watch_acceptance(a_job(), ACCEPT_BY + seconds(0.001)) == [OfferLapsed(ACCEPT_BY)]
    assert lapses(a_job()).state is JobState.LAPSED
    assert jobs.watch_acceptance(lapses(a_job()), ACCEPT_BY + minutes(9)) == []


def test_an_acceptance_in_time_that_is_heard_after_the_lapse_brings_the_job_back() -> None:
    job = accepts(lapses(a_job()), NOON + minutes(2))
    assert (job.state, job.ended_at) == (JobState.ACCEPTED, None)


def test_an_acceptance_in_the_last_instant_is_in_time() -> None:
    assert accepts(lapses(a_job()), ACCEPT_BY).state is JobState.ACCEPTED


def test_an_acceptance_after_the_lapse_brings_the_job_back_while_nobody_else_has_it() -> None:
    assert accepts(lapses(a_job()), NOON + minutes(4)).state is JobState.ACCEPTED


@pytest.mark.parametrize("at_minute", [2, 4])
def test_an_acceptance_never_takes_the_outage_from_the_crew_that_has_it_since(at_minute: int) -> None:
    lapsed = lapses(a_job())
    facts = jobs.accept(lapsed, done_at(NOON + minutes(at_minute)), 1, 2, POLICY)
    assert facts == [AcceptedTooLate(NOON + minutes(at_minute), other_crew_id=2)]
    job = heard(lapsed, facts)
    assert (job.state, job.accepted_at) == (JobState.LAPSED, None)


def test_a_live_offer_may_be_accepted_beside_a_crew_that_has_the_outage() -> None:
    assert accepts(a_job(), NOON + minutes(1), other_crew_id=2).state is JobState.ACCEPTED


def test_whether_the_road_or_the_late_acceptance_is_heard_first_does_not_matter() -> None:
    lapsed = lapses(a_job())
    road_first = accepts(heard(lapsed, [departed(NOON + minutes(5))]), NOON + minutes(4), other_crew_id=2)
    answer_first = heard(accepts(lapsed, NOON + minutes(4), other_crew_id=2), [departed(NOON + minutes(5))])
    assert road_first.state is answer_first.state is JobState.LAPSED


def test_a_withdrawn_job_stays_withdrawn_whenever_the_crew_accepted() -> None:
    withdrawn = heard(a_job(), jobs.withdraw(a_job(), NOON + minutes(2), "solved by phone"))
    for minute in (1, 4):
        job = accepts(withdrawn, NOON + minutes(minute), other_crew_id=2)
        assert (job.state, job.end_reason) == (JobState.WITHDRAWN, "solved by phone")
    assert accepts(withdrawn, NOON + minutes(1)).state is JobState.WITHDRAWN


def test_declining_ends_the_job_with_its_reason() -> None:
    job = declines(a_job(), NOON + minutes(1), "van broken down")
    assert (job.state, job.end_reason, job.ended_at) == (JobState.DECLINED, "van broken down", NOON + minutes(1))
    assert declines(a_job(), NOON).end_reason == "no reason given"


def test_a_crew_may_change_its_mind_while_nobody_else_has_it() -> None:
    job = accepts(declines(a_job(), NOON + minutes(1)), NOON + minutes(2), seq=2)
    assert (job.state, job.end_reason) == (JobState.ACCEPTED, None)
    late = accepts(declines(a_job(), NOON + minutes(1)), NOON + minutes(2), other_crew_id=2, seq=2)
    assert late.state is JobState.DECLINED


def test_a_job_is_withdrawn_with_a_reason_and_not_from_under_a_crew_on_site() -> None:
    with pytest.raises(BadInput):
        jobs.withdraw(a_job(), NOON, " ")
    with pytest.raises(Refused, match="on site"):
        jobs.withdraw(a_job(a_check_in(NOON)), NOON, "no need")
    with pytest.raises(Refused, match="already lapsed"):
        jobs.withdraw(lapses(a_job()), NOON, "no need")


# On the road


def test_a_crew_that_is_seen_driving_or_on_site_has_taken_the_job() -> None:
    assert a_job(departed(NOON)).state is JobState.EN_ROUTE
    assert a_job(a_check_in(NOON)).state is JobState.ON_SITE


def test_a_late_departure_is_noted_once_and_only_while_the_crew_has_not_left() -> None:
    job = accepts(a_job(), NOON)
    assert jobs.watch_departure(job, NOON + minutes(2)) == []
    facts = jobs.watch_departure(job, NOON + minutes(2) + seconds(1))
    assert facts == [DepartureLate(NOON + minutes(2))]
    late = heard(job, facts)
    assert late.departed_late
    assert jobs.watch_departure(late, NOON + minutes(9)) == []


def test_a_departure_in_time_that_is_heard_late_clears_the_mark() -> None:
    late = heard(accepts(a_job(), NOON), [DepartureLate(NOON + minutes(2))])
    assert not heard(late, [departed(NOON + minutes(1))]).departed_late
    assert heard(late, [departed(NOON + minutes(3))]).departed_late


def test_a_job_set_aside_for_another_is_not_late_to_depart() -> None:
    job = heard(accepts(a_job(), NOON), [departed(NOON + minutes(1)), JobSetAside(NOON + minutes(5), 9, 2)])
    assert job.state is JobState.ACCEPTED
    assert jobs.watch_departure(job, NOON + minutes(30)) == []


# Whoever moves to one job sets the others aside


def with_set_asides(crew_jobs: list[Job]) -> list[Job]:
    facts = jobs.set_asides(crew_jobs)
    return [heard(job, [f for job_id, f in facts if job_id == job.id]) for job in crew_jobs]


def test_a_crew_is_on_the_job_it_moved_to_last() -> None:
    first, second = a_job(departed(NOON)), a_job(departed(NOON + minutes(9), seq=3), job_id=2)
    assert jobs.set_asides([first, second]) == [(1, JobSetAside(NOON + minutes(9), 3, for_job_id=2))]
    assert [j.state for j in with_set_asides([first, second])] == [JobState.ACCEPTED, JobState.EN_ROUTE]


def test_a_crew_that_went_back_is_on_the_first_job_again() -> None:
    first = a_job(departed(NOON), departed(NOON + minutes(20), seq=5))
    second = a_job(departed(NOON + minutes(9), seq=3), job_id=2)
    after = with_set_asides([first, second])
    assert [j.state for j in after] == [JobState.EN_ROUTE, JobState.ACCEPTED]
    assert jobs.set_asides(after) == []


def test_a_move_to_a_job_that_has_ended_since_set_the_others_aside_too() -> None:
    first = a_job(departed(NOON))
    done = a_job(departed(NOON + minutes(9), seq=3), *restored(NOON + minutes(30)), job_id=2)
    assert [j.state for j in with_set_asides([first, done])] == [JobState.ACCEPTED, JobState.RESTORED]


def test_a_crew_with_one_job_sets_nothing_aside() -> None:
    assert jobs.set_asides([a_job(departed(NOON)), a_job(job_id=2)]) == []


MOVES = st.lists(
    st.tuples(
        st.integers(1, 3), st.integers(0, 40), st.sampled_from(["depart", "check_in", "restore", "leave", "decline"])
    ),
    max_size=8,
    unique_by=lambda m: m[1],
)


@given(moves=MOVES, shuffled=st.randoms(use_true_random=False))
def test_a_crew_is_on_one_job_at_most_and_the_same_one_in_any_order_of_hearing(
    moves: list[tuple[int, int, str]], shuffled: Random
) -> None:
    def hear(order: list[tuple[int, int, str]]) -> list[JobState]:
        crew_jobs = [a_job(job_id=n) for n in (1, 2, 3)]
        for job_id, minute, kind in order:
            crew_jobs[job_id - 1] = heard(crew_jobs[job_id - 1], [a_move(kind, minute)])
            crew_jobs = with_set_asides(crew_jobs)
            moving = [j for j in crew_jobs if j.state in (JobState.EN_ROUTE, JobState.ON_SITE)]
            assert len(moving) <= 1
        return [j.state for j in crew_jobs]

    other = list(moves)
    shuffled.shuffle(other)
    assert hear(moves) == hear(other)


def a_move(kind: str, minute: int) -> JobFact:
    at = NOON + minutes(minute)
    match kind:
        case "depart":
            return departed(at, seq=minute)
        case "check_in":
            return a_check_in(at, action_id=f"c{minute}", seq=minute)
        case "restore":
            return restored(at, seq=minute)[0]
        case "leave":
            return CrewLeft(at, minute, "no parts")
        case _:
            return jobs.decline(done_at(at), minute, None)[0]


# Arrival


def test_a_check_in_is_recorded_whatever_its_grade() -> None:
    job = a_job(a_check_in(NOON + minutes(9), Grade.C))
    assert (job.state, [c.grade for c in job.check_ins]) == (JobState.ON_SITE, [Grade.C])
    assert job.official_arrival is None


@pytest.mark.parametrize(("grade", "official"), [(g, g is not Grade.C) for g in Grade])
def test_only_a_b_and_declared_are_official(grade: Grade, official: bool) -> None:
    assert (a_job(a_check_in(NOON, grade)).official_arrival is not None) is official


@pytest.mark.parametrize("grade", Grade)
def test_the_arrival_of_an_unfit_crew_never_counts(grade: Grade) -> None:
    job = a_job(a_check_in(NOON, grade, fit=False))
    assert job.official_arrival is None
    with pytest.raises(Refused, match="not fit"):
        jobs.confirm_arrival(job, "I saw them")


def test_better_evidence_later_is_the_arrival() -> None:
    job = a_job(a_check_in(NOON + minutes(5), Grade.C, action_id="x"), a_check_in(NOON + minutes(8), action_id="y"))
    assert job.official_arrival is not None
    assert job.official_arrival.arrived_at == NOON + minutes(8)
    assert job.checked_in == job.official_arrival


def test_a_check_in_heard_twice_counts_once() -> None:
    claim = a_check_in(NOON)
    assert a_job(claim, claim) == a_job(claim)


def test_a_dispatcher_confirms_with_a_reason_what_the_evidence_does_not_prove() -> None:
    job = a_job(a_check_in(NOON + minutes(5), Grade.C))
    with pytest.raises(BadInput):
        jobs.confirm_arrival(job, " ")
    confirmed = heard(job, jobs.confirm_arrival(job, "seen on the substation camera"))
    assert confirmed.official_arrival is not None
    assert confirmed.official_arrival.arrived_at == NOON + minutes(5)
    assert confirmed.official_arrival.grade is Grade.C  # a confirmation is no proof
    with pytest.raises(Refused, match="already counts"):
        jobs.confirm_arrival(confirmed, "again")


def test_there_is_nothing_to_confirm_without_a_check_in() -> None:
    with pytest.raises(Refused, match="has not checked in"):
        jobs.confirm_arrival(a_job(), "they rang")


def test_the_first_check_in_by_a_fit_crew_is_the_one_confirmed() -> None:
    job = a_job(
        a_check_in(NOON + minutes(1), Grade.C, action_id="alone", fit=False),
        a_check_in(NOON + minutes(6), Grade.C, action_id="two-aboard"),
    )
    confirmed = heard(job, jobs.confirm_arrival(job, "seen"))
    assert confirmed.official_arrival is not None
    assert confirmed.official_arrival.action_id == "two-aboard"


def test_a_moved_site_regrades_the_check_in_and_keeps_both_grades() -> None:
    job = a_job(a_check_in(NOON, Grade.C, action_id="x"))
    facts = jobs.regrade(job, "x", Graded(Grade.A, 3.04, ""))
    assert facts == [ArrivalRegraded("x", NOON, Grade.A, was=Grade.C, distance_m=3.0)]
    [check_in] = heard(job, facts).check_ins
    assert (check_in.grade, check_in.first_grade, check_in.official) == (Grade.A, Grade.C, True)
    assert jobs.regrade(job, "x", Graded(Grade.C, 900.0, "")) == []


def test_a_confirmation_outlives_a_regrading() -> None:
    job = a_job(a_check_in(NOON, Grade.C, action_id="x"))
    job = heard(job, jobs.confirm_arrival(job, "seen"))
    job = heard(
        job, [ArrivalRegraded("x", NOON, Grade.B, Grade.C, 40.0), ArrivalRegraded("x", NOON, Grade.C, Grade.B, 4e3)]
    )
    assert job.official_arrival is not None


def test_a_check_in_keeps_its_clock_its_doubt_and_its_distance() -> None:
    [fact] = jobs.check_in("x", done_at(NOON), 4, Graded(Grade.B, 120.06, "near"), 30.0, fit=True, policy=POLICY)
    assert isinstance(fact, CrewArrived)
    assert (fact.doubt_s, fact.distance_m, fact.accuracy_m, fact.hint) == (1.0, 120.1, 30.0, "near")
    assert fact.survey_by == NOON + minutes(20)


# Survey


def test_the_last_survey_stands_whenever_an_earlier_one_is_heard() -> None:
    first, last = Surveyed(NOON, "unknown", None, 3), Surveyed(NOON + minutes(5), "fuse", NOON + minutes(40), 4)
    for order in ([first, last], [last, first]):
        job = a_job(*order)
        assert (job.cause, job.etr_at, job.surveyed_at) == ("fuse", NOON + minutes(40), NOON + minutes(5))


def test_a_survey_is_late_after_twenty_minutes_on_site_and_once() -> None:
    job = a_job(a_check_in(NOON))
    assert jobs.watch_survey(job, NOON + minutes(20)) == []
    facts = jobs.watch_survey(job, NOON + minutes(20) + seconds(1))
    assert facts == [SurveyLate(NOON + minutes(20))]
    assert jobs.watch_survey(heard(job, facts), NOON + minutes(50)) == []


def test_a_survey_in_time_that_is_heard_late_clears_the_mark() -> None:
    late = a_job(a_check_in(NOON), SurveyLate(NOON + minutes(20)))
    assert not heard(late, [Surveyed(NOON + minutes(15), "fuse", None)]).survey_late
    assert heard(late, [Surveyed(NOON + minutes(25), "fuse", None)]).survey_late


# The end


def test_power_back_restores_and_closing_ends() -> None:
    job = a_job(a_check_in(NOON), *restored(NOON + minutes(30), customers=120))
    assert (job.state, job.restored_at, job.customers_restored) == (JobState.RESTORED, NOON + minutes(30), 120)
    closed = heard(job, [JobClosed(NOON + minutes(35), 9)])
    assert (closed.state, closed.ended_at) == (JobState.CLOSED, NOON + minutes(35))


def test_restoration_in_steps_adds_up_and_the_full_one_restores() -> None:
    part = restored(NOON + minutes(20), customers=80, seq=5, partial=True)
    full = restored(NOON + minutes(50), customers=40, seq=6)
    again = restored(NOON + minutes(55), customers=40, seq=7)
    on_site = a_job(a_check_in(NOON), *part)
    assert (on_site.state, on_site.restored_at, on_site.customers_restored) == (JobState.ON_SITE, None, 80)
    for order in permutations([*part, *full, *again]):
        job = a_job(a_check_in(NOON), *order)
        assert (job.state, job.restored_at, job.customers_restored) == (JobState.RESTORED, NOON + minutes(50), 120)


def test_a_number_of_customers_that_nobody_gave_is_not_zero() -> None:
    assert a_job(*restored(NOON)).customers_restored is None


def test_leaving_unrestored_closes_the_job_with_its_reason() -> None:
    job = a_job(a_check_in(NOON), CrewLeft(NOON + minutes(9), 7, "needs a crane"))
    assert (job.state, job.end_reason) == (JobState.CLOSED, "needs a crane")


def test_notes_and_safety_steps_are_kept_and_move_nothing() -> None:
    job = a_job(a_check_in(NOON))
    said = [
        NoteMade(NOON, "dog in the yard"),
        SafetyStepTaken(NOON, "earth fitted"),
        WorkStopped(NOON, "storm"),
        PinCorrected("x", "behind the school"),
    ]
    assert heard(job, said) == job


# Folding


@st.composite
def crew_actions(draw: st.DrawFn) -> list[JobFact]:
    """What one device did on one job, in its own order."""
    kinds = draw(st.lists(st.sampled_from(sorted(ACTIONS)), max_size=8))
    gaps = draw(st.lists(st.integers(0, 5), min_size=len(kinds), max_size=len(kinds)))
    at, facts = NOON, []
    for seq, (kind, gap) in enumerate(zip(kinds, gaps, strict=True), 1):
        at += minutes(gap)
        facts.append(ACTIONS[kind](at, seq))
    return facts


ACTIONS = {
    "accept": lambda at, seq: JobAccepted(at, seq, at + minutes(2)),
    "decline": lambda at, seq: jobs.decline(done_at(at), seq, f"reason {seq}")[0],
    "depart": lambda at, seq: CrewDeparted(at, seq),
    "check_in": lambda at, seq: a_check_in(at, list(Grade)[seq % 4], action_id=f"a{seq}", seq=seq, fit=seq % 5 > 0),
    "survey": lambda at, seq: Surveyed(at, f"cause {seq}", None, seq),
    "part": lambda at, seq: jobs.restore(done_at(at), seq, seq, partial=True)[0],
    "restore": lambda at, seq: jobs.restore(done_at(at), seq, seq)[0],
    "leave": lambda at, seq: CrewLeft(at, seq, f"left {seq}"),
    "close": lambda at, seq: JobClosed(at, seq),
    "seen": lambda at, _: OfferSeen(at),
    "desk_lapses": lambda at, _: OfferLapsed(ACCEPT_BY),
    "desk_withdraws": lambda at, _: JobWithdrawn(at, "not needed"),
}


@given(actions=crew_actions(), data=st.data())
def test_the_order_and_doubling_of_what_is_heard_never_matter(actions: list[JobFact], data: st.DataObject) -> None:
    in_order = a_job(*actions)
    doubled = actions + data.draw(st.lists(st.sampled_from(actions), max_size=4) if actions else st.just([]))
    other = data.draw(st.permutations(doubled))
    assert a_job(*other) == in_order


@given(actions=crew_actions(), other_crew_id=st.sampled_from([None, 2]), data=st.data())
def test_what_is_decided_on_hearing_does_not_depend_on_the_order_either(
    actions: list[JobFact], other_crew_id: int | None, data: st.DataObject
) -> None:
    """After a lapse: each acceptance is judged when it is heard, and another crew has the outage or not."""

    def hear(order: list[JobFact]) -> Job:
        job = lapses(a_job())
        for fact in order:
            if isinstance(fact, JobAccepted):
                job = accepts(job, fact.accepted_at, other_crew_id, fact.seq)
            else:
                job = heard(job, [fact])
        return job

    assert hear(data.draw(st.permutations(actions))) == hear(actions)


@given(actions=crew_actions())
def test_a_job_that_has_ended_says_when_and_one_that_lives_does_not(actions: list[JobFact]) -> None:
    job = a_job(*actions)
    assert (job.ended_at is None) is job.is_live
    assert job.is_live or job.end_reason is None or isinstance(job.end_reason, str)


def test_of_two_check_ins_in_one_instant_the_one_pressed_first_is_the_arrival() -> None:
    later, first = a_check_in(NOON, Grade.B, action_id="a", seq=8), a_check_in(NOON, Grade.A, action_id="b", seq=7)
    for order in ([later, first], [first, later]):
        job = a_job(*order)
        assert [c.action_id for c in job.check_ins] == ["b", "a"]
        assert job.official_arrival is not None and job.official_arrival.grade is Grade.A
