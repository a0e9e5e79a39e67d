"""Asks other geocoders about calls that nobody could place: outside any Work, one question at a time, never in a hurry.

Each process keeps the pace of each provider by itself. A provider that fails is left alone for a while, longer each
time; meanwhile calls wait in their table, or the next provider is asked.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.other_geocoders import Finding
from dispatch_server.domain.people import PLACING
from dispatch_server.domain.places import Place
from dispatch_server.gis.geocoder import NotAnswered, RemoteGeocoder, Why
from dispatch_server.services import placing
from dispatch_server.services.placing import Heard, Inquiry
from dispatch_server.services.ports import Territory
from dispatch_server.store.geocoded import answer_known, digest_of, salt
from dispatch_server.store.store import Store

FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
REST_WITHOUT_KEY = timedelta(minutes=10)  # somebody has to mend that; each try is counted by the provider
LONGEST_ASKED_FOR_S = 3_600.0  # of what a provider may ask for by Retry-After
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Line:
    """One provider and when it may be asked next, by this process."""

    geocoder: RemoteGeocoder
    free_at: datetime | None = None
    failures: int = 0

    def is_free(self, now: datetime) -> bool:
        return self.free_at is None or now >= self.free_at

    def answered(self, now: datetime) -> None:
        self.failures = 0
        self.free_at = now + self._pace

    def failed(self, now: datetime, error: NotAnswered) -> timedelta:
        """Gives how long it is left alone."""
        rest = min(LONGEST_REST, FIRST_REST * (1 << min(self.failures, 10)))
        if error.why is Why.KEY_REFUSED:
            rest = REST_WITHOUT_KEY
        if error.retry_after_s is not None:
            rest = max(rest, timedelta(seconds=min(LONGEST_ASKED_FOR_S, error.retry_after_s)))
        self.failures += 1
        self.free_at = now + max(rest, self._pace)
        return rest

    @property
    def _pace(self) -> timedelta:
        return timedelta(seconds=1 / self.geocoder.terms.per_second)


class Placing:
    """`once` is one pass; it gives more than zero while there may be more to do at once."""

    def __init__(
        self,
        store: Store,
        territory: Callable[[], Territory],
        geocoders: Sequence[RemoteGeocoder],
        answers_kept: timedelta,
    ) -> None:
        self._store = store
        self._territory = territory
        self._lines = [Line(geocoder) for geocoder in geocoders]
        self._answers_kept = answers_kept
        self._salt: bytes | None = None

    def once(self) -> int:
        if not any(line.is_free(self._store.clock()) for line in self._lines):
            return 0
        waiting = self._store.read(placing.calls_waiting)
        return int(any(self._one(call_id) for call_id in waiting))  # stops at the first that is ours

    def _one(self, call_id: int) -> bool:
        words = self._store.work(PLACING, lambda work: placing.take_up(work, call_id))
        if words is None:
            return False
        territory = self._territory()
        inquiry = Inquiry(words)
        self._inquire(inquiry, territory)
        self._store.work(PLACING, lambda work: placing.record(work, territory, call_id, inquiry))
        return True

    def _inquire(self, inquiry: Inquiry, territory: Territory) -> None:
        """One provider after the other, until one has a place in the territory."""
        for line in self._lines:
            findings = self._ask(line, inquiry)
            if findings is None:
                continue
            inquiry.places = self._sifted(inquiry, territory, line.geocoder.name, findings)
            if inquiry.places:
                return

    def _sifted(
        self, inquiry: Inquiry, territory: Territory, source: str, findings: Sequence[Finding]
    ) -> tuple[Place, ...]:
        places = placing.usable(territory, source, findings)
        if findings and not places:
            inquiry.outcomes.append((source, "discarded"))
        return places

    def _ask(self, line: Line, inquiry: Inquiry) -> tuple[Finding, ...] | None:
        """None when there is no answer now; `inquiry` then says when to try again."""
        name = line.geocoder.name
        digest = digest_of(self._salted(), (line.geocoder.terms.answers_as, " ".join(inquiry.words.split())))
        since = self._store.clock() - self._answers_kept
        known = self._store.read(lambda reading: answer_known(reading, digest, since))
        if known is not None:
            return known
        if not line.is_free(self._store.clock()):
            self._try_again(inquiry, line)
            return None
        inquiry.outcomes.append((name, "asked"))
        try:
            findings = line.geocoder.ask(inquiry.words)
        except NotAnswered as error:
            self._failed(inquiry, line, error)
            return None
        line.answered(self._store.clock())
        inquiry.outcomes.append((name, "answered" if findings else "nothing"))
        if self._answers_kept:
            inquiry.heard.append(Heard(name, digest, findings))
        return findings

    def _failed(self, inquiry: Inquiry, line: Line, error: NotAnswered) -> None:
        rest = line.failed(self._store.clock(), error)
        log.warning("%s %s; left alone for %.0f s", line.geocoder.name, error.why.value, rest.total_seconds())
        inquiry.outcomes.append((line.geocoder.name, "failed"))
        inquiry.failed = True
        self._try_again(inquiry, line)

    def _try_again(self, inquiry: Inquiry, line: Line) -> None:
        assert line.free_at is not None
        inquiry.again_at = line.free_at if inquiry.again_at is None else min(inquiry.again_at, line.free_at)

    def _salted(self) -> bytes:
        if self._salt is None:
            self._salt = self._store.work(PLACING, salt)
        return self._salt
