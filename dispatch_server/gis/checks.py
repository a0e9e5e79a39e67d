"""What is wrong with a folder of layers, in sentences that name the feature or the line."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datum_checks import suspicious_datums
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
    Say,
    at,
    in_silence,
)
from dispatch_server.gis.ground import MOST_OF_A_KIND, Flaw, Ground
from dispatch_server.gis.layers import NamedPlace
from dispatch_server.gis.map_checks import (
    bad_outlines,
    beside_the_counties,
    gaps,
    in_another_area,
    outside_the_territory,
    overlaps,
)


def check(folder: Folder, say: Say = in_silence) -> list[Flaw]:
    """Everything that is wrong, the worst first. `say` hears what is being looked at."""
    say("Reading the layers.")
    return flaws_of(Ground(folder), say)


def flaws_of(ground: Ground, say: Say) -> list[Flaw]:
    say("Looking at the manifest and the checksums.")
    flaws = [*_manifest_flaws(ground.folder), *ground.flaws, *_nothing_in_them(ground)]
    try:
        for title, look in _CHECKS:
            say(title)
            flaws += look(ground)
    except BadInput as error:  # looking further would take more time and memory than there is
        flaws.append(Flaw(str(error), blocks=True))
    return sorted(flaws, key=lambda flaw: not flaw.blocks)


def unlike_the_manifest(folder: Folder) -> list[str]:
    """Files that are missing or are not the ones the manifest describes."""
    return [sentence for file in (*REQUIRED, *OPTIONAL) if (sentence := _unlike(folder, file))]


def _unlike(folder: Folder, file: str) -> str:
    if (given := folder.given.get(file)) is not None:
        return "" if given.flaw else _unlike_sum(given.layer.label, given.sha256, given.layer.sha256)
    listed, there = file in folder.layers, file in folder.files
    if listed and not there:
        return f"{MANIFEST} lists {file}, but the file is not in the folder."
    if there and not listed:
        return f"{file} is in the folder, but {MANIFEST} does not list it."
    if not there:
        return f"{file} is missing; add the file and its entry in {MANIFEST}." if file in REQUIRED else ""
    return _unlike_sum(file, hashlib.sha256(folder.files[file]).hexdigest(), folder.layers[file].sha256)


def _unlike_sum(label: str, found: str, said: str) -> str:
    if found == said:
        return ""
    if not said:
        return f'{MANIFEST} does not state the checksum of {label}; if it is the right file, add sha256 = "{found}".'
    return (
        f"{label} is not the file {MANIFEST} describes: its sha256 is {found}, not {said[:12]}…; "
        "bring the right file, or state this checksum."
    )


def _manifest_flaws(folder: Folder) -> Iterator[Flaw]:
    yield from (Flaw(sentence, blocks=True) for sentence in unlike_the_manifest(folder))
    for slot, layer in folder.layers.items():
        if slot not in {*REQUIRED, *OPTIONAL}:
            yield Flaw(f"{MANIFEST} lists {layer.label}, which nothing here reads.", blocks=False)
        elif not layer.source or not layer.licence:
            yield Flaw(f"{MANIFEST} does not say source and licence of {folder.label(slot)}.", blocks=False)
    has_nodes, has_edges = (file in folder.layers for file in (ROAD_NODES, ROAD_EDGES))
    if has_nodes != has_edges:
        yield Flaw(f"{ROAD_NODES} and {ROAD_EDGES} belong together; one of them is missing.", blocks=True)
    elif not has_nodes:
        yield Flaw("There is no road layer; minutes to drive come from straight lines.", blocks=False)


def _nothing_in_them(ground: Ground) -> Iterator[Flaw]:
    """Without areas and names nothing can be placed; without customers only they cannot."""
    held = [(AREAS, ground.areas, True), (GAZETTEER, ground.gazetteer, True)]
    held += [
        (TRANSFORMERS, ground.transformers, False),
        (ACCOUNTS, ground.accounts, False),
        (CREWS, ground.crews, False),
    ]
    for file, records, blocks in held:
        if not records and ground.folder.has(file) and file not in ground.unread:
            yield Flaw(f"{ground.folder.label(file)} holds nothing.", blocks)


def _repeated_codes(ground: Ground) -> Iterator[Flaw]:
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
        repeated = [(file, code, n) for code, n in Counter(codes).items() if n > 1]
        yield from ground.few(repeated, lambda one: _repeated(ground, *one), file, blocks=True)


def _repeated(ground: Ground, file: str, code: str, n: int) -> str:
    spots = [ground.spot(file, where) for where in ground.where_all(file, code)]
    label = ground.folder.label(file)
    if len(spots) != n:
        return at(label, f"{code} stands there {n} times.")
    return at(label, f"{code} stands there {n} times: {', '.join(spots[:MOST_OF_A_KIND])}.")


def _unknown_references(ground: Ground) -> Iterator[Flaw]:
    feeders, nodes = {f.code for f in ground.feeders}, {n.node for n in ground.nodes}
    transformers = {t.code for t in ground.transformers}
    depots, crews = {d.code for d in ground.depots}, {c.code for c in ground.crews}
    counties, areas = {c.name for c in ground.counties}, ground.area_codes
    villages = [p for p in ground.gazetteer if p.kind == "village"]
    ways = ((f"{e.start} {e.end}", n) for e in ground.edges for n in (e.start, e.end))
    looked_for: list[tuple[str, str, Iterable[tuple[str, str]], set[str], bool]] = [
        (AREAS, "county", ((a.area.code, a.county) for a in ground.areas), counties, False),
        (GAZETTEER, "area", ((f"village {p.code}", p.area_code) for p in villages), areas, True),
        (TRANSFORMERS, "feeder", ((t.code, t.feeder) for t in ground.transformers), feeders, True),
        (TRANSFORMERS, "area", ((t.code, t.area_code) for t in ground.transformers), areas, True),
        (ACCOUNTS, "transformer", ((a.account_no, a.transformer or "") for a in ground.accounts), transformers, True),
        (CREWS, "depot", ((c.code, c.depot) for c in ground.crews), depots, True),
        (POLES, "feeder", ((p.code, p.feeder) for p in ground.poles), feeders, True),
        (SHIFTS, "crew", ((s.crew, s.crew) for s in ground.shifts), crews, True),
        (CREW_PEOPLE, "crew", ((crew, crew) for crew in ground.people), crews, False),
        (ROAD_EDGES, "node", ways, nodes, True),
    ]
    for file, what, pairs, known, blocks in looked_for:
        unknown = [(file, key, what, code) for key, code in pairs if code not in known]
        yield from ground.few(unknown, lambda one: _unknown(ground, *one), file, blocks=blocks)


def _unknown(ground: Ground, file: str, key: str, what: str, code: str) -> str:
    where, who = ground.where(file, key), "it" if key == code or file == ROAD_EDGES else key
    if not code:
        return at(where, f"{who} has no {what}.")
    return at(where, f"{who} names the {what} {code!r}, which is not there.")


def _names_twice(ground: Ground) -> Iterator[Flaw]:
    """Two villages of one name in one township cannot be told apart by words."""
    spoken = Counter((p.county, p.township, p.name) for p in ground.gazetteer if p.kind == "village")
    label = ground.folder.label(GAZETTEER)
    twice = [(n, "".join(names)) for names, n in spoken.items() if n > 1]
    yield from ground.few(
        twice, lambda one: at(label, f"{one[0]} villages are called {one[1]}."), GAZETTEER, blocks=False
    )


def _unknown_townships(ground: Ground) -> Iterator[Flaw]:
    places = ground.gazetteer
    townships = {(p.county, p.name) for p in places if p.kind == "township"}
    counties = {p.name for p in places if p.kind == "county"}

    def lost(place: NamedPlace) -> str:
        where = ground.where(GAZETTEER, f"{place.kind} {place.code}")
        within = place.county if place.kind == "township" else place.county + place.township
        return at(where, f"{place.kind} {place.name} lies in {within}, which is not listed.")

    villages = [p for p in places if p.kind == "village" and (p.county, p.township) not in townships]
    out = [p for p in places if p.kind == "township" and p.county not in counties]
    yield from ground.few([*villages, *out], lost, GAZETTEER, blocks=False)


def _idle_crews(ground: Ground) -> Iterator[Flaw]:
    working, label = {s.crew for s in ground.shifts}, ground.folder.label(SHIFTS)
    idle = [c for c in ground.crews if c.code not in working]
    yield from ground.few(idle, lambda c: at(label, f"{c.code} {c.name} has no shift."), SHIFTS, blocks=False)


_CHECKS: tuple[tuple[str, Callable[[Ground], Iterable[Flaw]]], ...] = (
    ("Looking for codes that stand twice.", _repeated_codes),
    ("Looking for references to nothing.", _unknown_references),
    ("Looking at the outlines.", bad_outlines),
    ("Looking for overlaps.", overlaps),
    ("Looking for gaps.", gaps),
    ("Comparing the areas with the counties.", beside_the_counties),
    ("Looking whether layers fit each other only in another datum.", suspicious_datums),
    ("Looking for positions outside the territory.", outside_the_territory),
    ("Looking for villages and transformers in another area than they say.", in_another_area),
    ("Looking at names that cannot be told apart.", _names_twice),
    ("Looking for townships that are not listed.", _unknown_townships),
    ("Looking for crews without a shift.", _idle_crews),
)
