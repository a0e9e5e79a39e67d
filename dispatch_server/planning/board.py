"""What a plan is asked about and what it answers. Minutes count from the moment of planning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Minutes = npt.NDArray[np.float32]

NO_ROAD_MIN = 10_000.0  # a drive is never reckoned longer


@dataclass(frozen=True, slots=True)
class ToReach:
    """An outage that somebody must reach. `waited_min` is how long ago its first call came, `limit_min` what was
    promised from then on, `work_min` how long a crew is expected to stay.

    `barred` are crews that may not be sent whatever their skills: asked before, too few aboard, no room.
    `held_by` is the crew that has accepted it and is not on the road.
    """

    id: int
    waited_min: float
    limit_min: float
    work_min: float
    weight: float = 1.0
    skill: str | None = None
    barred: frozenset[int] = frozenset()
    held_by: int | None = None

    @property
    def due_min(self) -> float:
        return self.limit_min - self.waited_min


@dataclass(frozen=True, slots=True)
class CrewToSend:
    """A crew on duty. `heading_to` is the outage it is driving to: it may be turned round, at a price."""

    id: int
    name: str
    free_in_min: float = 0.0
    skills: frozenset[str] = frozenset()
    heading_to: int | None = None


@dataclass(frozen=True)
class Board:
    """`minutes[i, j]` is the drive to outage j: from outage i; in the rows below, from where each crew will be free."""

    outages: tuple[ToReach, ...]
    crews: tuple[CrewToSend, ...]
    minutes: Minutes

    def __post_init__(self) -> None:
        shape = (len(self.outages) + len(self.crews), len(self.outages))
        if self.minutes.shape != shape:
            raise ValueError(f"The matrix of minutes is {self.minutes.shape}; this board needs {shape}.")
        if not np.isfinite(self.minutes).all():
            raise ValueError("A drive of the matrix has no number of minutes; give a long one where no road leads.")


def board_of(outages: Sequence[ToReach], crews: Sequence[CrewToSend], to_each: Sequence[Sequence[float]]) -> Board:
    """From plain numbers: for each outage the drives to it, from every outage and then from every crew."""
    minutes = np.array(to_each, np.float32).reshape(len(outages), len(outages) + len(crews)).T
    return Board(tuple(outages), tuple(crews), np.minimum(minutes, np.float32(NO_ROAD_MIN)))


@dataclass(frozen=True, slots=True)
class Prices:
    """What the search weighs, in minutes of one customer of weight 1.

    `late`: of one more outage past its limit. Alike for all, because the figure counts every outage alike; dear enough
    that as many are reached in time as a search for that alone finds, cheap enough that those who wait anyway do not
    wait for ever (measured in benchmarks/assignment.py).
    `turning`: of turning a crew round, or taking an accepted outage from it. What gains less is left as it is.
    """

    late: float = 400.0
    turning: float = 60.0


PRICES = Prices()


@dataclass(frozen=True, slots=True)
class Stop:
    """One outage in a crew's day. `arrives_min` from now; `late_min` past the limit, zero when in time."""

    outage_id: int
    crew_id: int
    turn: int  # 1 = the crew goes there next
    arrives_min: float
    late_min: float

    @property
    def in_time(self) -> bool:
        return self.late_min <= 0


@dataclass(frozen=True)
class Plan:
    """Every outage is in `stops`, or in `unserved` because no crew on the board may be sent."""

    stops: Mapping[int, Stop]
    unserved: tuple[int, ...]
    cost: float
    turned: tuple[int, ...]  # outages taken from the crew that was going there

    @property
    def late(self) -> tuple[Stop, ...]:
        """Who cannot be reached in time, the worst first: said at once, not when it has happened."""
        return tuple(
            sorted((s for s in self.stops.values() if not s.in_time), key=lambda s: (-s.late_min, s.outage_id))
        )

    def days(self) -> Iterator[tuple[int, list[Stop]]]:
        """Each crew that goes anywhere with its stops in order."""
        by_crew: dict[int, list[Stop]] = {}
        for stop in sorted(self.stops.values(), key=lambda s: (s.crew_id, s.turn)):
            by_crew.setdefault(stop.crew_id, []).append(stop)
        yield from by_crew.items()
