"""What every test may ask for: a clock, a store on either database, a browser. What is missing here fails in CI."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from dispatch_server.store.opening import open_store
from dispatch_server.store.opening_postgres import prepare_postgres
from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.cluster import Cluster, installed_binaries

DATABASES = ("sqlite", "postgresql")


def missing(what: str, package: str) -> NoReturn:
    """On a person's machine the tests that need it are skipped and counted; in CI they fail."""
    sentence = f"{what} is not installed; its tests need it (sudo apt-get install {package})."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    binaries = installed_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    cluster = Cluster(binaries)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def _template(postgres_cluster: Cluster) -> str:
    return postgres_cluster.make_template(prepare_postgres)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster, _template: str) -> Iterator[str]:
    """A database of its own, with the newest schema and nothing in it."""
    name = postgres_cluster.new_database(_template)
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is, on each database in turn. On one alone: `parametrize("address", ["sqlite"], indirect=True)`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/relight.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(address: str, clock: FakeClock) -> Iterator[Store]:
    store = open_store(address, clock)
    yield store
    store.close()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """`new_database("sqlite")` gives the address of one more database, without any table."""
    dropped: list[Callable[[], None]] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/another-{len(dropped)}-{len(list(tmp_path.iterdir()))}.db"
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        name = cluster.new_database()
        dropped.append(lambda: cluster.drop(name))
        return cluster.url(name)

    yield make
    for drop in dropped:
        drop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("Chromium", "chromium")
    return found
