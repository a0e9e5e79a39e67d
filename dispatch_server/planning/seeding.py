"""A first plan: SciPy's assignment gives each crew its next outage, again and again until all are given.

What a crew is given costs the minutes until it is done there, the fewer for what weighs more: on one road the days of a
single crew are best in that order. The root of the weight keeps far urgent ones from drawing everybody across the map.
"""

import numpy as np

from dispatch_server.planning.assigning import assigned
from dispatch_server.planning.ground import FORBIDDEN, Floats, Ground, Numbers

LATE_MIN = 60.0  # what is late anyway is given after what can still be reached in time
BUSY_SHARE = 0.3  # of the minutes until a crew is free: others may be there sooner


def rolling_assignment(ground: Ground) -> list[list[int]]:
    at, row = ground.free.copy(), ground.outages + np.arange(ground.crews)
    sequences: list[list[int]] = [[] for _ in range(ground.crews)]
    left = ground.reachable
    while len(left):
        drive = ground.minutes[row[:, None], left[None, :]]
        arrives = at[:, None] + drive
        cost = (drive + ground.work[left]) / np.sqrt(ground.weight[left])
        cost += BUSY_SHARE * at[:, None] + LATE_MIN * (arrives > ground.due[left])
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
