"""Ten digits read over the radio where no signal reaches: a check-in told, a job handed over.

Nine digits and one check digit. The check digit (Damm) finds every single wrong digit and every swap of neighbours,
so a misheard code is told from a wrong one. The rest is HMAC-SHA256 under the key of the tablet.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from dispatch_server.protocol.words import Grade

DIGITS = 10
KEPT_FOR = timedelta(hours=12)
# The tablet reckons the server's time; where it only has its wall clock, that may be ahead.
AHEAD = timedelta(minutes=5)
_OF_THE_JOB = 5  # digits of a job's number in a hand-over
_JOBS: int = 10**_OF_THE_JOB

# Damm 2004, the totally anti-symmetric quasigroup of order 10.
_DAMM = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)


class Nearness(StrEnum):
    """What a spoken check-in says of the position: as much as its grade, no more."""

    ON_SITE = "on_site"
    NEAR = "near"
    FAR = "far"
    NO_FIX = "no_fix"


_NEARNESS = {
    Grade.A: Nearness.ON_SITE,
    Grade.B: Nearness.NEAR,
    Grade.C: Nearness.FAR,
    Grade.DECLARED: Nearness.NO_FIX,
}
# What was only told is never proof: the press itself arrives later with its evidence.
_GRADE = {
    Nearness.ON_SITE: Grade.B,
    Nearness.NEAR: Grade.B,
    Nearness.FAR: Grade.C,
    Nearness.NO_FIX: Grade.DECLARED,
}


@dataclass(frozen=True, slots=True)
class CheckInTold:
    """What a code turned out to say. `at` is the full minute in which it was made."""

    job_id: int
    at: datetime
    nearness: Nearness


def nearness_of(grade: Grade) -> Nearness:
    return _NEARNESS[grade]


def grade_of(nearness: Nearness) -> Grade:
    return _GRADE[nearness]


# The digits


def check_digit(digits: str) -> str:
    row = "0"
    for digit in digits:
        row = _DAMM[int(row)][int(digit)]
    return row


def is_sound(code: str) -> bool:
    """Ten digits heard without a slip: with its check digit a code always ends in row 0."""
    return len(code) == DIGITS and code.isascii() and code.isdigit() and check_digit(code) == "0"


def digits_of(typed: str) -> str:
    """What was typed without spaces, dashes and the like; Chinese keyboards give full-width digits."""
    return "".join(str(int(c)) for c in typed if c.isdecimal())


def grouped(code: str) -> str:
    """As it is read aloud: 0123 456 789."""
    return f"{code[:4]} {code[4:7]} {code[7:]}"


# A check-in, from the tablet to the dispatcher


def check_in_code(key: bytes, job_id: int, at: datetime, nearness: Nearness) -> str:
    """`at` is the server's time as well as the tablet knows it."""
    return _with_check(_digits(key, f"check-in {job_id} {_minute(at)} {nearness.value}", DIGITS - 1))


def read_check_in(key: bytes, code: str, job_ids: Iterable[int], now: datetime) -> CheckInTold | None:
    """The newest check-in that the code can mean, among the crew's live jobs and the minutes of the last twelve hours.

    Three jobs, 725 minutes and four nearnesses are 8,700 codes of 10^9: one guess in 115,000 passes.
    """
    if not is_sound(code):
        return None
    jobs = tuple(job_ids)
    for minute in _minutes_back(now):
        for job_id in jobs:
            for nearness in Nearness:
                at = datetime.fromtimestamp(minute * 60, UTC)
                if hmac.compare_digest(check_in_code(key, job_id, at, nearness), code):
                    return CheckInTold(job_id, at, nearness)
    return None


def _minutes_back(now: datetime) -> Iterator[int]:
    """Now first, then ever further back, and last the minutes of a clock that is ahead."""
    latest, first = _minute(now), _minute(now - KEPT_FOR)
    yield from range(latest, first - 1, -1)
    yield from range(latest + 1, _minute(now + AHEAD) + 1)


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


# A job, from the dispatcher to the tablet


def hand_over_code(key: bytes, job_id: int) -> str:
    """Five digits of the job's number, four that only this tablet's key gives, one check digit."""
    return _with_check(f"{job_id % _JOBS:0{_OF_THE_JOB}}" + _digits(key, f"hand-over {job_id}", 4))


def read_hand_over(key: bytes, code: str, newest_job_id: int) -> int | None:
    """The job meant. Beyond 100,000 jobs the tail of the number is read near the newest one that the tablet knows."""
    if not is_sound(code):
        return None
    job_id = _nearest(int(code[:_OF_THE_JOB]), newest_job_id)
    return job_id if hmac.compare_digest(hand_over_code(key, job_id), code) else None


def _nearest(tail: int, known: int) -> int:
    """Numbers only grow while the tablet is out of reach, but the job may also be an older one."""
    lowest = max(0, known - _JOBS // 10)
    return lowest + (tail - lowest) % _JOBS


def _digits(key: bytes, said: str, count: int) -> str:
    number = int.from_bytes(hmac.digest(key, said.encode(), sha256)[:16], "big")
    return f"{number % 10**count:0{count}}"


def _with_check(digits: str) -> str:
    return digits + check_digit(digits)
