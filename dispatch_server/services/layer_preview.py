"""What a folder of layers would change, before it is loaded. Calls keep their areas; here are those of a new look."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dispatch_server.domain.outages import Outage
from dispatch_server.domain.places import Area, Place
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.targets import Stop, stop_for, target_over
from dispatch_server.gis import layers
from dispatch_server.gis.changes import AreaChanges, area_changes, areas_at
from dispatch_server.gis.folder import folder_of
from dispatch_server.gis.ground import Ground
from dispatch_server.gis.layers import AreaShape, strict
from dispatch_server.gis.seams import square_metres
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure
from dispatch_server.services.layers import (
    Known,
    Registers,
    Say,
    as_known,
    checked_ground,
    known_registers,
    registers_of,
)
from dispatch_server.store.layers import (
    REGISTERS,
    PlacedCall,
    layer_files,
    loads,
    outages_not_yet_reached,
    placed_calls,
)
from dispatch_server.store.store import Store

MOST_TOLD = 10  # areas of one kind of change; the rest are counted
Map = tuple[Sequence[AreaShape], Zones]


def preview_folder(store: Store, policy: Policy, directory: Path, say: Say) -> list[str]:
    """`relight gis preview`: says what loading would change. Gives what stands in the way of it."""
    ground, blocking = checked_ground(directory, say)
    if blocking or ground is None:
        return blocking
    for sentence in preview(store, policy, ground, say):
        say(sentence)
    return []


def preview(store: Store, policy: Policy, ground: Ground, say: Say) -> Iterator[str]:
    """Nothing is written, and nothing here holds up a server."""
    earlier, folder = store.read(loads), ground.folder
    if not earlier:
        yield f"No map is loaded yet: everything in version {folder.version} would be new."
        return
    yield f"In force is version {earlier[-1].version}; this folder is version {folder.version}."
    before, after = _map_of(strict(layers.read_areas(folder_of(store.read(layer_files))))), _map_of(ground.areas)
    yield from _areas_told(area_changes(before[0], after[0]))
    say("Looking at the calls.")
    yield from _calls_told(store.read(placed_calls), before, after)
    say("Looking at the open outages.")
    outages, calls = store.read(lambda reading: (outages_not_yet_reached(reading), placed_calls(reading)))
    yield _targets_told(outages, {c.call_id: c for c in calls}, before, after, policy)
    yield "Loading changes none of them by itself: a call keeps the area it was given until it is placed again."
    say("Looking at the registers.")
    yield from _registers_told(registers_of(ground), store.read(known_registers))


def _map_of(areas: Sequence[AreaShape]) -> Map:
    return areas, Zones(areas)


def _areas_told(changes: AreaChanges) -> Iterator[str]:
    yield (
        f"Areas: {len(changes.added):,} added, {len(changes.removed):,} removed, {len(changes.reshaped):,} reshaped, "
        f"{len(changes.reclassified):,} of another class, {len(changes.renamed):,} renamed."
    )
    told = (
        [f"Area {_called(a)} would be added: {_class(a.area)}, {_square_km(a):,.2f} km²." for a in changes.added],
        [f"Area {_called(a)} would be removed: {_class(a.area)}, {_square_km(a):,.2f} km²." for a in changes.removed],
        [f"Area {_called(r.after)} would be reshaped: {r.m2:,.0f} m² gained or lost." for r in changes.reshaped],
        [
            f"Area {b.code} {b.name} would be {b.area_class.value} instead of {a.area_class.value}."
            for a, b in changes.reclassified
        ],
        [f"Area {b.code} would be called {b.name} instead of {a.name}." for a, b in changes.renamed],
    )
    for sentences in told:
        yield from sentences[:MOST_TOLD]
        if (rest := len(sentences) - MOST_TOLD) > 0:
            yield f"And {rest:,} areas more in the same way."


def _called(shape: AreaShape) -> str:
    return f"{shape.area.code} {shape.area.name}"


def _square_km(shape: AreaShape) -> float:
    return square_metres(shape.shape) / 1_000_000


def _calls_told(calls: Sequence[PlacedCall], before: Map, after: Map) -> Iterator[str]:
    lonlats = [(call.lon, call.lat) for call in calls]
    pairs = list(zip(calls, areas_at(*before, lonlats), areas_at(*after, lonlats), strict=True))
    elsewhere = [call for call, old, new in pairs if (old and old.code) != (new and new.code)]
    classes = [(call, _class(old), _class(new)) for call, old, new in pairs]
    reclassed = [one for one in classes if one[1] != one[2]]
    is_open = sum(call.state == "open" for call, _, _ in reclassed)
    yield (
        f"{len(reclassed):,} open and past calls would change class, {is_open:,} of them open; "
        f"{len(elsewhere):,} would lie in another area. {len(calls):,} calls with a place were looked at."
    )
    for (old, new), n in Counter((o, a) for _, o, a in reclassed).most_common():
        yield f"Calls from {old} to {new}: {n:,}."


def _class(area: Area | None) -> str:
    return "no area" if area is None else area.area_class.value


def _targets_told(
    outages: Sequence[Outage], calls: Mapping[int, PlacedCall], before: Map, after: Map, policy: Policy
) -> str:
    """By both maps the clock is made anew from the calls, so that only the map makes the difference."""
    earlier = later = 0
    for outage in outages:
        known = [stop for stop in outage.stops if stop.call_id in calls]
        if not known:
            continue
        old, new = (_arrive_by(outage, calls, chart[1], policy) for chart in (before, after))
        earlier, later = earlier + (new < old), later + (new > old)
    other = earlier + later
    return (
        f"{other:,} of {len(outages):,} open outages would get another target if their calls were placed "
        f"anew: {earlier:,} an earlier one, {later:,} a later one."
    )


def _arrive_by(outage: Outage, calls: Mapping[int, PlacedCall], zones: Zones, policy: Policy) -> float:
    stops = [_stop_anew(stop, calls.get(stop.call_id), zones, policy) for stop in outage.stops]
    return target_over(stops).arrive_by.timestamp()


def _stop_anew(stop: Stop, call: PlacedCall | None, zones: Zones, policy: Policy) -> Stop:
    if call is None:
        return stop
    return stop_for(stop.call_id, stop.received_at, _limit_class(call, zones), policy)


def _limit_class(call: PlacedCall, zones: Zones) -> AreaClass | None:
    """As the desk would have it: the strictest class that the circle of doubt touches, if its middle lies in any."""
    shape, touched = zones.around(LonLat(call.lon, call.lat), call.radius_m)
    if shape is None:
        return None
    return Place(PlaceMethod.PIN, Sure.CERTAIN, area=shape.area, other_areas=tuple(touched)).limit_class


def _registers_told(registers: Registers, known: Known) -> Iterator[str]:
    for table in REGISTERS:
        there, key = known.rows[table], REGISTERS[table].partition(" ")[0]
        given = {row[key]: as_known(row, table) for row in registers.rows[table]}
        changed = sum(there.get(code, row) != row for code, row in given.items())
        new, absent = len(given.keys() - there.keys()), len(there.keys() - given.keys())
        yield f"Of the {table}, {new:,} are new, {changed:,} changed, {absent:,} not in this folder; these stay."
