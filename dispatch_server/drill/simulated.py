"""A clock that nobody waits for: it stands still until somebody moves it on to the next moment that matters."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

SECOND = timedelta(seconds=1)


class SimulatedClock:
    """Handed to a store in place of the wall clock. It never goes back."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, moment: datetime) -> None:
        """On, and at least by a second: what falls due within one second is done together."""
        self.now = max(moment, self.now + SECOND)


class Agenda:
    """What happens when. Deeds of one moment are done in the order in which they were planned."""

    def __init__(self) -> None:
        self._planned: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def plan(self, at: datetime, deed: Callable[[], None]) -> None:
        heappush(self._planned, (at, next(self._order), deed))

    @property
    def next_at(self) -> datetime | None:
        return self._planned[0][0] if self._planned else None

    def once(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many deeds that were."""
        done = 0
        while self._planned and self._planned[0][0] <= now:
            _, _, deed = heappop(self._planned)
            deed()
            done += 1
        return done


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
