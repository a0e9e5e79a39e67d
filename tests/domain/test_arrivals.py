"""The official arrival: the first over all the jobs of an outage."""

from dispatch_server.domain import arrivals, jobs
from dispatch_server.domain.job_facts import ArrivalRegraded, OfferLapsed
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outage_facts import ArrivalMissed, ArrivalRecorded, ArrivalUnproved
from dispatch_server.domain.outages import Outage, watch_arrival
from dispatch_server.protocol.words import Grade
from tests.domain.builders import NOON, a_check_in, a_job, an_outage, heard, minutes, told

DUE = NOON + minutes(45)


def settled(outage: Outage, *known: Job) -> Outage:
    return told(outage, arrivals.settle(outage, known, NOON + minutes(90), "the site was moved"))


def test_the_first_official_check_in_on_any_job_is_the_arrival() -> None:
    first, second = a_job(a_check_in(NOON + minutes(30))), a_job(a_check_in(NOON + minutes(20)), job_id=2)
    outage = settled(an_outage(), first, second)
    assert (outage.arrived_at, outage.arrived_job_id) == (NOON + minutes(20), 2)


def test_a_check_in_on_a_lapsed_job_counts_as_well() -> None:
    outage = settled(an_outage(), a_job(OfferLapsed(NOON + minutes(3)), a_check_in(NOON + minutes(20))))
    assert outage.arrived_at == NOON + minutes(20)


def test_a_check_in_graded_c_leaves_the_watch_armed() -> None:
    outage = settled(an_outage(), a_job(a_check_in(NOON + minutes(20), Grade.C)))
    assert outage.arrived_at is None
    assert watch_arrival(outage, DUE + minutes(1)) == [ArrivalMissed(DUE)]


def test_a_confirmed_arrival_counts_from_its_check_in_and_is_not_proved() -> None:
    job = a_job(a_check_in(NOON + minutes(20), Grade.C))
    job = heard(job, jobs.confirm_arrival(job, "seen on camera"))
    [fact] = arrivals.settle(an_outage(), [job], NOON + minutes(60), "confirmed")
    assert isinstance(fact, ArrivalRecorded)
    assert (fact.arrived_at, fact.grade, fact.confirmed) == (NOON + minutes(20), Grade.C, True)


def test_nobody_fit_is_nobody_there() -> None:
    assert arrivals.settle(an_outage(), [a_job(a_check_in(NOON, Grade.DECLARED, fit=False))], NOON, "") == []


def test_what_already_stands_is_not_said_again() -> None:
    job = a_job(a_check_in(NOON + minutes(20)))
    assert arrivals.settle(settled(an_outage(), job), [job], NOON, "") == []


def test_losing_the_only_proof_arms_the_watch_again_and_says_so() -> None:
    job = a_job(a_check_in(NOON + minutes(20), action_id="x"))
    outage = settled(an_outage(), job)
    worse = heard(job, [ArrivalRegraded("x", NOON + minutes(20), Grade.C, Grade.A, 3000.0)])
    [fact] = arrivals.settle(outage, [worse], NOON + minutes(30), "the site was moved")
    assert fact == ArrivalUnproved(NOON + minutes(20), "the site was moved")
    after = told(outage, [fact])
    assert (after.arrived_at, after.arrival_grade, after.arrival_restated) == (None, None, True)
    assert watch_arrival(after, DUE + minutes(1)) == [ArrivalMissed(DUE)]


def test_losing_the_first_proof_leaves_the_next_arrival() -> None:
    job = a_job(a_check_in(NOON + minutes(20), action_id="x"), a_check_in(NOON + minutes(25), Grade.B, action_id="y"))
    outage = settled(an_outage(), job)
    worse = heard(job, [ArrivalRegraded("x", NOON + minutes(20), Grade.C, Grade.A, 3000.0)])
    facts = arrivals.settle(outage, [worse], NOON + minutes(30), "the site was moved")
    assert [type(f) for f in facts] == [ArrivalUnproved, ArrivalRecorded]
    after = told(outage, facts)
    assert (after.arrived_at, after.arrival_grade, after.arrival_restated) == (NOON + minutes(25), Grade.B, True)


def test_better_proof_of_the_same_arrival_is_on_record() -> None:
    job = a_job(a_check_in(NOON + minutes(20), Grade.B, action_id="x"))
    outage = settled(an_outage(), job)
    better = heard(job, [ArrivalRegraded("x", NOON + minutes(20), Grade.A, Grade.B, 3.0)])
    after = settled(outage, better)
    assert (after.arrived_at, after.arrival_grade) == (NOON + minutes(20), Grade.A)


def test_of_two_crews_in_the_same_instant_one_is_named() -> None:
    one, two = a_job(a_check_in(NOON)), a_job(a_check_in(NOON), job_id=2)
    assert settled(an_outage(), two, one).arrived_job_id == 1
