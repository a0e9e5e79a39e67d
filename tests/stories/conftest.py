"""A town per story, in suggest mode or in auto mode, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.town import AUTO, Town, a_town

SHORT = """
[[limits]]
name = "promise"
valid_from = 2011-01-01
urban_min = 6
rural_min = 6
remote_min = 6
"""
WITH_A_LONG_LADDER = (
    AUTO
    + """
[[ladder]]
after = "at_risk"
wait_s = 120
do = "offer_wider"

[[ladder]]
after = "at_risk"
wait_s = 3600
do = "tell_duty_manager"
"""
)


@pytest.fixture
def town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """Nothing is offered by itself. At the end every story's journal is sound."""
    with a_town(store, clock, tmp_path) as town:
        yield town
        town.require_sound_journal()


@pytest.fixture
def auto_town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """The offering worker asks crew after crew."""
    with a_town(store, clock, tmp_path, AUTO) as town:
        yield town
        town.require_sound_journal()


@pytest.fixture
def short_town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """Six minutes everywhere: a crew is in time in its own village alone."""
    with a_town(store, clock, tmp_path, SHORT) as town:
        yield town
        town.require_sound_journal()


@pytest.fixture
def empty_step_town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """In auto mode; an hour after further crews were asked the duty manager is told."""
    with a_town(store, clock, tmp_path, WITH_A_LONG_LADDER) as town:
        yield town
        town.require_sound_journal()
