"""What goes wrong is drawn from the seed alone, and has the size and the shape that the scenario says."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dispatch_server.domain.refusals import BadInput
from dispatch_server.drill.scenarios import DAY, Fault, Scenario, on_days
from dispatch_server.drill.storms import ICE, THUNDERSTORM
from dispatch_server.drill.year import FAULTS_A_YEAR, SUMMER, WEEKS, YEAR
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import Hazard
from dispatch_server.store.accounts import Customer

ZONE = ZoneInfo("Asia/Shanghai")
STRUCK = {"thunderstorm": 600, "ice": 900}


def customers() -> list[Customer]:
    """Two homes on each of 2,000 transformers, half of them crowded into one corner: a town."""
    rng = Random("homes")
    places = [LonLat(rng.uniform(111, 111.1), rng.uniform(27, 27.1)) for _ in range(1000)]
    places += [LonLat(rng.uniform(111, 112.4), rng.uniform(27, 28.2)) for _ in range(1000)]
    return [Customer(f"{n}-{m}", f"T{n}", "", None, "", at) for n, at in enumerate(places) for m in (1, 2)]


HOMES = customers()


def faults(scenario: Scenario, seed: int = 1) -> list[Fault]:
    return scenario.faults(HOMES, ZONE, seed)


@pytest.mark.parametrize("scenario", [WEEKS, SUMMER, THUNDERSTORM, ICE], ids=lambda s: s.name)
def test_the_seed_alone_decides(scenario: Scenario) -> None:
    assert faults(scenario) == faults(scenario)
    assert faults(scenario) != faults(scenario, seed=2)


def test_a_year_has_its_11_122_faults_and_more_of_them_in_july_than_in_october() -> None:
    found = faults(YEAR)
    assert len(found) == FAULTS_A_YEAR == 11_122
    months = Counter(fault.at.astimezone(ZONE).month for fault in found)
    assert months[7] > 1.4 * months[10]
    hours = Counter(fault.at.astimezone(ZONE).hour for fault in found)
    assert hours[19] > 5 * hours[3]


def test_four_weeks_have_about_their_share_of_the_year() -> None:
    assert len(faults(WEEKS)) == pytest.approx(FAULTS_A_YEAR * 0.85 * 28 / 365, rel=0.1)


def test_a_week_of_heat_has_more_than_twice_as_many() -> None:
    assert len(faults(SUMMER)) > 2 * len(faults(replace(WEEKS, days=7)))


def test_a_thunderstorm_strikes_600_transformers_within_its_six_hours() -> None:
    struck = storm_alone(THUNDERSTORM)
    begins = THUNDERSTORM.begins_at(ZONE) + timedelta(hours=15)
    assert all(begins <= fault.at <= begins + timedelta(hours=6) for fault in struck)
    assert len({fault.customer.transformer for fault in struck}) == 600
    assert 20 < sum(fault.trouble.hazard is not Hazard.NONE for fault in struck) < 90


def test_a_thunderstorm_moves_from_the_south_west_to_the_north_east() -> None:
    struck = sorted(storm_alone(THUNDERSTORM), key=lambda fault: fault.at)
    first, last = struck[:100], struck[-100:]
    assert sum(f.customer.at.lon for f in first) < sum(f.customer.at.lon for f in last)
    assert sum(f.customer.at.lat for f in first) < sum(f.customer.at.lat for f in last)


def test_ice_strikes_the_open_country_more_than_the_town() -> None:
    struck = storm_alone(ICE)
    in_town = sum(fault.customer.at.lon < 111.1 and fault.customer.at.lat < 27.1 for fault in struck)
    assert in_town < len(struck) / 4  # where half of the homes are


def storm_alone(scenario: Scenario) -> list[Fault]:
    """The storm's own faults come before the ordinary ones of those days."""
    return scenario.faults_of(scenario, HOMES, ZONE, Random(1))[: STRUCK[scenario.name]]


def test_nobody_can_report_where_there_is_no_customer() -> None:
    with pytest.raises(BadInput, match=r"add accounts\.csv"):
        WEEKS.faults([], ZONE, 1)


def test_neighbours_ring_after_the_first_and_live_on_the_same_transformer() -> None:
    for fault in faults(on_days(WEEKS, 14)):
        assert all(who.transformer == fault.customer.transformer for who, _ in fault.neighbours)
        assert all(after >= timedelta(0) for _, after in fault.neighbours)


def test_a_drill_begins_at_midnight_of_its_first_day() -> None:
    assert WEEKS.begins_at(ZONE).date() == date(2026, 3, 2)
    assert WEEKS.ends_at(ZONE) - WEEKS.begins_at(ZONE) == 28 * DAY
