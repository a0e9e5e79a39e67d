"""Once in a while: what is too old is deleted, and once a day everything in the journal is signed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from dispatch_server.domain.people import Author
from dispatch_server.store.forgetting import AT_A_TIME, forget_callers, forget_geocoded, forget_tracks
from dispatch_server.store.roots import make_root
from dispatch_server.store.store import Store

HOUSEKEEPING = Author("housekeeping")
EVERY_S = 300.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """`once` is one pass; it gives more than zero while there is more to do at once."""

    store: Store
    positions_kept: timedelta
    callers_kept: timedelta
    zone: ZoneInfo
    key: Callable[[], bytes | None]
    answers_kept: timedelta = timedelta(0)  # of other geocoders

    def once(self) -> int:
        tracks = self.store.work(HOUSEKEEPING, lambda work: forget_tracks(work, work.now - self.positions_kept))
        callers = self.store.work(HOUSEKEEPING, lambda work: forget_callers(work, work.now - self.callers_kept))
        answers_before = min(self.answers_kept, self.callers_kept)
        answers = self.store.work(HOUSEKEEPING, lambda work: forget_geocoded(work, work.now - answers_before))
        if tracks or callers or answers:
            log.info(
                "deleted by age: %d positions, particulars of %d calls, %d answers of geocoders",
                *(tracks, callers, answers),
            )
        if (key := self.key()) is not None:
            today = self.store.clock().astimezone(self.zone).date()
            make_root(self.store, HOUSEKEEPING, key, today.isoformat())
        return int(max(tracks, callers, answers) == AT_A_TIME)
