"""Moves that change many crews at once. Each cuts the days of some crews and asks SciPy's assignment for the cheapest
way to put the pieces together again; to leave everything as it is is one of the ways. Each answers how much dearer the
plan has become: below zero is a gain, and without noise it is never above."""

import numpy as np

from dispatch_server.planning.assigning import assigned
from dispatch_server.planning.ground import FORBIDDEN, NOBODY, Floats, Numbers
from dispatch_server.planning.routes import Heads, Routes, Stretch


def exchange_tails(routes: Routes, crews: Numbers, cut: Numbers, noise: Floats | None) -> float:
    """What each crew does from its cut on is dealt out anew. `noise` lets a nearly as good way win."""
    ground = routes.ground
    heads = routes.heads(crews, cut)
    tails = routes.stretch(crews, cut, routes.count[crews] - cut)
    start = heads.at[:, None] + ground.minutes[heads.row[:, None], tails.first[None, :]]
    cost = _cost_of(tails, start)
    _add_bonds(routes, crews, tails, cost)
    if ground.bound:
        cost += ground.prices.turning * _turned(routes, crews, heads, np.broadcast_to(tails.first, cost.shape))
    cost[cut[:, None] + tails.count[None, :] >= routes.width] = FORBIDDEN
    given = _dealt(cost, noise)
    if given is None:
        return 0.0
    changed = np.flatnonzero(given != np.arange(len(crews)))
    new = _joined(routes.stops[crews[changed]], cut[changed], tails, given[changed], None)
    routes.put(crews[changed], new)
    return _dearer(cost, given)


def exchange_stretches(routes: Routes, crews: Numbers, cut: Numbers, count: Numbers, noise: Floats | None) -> float:
    """`count` stops after each crew's cut are dealt out anew among the gaps that they leave; a gap may stay empty."""
    ground = routes.ground
    heads = routes.heads(crews, cut)
    middle = routes.stretch(crews, cut, count)
    rest = routes.stretch(crews, cut + count, routes.count[crews] - cut - count)
    start = heads.at[:, None] + ground.minutes[heads.row[:, None], middle.first[None, :]]
    goes_on = start + middle.lasts[None, :] + ground.minutes[middle.last[None, :], rest.first[:, None]]
    none = middle.count == 0
    goes_on[:, none] = (heads.at + ground.minutes[heads.row, rest.first])[:, None]
    cost = _cost_of(middle, start) + _cost_of(rest, goes_on.T).T
    _add_bonds(routes, crews, middle, cost)
    if ground.bound:
        first = np.where(none[None, :], rest.first[:, None], middle.first[None, :])
        cost += ground.prices.turning * _turned(routes, crews, heads, first)
    cost[(routes.count[crews] - count)[:, None] + middle.count[None, :] >= routes.width] = FORBIDDEN
    given = _dealt(cost, noise)
    if given is None:
        return 0.0
    changed = np.flatnonzero(given != np.arange(len(crews)))
    new = _joined(routes.stops[crews[changed]], cut[changed], middle, given[changed], rest.stops[changed])
    routes.put(crews[changed], new)
    return _dearer(cost, given)


def reorder(routes: Routes, start: Numbers, end: Numbers, patience: Floats) -> float:
    """In every crew's day the stop at `start` moves to `end`, where that costs less than the crew's `patience` more."""
    crews = routes.every_crew
    along = np.arange(routes.width)[None, :]
    low, high = np.minimum(start, end)[:, None], np.maximum(start, end)[:, None]
    shifted = np.where((start < end)[:, None], along + 1, along - 1)
    source = np.where((along < low) | (along > high), along, np.where(along == end[:, None], start[:, None], shifted))
    new = routes.stops[crews[:, None], np.minimum(source, routes.width - 1)]
    dearer = routes.costs(crews, new) - routes.standing_costs()
    moved = np.flatnonzero((dearer < patience) & (start != end))
    if len(moved):
        routes.put(moved, new[moved])
    return float(dearer[moved].sum())


def _cost_of(stretch: Stretch, start: Floats) -> Floats:
    """Heads by stretches: what each stretch costs behind each head."""
    cost: Floats = start * stretch.weight[None, :] + stretch.fixed[None, :]
    for n in range(stretch.stops.shape[1]):
        cost += stretch.late_cost[:, n][None, :] * (start > stretch.slack[:, n][None, :])
    return cost


def _add_bonds(routes: Routes, crews: Numbers, pieces: Stretch, cost: Floats) -> None:
    """Forbids what a crew is not fit for; prices what another crew has accepted."""
    ground = routes.ground
    cost[(pieces.need[None, :] & ground.lacks[crews][:, None]) != 0] = FORBIDDEN
    if ground.barred is not None:
        cost[ground.barred[crews[:, None, None], pieces.stops[None, :, :]].any(axis=2)] = FORBIDDEN
    if ground.bound:
        held = ground.held_by[pieces.stops]
        broken = (held != NOBODY)[None, :, :] & (held[None, :, :] != crews[:, None, None])
        cost += ground.prices.turning * broken.sum(axis=2)


def _turned(routes: Routes, crews: Numbers, heads: Heads, first: Numbers) -> Floats:
    """1 where a crew on the road would go somewhere else first."""
    heading = routes.ground.heading[crews][:, None]
    turned: Floats = ((heads.empty[:, None] == 1) & (heading != NOBODY) & (first != heading)).astype(np.float64)
    return turned


def _dealt(cost: Floats, noise: Floats | None) -> Numbers | None:
    """For each head the piece it gets; None where all stays as it is."""
    given: Numbers = assigned(cost if noise is None else cost + noise)[1]
    here = np.arange(len(given))
    if (given == here).all():
        return None
    return None if noise is None and _dearer(cost, given) > -1e-6 else given


def _dearer(cost: Floats, given: Numbers) -> float:
    """By how much the pieces cost more this way than as they were; below zero is a gain."""
    return float(cost[np.arange(len(given)), given].sum() - np.trace(cost))


def _joined(old: Numbers, cut: Numbers, pieces: Stretch, given: Numbers, rest: Numbers | None) -> Numbers:
    """Days put together: the old one up to the cut, the piece given, then what followed the gap."""
    along = np.arange(old.shape[1])[None, :]
    in_piece = along - cut[:, None]
    new = np.where(in_piece < 0, old, _looked_up(pieces.stops[given], in_piece))
    if rest is None:
        return new
    in_rest = in_piece - pieces.count[given][:, None]
    return np.where(in_rest < 0, new, _looked_up(rest, in_rest))


def _looked_up(stops: Numbers, place: Numbers) -> Numbers:
    """NOBODY behind the end. Before the beginning whatever is first: nobody reads it there."""
    length = stops.shape[1]
    found = stops[np.arange(len(stops))[:, None], np.minimum(np.maximum(place, 0), length - 1)]
    return np.where(place < length, found, NOBODY)
