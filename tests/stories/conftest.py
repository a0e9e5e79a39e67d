"""A town per story, in suggest mode or in auto mode, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.town import AUTO, Town, a_town


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
