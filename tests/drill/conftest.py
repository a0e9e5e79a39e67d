from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.played import Played, played
from tests.town import write_layers


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Played]:
    """The town of four crews and six customers."""
    with played(tmp_path / "demo", write_layers(tmp_path / "layers")) as stage:
        yield stage
