"""Every hour's tracks, two hours later: what they say of speeds is kept, and running servers take it up."""

from collections.abc import Callable
from dataclasses import dataclass

from dispatch_server.domain.people import Author
from dispatch_server.services import learning
from dispatch_server.services.ports import Territory
from dispatch_server.store.store import Store

LEARNING = Author("learning")
EVERY_S = 300.0


@dataclass(frozen=True, slots=True)
class LearningSpeeds:
    """`once` learns from one hour; it gives 1 while there may be another."""

    store: Store
    territory: Callable[[], Territory]

    def once(self) -> int:
        territory = self.territory()
        hour = self.store.read(learning.hour_due)
        if hour is None:
            return 0
        tracks = self.store.read(lambda reading: learning.tracks_in(reading, territory, hour))
        stretches = learning.stretches_in(territory, tracks, hour)
        self.store.work(LEARNING, lambda work: learning.keep_speeds(work, hour, stretches))
        return 1
