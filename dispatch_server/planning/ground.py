"""A board as arrays. The number -1 stands for "no outage": it weighs nothing, takes no time and is never late."""

import numpy as np
import numpy.typing as npt

from dispatch_server.planning.board import Board, Minutes, Prices

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

NOBODY = -1
FORBIDDEN = 1e9  # a cost that no real plan comes near


class Ground:
    """Numbers outages and crews by their place on the board. Outages that no crew may be sent to are left out."""

    def __init__(self, board: Board, prices: Prices) -> None:
        outages, crews = board.outages, board.crews
        self.outages, self.crews = len(outages), len(crews)
        self.prices = prices
        self.minutes: Minutes = np.asarray(board.minutes, np.float32)
        self.waited = _padded([o.waited_min for o in outages], 0.0)
        self.due = _padded([o.due_min for o in outages], np.inf)
        self.work = _padded([o.work_min for o in outages], 0.0)
        self.weight = _padded([o.weight for o in outages], 0.0)
        self.late_cost = _padded([prices.late] * len(outages), 0.0)
        self.free = np.array([c.free_in_min for c in crews], np.float64)
        self._set_fitness(board)
        self._set_bonds(board)

    def _set_fitness(self, board: Board) -> None:
        bit = {skill: 1 << n for n, skill in enumerate(sorted({o.skill for o in board.outages if o.skill}))}
        self.need: Numbers = np.array([bit.get(o.skill or "", 0) for o in board.outages] + [0], np.int64)
        self.lacks: Numbers = np.array(
            [sum(b for s, b in bit.items() if s not in c.skills) for c in board.crews], np.int64
        )
        number = {c.id: n for n, c in enumerate(board.crews)}
        self.barred: Truths | None = None
        if any(o.barred for o in board.outages):
            self.barred = np.zeros((self.crews, self.outages + 1), np.bool_)
            for j, o in enumerate(board.outages):
                self.barred[[number[c] for c in o.barred if c in number], j] = True
        self.may = self.fit(np.arange(self.outages))
        self.reachable: Numbers = np.flatnonzero(self.may.any(axis=0))

    def _set_bonds(self, board: Board) -> None:
        crew = {c.id: n for n, c in enumerate(board.crews)}
        outage = {o.id: n for n, o in enumerate(board.outages)}
        held = [NOBODY if o.held_by is None else crew.get(o.held_by, NOBODY) for o in board.outages]
        self.held_by: Numbers = np.array([*held, NOBODY], np.int64)
        heading = [NOBODY if c.heading_to is None else outage.get(c.heading_to, NOBODY) for c in board.crews]
        self.heading: Numbers = np.array(heading, np.int64).reshape(-1)
        self.bound = bool((self.held_by != NOBODY).any() or (self.heading != NOBODY).any())

    def fit(self, outages: Numbers) -> Truths:
        """Crews by outages: who may be sent where."""
        fit: Truths = (self.need[outages][None, :] & self.lacks[:, None]) == 0
        return fit if self.barred is None else fit & ~self.barred[:, outages]


def _padded(values: list[float], without: float) -> Floats:
    return np.array([*values, without], np.float64)
