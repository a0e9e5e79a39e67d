"""The town with its server running, on both databases or on one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.town import Town, a_town


@pytest.fixture
def town(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    with a_town(store, clock, tmp_path) as town:
        yield town
