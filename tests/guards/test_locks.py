"""Guards the order in which rows are locked on PostgreSQL: no two Works wait for each other around a merge."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Push
from dispatch_server.protocol.words import CrewAction
from dispatch_server.services import crew_work, grouping
from dispatch_server.store.jobs import jobs_behind
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Work
from tests.cluster import Cluster
from tests.guards.district import DISPATCHERS, District, postgres_ground
from tests.town import MARKET, MEADOW

_WAITING = Question(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def district(postgres_cluster: Cluster) -> Iterator[District]:
    district = District(postgres_ground(postgres_cluster))
    yield district
    district.remove()


def an_outage(district: District, at: LonLat) -> int:
    filed = district.call(pin=at, crs="EPSG:4326")
    assert filed is not None and filed.outage is not None
    return filed.outage.id


def wait_until_somebody_waits(district: District) -> None:
    for _ in range(500):
        if district.store.read(lambda reading: reading.row(_WAITING)) != (0,):
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


def counted(tries: list[str], name: str, deed: Callable[[Work], Any]) -> Callable[[Work], Any]:
    """A Work that the database ended is done again, and counted again."""

    def again(work: Work) -> Any:
        tries.append(name)
        return deed(work)

    return again


def a_check_in(district: District, job_id: int, at: LonLat = MARKET) -> Callable[[Work], Any]:
    tablet = district.tablets[2]
    there = tablet.press(CrewAction.CHECK_IN, job_id, fix=tablet.near(at))
    push = Push("tablet-2", tablet.boot_id, tablet.town.clock.now, tablet.elapsed_ms, (there,))
    return lambda work: crew_work.receive(work, district.territory, 2, push)


def both_at_once(district: District, hold: Callable[[Work], Any], then: Callable[[Work], Any], push: Any) -> list[str]:
    """One Work does `hold`, waits until the push stands before a lock, and does `then`. What was tried, in order."""
    holds, may_go_on, tries = threading.Event(), threading.Event(), list[str]()

    def desk(work: Work) -> None:
        hold(work)
        holds.set()
        assert may_go_on.wait(10)
        then(work)

    with ThreadPoolExecutor(2) as people:
        at_the_desk = people.submit(district.store.work, DISPATCHERS[0], counted(tries, "desk", desk))
        assert holds.wait(10)
        on_site = people.submit(district.store.work, DISPATCHERS[1], counted(tries, "push", push))
        wait_until_somebody_waits(district)
        may_go_on.set()
        at_the_desk.result(20), on_site.result(20)
    return tries


@pytest.mark.parametrize("away_first", [True, False])
def test_a_push_for_an_outage_that_was_merged_away_waits_for_the_one_that_took_it(
    district: District, away_first: bool
) -> None:
    """The desk looks from the outage that took the other one at what is behind it, as a moved pin does."""
    one, other = an_outage(district, MARKET), an_outage(district, MEADOW)
    away, into = (one, other) if away_first else (other, one)
    tablet = district.tablets[2]
    tablet.send([tablet.keep(CrewAction.DUTY_ON)])
    job_id = district.offer(away, 2)
    assert job_id is not None
    district.work(lambda work: grouping.merge_outages(work, district.territory, away, into))
    push = a_check_in(district, job_id, MARKET if away_first else MEADOW)
    tries = both_at_once(
        district, lambda work: work.outage(into), lambda work: jobs_behind(work, work.outage(into)), push
    )
    assert tries == ["desk", "push"]
    arrived = district.store.read(lambda reading: reading.outage(into).arrived_job_id)
    assert arrived == job_id


def test_a_push_that_waited_for_an_outage_that_is_merged_meanwhile_starts_from_the_new_top(district: District) -> None:
    away, into = an_outage(district, MARKET), an_outage(district, MEADOW)
    tablet = district.tablets[2]
    tablet.send([tablet.keep(CrewAction.DUTY_ON)])
    job_id = district.offer(away, 2)
    assert job_id is not None
    push = a_check_in(district, job_id)
    merge = both_at_once(
        district,
        lambda work: (work.outage(away), work.outage(into)),
        lambda work: grouping.merge_outages(work, district.territory, away, into),
        push,
    )
    assert merge == ["desk", "push"]
    assert district.store.read(lambda reading: reading.outage(into).arrived_job_id) == job_id


def test_an_offer_and_a_push_of_the_crew_it_goes_to_do_not_wait_for_each_other(district: District) -> None:
    outage_id = an_outage(district, MARKET)
    tablet = district.tablets[2]
    tablet.send([tablet.keep(CrewAction.DUTY_ON)])
    job_id = district.offer(outage_id, 2)
    assert job_id is not None
    push = a_check_in(district, job_id)
    tries = both_at_once(district, lambda work: work.outage(outage_id), lambda work: work.lock("crew 2"), push)
    assert tries == ["desk", "push"]
