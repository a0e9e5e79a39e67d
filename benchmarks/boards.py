"""Boards as after a storm, made from a seed, and what a plan for one is worth."""

from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.board import Board, CrewToSend, ToReach

SIDE_KM = 100.0
KMH = 60.0
LIMITS_MIN, CLASSES = (45.0, 90.0, 120.0), (0.6, 0.3, 0.1)  # urban, rural, remote
WEIGHTS = (8.0, 4.0, 2.0, 1.0)
SKILL = "hv"

Days = list[list[int]]  # for each crew its outages in order, all by their number on the board


def storm(outages: int, crews: int, seed: int) -> Board:
    """A fifth of the outages need a skill that four crews in ten have; half the crews are busy for up to an hour."""
    random = np.random.default_rng(seed)
    sites, starts = random.random((outages, 2)) * SIDE_KM, random.random((crews, 2)) * SIDE_KM
    limit = random.choice(LIMITS_MIN, outages, p=CLASSES)
    waited, work = random.random(outages) * 30, 10 + random.random(outages) * 50
    weight = random.choice(WEIGHTS, outages)
    skill, skilled = random.random(outages) < 0.2, random.random(crews) < 0.4
    free = np.where(random.random(crews) < 0.5, random.random(crews) * 60, 0.0)
    to_reach = tuple(
        ToReach(j, waited[j], limit[j], work[j], weight[j], SKILL if skill[j] else None) for j in range(outages)
    )
    has = frozenset({SKILL})
    to_send = tuple(CrewToSend(c, f"crew {c}", free[c], has if skilled[c] else frozenset()) for c in range(crews))
    return Board(to_reach, to_send, _minutes(np.vstack([sites, starts]), sites))


def _minutes(
    froms: "np.typing.NDArray[np.float64]", to: "np.typing.NDArray[np.float64]"
) -> "np.typing.NDArray[np.float32]":
    minutes = np.empty((len(froms), len(to)), np.float32)
    for n, (x, y) in enumerate(froms):
        minutes[n] = np.hypot(x - to[:, 0], y - to[:, 1]) * 60 / KMH
    return minutes


def with_one_more(board: Board, seed: int) -> Board:
    """The same board after one event: an urgent outage in town is reported next to one that is known."""
    random = np.random.default_rng(seed)
    beside = int(random.integers(len(board.outages)))
    n = len(board.outages)
    to_it = board.minutes[:, beside] + 2.0
    rows = np.vstack([board.minutes[:n], board.minutes[beside] + 2.0, board.minutes[n:]])
    column = np.concatenate([to_it[:n], [0.0], to_it[n:]])[:, None]
    return Board(
        (*board.outages, ToReach(n, 1.0, 45.0, 30.0, 8.0)), board.crews, np.hstack([rows, column]).astype(np.float32)
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """Arrivals count from the call. `f` is their mean by weight, and an hour for each late outage over all outages."""

    in_time: float
    mean_min: float
    p95_min: float
    urgent_min: float
    f: float


def worth(board: Board, days: Days) -> Worth:
    """Driven stop by stop, with nothing of the planner's own reckoning; refuses a plan that breaks a rule."""
    outages, arrives = board.outages, np.full(len(board.outages), np.nan)
    for c, (crew, day) in enumerate(zip(board.crews, days, strict=True)):
        at, row = crew.free_in_min, len(outages) + c
        for j in day:
            assert np.isnan(arrives[j]), "an outage is given twice"
            assert outages[j].skill is None or outages[j].skill in crew.skills, "an unfit crew is sent"
            arrives[j] = at = at + float(board.minutes[row, j])
            at, row = at + outages[j].work_min, j
    assert not np.isnan(arrives).any(), "an outage is left out"
    return _worth(board, arrives)


def _worth(board: Board, arrives: "np.typing.NDArray[np.float64]") -> Worth:
    waited = np.array([o.waited_min for o in board.outages])
    weight = np.array([o.weight for o in board.outages])
    late = arrives > np.array([o.due_min for o in board.outages])
    arrival = arrives + waited
    return Worth(
        in_time=float(1 - late.mean()),
        mean_min=float(arrival.mean()),
        p95_min=float(np.quantile(arrival, 0.95)),
        urgent_min=float(arrival[weight == max(WEIGHTS)].mean()),
        f=float((weight * arrival).sum() / weight.sum() + 60 * late.mean()),
    )
