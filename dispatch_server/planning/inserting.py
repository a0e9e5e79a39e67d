"""One more outage into days that stand: what each place would cost, for all crews and places at once."""

import numpy as np

from dispatch_server.planning.ground import FORBIDDEN, Floats, Numbers
from dispatch_server.planning.routes import Routes


def insertion_costs(routes: Routes, outage: int) -> Floats:
    """Crews by places, of everybody's waiting and lateness together; FORBIDDEN where it may not be."""
    ground, crews = routes.ground, routes.every_crew
    places = int(routes.count.max(initial=0)) + 1
    costs = np.full((ground.crews, places), FORBIDDEN)
    fit = ground.fit(np.array([outage]))[:, 0]
    for place in range(places):
        here = np.flatnonzero(fit & (routes.count >= place) & (routes.count < routes.width))
        if len(here):
            days = _with(routes.stops[crews[here]], place, outage)
            costs[here, place] = routes.costs(here, days) - routes.costs(here, routes.stops[here])
    return costs


def insert(routes: Routes, outage: int, only: int | None = None) -> Routes:
    """Where it costs least; `only` by one crew. Days have room for it: see `Routes`."""
    if int(routes.count.max(initial=0)) >= routes.width - 1:
        routes = Routes(routes.ground, routes.sequences())
    costs = insertion_costs(routes, outage)
    if only is not None:
        costs[np.arange(len(costs)) != only] = FORBIDDEN
    crew, place = np.unravel_index(int(costs.argmin()), costs.shape)
    day = np.array([crew])
    routes.put(day, _with(routes.stops[day], int(place), outage))
    return routes


def without(routes: Routes, outage: int) -> tuple[Routes, int]:
    """The plan with an outage left out, and the crew that had it."""
    crew = int(np.flatnonzero((routes.stops == outage).any(axis=1))[0])
    sequences = routes.sequences()
    sequences[crew].remove(outage)
    return Routes(routes.ground, sequences), crew


def _with(days: Numbers, place: int, outage: int) -> Numbers:
    longer = np.insert(days, place, outage, axis=1)
    return longer[:, : days.shape[1]]
