"""One more outage into days that stand: what each place would cost, for all crews and places at once."""

from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.ground import FORBIDDEN, Floats, Numbers
from dispatch_server.planning.routes import Routes


@dataclass(frozen=True, slots=True)
class Places:
    """Crews by places in their day, 0 being the next stop: what it costs everybody together to put the outage there,
    FORBIDDEN where it may not be, and when the crew would arrive."""

    costs: Floats
    arrives: Floats

    def cheapest(self) -> tuple[int, int]:
        crew, place = np.unravel_index(int(self.costs.argmin()), self.costs.shape)
        return int(crew), int(place)


def places_for(routes: Routes, outage: int) -> Places:
    ground, crews = routes.ground, routes.every_crew
    places = int(routes.count.max(initial=0)) + 1
    costs, arrives = np.full((ground.crews, places), FORBIDDEN), np.full((ground.crews, places), np.inf)
    fit, standing = ground.fit(np.array([outage]))[:, 0], routes.standing_costs()
    for place in range(places):
        here = np.flatnonzero(fit & (routes.count >= place) & (routes.count < routes.width))
        if len(here):
            days = with_one_more(routes.stops[crews[here]], place, outage)
            when = routes.arrivals(here, days)
            costs[here, place] = routes.priced(here, days, when) - standing[here]
            arrives[here, place] = when[:, place]
    return Places(costs, arrives)


def insert(routes: Routes, outage: int, only: int | None = None) -> Routes:
    """Where it costs least; `only` by one crew."""
    if int(routes.count.max(initial=0)) >= routes.width - 1:
        routes = Routes(routes.ground, routes.sequences())
    places = places_for(routes, outage)
    if only is not None:
        places.costs[np.arange(len(places.costs)) != only] = FORBIDDEN
    crew, place = places.cheapest()
    day = np.array([crew])
    routes.put(day, with_one_more(routes.stops[day], place, outage))
    return routes


def with_one_more(days: Numbers, place: int, outage: int) -> Numbers:
    longer: Numbers = np.insert(days, place, outage, axis=1)
    return longer[:, : days.shape[1]]
