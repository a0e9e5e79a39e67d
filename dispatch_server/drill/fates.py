"""What chance decides: about a crew's tablet once, about each of its jobs once.

Drawn from the names alone, so that a demo that goes on after a restart, and a drill that is played again with the same
seed, decide the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import log
from random import Random

from dispatch_server.drill import sayings
from dispatch_server.drill.cards import Card
from dispatch_server.protocol.words import AreaClass, FaultKind

MOST_REPAIR_MIN = 150.0


class AnswerMeant(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    LET_LAPSE = "let_lapse"


class Reading(StrEnum):
    """What the GPS gives at the check-in."""

    GPS = "gps"
    NETWORK = "network"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Fate:
    """How one crew fares with one job. Durations count from the step before."""

    sees_after: timedelta
    answer: AnswerMeant
    answers_after: timedelta
    declines_for: str
    departs_after: timedelta
    pace: float
    loses_signal_at: float | None
    lost_for: timedelta
    goes_astray: bool
    stands_off_m: float
    stands_off_turn: float
    checks_in_after: timedelta
    reading: Reading
    surveys_after: timedelta
    cause: str
    repairs_for: timedelta
    leaves_for: str | None
    closes_after: timedelta


def wall_error_of(seed: str, crew: str) -> timedelta:
    """Most tablets keep time; some are minutes off, a few live in another time zone."""
    rng = Random(f"{seed}|clock|{crew}")
    draw = rng.random()
    if draw < 0.7:
        return timedelta(seconds=round(rng.uniform(-2, 2), 1))
    if draw < 0.9:
        return timedelta(minutes=rng.choice((-17, -6, 4, 9, 23)))
    return timedelta(hours=rng.choice((-8, -1, 1, 12)))


def fates_of(seed: str, crew: str, haste: float) -> Callable[[Card], Fate]:
    """How a crew will fare with each of its cards."""
    return lambda card: fate_of(seed, crew, card.job_id, card.area_class, card.fault_kind, haste)


def fate_of(
    seed: str, crew: str, job_id: int, area_class: AreaClass | None, kind: FaultKind | None, haste: float = 1.0
) -> Fate:
    """`haste` 10 makes people ten times as quick; roads stay as they are but for it."""
    rng = Random(f"{seed}|{crew}|{job_id}")

    def seconds(least: float, most: float) -> timedelta:
        return timedelta(seconds=rng.triangular(least, most, least + (most - least) / 4) / haste)

    loses_signal = rng.random() < sayings.NO_SIGNAL[area_class]
    loses_at = rng.uniform(0.2, 0.95)
    repair_min = min(MOST_REPAIR_MIN, rng.lognormvariate(log(sayings.MEDIAN_REPAIR_MIN[kind]), 0.6))
    leaves = rng.random() < 0.02
    return Fate(
        sees_after=seconds(3, 40),
        answer=rng.choices(tuple(AnswerMeant), (0.93, 0.05, 0.02))[0],
        answers_after=seconds(4, 60),
        declines_for=rng.choice(sayings.DECLINES),
        departs_after=seconds(15, 140),
        pace=rng.uniform(0.8, 1.25) / haste,
        loses_signal_at=loses_at if loses_signal else None,
        lost_for=seconds(120, 900),
        goes_astray=rng.random() < 0.03,
        stands_off_m=rng.uniform(5, 60),
        stands_off_turn=rng.random(),
        checks_in_after=seconds(10, 90),
        reading=rng.choices(tuple(Reading), (0.94, 0.03, 0.03))[0],
        surveys_after=seconds(120, 600),
        cause=rng.choice(sayings.CAUSES[kind]),
        repairs_for=timedelta(minutes=repair_min / haste),
        leaves_for=rng.choice(sayings.LEAVES) if leaves else None,
        closes_after=seconds(60, 300),
    )
