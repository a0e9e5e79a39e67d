"""What the maps show of a view: each fault with its doubt, the crew with the age of its fix."""

from collections.abc import Iterable

from mobile_app.core.view import JobView, View
from mobile_app.screens import telling
from mobile_app.screens.parts.map_marks import Mark
from mobile_app.screens.parts.map_shapes import XY
from mobile_app.screens.words import Words


def marks_of(words: Words, view: View, jobs: Iterable[JobView]) -> list[Mark]:
    marks = [mark for job in jobs for mark in _of_job(words, job)]
    return [*marks, *_of_crew(words, view)]


def _of_job(words: Words, job: JobView) -> list[Mark]:
    place = job.card.place
    if place.lon is None or place.lat is None:
        return []
    sites = [Mark("site", at.lon, at.lat) for at in place.site_points if (at.lon, at.lat) != (place.lon, place.lat)]
    return [Mark("fault", place.lon, place.lat, place.radius_m, telling.where(words, job.card)), *sites]


def _of_crew(words: Words, view: View) -> list[Mark]:
    fix = view.fix
    if fix is None:
        return []
    age = telling.age_s(fix.fixed_at, view.now)
    is_stale = age > telling.FRESH_FIX_S
    label = words.say("map.fix_age", age=telling.span(words, age)) if is_stale else words.say("map.fix_now")
    return [Mark("crew", fix.lon, fix.lat, fix.accuracy_m, label, is_stale)]


def in_sight(view: View, job: JobView | None) -> list[XY]:
    """What a map opens on: the fault and the crew, or all there is."""
    jobs = [job] if job is not None else list(view.jobs)
    points = [(at.lon, at.lat) for one in jobs if (at := one.card.place.at) is not None]
    return [*points, *([(view.fix.lon, view.fix.lat)] if view.fix is not None else [])]
