"""How invented crews fare in a drill: the same outage takes the same work whoever comes, so that policies compare.

Delays are a demo's, but for the time to get ready, which was tuned once: see READY.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import log
from random import Random

from dispatch_server.clock import Clock
from dispatch_server.domain.crews import Shift
from dispatch_server.drill.cards import Card
from dispatch_server.drill.crews import Habits
from dispatch_server.drill.driving import Roads, roads_of
from dispatch_server.drill.fates import AnswerMeant, Fate, Reading, fate_of
from dispatch_server.drill.on_duty import Manner
from dispatch_server.drill.scenarios import Scenario, Weather
from dispatch_server.gis.travel import Waypoint
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, FaultKind
from dispatch_server.services.ports import Travel
from dispatch_server.store.crews import CrewRecord

# Minutes from accepting to rolling, at the median. Tuned once for own squad first, as low as the working limit of
# rolling within 2 min allows: waiting and drives in the invented sample alone are longer than the published 22/32/53.
READY: dict[AreaClass | None, float] = {
    AreaClass.URBAN: 2.0,
    AreaClass.RURAL: 2.0,
    AreaClass.REMOTE: 2.0,
    None: 2.0,
}
# Minutes of work on site at the median; right-skewed, so that the mean lies a third above it. Invented.
_REPAIR_MIN: dict[FaultKind | None, float] = {
    FaultKind.HV: 90,
    FaultKind.LV: 45,
    FaultKind.POWER_QUALITY: 40,
    FaultKind.INSIDE_HOME: 25,
    FaultKind.NOT_ELECTRIC: 20,
    FaultKind.METERING: 25,
    None: 45,
}
_REPAIR_SKEW, _REPAIR_MOST_MIN = 0.75, 480.0
# By local hour: how much longer a drive takes than an estimate knows.
_RUSH = {
    7: 1.2,
    8: 1.3,
    11: 1.1,
    12: 1.1,
    17: 1.25,
    18: 1.3,
    19: 1.1,
    **dict.fromkeys((22, 23, 0, 1, 2, 3, 4, 5), 0.95),
}
REST_H, ROTA_H = 8, 24
DRILL_HABITS = Habits(
    sends_every=timedelta(minutes=3),
    on_the_road_every=timedelta(minutes=3),
    on_site_every=timedelta(minutes=25),
    parked_every=timedelta(days=400),
)
DRILL_PULLS = timedelta(hours=1)  # and whenever something is offered or changed


@dataclass(frozen=True, slots=True)
class InTraffic:
    """Roads as they are at this hour and in this weather, which no estimate knows."""

    roads: Roads
    clock: Clock
    weather: Weather
    hour_of: Callable[[datetime], int]

    def route(self, start: LonLat, end: LonLat, area_class: AreaClass | None = None) -> Sequence[Waypoint]:
        times = self.weather.drives * traffic_at(self.hour_of(self.clock()), area_class)
        return [Waypoint(point.at, point.minutes * times) for point in self.roads.route(start, end, area_class)]


def traffic_at(hour: int, area_class: AreaClass | None) -> float:
    """Half of it in the country."""
    times = _RUSH.get(hour, 1.0)
    return times if area_class is AreaClass.URBAN else 1 + (times - 1) / 2


def work_of(seed: str, outage: str, kind: FaultKind | None, weather: Weather) -> timedelta:
    """How long the repair takes: decided by the outage, whoever does it."""
    rng = Random(f"{seed}|work|{outage}")
    minutes = min(_REPAIR_MOST_MIN, rng.lognormvariate(log(_REPAIR_MIN[kind]), _REPAIR_SKEW))
    return timedelta(minutes=minutes * weather.repairs)


Works = Mapping[int, timedelta]


def drill_fates(seed: str, weather: Weather, works: Works) -> Callable[[str], Callable[[Card], Fate]]:
    """`works` by outage, where it is known how long the repair takes."""
    return lambda crew: lambda card: _fate(seed, crew, card, weather, works)


def _fate(seed: str, crew: str, card: Card, weather: Weather, works: Works) -> Fate:
    """What a crew is like with one outage is the same in every policy; each time it is asked it answers anew."""
    outage_no = int(card.outage.rpartition("-")[2])
    lasting = fate_of(seed, crew, outage_no, card.area_class, card.fault_kind)
    answer = fate_of(seed, crew, card.job_id, card.area_class, card.fault_kind)
    ready = Random(f"{seed}|ready|{crew}|{outage_no}").lognormvariate(log(READY[card.area_class]), 0.35)
    return replace(
        lasting,
        answer=answer.answer,
        declines_for=answer.declines_for,
        departs_after=timedelta(minutes=ready),
        repairs_for=works.get(outage_no) or work_of(seed, card.outage, card.fault_kind, weather),
    )


def drill_manner(
    scenario: Scenario, seed: str, clock: Clock, hour_of: Callable[[datetime], int], works: Works
) -> Manner:
    def roads(travel: Travel) -> Roads:
        return InTraffic(roads_of(travel), clock, scenario.weather, hour_of)

    return Manner(
        fates=drill_fates(seed, scenario.weather, works),
        roads=roads,
        works=by_turns if scenario.all_hands else by_shift,
        habits=DRILL_HABITS,
        pulls_every=DRILL_PULLS,
        alone=True,
    )


def plain_manner(
    scenario: Scenario, seed: str, clock: Clock, hour_of: Callable[[datetime], int], works: Works
) -> Manner:
    """Crews that take what they are offered, go at once, drive as long as was reckoned and are away when the repair is
    done: nothing is left between two policies but the choice of crews."""
    manner = drill_manner(scenario, seed, clock, hour_of, works)
    return replace(manner, fates=plain_fates(seed, scenario.weather, works), roads=roads_of)


def plain_fates(seed: str, weather: Weather, works: Works) -> Callable[[str], Callable[[Card], Fate]]:
    at_once = timedelta(0)
    chance = drill_fates(seed, weather, works)
    return lambda crew: (
        lambda card: replace(
            chance(crew)(card),
            sees_after=at_once,
            answer=AnswerMeant.ACCEPT,
            answers_after=at_once,
            departs_after=at_once,
            pace=1.0,
            loses_signal_at=None,
            goes_astray=False,
            stands_off_m=0.0,
            checks_in_after=at_once,
            reading=Reading.GPS,
            surveys_after=at_once,
            leaves_for=None,
            closes_after=at_once,
        )
    )


def by_shift(record: CrewRecord, local: datetime) -> bool:
    """A crew without shifts in the register always works."""
    shifts: Sequence[Shift] = record.shifts
    return not shifts or any(shift.covers(local) for shift in shifts)


def by_turns(record: CrewRecord, local: datetime) -> bool:
    """All hands in a storm: eight hours of rest in each day, a third of the crews at a time."""
    return (local.hour - REST_H * record.crew.id) % ROTA_H >= REST_H
