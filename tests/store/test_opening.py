"""Opening: a fresh database, an old one, somebody else's, several servers at once."""

from dispatch_server.store.store import Store


def test_a_fresh_database_is_ready_for_use(store: Store) -> None:
    assert store.read(lambda reading: reading.find.__name__) == "find"
