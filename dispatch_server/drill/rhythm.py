"""How busy the hotline is: few calls at night, a peak in the morning and a higher one in the evening."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

CALLS_A_DAY = 1013.0  # Loudi in 2012: 370,700 calls and 11,122 faults in the year
FAULT_SHARE = 0.03

# Weight of each local hour; the shape is invented, after any hotline's day.
HOURS = (
    *(0.25, 0.18, 0.15, 0.13, 0.15, 0.3, 0.7, 1.2, 1.6, 1.7, 1.5, 1.3),
    *(1.1, 1.0, 1.15, 1.2, 1.2, 1.4, 1.75, 1.9, 1.7, 1.2, 0.7, 0.4),
)
_PER_HOUR = tuple(CALLS_A_DAY * weight / sum(HOURS) for weight in HOURS)
_BUSIEST = max(_PER_HOUR)


def next_ring(after: datetime, zone: ZoneInfo, faster: float, rng: Random) -> datetime:
    """The next call of a Poisson stream whose rate follows the hours: draws at the busiest rate are thinned."""
    at = after
    while True:
        at += timedelta(hours=rng.expovariate(_BUSIEST * faster))
        if rng.random() * _BUSIEST <= _PER_HOUR[at.astimezone(zone).hour]:
            return at
