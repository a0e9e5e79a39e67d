"""The map: of the job in hand, or of all jobs of the crew."""

from typing import Any

from kivy.properties import ObjectProperty

from mobile_app.core.view import JobView, View
from mobile_app.screens import marks, telling
from mobile_app.screens.page import JobPage, Page
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.vector_map import VectorMap
from mobile_app.screens.words import Words

ME_ZOOM = 16.0


class _AnyMap:
    """Opens on what matters: the fault and the crew."""

    view: View
    job: JobView | None
    frame: Any
    ids: Any

    def on_enter(self) -> None:
        self.ids.map.land = self.frame.land
        self.show_both()

    def jobs(self, view: View, job: JobView | None) -> list[JobView]:
        return [job] if job is not None else [one for one in view.jobs if one.may]

    def show_both(self) -> None:
        self.ids.map.show(marks.in_sight(self.view, self.job))

    def show_me(self) -> None:
        fix = self.view.fix
        if fix is not None:
            self.ids.map.show([(fix.lon, fix.lat)], ME_ZOOM)

    def show_fault(self) -> None:
        at = None if self.job is None else self.job.card.place.at
        if at is not None:
            self.ids.map.show([(at.lon, at.lat)], ME_ZOOM)

    def away(self, words: Words, view: View, job: JobView | None) -> str:
        return "" if job is None else telling.away(words, view.fix, job)

    def fix(self, words: Words, view: View) -> str:
        if view.fix is None:
            return view.gps_trouble or words.say("fix.long_none")
        return telling.fix_line(words, view.fix, view.now)


class Map(_AnyMap, Page):
    """Of all jobs that are not over."""

    job = ObjectProperty(None, allownone=True, rebind=True)


class JobMap(_AnyMap, JobPage):
    """Of the job in hand."""


load_looks(__file__, VectorMap)
