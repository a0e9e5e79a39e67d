"""A private PostgreSQL that flushes every commit, for the length of a run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from dispatch_server.store.opening_postgres import prepare_postgres
from tests.cluster import Cluster, installed_binaries

DURABLE = ("max_connections=200", "listen_addresses=", "shared_buffers=256MB")


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of an empty database; None where PostgreSQL is not installed."""
    binaries = installed_binaries()
    if binaries is None:
        yield None
        return
    cluster = Cluster(binaries, DURABLE, within=tempfile.gettempdir())  # in memory a flush would cost nothing
    try:
        address = cluster.url(cluster.new_database())
        prepare_postgres(address)
        yield address
    finally:
        cluster.remove()
