"""A plan in sentences, outage by outage: who comes when, who would be next best, and why somebody comes too late."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch_server.planning.board import PRICES, Board, Plan, Prices, Stop, ToReach
from dispatch_server.planning.ground import FORBIDDEN, Ground
from dispatch_server.planning.inserting import Places, places_for, with_one_more
from dispatch_server.planning.routes import Routes


@dataclass(frozen=True, slots=True)
class Instead:
    """Another place for the same outage, and how much dearer the whole plan would be with it."""

    crew_id: int
    turn: int
    arrives_min: float
    dearer: float


@dataclass(frozen=True, slots=True)
class Explained:
    outage_id: int
    stop: Stop | None
    runner_up: Instead | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One outage of the plan, the days without it, and every place it could have instead."""

    outage: ToReach
    stop: Stop
    others: Routes
    places: Places
    planned_cost: float


class Explainer:
    """Answers for one plan of one board; nothing of the search is needed for it."""

    def __init__(self, board: Board, plan: Plan, prices: Prices = PRICES) -> None:
        self._board, self._plan = board, plan
        self._ground = Ground(board, prices)
        self._outage = {o.id: n for n, o in enumerate(board.outages)}
        self._crew = {c.id: n for n, c in enumerate(board.crews)}
        self._days: list[list[int]] = [[] for _ in board.crews]
        for crew_id, stops in plan.days():
            self._days[self._crew[crew_id]] = [self._outage[stop.outage_id] for stop in stops]

    def explain(self, outage_id: int) -> Explained:
        stop = self._plan.stops.get(outage_id)
        if stop is None:
            return Explained(outage_id, None, None, ("No crew on the board may be sent there.",))
        asked = self._ask(stop)
        runner_up = self._runner_up(asked)
        return Explained(outage_id, stop, runner_up, tuple(self._sentences(asked, runner_up)))

    def _ask(self, stop: Stop) -> _Asked:
        number, crew = self._outage[stop.outage_id], self._crew[stop.crew_id]
        days = [[j for j in day if j != number] if c == crew else day for c, day in enumerate(self._days)]
        others = Routes(self._ground, days)
        places = places_for(others, number)
        return _Asked(self._board.outages[number], stop, others, places, float(places.costs[crew, stop.turn - 1]))

    def _runner_up(self, asked: _Asked) -> Instead | None:
        costs = asked.places.costs.copy()
        costs[self._crew[asked.stop.crew_id]] = FORBIDDEN
        return self._instead(asked, Places(costs, asked.places.arrives))

    def _instead(self, asked: _Asked, places: Places) -> Instead | None:
        crew, place = places.cheapest()
        if places.costs[crew, place] >= FORBIDDEN:
            return None
        dearer = float(asked.places.costs[crew, place]) - asked.planned_cost
        return Instead(self._board.crews[crew].id, place + 1, float(places.arrives[crew, place]), dearer)

    def _sentences(self, asked: _Asked, runner_up: Instead | None) -> Iterator[str]:
        yield self._who_comes(asked)
        if asked.outage.id in self._plan.turned:
            yield self._why_turned(asked.outage)
        if not asked.stop.in_time:
            yield self._why_late(asked)
        if runner_up is not None:
            yield (
                f"Next best: {self._name(runner_up.crew_id)}, in {runner_up.arrives_min:.0f} min; "
                f"the whole board would lose {max(0.0, runner_up.dearer):.0f} min, counted by urgency."
            )

    def _who_comes(self, asked: _Asked) -> str:
        stop = asked.stop
        first = f"{self._name(stop.crew_id)} arrives in {stop.arrives_min:.0f} min, as its stop no. {stop.turn}: "
        if stop.in_time:
            return first + f"in time, {asked.outage.due_min - stop.arrives_min:.0f} min to spare."
        return first + f"{stop.late_min:.0f} min past the limit."

    def _why_turned(self, outage: ToReach) -> str:
        heading = next((c.id for c in self._board.crews if c.heading_to == outage.id), outage.held_by)
        return (
            f"{self._name(heading)} had it and is sent elsewhere: "
            f"the whole board gains {self._ground.prices.turning:.0f} min or more, counted by urgency."
        )

    def _why_late(self, asked: _Asked) -> str:
        due, arrives = asked.outage.due_min, asked.places.arrives
        if due < 0:
            return f"Its limit passed {-due:.0f} min ago."
        first = int(arrives[:, 0].argmin())
        if (soonest := float(arrives[first, 0])) > due:
            name = self._board.crews[first].name
            return f"No fit crew can be there in time; the first could be {name}, in {soonest:.0f} min."
        costs = np.where(arrives <= due, asked.places.costs, FORBIDDEN)
        in_time = self._instead(asked, Places(costs, arrives))
        assert in_time is not None, "the first stop of some crew is in time"
        return self._why_not_in_time(asked, in_time)

    def _why_not_in_time(self, asked: _Asked, in_time: Instead) -> str:
        could = f"{self._name(in_time.crew_id)} could be there in time, in {in_time.arrives_min:.0f} min, "
        others = self._more_late(asked, in_time)
        if others > 0:
            return could + f"but would then be late at more of its other stops ({others})."
        return could + f"but the whole board would lose {max(0.0, in_time.dearer):.0f} min, counted by urgency."

    def _more_late(self, asked: _Asked, instead: Instead) -> int:
        """Of the crew's other stops, how many more would be late."""
        routes, crew = asked.others, np.array([self._crew[instead.crew_id]])
        old = routes.stops[crew]
        new = with_one_more(old, instead.turn - 1, self._outage[asked.outage.id])
        late = (routes.arrivals(crew, new) > self._ground.due[new]).sum()
        return int(late - (routes.arrivals(crew, old) > self._ground.due[old]).sum())

    def _name(self, crew_id: int | None) -> str:
        known = self._crew.get(-1 if crew_id is None else crew_id)
        return f"crew {crew_id}" if known is None else self._board.crews[known].name
