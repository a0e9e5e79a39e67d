"""A day of the crew's own track, as the company has it, and who looked at it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Position:
    lon: float
    lat: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    by_role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Track:
    """What the company has about this crew on a day, who looked at it, and for how many days it is kept."""

    positions: tuple[Position, ...]
    looked: tuple[Looked, ...]
    kept_days: float
