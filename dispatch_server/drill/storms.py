"""Two storms. Their sizes are the planner's, their shapes invented."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from dispatch_server.drill.customers import Trouble
from dispatch_server.drill.scenarios import Fault, Scenario, Weather, by_transformer, reported_by
from dispatch_server.drill.year import ordinary_faults
from dispatch_server.protocol.geo import LonLat, metres_between
from dispatch_server.protocol.words import FaultKind, Hazard
from dispatch_server.store.accounts import Customer

THUNDER_FAULTS, THUNDER_BEGINS, THUNDER_LASTS = 600, timedelta(hours=15), timedelta(hours=6)
TRACK_IS_WIDE_M = 9_000.0  # to one side: two strikes in three
ICE_FAULTS, ICE_LASTS = 900, timedelta(days=3)
_KINDS = {FaultKind.LV: 0.62, FaultKind.HV: 0.2, FaultKind.POWER_QUALITY: 0.04, None: 0.14}
_HAZARDS = {Hazard.WIRE_DOWN: 0.85, Hazard.FIRE: 0.1, Hazard.INJURY: 0.05}
HAZARD_SHARE = 0.08


def thunder_faults(scenario: Scenario, customers: Sequence[Customer], zone: ZoneInfo, rng: Random) -> list[Fault]:
    """600 faults in six hours, from the south-west to the north-east as the storm passes, beside an ordinary day."""
    known = by_transformer(customers)
    homes = [rng.choice(known[code]) for code in sorted(known)]
    begins, (start, end) = scenario.begins_at(zone) + THUNDER_BEGINS, _track(homes)
    struck = _weighted(homes, [_near_track(home.at, start, end) for home in homes], THUNDER_FAULTS, rng)
    faults = []
    for home in struck:
        passed = min(1.0, max(0.0, _share_along(home.at, start, end) + rng.gauss(0, 0.08)))
        faults.append(_struck(home, known, begins + passed * THUNDER_LASTS, scenario, rng))
    return [*faults, *ordinary_faults(scenario, customers, zone, rng)]


def ice_faults(scenario: Scenario, customers: Sequence[Customer], zone: ZoneInfo, rng: Random) -> list[Fault]:
    """900 faults over three days, thickest on the second, and thickest far from the towns."""
    known = by_transformer(customers)
    homes = [rng.choice(known[code]) for code in sorted(known)]
    crowd = _crowd(homes)
    struck = _weighted(homes, [1 / crowd[_cell(home.at)] for home in homes], ICE_FAULTS, rng)
    begins = scenario.begins_at(zone)
    moments = [begins + rng.betavariate(2, 2) * ICE_LASTS for _ in struck]
    faults = [_struck(home, known, at, scenario, rng) for home, at in zip(struck, moments, strict=True)]
    return [*faults, *ordinary_faults(scenario, customers, zone, rng)]


def _struck(home: Customer, known: dict[str, list[Customer]], at: datetime, scenario: Scenario, rng: Random) -> Fault:
    kind = rng.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
    trouble = Trouble(kind)
    if rng.random() < HAZARD_SHARE:
        trouble = Trouble(FaultKind.LV, rng.choices(tuple(_HAZARDS), tuple(_HAZARDS.values()))[0])
    return reported_by(home, at, trouble, known.get(home.transformer or "", ()), rng, least=2)


def _track(homes: Sequence[Customer]) -> tuple[LonLat, LonLat]:
    """Across the whole territory."""
    lons, lats = [h.at.lon for h in homes], [h.at.lat for h in homes]
    return LonLat(min(lons), min(lats)), LonLat(max(lons), max(lats))


def _share_along(at: LonLat, start: LonLat, end: LonLat) -> float:
    """How far along the track the nearest point of it lies, from 0 to 1. A degree is a degree: a storm is not exact."""
    east, north = end.lon - start.lon, end.lat - start.lat
    along = (at.lon - start.lon) * east + (at.lat - start.lat) * north
    return along / (east * east + north * north)


def _near_track(at: LonLat, start: LonLat, end: LonLat) -> float:
    """A weight of 1 on the track, falling off to both sides."""
    share = _share_along(at, start, end)
    foot = LonLat(start.lon + share * (end.lon - start.lon), start.lat + share * (end.lat - start.lat))
    return exp(-0.5 * (metres_between(at, foot) / TRACK_IS_WIDE_M) ** 2)


def _weighted(homes: Sequence[Customer], weights: Sequence[float], count: int, rng: Random) -> list[Customer]:
    """Drawn without putting back: no transformer is struck twice. Small weights come out late in the race."""
    race = sorted((rng.expovariate(1.0) / weight, n) for n, weight in enumerate(weights) if weight > 0)
    return [homes[n] for _, n in race[:count]]


def _cell(at: LonLat) -> tuple[int, int]:
    """A square of some five kilometres."""
    return round(at.lon * 20), round(at.lat * 20)


def _crowd(homes: Sequence[Customer]) -> dict[tuple[int, int], int]:
    """Transformers in each square."""
    crowd: dict[tuple[int, int], int] = {}
    for home in homes:
        crowd[_cell(home.at)] = crowd.get(_cell(home.at), 0) + 1
    return crowd


THUNDERSTORM = Scenario(
    "thunderstorm",
    "600 faults in six hours along the track of a thunderstorm, in an ordinary summer day",
    date(2026, 7, 8),
    1,
    thunder_faults,
    Weather(drives=1.25, repairs=1.1),
    all_hands=True,
)
ICE = Scenario(
    "ice",
    "three days of ice with 900 faults, thickest in the hills",
    date(2026, 1, 20),
    3,
    ice_faults,
    Weather(drives=1.7, repairs=1.5),
    all_hands=True,
)
