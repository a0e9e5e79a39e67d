"""What is wrong with a folder of layers, in sentences."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis import coverage, layers
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    CREW_PEOPLE,
    CREWS,
    DEPOTS,
    FEEDERS,
    GAZETTEER,
    LANDMARKS,
    MANIFEST,
    OPTIONAL,
    POLES,
    REQUIRED,
    ROAD_EDGES,
    ROAD_NODES,
    SHIFTS,
    STREETS,
    TRANSFORMERS,
    Folder,
)
from dispatch_server.gis.layers import NamedPlace
from dispatch_server.gis.rows import Read, read_all, rows_of
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat

MOST_OF_A_KIND = 5  # the rest are counted

Say = Callable[[str], None]
Positions = Iterable[tuple[str, LonLat]]


@dataclass(frozen=True, slots=True)
class Flaw:
    """`blocks`: the folder cannot be loaded until it is put right. Others are told, and loading goes on."""

    sentence: str
    blocks: bool


def check(folder: Folder, say: Say = lambda _: None) -> list[Flaw]:
    """Everything that is wrong, the worst first. `say` hears what is being looked at."""
    say("Reading the manifest and the checksums.")
    flaws = list(_manifest_flaws(folder))
    ground = _Ground(folder)
    flaws += ground.flaws
    for title, look in _CHECKS:
        say(title)
        flaws += look(ground)
    return sorted(flaws, key=lambda flaw: not flaw.blocks)


class _Ground:
    """All layers, read as far as they can be."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.flaws: list[Flaw] = []
        self.areas = self._read(AREAS, layers.read_areas)
        self.counties = self._read(COUNTIES, layers.read_counties)
        self.gazetteer = self._read(GAZETTEER, layers.read_gazetteer)
        self.feeders = self._read(FEEDERS, layers.read_feeders)
        self.transformers = self._read(TRANSFORMERS, layers.read_transformers)
        self.accounts = self._read(ACCOUNTS, layers.read_accounts)
        self.depots = self._read(DEPOTS, layers.read_depots)
        self.crews = self._read(CREWS, layers.read_crews)
        self.shifts = self._read(SHIFTS, layers.read_shifts)
        self.people = self._read(CREW_PEOPLE, _crews_of_people)
        self.nodes = self._read(ROAD_NODES, layers.read_road_nodes)
        self.edges = self._read(ROAD_EDGES, layers.read_road_edges)
        self.streets = self._read(STREETS, layers.read_streets)
        self.landmarks = self._read(LANDMARKS, layers.read_landmarks)
        self.poles = self._read(POLES, layers.read_poles)
        self.area_codes = {a.area.code for a in self.areas}

    def _read(self, file: str, read: Callable[[Folder], Read[layers.T]]) -> list[layers.T]:
        if not self.folder.has(file):
            return []
        try:
            records, complaints = read(self.folder)
        except BadInput as error:
            records, complaints = [], [str(error)]
        self.flaws += _few(complaints, file, blocks=True)
        return records


def _crews_of_people(folder: Folder) -> Read[str]:
    return read_all(rows_of(folder, CREW_PEOPLE, "crew name role"), lambda row: row.text("crew"))


def _few(sentences: Sequence[str], where: str, *, blocks: bool) -> list[Flaw]:
    flaws = [Flaw(s, blocks) for s in sentences[:MOST_OF_A_KIND]]
    if (rest := len(sentences) - MOST_OF_A_KIND) > 0:
        flaws.append(Flaw(f"{where}: and {rest} more like the last.", blocks))
    return flaws


def unlike_the_manifest(folder: Folder) -> list[str]:
    """Files that are missing or are not the ones the manifest describes."""
    return [sentence for file in (*REQUIRED, *OPTIONAL) if (sentence := _unlike(folder, file))]


def _unlike(folder: Folder, file: str) -> str:
    listed, there = file in folder.layers, file in folder.files
    if listed and not there:
        return f"{MANIFEST} lists {file}, but the file is not in the folder."
    if there and not listed:
        return f"{file} is in the folder, but {MANIFEST} does not list it."
    if not there:
        return f"{file} is missing; add the file and its entry in {MANIFEST}." if file in REQUIRED else ""
    found, said = hashlib.sha256(folder.files[file]).hexdigest(), folder.layers[file].sha256
    if found == said:
        return ""
    return f"{file} is not the file {MANIFEST} describes: its sha256 begins {found[:12]}, not {said[:12]}."


def _manifest_flaws(folder: Folder) -> Iterator[Flaw]:
    yield from (Flaw(sentence, blocks=True) for sentence in unlike_the_manifest(folder))
    for layer in folder.layers.values():
        if layer.file not in {*REQUIRED, *OPTIONAL}:
            yield Flaw(f"{MANIFEST} lists {layer.file}, which nothing here reads.", blocks=False)
        elif not layer.source or not layer.licence:
            yield Flaw(f"{MANIFEST} does not say source and licence of {layer.file}.", blocks=False)
    if folder.has(ROAD_NODES) != folder.has(ROAD_EDGES):
        yield Flaw(f"{ROAD_NODES} and {ROAD_EDGES} belong together; one of them is missing.", blocks=True)
    elif not folder.has(ROAD_NODES):
        yield Flaw("There is no road layer; minutes to drive come from straight lines.", blocks=False)


def _repeated_codes(ground: _Ground) -> Iterator[Flaw]:
    keys: list[tuple[str, list[str]]] = [
        (AREAS, [a.area.code for a in ground.areas]),
        (COUNTIES, [c.code for c in ground.counties]),
        (GAZETTEER, [f"{p.kind} {p.code}" for p in ground.gazetteer]),
        (FEEDERS, [f.code for f in ground.feeders]),
        (TRANSFORMERS, [t.code for t in ground.transformers]),
        (ACCOUNTS, [a.account_no for a in ground.accounts]),
        (DEPOTS, [d.code for d in ground.depots]),
        (CREWS, [c.code for c in ground.crews]),
        (ROAD_NODES, [n.node for n in ground.nodes]),
        (STREETS, [s.code for s in ground.streets]),
        (LANDMARKS, [m.code for m in ground.landmarks]),
        (POLES, [p.code for p in ground.poles]),
        (SHIFTS, [f"{s.crew}, day {s.day_of_week}, minute {s.starts_min}" for s in ground.shifts]),
    ]
    for file, codes in keys:
        repeated = [f"{file}: {code} stands there {n} times." for code, n in Counter(codes).items() if n > 1]
        yield from _few(repeated, file, blocks=True)


def _unknown_references(ground: _Ground) -> Iterator[Flaw]:
    feeders = {f.code for f in ground.feeders}
    transformers = {t.code for t in ground.transformers}
    depots, crews = {d.code for d in ground.depots}, {c.code for c in ground.crews}
    nodes, counties = {n.node for n in ground.nodes}, {c.name for c in ground.counties}
    villages = [p for p in ground.gazetteer if p.kind == "village"]
    looked_for: list[tuple[str, str, Iterable[tuple[str, str]], set[str], bool]] = [
        (AREAS, "county", ((a.area.code, a.county) for a in ground.areas), counties, False),
        (GAZETTEER, "area", ((p.name, p.area_code) for p in villages), ground.area_codes, True),
        (TRANSFORMERS, "feeder", ((t.code, t.feeder) for t in ground.transformers), feeders, True),
        (TRANSFORMERS, "area", ((t.code, t.area_code) for t in ground.transformers), ground.area_codes, True),
        (ACCOUNTS, "transformer", ((a.account_no, a.transformer or "") for a in ground.accounts), transformers, True),
        (CREWS, "depot", ((c.code, c.depot) for c in ground.crews), depots, True),
        (POLES, "feeder", ((p.code, p.feeder) for p in ground.poles), feeders, True),
        (SHIFTS, "crew", (("a shift", s.crew) for s in ground.shifts), crews, True),
        (CREW_PEOPLE, "crew", (("a person", crew) for crew in ground.people), crews, False),
        (
            ROAD_EDGES,
            "node",
            ((f"{e.start} to {e.end}", n) for e in ground.edges for n in (e.start, e.end)),
            nodes,
            True,
        ),
    ]
    for file, what, pairs, known, blocks in looked_for:
        unknown = [_unknown(file, who, what, code) for who, code in pairs if code not in known]
        yield from _few(unknown, file, blocks=blocks)


def _unknown(file: str, who: str, what: str, code: str) -> str:
    return f"{file}: {who} names the {what} {code!r}, which is not there." if code else f"{file}: {who} has no {what}."


def _bad_geometry(ground: _Ground) -> Iterator[Flaw]:
    shapes = [(AREAS, a.area.code, a.shape) for a in ground.areas]
    shapes += [(COUNTIES, c.code, c.shape) for c in ground.counties]
    bad = [
        f"{file}: the outline of {code} is not valid ({shapely.is_valid_reason(shape)})."
        for file, code, shape in shapes
        if not shape.is_valid or shape.is_empty
    ]
    yield from _few(bad, AREAS, blocks=True)


def _overlaps_and_gaps(ground: _Ground) -> Iterator[Flaw]:
    areas = [a for a in ground.areas if a.shape.is_valid]
    counties = [c.shape for c in ground.counties if c.shape.is_valid]
    for sentences in (coverage.overlaps(areas), coverage.gaps(areas), coverage.beside(areas, counties)):
        yield from _few(sentences, AREAS, blocks=False)


def _outside_the_territory(ground: _Ground) -> Iterator[Flaw]:
    if not ground.areas:
        return
    tree = shapely.STRtree([a.shape for a in ground.areas])
    layers_of_points: list[tuple[str, Positions]] = [
        (GAZETTEER, ((f"{p.kind} {p.name}", p.at) for p in ground.gazetteer)),
        (TRANSFORMERS, ((f"transformer {t.code}", t.at) for t in ground.transformers)),
        (ACCOUNTS, ((f"account {a.account_no}", a.at) for a in ground.accounts)),
        (DEPOTS, ((f"depot {d.code}", d.at) for d in ground.depots)),
        (ROAD_NODES, ((f"node {n.node}", n.at) for n in ground.nodes)),
        (STREETS, ((f"street {s.name}", at) for s in ground.streets for at in s.line)),
        (LANDMARKS, ((f"landmark {m.name}", m.at) for m in ground.landmarks)),
        (POLES, ((f"pole {p.code}", p.at) for p in ground.poles)),
    ]
    for file, positions in layers_of_points:
        names, points = _points(positions)
        inside = np.zeros(len(names), dtype=bool)
        inside[tree.query(points, predicate="intersects")[0]] = True
        out = [
            f"{file}: {names[i]} at {points[i].x:.5f}, {points[i].y:.5f} lies outside every area."
            for i in np.flatnonzero(~inside)
        ]
        yield from _few(out, file, blocks=False)


def _points(positions: Positions) -> tuple[list[str], Any]:
    named = list(positions)
    lonlats = np.array([(at.lon, at.lat) for _, at in named]).reshape(-1, 2)
    return [name for name, _ in named], shapely.points(lonlats)


def _in_another_area(ground: _Ground) -> Iterator[Flaw]:
    """A village or transformer whose stated area is not where it lies."""
    zones = Zones(a for a in ground.areas if a.shape.is_valid)
    villages = [(f"village {p.name}", p.area_code, p.at, GAZETTEER) for p in ground.gazetteer if p.area_code]
    transformers = [(f"transformer {t.code}", t.area_code, t.at, TRANSFORMERS) for t in ground.transformers]
    for stated in (villages, transformers):
        wrong = [
            f"{file}: {name} names the area {code} but lies in {found.code} {found.name}."
            for name, code, at, file in stated
            if (found := zones.area_at(at)) is not None and found.code != code and code not in _touched(zones, at)
        ]
        yield from _few(wrong, stated[0][3] if stated else "", blocks=False)


def _touched(zones: Zones, at: LonLat) -> set[str]:
    return {area.code for area in zones.touched_by(at, 0)}


def _names_twice(ground: _Ground) -> Iterator[Flaw]:
    """Two villages of one name in one township cannot be told apart by words."""
    spoken = Counter((p.county, p.township, p.name) for p in ground.gazetteer if p.kind == "village")
    twice = [f"{GAZETTEER}: {n} villages are called {c}{t}{v}." for (c, t, v), n in spoken.items() if n > 1]
    yield from _few(twice, GAZETTEER, blocks=False)
    yield from _few(_unknown_townships(ground.gazetteer), GAZETTEER, blocks=False)


def _unknown_townships(places: Sequence[NamedPlace]) -> list[str]:
    townships = {(p.county, p.name) for p in places if p.kind == "township"}
    counties = {p.name for p in places if p.kind == "county"}
    villages = [p for p in places if p.kind == "village" and (p.county, p.township) not in townships]
    lost = [f"{GAZETTEER}: village {p.name} lies in {p.county}{p.township}, which is not listed." for p in villages]
    out = [p for p in places if p.kind == "township" and p.county not in counties]
    return lost + [f"{GAZETTEER}: township {p.name} lies in {p.county}, which is not listed." for p in out]


def _idle_crews(ground: _Ground) -> Iterator[Flaw]:
    working = {s.crew for s in ground.shifts}
    idle = [f"{SHIFTS}: {c.code} {c.name} has no shift." for c in ground.crews if c.code not in working]
    yield from _few(idle, SHIFTS, blocks=False)


_CHECKS: tuple[tuple[str, Callable[[_Ground], Iterable[Flaw]]], ...] = (
    ("Looking for codes that stand twice.", _repeated_codes),
    ("Looking for references to nothing.", _unknown_references),
    ("Looking at the outlines.", _bad_geometry),
    ("Looking for overlaps and gaps.", _overlaps_and_gaps),
    ("Looking for positions outside the territory.", _outside_the_territory),
    ("Looking for villages and transformers in another area than they say.", _in_another_area),
    ("Looking at names that cannot be told apart.", _names_twice),
    ("Looking for crews without a shift.", _idle_crews),
)
