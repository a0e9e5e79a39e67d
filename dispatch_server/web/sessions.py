"""Sessions looked up once and remembered while nobody's rights have changed."""

from dataclasses import dataclass
from time import monotonic

from dispatch_server.services.people import digest_of
from dispatch_server.store.people import OpenSession, session_of
from dispatch_server.store.store import Store

# A remembered session is asked again when the watch on the "people" version has been silent for this long.
TRUSTED_FOR_S = 1.5
REMEMBERED_MOST = 20_000


@dataclass(frozen=True, slots=True)
class _Known:
    session: OpenSession
    looked_up_at: float


class Sessions:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}
        self._people_version: int | None = None
        self._watched_at = 0.0
        self._changes = 0

    async def of(self, token: str) -> OpenSession | None:
        """The session of this token, unless it has ended, run out, or its user was disabled."""
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is None or monotonic() - max(known.looked_up_at, self._watched_at) > TRUSTED_FOR_S:
            known = await self._look_up(digest)
        if known is None or known.session.expires_at <= self._store.clock():
            return None
        return known.session

    async def _look_up(self, digest: str) -> _Known | None:
        began, changes = monotonic(), self._changes
        session = await self._store.aread(lambda reading: session_of(reading, digest))
        self._known.pop(digest, None)
        if session is None:
            return None
        known = _Known(session, began)
        if changes == self._changes:  # else it may have been read before the change
            self._make_room()
            self._known[digest] = known
        return known

    def _make_room(self) -> None:
        if len(self._known) >= REMEMBERED_MOST:
            self._known.clear()

    def forget(self) -> None:
        self._changes += 1
        self._known.clear()

    def watched(self, began: float, people_version: int) -> None:
        """Called about once a second with the version of "people", read at `began` or later."""
        if people_version != self._people_version:
            self._people_version = people_version
            self.forget()
        self._watched_at = began
