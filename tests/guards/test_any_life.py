"""Guards everything that must hold whatever happens: any sequence of desk, dispatchers, crews, clock and ticker.

After every step the rules of the trade hold over the whole store; at the end the journal is sound, nothing said is
lost or doubled, and every answer once given still stands.
"""

import tempfile
from collections import Counter
from datetime import timedelta
from functools import cache
from json import loads
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dispatch_server.domain.calls import Call, CallBackAnswer
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Approval, Outage
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import (
    DUTY,
    MOVING_JOB,
    UNRESTORED_JOB,
    Category,
    CrewAction,
    FaultKind,
    Hazard,
    JobState,
    OutageState,
    Verdict,
)
from dispatch_server.services import arrivals, dispatching, exemptions, follow_up, grouping, intake
from dispatch_server.store.deadlines import Kind
from dispatch_server.store.feed import START, FactRead, facts_since
from dispatch_server.store.journal import FOLDS, Subject
from dispatch_server.store.questions import Question
from dispatch_server.store.verifying import verify
from dispatch_server.store.work import Reading
from tests import town
from tests.cluster import Cluster
from tests.guards.district import District, Ground, postgres_ground, sqlite_ground, watched
from tests.guards.soaking import searching, soak
from tests.town import AUTO, MARKET, MARKET_END, MEADOW, RIDGE

pytestmark = soak

_IDS = {noun: Question(f"SELECT id FROM {noun} ORDER BY id") for noun in ("calls", "outages", "jobs")}
_ACTIONS = Question("SELECT action_id, verdict FROM actions")
_EVERYTHING = 1_000_000

# What each press leaves in the journal, once.
LEAVES: dict[CrewAction, tuple[str, ...]] = {
    CrewAction.SEEN: ("OfferSeen",),
    CrewAction.ACCEPT: ("JobAccepted", "AcceptedTooLate"),
    CrewAction.DECLINE: ("JobDeclined",),
    CrewAction.DEPART: ("CrewDeparted",),
    CrewAction.CHECK_IN: ("CrewArrived",),
    CrewAction.CORRECT_PIN: ("PinCorrected",),
    CrewAction.SURVEY: ("Surveyed",),
    CrewAction.SAFETY_STEP: ("SafetyStepTaken",),
    CrewAction.STOP_WORK: ("WorkStopped",),
    CrewAction.NOTE: ("NoteMade",),
    CrewAction.RESTORE: ("JobRestored", "PartRestored"),
    CrewAction.LEAVE: ("CrewLeft",),
    CrewAction.CLOSE: ("JobClosed",),
    CrewAction.DUTY_ON: ("DutyStarted",),
    CrewAction.DUTY_OFF: ("DutyEnded",),
}

spots = st.sampled_from([MARKET, MARKET_END, MEADOW, RIDGE, LonLat(112.0399, 27.72), LonLat(112.0402, 27.72)])
clues = st.one_of(
    st.sampled_from([a[0] for a in town.ACCOUNTS]).map(lambda no: {"account_no": no}),
    spots.map(lambda at: {"pin": at, "crs": "EPSG:4326"}),
    st.sampled_from(["柳田村", "河口镇", "上坪乡高岭村", "不知道在哪里"]).map(lambda words: {"address": words}),
    st.just({"account_no": "99"}),
)
some = st.integers(0, 30)  # which one of those there are, counted from the newest
crews = st.integers(1, len(town.CREWS))
_OFTEN = (CrewAction.ACCEPT, CrewAction.DEPART, CrewAction.CHECK_IN, CrewAction.CHECK_IN, CrewAction.RESTORE)
presses = st.sampled_from([*CrewAction, *(3 * _OFTEN)])
SAYS: dict[CrewAction, dict[str, Any]] = {
    CrewAction.RESTORE: {"data": {"customers_restored": 7}},
    CrewAction.SURVEY: {"data": {"cause": "a tree"}},
    CrewAction.SAFETY_STEP: {"data": {"step": "made_safe"}},
    CrewAction.NOTE: {"note": "a gate is locked"},
}


@cache
def another_map() -> Path:
    """The same town after its border between urban and rural was moved 300 m to the west."""
    folder = Path(tempfile.mkdtemp(prefix="relight-guard-map-"))
    with pytest.MonkeyPatch.context() as changed:
        west = town.URBAN_TO_RURAL - 0.003
        (u, r, m) = town.AREAS
        changed.setattr(town, "AREAS", [(*u[:5], west), (*r[:4], west, r[5]), m])
        town.write_layers(folder / "moved")
    town.write_layers(folder / "as_it_was")
    return folder


class Seen:
    """The whole store at one moment."""

    def __init__(self, reading: Reading) -> None:
        def all_of(noun: str, kind: str) -> list[Any]:
            return [reading.find(Subject(kind, row[0])) for row in reading.rows(_IDS[noun])]

        self.calls: list[Call] = all_of("calls", "call")
        self.outages: list[Outage] = all_of("outages", "outage")
        self.jobs: list[Job] = all_of("jobs", "job")
        self.rows = watched(reading)
        self.facts: list[FactRead] = facts_since(reading, START, _EVERYTHING)

    def jobs_of(self, outage: Outage) -> list[Job]:
        return [j for j in self.jobs if j.outage_id == outage.id]

    def jobs_behind(self, outage: Outage) -> list[Job]:
        merged = [o for o in self.outages if o.id in outage.absorbed]
        return [*self.jobs_of(outage), *(j for o in merged for j in self.jobs_behind(o))]

    def calls_of(self, outage: Outage) -> list[Call]:
        return [c for c in self.calls if c.outage_id == outage.id]


class AnyLife(RuleBasedStateMachine):
    ground: ClassVar[Ground]

    @initialize(
        auto=st.booleans(), work=st.lists(st.tuples(clues, st.sampled_from([1, 1, 2, 4])), min_size=1, max_size=5)
    )
    def a_morning(self, auto: bool, work: list[tuple[Any, int]]) -> None:
        """Everybody is on duty, and there is work."""
        self.district = District(self.ground, AUTO if auto else "")
        self.filed = 0
        self.seen = self.district.store.read(Seen)
        for tablet in self.district.tablets.values():
            tablet.send([tablet.keep(CrewAction.DUTY_ON)])
        for clue, crew_id in work:
            filed = self.district.call(**clue)
            assert filed is not None and filed.outage is not None
            self.filed += 1
            self.district.offer(filed.outage.id, crew_id)

    def teardown(self) -> None:
        if not hasattr(self, "district"):
            return
        try:
            if hasattr(self, "seen"):
                self._say_everything_again()
                self._require_nothing_lost(self.district.store.read(Seen))
        finally:
            self.district.remove()

    # The desk

    @rule(
        clue=clues,
        hazard=st.sampled_from([Hazard.NONE, Hazard.NONE, Hazard.NONE, *Hazard]),
        kind=st.none() | st.sampled_from(FaultKind),
        category=st.sampled_from([Category.FAULT] * 8 + list(Category)),
        earlier_min=st.sampled_from([0, 0, 0, 1, 20, 50, 130]),
    )
    def call(self, clue: Any, hazard: Hazard, kind: Any, category: Category, earlier_min: int) -> None:
        at = self.district.clock.now - timedelta(minutes=earlier_min)
        self.filed += bool(
            self.district.call(hazard=hazard, fault_kind=kind, category=category, received_at=at, **clue)
        )

    @precondition(lambda self: self.seen.calls)
    @rule(
        which=some,
        deed=st.sampled_from(["call back", "call back", "pin", "pin", "chase", "close"]),
        at=spots,
        answer=st.sampled_from(CallBackAnswer),
    )
    def see_to_a_call(self, which: int, deed: str, at: LonLat, answer: CallBackAnswer) -> None:
        call_id, ground = _pick(self.seen.calls, which).id, self.district.territory
        match deed:
            case "chase":
                self.district.work(lambda work: intake.chase_call(work, call_id))
            case "close":
                self.district.work(lambda work: intake.close_call(work, call_id, "a fuse of their own"))
            case "pin":
                self.district.work(lambda work: intake.place_call(work, ground, call_id, at, None))
            case _:
                done = self.district.work(lambda work: follow_up.record_call_back(work, ground, call_id, answer, ""))
                self.filed += done is not None and answer is CallBackAnswer.STILL_OUT

    # The dispatchers

    @precondition(lambda self: self.seen.outages)
    @rule(pairs=st.lists(st.tuples(some, crews), min_size=1, max_size=4))
    def offer(self, pairs: list[tuple[int, int]]) -> None:
        among = [o for o in self.seen.outages if o.is_open] or self.seen.outages
        for which, crew_id in pairs:
            self.district.offer(_pick(among, which).id, crew_id)

    @precondition(lambda self: self.seen.jobs)
    @rule(which=some, confirm=st.sampled_from([True, True, False]))
    def confirm_or_withdraw(self, which: int, confirm: bool) -> None:
        ground = self.district.territory
        among = [j for j in self.seen.jobs if j.check_ins] if confirm else []
        job_id = _pick(among or self.seen.jobs, which).id
        if confirm:
            self.district.work(lambda work: arrivals.confirm_arrival(work, ground, job_id, "seen on camera"))
        else:
            self.district.work(lambda work: dispatching.withdraw_job(work, ground, job_id, "not needed"))

    @precondition(lambda self: self.seen.outages)
    @rule(which=some, into=some, deed=st.sampled_from(["merge", "merge", "split", "split", "close"]))
    def merge_split_or_close(self, which: int, into: int, deed: str) -> None:
        """A split takes the newest calls, up to three."""
        ground = self.district.territory
        among = [o for o in self.seen.outages if deed != "split" or len(o.stops) > 1]
        if not among:
            return
        one, other = _pick(among, which), _pick(among, into).id
        match deed:
            case "merge":
                self.district.work(lambda work: grouping.merge_outages(work, ground, one.id, other))
            case "split":
                leaving = frozenset(s.call_id for s in one.stops[-1 - into % 3 :])
                self.district.work(lambda work: grouping.split_outage(work, ground, one.id, leaving))
            case _:
                self.district.work(lambda work: follow_up.close_outage(work, ground, one.id, "settled"))

    @precondition(lambda self: self.seen.outages)
    @rule(which=some, deed=st.sampled_from(["exempt", "relax"]), yes=st.booleans(), who=st.integers(0, 1))
    def second_person(self, which: int, deed: str, yes: bool, who: int) -> None:
        ground = self.district.territory
        waiting = [o for o in self.seen.outages if o.relaxation_state is Approval.PROPOSED]
        outage = _pick(waiting if deed == "relax" and waiting else self.seen.outages, which)
        if deed == "relax":
            self.district.work(lambda work: exemptions.decide_relaxation(work, ground, outage.id, yes), who)
        elif outage.exemption is Approval.PROPOSED:
            self.district.work(lambda work: exemptions.decide(work, outage.id, yes), who)
        else:
            self.district.work(lambda work: exemptions.propose(work, outage.id, "flood", "photo"), who)

    # The crews

    @precondition(lambda self: self.seen.jobs)
    @rule(
        which=some,
        kinds=st.lists(presses, min_size=1, max_size=5),
        stranger=st.sampled_from([None] * 12 + [1, 2]),
        at=st.none() | spots,
        how_good=st.sampled_from([(5.0, False), (5.0, False), (60.0, False), (900.0, False), (5.0, True)]),
        pause_s=st.sampled_from([0, 5, 60, 400]),
        at_once=st.booleans(),
        to_and_fro=st.booleans(),
    )
    def work_on_a_job(
        self,
        which: int,
        kinds: list[CrewAction],
        stranger: int | None,
        at: LonLat | None,
        how_good: tuple[float, bool],
        pause_s: int,
        at_once: bool,
        to_and_fro: bool,
    ) -> None:
        """A few presses by the job's own crew, or by turns on each job it has; now and then by another, to whom it is
        refused."""
        job = _pick([j for j in self.seen.jobs if j.is_live] or self.seen.jobs, which)
        tablet = self.district.tablets[job.crew_id if stranger is None else stranger]
        own = [j for j in self.seen.jobs if j.crew_id == job.crew_id and j.is_live]
        jobs = own if to_and_fro and own else [job]
        for n, kind in enumerate(kinds):
            fix = None if at is None else tablet.near(at, how_good[0], is_mock=how_good[1])
            sent = tablet.keep(kind, None if kind in DUTY else jobs[n % len(jobs)].id, fix=fix, **SAYS.get(kind, {}))
            if at_once:
                tablet.send([sent])
            self.district.clock.advance(seconds=pause_s)

    @rule(crew_id=crews, order=st.randoms(use_true_random=False), most=st.integers(1, 8))
    def push(self, crew_id: int, order: Any, most: int) -> None:
        """Some of what is in the outbox, sent or not, in any order, some of it twice."""
        tablet = self.district.tablets[crew_id]
        batch = [order.choice(tablet.outbox[-12:]) for _ in range(most)]
        waiting = [s for s in tablet.outbox if s.verdict is None]
        order.shuffle(waiting)
        tablet.send([*batch, *waiting[:most]], [tablet.near(MARKET)])

    @rule(crew_id=crews)
    def pull(self, crew_id: int) -> None:
        tablet = self.district.tablets[crew_id]
        tablet.cursor = self.district.pull(crew_id, tablet.cursor)

    @rule(crew_id=crews, off_min=st.none() | st.integers(-300, 300))
    def reboot_or_set_the_clock(self, crew_id: int, off_min: int | None) -> None:
        tablet = self.district.tablets[crew_id]
        if off_min is None:
            tablet.reboot()
        else:
            tablet.wall_error = timedelta(minutes=off_min)

    # Time

    @rule(seconds=st.sampled_from([1, 30, 120, 181, 600, 1800, 4000]), asleep=st.sampled_from([False, False, True]))
    def time_passes(self, seconds: int, asleep: bool) -> None:
        self.district.clock.advance(seconds=seconds)
        if not asleep:
            self.district.tick()

    @rule(moved=st.booleans())
    def load_a_map(self, moved: bool) -> None:
        self.district.reload(another_map() / ("moved" if moved else "as_it_was"))

    # What holds after every step

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "district"):
            return
        self.seen = self.district.store.read(Seen)
        one_crew_moves_on_one_job(self.seen)
        for outage in self.seen.outages:
            one_clock(self.seen, outage, self.district)
            one_live_offer(self.seen, outage, self.district)
            the_first_official_arrival(self.seen, outage)
            not_forgotten(self.seen, outage)
        every_call_is_somewhere(self.seen, self.filed)

    def _say_everything_again(self) -> None:
        """Every tablet comes home and sends its whole outbox, backwards; a second time changes nothing."""
        for tablet in self.district.tablets.values():
            tablet.send(tablet.outbox[::-1])
        self.everything_holds()
        for tablet in self.district.tablets.values():
            tablet.send(tablet.outbox)
        assert self.district.store.read(Seen).facts == self.seen.facts, "a repeat left a fact"

    def _require_nothing_lost(self, seen: Seen) -> None:
        crew_of: dict[int | None, int] = {job.id: job.crew_id for job in seen.jobs}
        sents = [  # what another crew's tablet says of a job is refused and not kept
            s
            for tablet in self.district.tablets.values()
            for s in tablet.outbox
            if s.action.job_id is None or crew_of[s.action.job_id] == tablet.crew_id
        ]
        kept: dict[str, str] = dict(self.district.store.read(lambda reading: reading.rows(_ACTIONS)))
        assert kept == {s.action.action_id: s.verdict for s in sents}
        applied = Counter(s.action.kind for s in sents if s.verdict is Verdict.APPLIED)
        recorded = Counter(f.kind for f in seen.facts)
        for kind, leaves in LEAVES.items():
            assert sum(recorded[name] for name in leaves) == applied[kind], f"{kind} and {leaves}"
        targets_move_on_record(seen)
        sound = self.district.store.read(lambda reading: verify(reading, None))
        assert sound.wrong is None, sound.wrong


def _pick(among: list[Any], which: int) -> Any:
    return among[-1 - which % len(among)]


def one_crew_moves_on_one_job(seen: Seen) -> None:
    moving = Counter(j.crew_id for j in seen.jobs if j.state in MOVING_JOB)
    assert all(n == 1 for n in moving.values()), f"a crew is on two jobs at once: {moving}"


def one_clock(seen: Seen, outage: Outage, district: District) -> None:
    calls = seen.calls_of(outage)
    if not calls:
        assert outage.merged_into is not None, f"outage {outage.id} has no call"
        return
    assert sorted(s.call_id for s in outage.stops) == [c.id for c in calls]
    due = min(
        c.received_at + timedelta(minutes=district.policy.limits_on(c.received_at).of(c.limit_class)) for c in calls
    )
    waits = outage.relaxation_state in (Approval.PROPOSED, Approval.REJECTED)
    assert outage.arrive_by == due or (waits and outage.arrive_by < due), f"{outage.arrive_by} is not {due}"


def one_live_offer(seen: Seen, outage: Outage, district: District) -> None:
    offers = [j for j in seen.jobs_of(outage) if j.state is JobState.OFFERED]
    most = district.policy.crews_when_widened if any(j.widened for j in offers) else 1
    assert len(offers) <= most, f"outage {outage.id} is on offer to {[j.crew_id for j in offers]}"
    assert outage.is_open or not offers, f"outage {outage.id} is {outage.state} and still on offer"
    for job in offers:
        assert (Kind.ACCEPT_BY, job.id) in seen.rows, f"nobody watches the offer {job.id}"


def the_first_official_arrival(seen: Seen, outage: Outage) -> None:
    if outage.merged_into is not None:
        return  # what its crews did counts for the outage that took its calls
    official = [c.arrived_at for j in seen.jobs_behind(outage) for c in j.check_ins if c.official]
    assert outage.arrived_at == min(official, default=None)


def not_forgotten(seen: Seen, outage: Outage) -> None:
    """An open outage without a crew is watched, or somebody was told since it was last given up; a crew that has it is
    to be heard of."""
    if not outage.is_open:
        return
    if outage.arrived_at is None and outage.missed_at is None:
        assert (Kind.ARRIVE_BY, outage.id) in seen.rows, f"nobody watches the arrival at outage {outage.id}"
    for job in seen.jobs_behind(outage):
        has_it = job.state in UNRESTORED_JOB
        assert not has_it or (Kind.HEARD_BY, job.id) in seen.rows, f"nobody listens for the crew of job {job.id}"
    jobs = seen.jobs_of(outage)
    if any(j.is_live for j in jobs):
        return
    watched = {kind for kind, of_id in seen.rows if of_id == outage.id}
    subject = Subject("outage", outage.id)
    told = [f.recorded_at_us for f in seen.facts if f.subject == subject and f.kind in ("NotIssued", "NoCrewLeft")]
    assert watched & {Kind.ISSUE_BY, Kind.OFFER_NEXT} or told, f"outage {outage.id} was forgotten"


def every_call_is_somewhere(seen: Seen, filed: int) -> None:
    assert len(seen.calls) == filed
    for call in seen.calls:
        assert (call.outage_id is not None) == (call.category is Category.FAULT)


def targets_move_on_record(seen: Seen) -> None:
    """The clock of an outage moves by a TargetSet and by nothing else, whatever a fact's fold may do."""
    fold, states = FOLDS["outage"], dict[Subject, Outage]()
    for fact in (f for f in seen.facts if f.subject.kind == "outage"):
        before = states.get(fact.subject)
        after = states[fact.subject] = fold.after(before, decode(fold.facts[fact.kind], loads(fact.body)))
        moved = before is not None and before.arrive_by != after.arrive_by
        assert not moved or fact.kind == "TargetSet", f"{fact.kind} moved the target of {fact.subject}"
        assert after.state is not OutageState.OPEN or after.stops or fact.kind == "CallLeft"


def test_any_life_on_sqlite() -> None:
    AnyLife.ground = staticmethod(sqlite_ground())
    run_state_machine_as_test(AnyLife, settings=searching(examples=120, steps=60))


def test_any_life_on_postgresql(postgres_cluster: Cluster) -> None:
    AnyLife.ground = staticmethod(postgres_ground(postgres_cluster))
    run_state_machine_as_test(AnyLife, settings=searching(examples=8, steps=50))
