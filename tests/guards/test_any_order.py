"""Guards late news: in whatever order, grouping and doubling a tablet's actions are heard, the record is the same."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.words import DUTY, CrewAction
from dispatch_server.store.verifying import verify
from tests.guards.district import District, Ground, Sent, sqlite_ground
from tests.guards.soaking import searching, soak
from tests.town import MARKET, MEADOW, RIDGE

pytestmark = soak

SPOTS = {0: MARKET, 1: MEADOW, 2: RIDGE}


@dataclass(frozen=True)
class Press:
    """One press of crew 1, 2 or 3 on the outage `which`, `after_s` after the one before."""

    crew_id: int
    which: int
    kind: CrewAction
    after_s: int
    with_fix: bool


@pytest.fixture(scope="module")
def ground() -> Ground:
    return sqlite_ground()


def some_presses(crew_ids: list[int], outages: list[int], never: frozenset[CrewAction] = frozenset()) -> Any:
    kinds = [k for k in CrewAction if k not in DUTY | never]
    return st.lists(
        st.builds(
            Press,
            st.sampled_from(crew_ids),
            st.sampled_from(outages),
            st.sampled_from(kinds),
            st.sampled_from([0, 1, 40, 700]),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )


class Told:
    """One run: the same presses at the same moments, heard in an order of its own after the last of them."""

    SAYS: ClassVar[dict[CrewAction, dict[str, Any]]] = {
        CrewAction.SAFETY_STEP: {"data": {"step": "made_safe"}},
        CrewAction.NOTE: {"note": "a gate is locked"},
    }

    def __init__(self, ground: Ground, offers: list[tuple[int, int]], outages: int) -> None:
        self.district = District(ground)
        for tablet in self.district.tablets.values():
            tablet.send([tablet.keep(CrewAction.DUTY_ON)])
        self.outage_ids = [self._outage(SPOTS[n]) for n in range(outages)]
        self.jobs = {(crew_id, which): self._offer(crew_id, which) for crew_id, which in offers}

    def _outage(self, at: Any) -> int:
        filed = self.district.call(pin=at, crs="EPSG:4326")
        assert filed is not None and filed.outage is not None
        return filed.outage.id

    def _offer(self, crew_id: int, which: int) -> int:
        """Taken at once, so that a second crew may be asked as well."""
        job_id = self.district.offer(self.outage_ids[which], crew_id)
        assert job_id is not None
        tablet = self.district.tablets[crew_id]
        tablet.send([tablet.keep(CrewAction.ACCEPT, job_id)])
        return job_id

    def press(self, n: int, press: Press) -> Sent:
        tablet = self.district.tablets[press.crew_id]
        self.district.clock.advance(seconds=press.after_s)
        fix = tablet.near(SPOTS[press.which]) if press.with_fix else None
        more = {
            CrewAction.SURVEY: {"data": {"cause": f"cause {n}"}},
            CrewAction.RESTORE: {"data": {"customers_restored": n, "partial": n % 3 == 0}},
            **self.SAYS,
        }.get(press.kind, {})
        sent = tablet.keep(press.kind, self.jobs[press.crew_id, press.which], fix=fix, **more)
        sent.action = replace(sent.action, action_id=str(UUID(int=n)))  # in every run the same
        return sent

    def record(self) -> list[tuple[Any, ...]]:
        """What people read and what figures are made of."""
        reading = self.district.store.read
        sound = reading(lambda r: verify(r, None))
        assert sound.wrong is None, sound.wrong
        outages = [reading(lambda r, i=i: _of_outage(r.outage(i))) for i in self.outage_ids]
        return [*outages, *(reading(lambda r, i=i: _of_job(r.job(i))) for i in self.jobs.values())]


def _of_outage(outage: Outage) -> tuple[Any, ...]:
    return (
        "outage",
        outage.state,
        outage.arrived_at,
        outage.arrived_job_id,
        outage.arrival_grade,
        outage.restored_at,
        outage.customers_restored,
        outage.made_safe_at,
        outage.missed_at,
    )


def _of_job(job: Job) -> tuple[Any, ...]:
    moments: list[datetime | None] = [
        job.seen_at,
        job.accepted_at,
        job.departed_at,
        job.surveyed_at,
        job.restored_at,
        job.ended_at,
    ]
    arrivals = [(c.arrived_at, c.grade) for c in job.check_ins]
    return ("job", job.crew_id, job.state, moments, arrivals, job.cause, job.customers_restored, job.depart_by)


def same_however_it_is_heard(
    ground: Ground, offers: list[tuple[int, int]], outages: int, presses: list[Press], order: Any
) -> None:
    """Pushed in order and one by one, and pushed shuffled, doubled and in batches: one record."""
    runs = Told(ground, offers, outages), Told(ground, offers, outages)
    records = []
    try:
        for run, is_shuffled in zip(runs, (False, True), strict=True):
            by_crew: dict[int, list[Sent]] = {}
            heard = [(p.crew_id, run.press(n, p)) for n, p in enumerate(presses)]
            run.district.clock.advance(timedelta(minutes=3))
            if is_shuffled:
                heard = heard + [order.choice(heard) for _ in range(len(heard) // 2)]
                order.shuffle(heard)
            for crew_id, sent in heard:
                by_crew.setdefault(crew_id, []).append(sent)
                if not is_shuffled or order.random() < 0.5:
                    run.district.tablets[crew_id].send(by_crew.pop(crew_id))
            for crew_id, sents in by_crew.items():
                run.district.tablets[crew_id].send(sents)
            records.append(run.record())
    finally:
        for run in runs:
            run.district.remove()
    one, other = records
    assert one == other


@searching(examples=80)
@given(presses=some_presses([1], [0]), order=st.randoms(use_true_random=False))
def test_one_crew_on_one_job(ground: Ground, presses: list[Press], order: Any) -> None:
    same_however_it_is_heard(ground, [(1, 0)], 1, presses, order)


@searching(examples=100)
@given(presses=some_presses([1], [0, 1, 2]), order=st.randoms(use_true_random=False))
def test_one_crew_between_three_jobs(ground: Ground, presses: list[Press], order: Any) -> None:
    same_however_it_is_heard(ground, [(1, 0), (1, 1), (1, 2)], 3, presses, order)


@searching(examples=100)
@given(presses=some_presses([1, 2], [0], frozenset({CrewAction.ACCEPT})), order=st.randoms(use_true_random=False))
def test_two_crews_on_one_outage(ground: Ground, presses: list[Press], order: Any) -> None:
    """Both have accepted. Nobody accepts anew after a refusal: whether that is too late is decided when it is heard."""
    same_however_it_is_heard(ground, [(1, 0), (2, 0)], 1, presses, order)
