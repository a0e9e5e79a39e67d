"""Guards what the other guards once found to go wrong, each as the shortest life that showed it."""

from collections.abc import Iterator

import pytest

from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.words import CrewAction
from dispatch_server.store.deadlines import Kind
from tests.guards.district import District, sqlite_ground
from tests.town import MARKET


@pytest.fixture
def district() -> Iterator[District]:
    district = District(sqlite_ground())
    for tablet in district.tablets.values():
        tablet.send([tablet.keep(CrewAction.DUTY_ON)])
    yield district
    district.remove()


def an_outage(district: District) -> int:
    filed = district.call(pin=MARKET, crs="EPSG:4326")
    assert filed is not None and filed.outage is not None
    return filed.outage.id


def taken_by(district: District, outage_id: int, crew_id: int) -> int:
    job_id = district.offer(outage_id, crew_id)
    assert job_id is not None
    tablet = district.tablets[crew_id]
    tablet.send([tablet.keep(CrewAction.ACCEPT, job_id)])
    return job_id


def outage_of(district: District, outage_id: int) -> Outage:
    return district.store.read(lambda reading: reading.outage(outage_id))


def test_an_outage_whose_crew_left_before_its_arrival_was_heard_still_waits_for_a_crew(district: District) -> None:
    outage_id = an_outage(district)
    job_id, tablet = taken_by(district, outage_id, 1), district.tablets[1]
    arrived = tablet.keep(CrewAction.CHECK_IN, job_id, fix=tablet.near(MARKET))
    left = tablet.keep(CrewAction.LEAVE, job_id, reason="needs a crane")
    tablet.send([left])
    tablet.send([arrived])
    assert outage_of(district, outage_id).arrived_at is not None
    assert district.rows() == {(Kind.ISSUE_BY, outage_id)}


def test_what_was_restored_in_part_counts_also_when_it_is_heard_last(district: District) -> None:
    outage_id = an_outage(district)
    job_id, tablet = taken_by(district, outage_id, 1), district.tablets[1]
    part = tablet.keep(CrewAction.RESTORE, job_id, data={"customers_restored": 30, "partial": True})
    district.clock.advance(minutes=5)
    rest = tablet.keep(CrewAction.RESTORE, job_id, data={"customers_restored": 12})
    tablet.send([rest])
    tablet.send([part])
    outage = outage_of(district, outage_id)
    assert (outage.restored_at, outage.customers_restored) == (rest.action.occurred_at, 42)


def test_of_two_crews_that_restore_the_first_one_counts_whoever_is_heard_first(district: District) -> None:
    outage_id = an_outage(district)
    jobs = [taken_by(district, outage_id, crew_id) for crew_id in (1, 2)]
    kept = []
    for crew_id, job_id in zip((1, 2), jobs, strict=True):
        tablet = district.tablets[crew_id]
        kept.append((tablet, tablet.keep(CrewAction.RESTORE, job_id, data={"customers_restored": crew_id})))
    for tablet, sent in reversed(kept):
        tablet.send([sent])
    assert outage_of(district, outage_id).customers_restored == 1
