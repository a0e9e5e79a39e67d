"""Claim: from all crews to one site in milliseconds, over a road graph of 50,000 nodes; asked again, in under one.

An invented network: a grid with gaps, bends and one-way streets over 100 by 100 km, main roads every ten kilometres,
and crews that stand all over it. No horizon spares the search anything: every node can be reached. Beside it SciPy's
search alone, which is the least that one answer can cost with it, and pyosmium's reading of an extract if one is named.
Times are processor time, the middle of many sites.

    python -m benchmarks.travel [--quick] [--repeat N] [--osm FILE.osm.pbf]
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.tables import against, resident_mb, say_where, table
from dispatch_server.domain.rules import Policy, RoadClass, read_policy
from dispatch_server.domain.speeds import Slot, Stretch, TrackPoint, learn
from dispatch_server.gis import osm
from dispatch_server.gis.layers import RoadEdge, RoadNode
from dispatch_server.gis.roads import RoadGraph
from dispatch_server.gis.speeds import minutes_per_metre
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.main import DEFAULT_POLICY
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

SIDE = 224  # nodes in a row: 50,176 in all
STEP = 0.0045  # degrees, nearly half a kilometre
WEST, SOUTH = 111.0, 27.0
SEED = 20261124
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smoke run of a few seconds; its figures mean little")
    parser.add_argument("--repeat", type=int, default=3, help="rounds of 40 sites each (default 3)")
    parser.add_argument("--osm", type=Path, help="an extract of OpenStreetMap to read as well")
    options = parser.parse_args()
    say_where()
    policy = read_policy("", DEFAULT_POLICY.read_text(encoding="utf-8"))
    dice = random.Random(SEED)
    nodes, edges = a_network(dice)
    before_mb, began = resident_mb(), time.process_time()
    graph = RoadGraph(nodes, edges, policy.road_kmh)
    travel = RoadTravel(lambda: graph, policy)
    travel.estimates(somewhere(dice), [somewhere(dice)], AreaClass.RURAL)
    built_s = time.process_time() - began
    print(f"{len(nodes):,} nodes, {len(edges):,} edges; made in {built_s:.2f} s, {resident_mb() - before_mb:.0f} MB\n")
    rows, figures = [], {}
    sites = 10 if options.quick else 40 * options.repeat
    for count in (50, 500):
        first, again, moved = asked_of(travel, dice, count, sites)
        figures[count] = first, again
        rows.append([f"{count} crews to one site", *percentiles(first), *percentiles(again), *percentiles(moved)])
    alone = search_alone(graph, policy, dice, sites)
    rows.append(["SciPy's search alone", *percentiles(alone), "", "", "", ""])
    table(
        ["", "first ms p50", "p95", "again p50", "p95", "crews moved p50", "p95"],
        rows,
    )
    against("50 crews, first time, p50", float(np.median(figures[50][0])), 5.0, " ms")
    against("50 crews, asked again, p50", float(np.median(figures[50][1])), 1.0, " ms")
    learning(graph, policy, dice, 50 if options.quick else 500)
    if options.osm is not None:
        began = time.process_time()
        roads = osm.read_roads(options.osm)
        print(f"\n{options.osm.name}: read in {time.process_time() - began:.2f} s.", *osm.told(roads))


def a_network(dice: random.Random) -> tuple[list[RoadNode], list[RoadEdge]]:
    nodes = [
        RoadNode(
            f"{x} {y}",
            LonLat(WEST + (x + dice.uniform(-0.3, 0.3)) * STEP, SOUTH + (y + dice.uniform(-0.3, 0.3)) * STEP),
        )
        for x in range(SIDE)
        for y in range(SIDE)
    ]
    smaller = [RoadClass.TERTIARY, RoadClass.UNCLASSIFIED, RoadClass.UNCLASSIFIED, RoadClass.RESIDENTIAL]
    edges = []
    for x in range(SIDE):
        for y in range(SIDE):
            for dx, dy in ((1, 0), (0, 1)):
                is_main = (y if dx else x) % 20 == 0
                if x + dx < SIDE and y + dy < SIDE and (is_main or dice.random() < 0.8):
                    road_class = RoadClass.PRIMARY if is_main else dice.choice(smaller)
                    oneway = not is_main and dice.random() < 0.1
                    metres = 500 * dice.uniform(1, 1.3)
                    edges.append(RoadEdge(f"{x} {y}", f"{x + dx} {y + dy}", metres, road_class, oneway))
    return nodes, edges


def somewhere(dice: random.Random) -> LonLat:
    return LonLat(WEST + dice.random() * SIDE * STEP, SOUTH + dice.random() * SIDE * STEP)


def asked_of(
    travel: RoadTravel, dice: random.Random, crews: int, sites: int
) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds: a site never asked for, the same again, and again after every crew has moved elsewhere."""
    first: list[float] = []
    again: list[float] = []
    moved: list[float] = []
    froms = [somewhere(dice) for _ in range(crews)]
    for _ in range(sites):
        site, later = somewhere(dice), [somewhere(dice) for _ in range(crews)]
        for found, starts in ((first, froms), (again, froms), (moved, later)):
            found.append(milliseconds(partial(travel.estimates, site, starts, AreaClass.RURAL)))
    return first, again, moved


def search_alone(graph: RoadGraph, policy: Policy, dice: random.Random, sites: int) -> list[float]:
    min_per_m = np.array([minutes_per_metre(policy.road_kmh[c]) for c in RoadClass])
    minutes = graph.metres * min_per_m[graph.road_class]
    arcs, count = graph.against, len(graph.at)
    matrix = csr_array((minutes[arcs.edge], arcs.to, arcs.start_of), shape=(count, count))
    nodes = dice.sample(range(count), sites)
    return [milliseconds(partial(dijkstra, matrix, indices=node, return_predecessors=True)) for node in nodes]


def learning(graph: RoadGraph, policy: Policy, dice: random.Random, crews: int) -> None:
    """An hour of tracks of crews that drive all the time, a fix every 15 s; and 60 days of stretches learned from."""
    travel = RoadTravel(lambda: graph, policy)
    tracks = [a_track(travel, dice) for _ in range(crews)]
    fixes = sum(len(track) for track in tracks)
    matched_ms = milliseconds(lambda: [travel.stretches(track) for track in tracks])
    slots = [Slot(c, hours) for c in RoadClass for hours in range(0, 24, 3)]
    driven = [Stretch(dice.choice(slots), 2000, dice.uniform(150, 400)) for _ in range(crews * 400)]
    learned_ms = milliseconds(lambda: learn(driven, policy))
    print(f"\n{fixes:,} fixes of {crews} crews in one hour matched in {matched_ms / 1000:.2f} s")
    print(f"{len(driven):,} stretches of road learned from in {learned_ms / 1000:.2f} s")


def a_track(travel: RoadTravel, dice: random.Random) -> list[TrackPoint]:
    points: list[TrackPoint] = []
    at, minutes = somewhere(dice), 0.0
    while minutes < 60:
        to = somewhere(dice)
        way = travel.route(at, to)
        clock = np.arange(0, way[-1].minutes, 0.25)
        lons, lats = (
            np.interp(clock, [w.minutes for w in way], [getattr(w.at, axis) for w in way]) for axis in ("lon", "lat")
        )
        points += [
            TrackPoint(LonLat(float(lon), float(lat)), NOON + timedelta(minutes=minutes + float(t)))
            for t, lon, lat in zip(clock, lons, lats, strict=True)
        ]
        at, minutes = to, minutes + way[-1].minutes
    return [point for point in points if point.moment < NOON + timedelta(hours=1)]


def milliseconds(deed: Callable[[], object]) -> float:
    began = time.process_time()
    deed()
    return (time.process_time() - began) * 1000


def percentiles(found: Sequence[float]) -> tuple[float, float]:
    return float(np.percentile(found, 50)), float(np.percentile(found, 95))


if __name__ == "__main__":
    main()
