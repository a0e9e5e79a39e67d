"""A town with a running server, and crew 1's tablet in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_server.store.opening import open_store
from tests.clock import FakeClock
from tests.mobile_app.core.device import Device
from tests.town import Town, a_town


@pytest.fixture
def town(clock: FakeClock, tmp_path: Path) -> Iterator[Town]:
    """On SQLite alone: the server's own stories are told on both databases."""
    store = open_store(f"sqlite:///{tmp_path}/relight.db", clock)
    with a_town(store, clock, tmp_path) as town:
        yield town
        town.require_sound_journal()
    store.close()


@pytest.fixture
def url(town: Town) -> str:
    return str(town.http.base_url)


@pytest.fixture
def device(town: Town, tmp_path: Path, url: str) -> Iterator[Device]:
    """Signed in as crew 1, on duty, heard of."""
    device = Device(town.clock, tmp_path / "tablet")
    device.sign_in(url)
    device.tablet.go_on_duty(3)
    assert device.sync() == ""
    yield device
    device.tablet.end()
