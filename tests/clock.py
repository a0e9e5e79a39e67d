"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 5, 1, 0, 30, tzinfo=UTC)  # half past eight at Loudi, a Friday


class FakeClock:
    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """`advance(minutes=3)`, or by a timedelta; gives the new now."""
        self.now += timedelta(**parts) if by is None else by
        return self.now
