"""One invented crew, told through its cards: what it presses, when, and where it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dispatch_server.domain.crews import Crew
from dispatch_server.domain.outage_facts import Priority
from dispatch_server.drill import crews
from dispatch_server.drill.cards import Card
from dispatch_server.drill.crews import VirtualCrew
from dispatch_server.drill.driving import StraightRoads
from dispatch_server.drill.fates import AnswerMeant, Fate, Reading
from dispatch_server.drill.tablet import Tablet
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.messages import ActionTaken
from dispatch_server.protocol.words import AreaClass, CrewAction, FaultKind, JobState

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
DEPOT, SITE, OTHER_SITE = LonLat(112.0, 27.7), LonLat(112.05, 27.7), LonLat(112.0, 27.75)
CREW = Crew(1, "K1", "河口一班", "河口", frozenset({"lv"}), 3, "van", DEPOT)
CARD = Card(7, JobState.OFFERED, SITE, AreaClass.RURAL, FaultKind.LV, (), 60, NOON, None, None, None, None, None)
PLAIN = Fate(
    sees_after=timedelta(seconds=10),
    answer=AnswerMeant.ACCEPT,
    answers_after=timedelta(seconds=20),
    declines_for="车辆故障",
    departs_after=timedelta(seconds=30),
    pace=1.0,
    loses_signal_at=None,
    lost_for=timedelta(minutes=10),
    goes_astray=False,
    stands_off_m=20.0,
    stands_off_turn=0.3,
    checks_in_after=timedelta(seconds=15),
    reading=Reading.GPS,
    surveys_after=timedelta(minutes=3),
    cause="低压线路接头烧断",
    repairs_for=timedelta(minutes=12),
    leaves_for=None,
    closes_after=timedelta(minutes=2),
)


class Crewed:
    """A crew whose fate the test decides."""

    def __init__(self, at: LonLat = DEPOT, **fate: object) -> None:
        decided = replace(PLAIN, **fate)
        self.tablet = Tablet("t", NOON, timedelta(0))
        self.crew = VirtualCrew(CREW, self.tablet, StraightRoads(), lambda _: decided, at, NOON)
        self.now = NOON

    def pressed(self) -> list[ActionTaken]:
        return list(self.tablet.next_push(NOON).actions)

    def kinds(self) -> list[CrewAction]:
        return [action.kind for action in self.pressed()]

    def time_of(self, kind: CrewAction) -> datetime:
        return next(a.occurred_at for a in self.pressed() if a.kind is kind)

    def until(self, minutes: float, every_s: float = 5) -> None:
        while self.now < NOON + timedelta(minutes=minutes):
            self.now += timedelta(seconds=every_s)
            self.crew.act(self.now)


WHOLE_LIFE = [
    CrewAction.SEEN,
    CrewAction.ACCEPT,
    CrewAction.DEPART,
    CrewAction.CHECK_IN,
    CrewAction.SURVEY,
    *[CrewAction.SAFETY_STEP] * 3,
    CrewAction.RESTORE,
    CrewAction.CLOSE,
]


def test_a_whole_life_from_the_offer_to_the_way_home() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([CARD])
    crewed.until(60)
    assert crewed.kinds() == WHOLE_LIFE
    assert crewed.time_of(CrewAction.ACCEPT) == NOON + timedelta(seconds=30)
    assert crewed.time_of(CrewAction.DEPART) == NOON + timedelta(seconds=60)
    check_in = next(a for a in crewed.pressed() if a.kind is CrewAction.CHECK_IN)
    assert check_in.fix is not None
    assert metres_between(check_in.fix.at, SITE) < 120
    restore = next(a for a in crewed.pressed() if a.kind is CrewAction.RESTORE)
    assert restore.data == {"customers_restored": 60}
    assert restore.occurred_at - check_in.occurred_at == timedelta(minutes=15)
    assert crewed.crew.at == DEPOT


@pytest.mark.parametrize("every_s", [1, 60])
def test_how_often_it_is_looked_at_changes_no_moment(every_s: float) -> None:
    often, seldom = Crewed(), Crewed()
    for crewed, step in ((often, 5.0), (seldom, every_s)):
        crewed.crew.read_cards([CARD])
        crewed.until(45, step)
    assert [(a.kind, a.occurred_at) for a in often.pressed()] == [(a.kind, a.occurred_at) for a in seldom.pressed()]


def test_it_drives_at_a_plausible_speed_and_reads_its_gps_every_dozen_seconds() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([CARD])
    crewed.until(20)
    left, came = crewed.time_of(CrewAction.DEPART), crewed.time_of(CrewAction.CHECK_IN)
    on_the_road = [fix for fix in crewed.tablet.next_push(NOON).positions if left <= fix.fixed_at < came]
    gaps = {(b.fixed_at - a.fixed_at).total_seconds() for a, b in pairwise(on_the_road)}
    assert gaps == {12.0}
    assert 20 < metres_between(DEPOT, SITE) * 3.6 / (came - left).total_seconds() < 90
    assert metres_between(on_the_road[0].at, SITE) > metres_between(on_the_road[-1].at, SITE)


def test_it_declines_with_a_reason() -> None:
    crewed = Crewed(answer=AnswerMeant.DECLINE)
    crewed.crew.read_cards([CARD])
    crewed.until(30)
    assert crewed.kinds() == [CrewAction.SEEN, CrewAction.DECLINE]
    assert crewed.pressed()[-1].reason == "车辆故障"


def test_it_lets_an_offer_lapse() -> None:
    crewed = Crewed(answer=AnswerMeant.LET_LAPSE)
    crewed.crew.read_cards([CARD])
    crewed.until(30)
    assert crewed.kinds() == [CrewAction.SEEN]


def test_nobody_drives_to_a_job_without_a_place() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([replace(CARD, site=None)])
    crewed.until(30)
    assert crewed.kinds() == [CrewAction.SEEN, CrewAction.DECLINE]


def test_a_second_job_waits_for_the_first() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([CARD, replace(CARD, job_id=8, site=OTHER_SITE)])
    crewed.until(120)
    of_second = [a for a in crewed.pressed() if a.job_id == 8]
    closed = next(a.occurred_at for a in crewed.pressed() if a.job_id == 7 and a.kind is CrewAction.CLOSE)
    left = next(a.occurred_at for a in of_second if a.kind is CrewAction.DEPART)
    assert left == closed + PLAIN.departs_after
    assert [a.kind for a in of_second] == WHOLE_LIFE


def test_without_a_signal_it_goes_on_and_sends_nothing() -> None:
    crewed = Crewed(loses_signal_at=0.5, lost_for=timedelta(minutes=20))
    crewed.crew.read_cards([CARD])
    crewed.until(15)
    lost_at = crewed.crew.silent_until - timedelta(minutes=20)
    assert crewed.time_of(CrewAction.DEPART) < lost_at < crewed.time_of(CrewAction.CHECK_IN)
    assert crewed.crew.is_silent(NOON + timedelta(minutes=15))
    assert not crewed.crew.has_to_send(NOON + timedelta(minutes=15))
    crewed.until(25)
    assert crewed.crew.has_to_send(crewed.crew.silent_until)


def test_it_turns_round_when_the_job_is_withdrawn() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([CARD])
    crewed.until(4)
    on_the_way = crewed.crew.at
    assert metres_between(on_the_way, DEPOT) > 500
    crewed.crew.read_cards([replace(CARD, state=JobState.WITHDRAWN)])
    crewed.until(30)
    assert CrewAction.CHECK_IN not in crewed.kinds()
    assert crewed.crew.at == DEPOT


def test_in_the_wrong_village_it_checks_in_twice() -> None:
    crewed = Crewed(goes_astray=True)
    crewed.crew.read_cards([CARD])
    crewed.until(60)
    first, second = [a.fix for a in crewed.pressed() if a.kind is CrewAction.CHECK_IN]
    assert first is not None
    assert second is not None
    assert metres_between(first.at, SITE) > 1500
    assert metres_between(second.at, SITE) < 120


def test_a_danger_is_made_safe_before_anything_else() -> None:
    crewed = Crewed()
    crewed.crew.read_cards([replace(CARD, unsafe_calls=(31,))])
    crewed.until(60)
    on_site = crewed.pressed()[4:]
    assert (on_site[0].kind, on_site[0].data) == (CrewAction.SAFETY_STEP, {"step": "made_safe", "call_id": 31})


def test_a_crew_that_cannot_finish_leaves_with_a_reason() -> None:
    crewed = Crewed(leaves_for="需要吊车")
    crewed.crew.read_cards([CARD])
    crewed.until(60)
    assert crewed.kinds()[-1] is CrewAction.LEAVE
    assert CrewAction.RESTORE not in crewed.kinds()


def test_danger_to_life_calls_it_from_the_site_which_it_leaves_safe() -> None:
    crewed = Crewed(repairs_for=timedelta(hours=2))
    crewed.crew.read_cards([CARD])
    crewed.until(20)
    assert crewed.kinds()[-1] is not CrewAction.RESTORE
    danger = replace(CARD, job_id=8, site=OTHER_SITE, priority=Priority.DANGER, offered_at=NOON + timedelta(minutes=20))
    crewed.crew.read_cards([CARD, danger])
    crewed.until(60)
    accepted, left, departed = (
        next(a.occurred_at for a in crewed.pressed() if a.kind is kind and a.job_id == job_id)
        for kind, job_id in ((CrewAction.ACCEPT, 8), (CrewAction.LEAVE, 7), (CrewAction.DEPART, 8))
    )
    assert left == accepted + crews.LEAVES_SAFE
    assert departed == left + PLAIN.departs_after
    assert CrewAction.RESTORE not in [a.kind for a in crewed.pressed() if a.job_id == 7]


def test_it_is_called_from_no_danger_and_ends_what_is_nearly_done() -> None:
    danger = replace(CARD, job_id=8, site=OTHER_SITE, priority=Priority.DANGER)
    for first, repair in ((replace(CARD, priority=Priority.DANGER), timedelta(hours=2)), (CARD, timedelta(minutes=5))):
        crewed = Crewed(repairs_for=repair)
        crewed.crew.read_cards([first])
        crewed.until(13)
        crewed.crew.read_cards([first, danger])
        crewed.until(300)
        assert CrewAction.LEAVE not in crewed.kinds()
        assert crewed.kinds().count(CrewAction.RESTORE) == 2


def test_of_several_jobs_the_most_pressing_comes_first_whenever_it_was_accepted() -> None:
    crewed = Crewed()
    second = replace(CARD, job_id=8, site=OTHER_SITE)
    crewed.crew.read_cards([CARD, second])
    crewed.until(15)
    crewed.crew.read_cards([CARD, second, replace(CARD, job_id=9, priority=Priority.URGENT)])
    crewed.until(200)
    assert [a.job_id for a in crewed.pressed() if a.kind is CrewAction.DEPART] == [7, 9, 8]


def test_after_a_restart_it_goes_on_from_its_card() -> None:
    crewed = Crewed(at=SITE)
    came_at = NOON - timedelta(minutes=5)
    crewed.crew.read_cards(
        [replace(CARD, state=JobState.ON_SITE, accepted_at=came_at, departed_at=came_at, arrived_at=came_at)]
    )
    crewed.until(30)
    assert crewed.kinds() == [CrewAction.SURVEY, CrewAction.RESTORE, CrewAction.CLOSE]
    assert crewed.time_of(CrewAction.RESTORE) == came_at + timedelta(minutes=15)


def test_when_nothing_is_due_it_wakes_for_a_sign_of_life_only() -> None:
    crewed = Crewed()
    crewed.until(1)
    crewed.tablet.sent(crewed.tablet.next_push(NOON), [])
    assert crewed.crew.wakes_at() == NOON + crews.PARKED_EVERY
