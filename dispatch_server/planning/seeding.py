"""A first plan: SciPy's assignment gives each crew its next outage, again and again until all are given."""

import numpy as np

from dispatch_server.planning.assigning import assigned
from dispatch_server.planning.ground import FORBIDDEN, Floats, Ground, Numbers

NEW_WORK_LATE_MIN = 60.0  # an outage that is reached late is given after one that can still be reached in time


def rolling_assignment(ground: Ground) -> list[list[int]]:
    at, row = ground.free.copy(), ground.outages + np.arange(ground.crews)
    sequences: list[list[int]] = [[] for _ in range(ground.crews)]
    left = ground.reachable
    while len(left):
        arrives = at[:, None] + ground.minutes[row[:, None], left[None, :]]
        cost = arrives + NEW_WORK_LATE_MIN * (arrives > ground.due[left])
        cost[~ground.fit(left)] = FORBIDDEN
        crews, places = _allowed(cost)
        for crew, place in zip(crews.tolist(), places.tolist(), strict=True):
            outage = int(left[place])
            sequences[crew].append(outage)
            at[crew] = arrives[crew, place] + ground.work[outage]
            row[crew] = outage
        left = np.delete(left, places)
    return sequences


def _allowed(cost: Floats) -> tuple[Numbers, Numbers]:
    crews, places = assigned(cost)
    allowed = cost[crews, places] < FORBIDDEN
    return crews[allowed], places[allowed]
