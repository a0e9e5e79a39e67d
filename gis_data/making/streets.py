"""Streets of the five towns along the street grid, each with the name and house numbers of its kind. All invented."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gis_data.making.flat import chance, to_lonlat
from gis_data.making.roads import Roads
from gis_data.making.words import AVENUES, STREETS_EVERYWHERE, STREETS_OF_SOME
from gis_data.making.world import Area, Street, Xy

LONGEST = 12  # blocks; a longer street is cut into parts that are called east, middle and west
_AVENUES = len(AVENUES)
_SHARED = 30  # streets of a town whose parts share a name
_STRAIGHT_ON = np.cos(np.radians(40))
_METRES_A_NUMBER = (5.0, 9.0)  # numbers run odd on one side and even on the other
# Customers say 乐坪街道长青中街.
_WANTED = {"乐坪街道": "长青"}
_SECTIONS = {1: ("", "", ""), 2: ("西", "东", ""), 3: ("西", "中", "东")}
_SECTIONS_NORTHWARD = {1: ("", "", ""), 2: ("南", "北", ""), 3: ("南", "中", "北")}

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Part:
    """Neighbouring corners along a straight street, all in one township."""

    nodes: Sequence[int]
    township: str


def streets(areas: Sequence[Area], roads: Roads) -> list[Street]:
    found: list[Street] = []
    for county, blocks in roads.blocks.items():
        town = [a for a in areas if a.in_town and a.county.code == county]
        found.extend(_named(roads, _chunks(roads, blocks, town), town, _neighbours(areas, county), len(found)))
    return found


def place_of(street: Street, number: int) -> Xy:
    """Where house `number` stands on the line."""
    line = shapely.LineString(street.line)
    share = (number - street.first_no) / max(1, street.last_no - street.first_no)
    at = line.interpolate(share, normalized=True)
    return at.x, at.y


def number_at(street: Street, at: Xy) -> int:
    """The house nearest to a point."""
    share = shapely.LineString(street.line).project(shapely.Point(at), normalized=True)
    return street.first_no + round(share * (street.last_no - street.first_no))


def _neighbours(areas: Sequence[Area], county: str) -> list[str]:
    """Stems of the townships outside: 永丰路 leads to 永丰, or remembers it."""
    stems = dict.fromkeys(a.township.stem for a in areas if a.county.code != county)
    order = chance(f"roads to elsewhere {county}").permutation(len(stems))
    return [[*stems][i] for i in order[:8]]


def _chunks(roads: Roads, blocks: Sequence[Edge], town: Sequence[Area]) -> list[list[_Part]]:
    """Up to three parts of one straight street on end share a name, of the longest streets. The longest come first."""
    township = _townships(roads, blocks, town)
    chunks: list[list[_Part]] = []
    for nodes in _straight(roads, blocks):
        parts = _parts(nodes, township)
        chunks.extend(parts[i : i + 3] for i in range(0, len(parts), 3))
    chunks.sort(key=_longest_first)
    shared = [chunk for chunk in chunks if len(chunk) > 1][:_SHARED]
    return sorted([*shared, *([part] for chunk in chunks if chunk not in shared for part in chunk)], key=_longest_first)


def _longest_first(chunk: Sequence[_Part]) -> tuple[int, int]:
    return -sum(len(p.nodes) - 1 for p in chunk), chunk[0].nodes[0]


def _townships(roads: Roads, blocks: Sequence[Edge], town: Sequence[Area]) -> dict[Edge, str]:
    """For each block the township in which the most of it lies, in both directions."""
    names = list(dict.fromkeys(a.township.name for a in town))
    lands = [shapely.union_all([a.shape for a in town if a.township.name == name]) for name in names]
    lines = shapely.linestrings([to_lonlat(np.array([roads.nodes[a], roads.nodes[b]])) for a, b in blocks])
    most = np.array([shapely.length(shapely.intersection(lines, land)) for land in lands]).argmax(axis=0)
    found = {block: names[i] for block, i in zip(blocks, most.tolist(), strict=True)}
    return found | {(b, a): name for (a, b), name in found.items()}


def _straight(roads: Roads, blocks: Sequence[Edge]) -> Iterator[list[int]]:
    """The grid's edges joined to streets: at each corner a street goes on in the direction that bends least."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in blocks:
        beside[a].append(b)
        beside[b].append(a)
    used: set[Edge] = set()
    for a, b in blocks:
        if (a, b) in used:
            continue
        used |= {(a, b), (b, a)}
        nodes = [a, b]
        for _ in range(2):
            while (c := _ahead(roads, beside, nodes[-2], nodes[-1])) is not None and (nodes[-1], c) not in used:
                used |= {(nodes[-1], c), (c, nodes[-1])}
                nodes.append(c)
            nodes.reverse()
        yield nodes


def _ahead(roads: Roads, beside: dict[int, list[int]], a: int, b: int) -> int | None:
    best, bends_least = None, _STRAIGHT_ON
    for c in beside[b]:
        straight = _cosine(roads, a, b, c) if c != a else -1.0
        if straight > bends_least:
            best, bends_least = c, straight
    return best


def _cosine(roads: Roads, a: int, b: int, c: int) -> float:
    at = roads.nodes
    into, out = np.subtract(at[b], at[a]), np.subtract(at[c], at[b])
    return float(into @ out / np.hypot(*into) / np.hypot(*out))


def _parts(nodes: Sequence[int], township: dict[Edge, str]) -> list[_Part]:
    """Cut where the township changes and where it grows too long."""
    parts: list[_Part] = []
    now = [nodes[0]]
    for a, b in pairwise(nodes):
        if len(now) > 1 and (len(now) > LONGEST or township[now[-2], now[-1]] != township[a, b]):
            parts.append(_Part(now, township[now[-2], now[-1]]))
            now = [a]
        now.append(b)
    parts.append(_Part(now, township[now[-2], now[-1]]))
    return parts


def _named(
    roads: Roads, chunks: Sequence[list[_Part]], town: Sequence[Area], others: Sequence[str], before: int
) -> Iterator[Street]:
    whole, in_parts = _stems(town, others)
    wanted = _wanted(chunks)
    n, avenues = before, 0
    for k, chunk in enumerate(chunks):
        stem = wanted.get(k) or next(whole if len(chunk) == 1 else in_parts)
        avenue = len(chunk) == 1 and avenues < _AVENUES
        avenues += avenue
        kind = "大道" if avenue else _kind(k, chunk, stem)
        r = chance(f"street {town[0].county.code} {stem}{kind}")
        first = 1
        for part, section in zip(_in_order(roads, chunk), _section_names(roads, chunk), strict=False):
            n += 1
            line = [roads.nodes[i] for i in part.nodes]
            last = first + max(9, round(_metres(line) / r.uniform(*_METRES_A_NUMBER)))
            aliases = [f"{stem}路"] if avenue else []
            name = f"{stem}{section}{kind}"
            yield Street(f"S{n:04d}", name, town[0].county.name, part.township, aliases, first, last, line)
            first = last + 1 if k % 2 else 1  # every second street counts on from part to part


def _metres(line: Sequence[Xy]) -> float:
    return float(shapely.LineString(line).length) * 1000


def _wanted(chunks: Sequence[list[_Part]]) -> dict[int, str]:
    """The longest street in three parts, the middle one in the township wanted."""
    found: dict[int, str] = {}
    for township, stem in _WANTED.items():
        for k, chunk in enumerate(chunks):
            if len(chunk) == 3 and chunk[1].township == township and k not in found:
                found[k] = stem
                break
    return found


def _stems(town: Sequence[Area], others: Sequence[str]) -> tuple[Iterator[str], Iterator[str]]:
    """Names of whole streets and of those in parts: what every town has, where roads lead, what some towns have.

    Then the communities a street passes lend their names.
    """
    order = chance(f"street names {town[0].county.code}").permutation(len(STREETS_OF_SOME))
    some = [STREETS_OF_SOME[i] for i in order]
    common = len(AVENUES) + len(STREETS_EVERYWHERE)
    stems = [*AVENUES, *STREETS_EVERYWHERE, *others, *some, *(a.village.stem for a in town)]
    free = [s for s in dict.fromkeys(stems) if s not in _WANTED.values()]
    whole, in_parts = [*free[:common], *free[common::2]], free[common + 1 :: 2]
    numbered = [f"{a.village.stem}{number}" for number in "一二三四五六七八九" for a in town]
    return iter([*whole, *numbered[::2]]), iter([*in_parts, *numbered[1::2]])


def _kind(k: int, chunk: Sequence[_Part], stem: str) -> str:
    if stem in _WANTED.values():
        return "街"
    if k < len(AVENUES) + 2:
        return "路"
    if sum(len(p.nodes) - 1 for p in chunk) <= 2 or stem[-1] in "一二三四五六七八九":
        return "巷"
    return "街" if k % 3 == 2 and stem not in STREETS_EVERYWHERE else "路"


def _northward(roads: Roads, chunk: Sequence[_Part]) -> bool:
    dx, dy = np.subtract(roads.nodes[chunk[-1].nodes[-1]], roads.nodes[chunk[0].nodes[0]])
    return bool(abs(dy) > abs(dx))


def _in_order(roads: Roads, chunk: Sequence[_Part]) -> list[_Part]:
    """From the west to the east or from the south to the north, as the sections are called."""
    axis = 1 if _northward(roads, chunk) else 0
    if roads.nodes[chunk[0].nodes[0]][axis] <= roads.nodes[chunk[-1].nodes[-1]][axis]:
        return list(chunk)
    return [_Part(part.nodes[::-1], part.township) for part in chunk[::-1]]


def _section_names(roads: Roads, chunk: Sequence[_Part]) -> Sequence[str]:
    return (_SECTIONS_NORTHWARD if _northward(roads, chunk) else _SECTIONS)[len(chunk)]
