"""Small boards: on a line, where a person can reckon, and drawn by hypothesis."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from dispatch_server.planning.board import Board, CrewToSend, Plan, ToReach

SKILLS = ("hv", "metering")


def on_a_line(outages: Sequence[tuple[float, ToReach]], crews: Sequence[tuple[float, CrewToSend]]) -> Board:
    """Positions in minutes of driving along one road."""
    to = np.array([at for at, _ in outages])
    froms = np.array([at for at, _ in [*outages, *crews]])
    minutes = np.abs(froms[:, None] - to[None, :]).astype(np.float32)
    return Board(tuple(o for _, o in outages), tuple(c for _, c in crews), minutes)


def an_outage(number: int, *, limit: float = 45, waited: float = 0, work: float = 30, **more: object) -> ToReach:
    return ToReach(number, waited, limit, work, **more)


def a_crew(number: int, *, free_in: float = 0, skills: Sequence[str] = (), heading_to: int | None = None) -> CrewToSend:
    return CrewToSend(number, f"Crew {number}", free_in, frozenset(skills), heading_to)


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Ids differ from places on the board, as they do in life; some crews are on the road, some outages are held."""
    seed = draw(st.integers(0, 2**32 - 1))
    outages, crews = draw(st.integers(0, 25)), draw(st.integers(1, 8))
    random = np.random.default_rng(seed)
    crew_ids = (100 + random.permutation(crews)).tolist()
    heading = dict(zip(crew_ids, random.permutation(outages).tolist(), strict=False))
    on_the_road = {c for c in heading if random.random() < 0.4}
    taken = {heading[c] for c in on_the_road}
    to_reach = tuple(
        ToReach(
            id=j,
            waited_min=float(random.random() * 60),
            limit_min=float(random.choice([45, 90, 120])),
            work_min=float(random.random() * 60),
            weight=float(random.choice([8, 4, 2, 1])),
            skill=random.choice([*SKILLS, ""]).item() or None,
            barred=frozenset(c for c in crew_ids if random.random() < 0.1),
            held_by=int(random.choice(crew_ids)) if j not in taken and random.random() < 0.2 else None,
        )
        for j in range(outages)
    )
    to_send = tuple(
        CrewToSend(
            id=c,
            name=f"Crew {c}",
            free_in_min=float(random.random() * 60),
            skills=frozenset(s for s in SKILLS if random.random() < 0.6),
            heading_to=heading[c] if c in on_the_road else None,
        )
        for c in crew_ids
    )
    return Board(to_reach, to_send, (random.random((outages + crews, outages)) * 60).astype(np.float32))


def reckoned_cost(board: Board, plan: Plan, late: float, turning: float) -> float:
    """What a plan costs by the plain words of `Prices`, with none of the planner's arrays."""
    outages, crews = {o.id: o for o in board.outages}, {c.id: c for c in board.crews}
    cost = sum(outages[s.outage_id].weight * s.arrives_min + late * (not s.in_time) for s in plan.stops.values())
    first = {crew_id: stops[0].outage_id for crew_id, stops in plan.days()}
    turned = sum(
        c.heading_to is not None and first.get(c.id) != c.heading_to for c in crews.values()
    )  # the price of a crew that no longer goes first where it was going
    broken = sum(s.crew_id != o.held_by for s in plan.stops.values() if (o := outages[s.outage_id]).held_by in crews)
    waited = sum(o.weight * o.waited_min for o in board.outages)
    return float(cost + waited + turning * (turned + broken))
