"""What the company has about this crew on a day, and who looked at it."""

from datetime import date, timedelta

from kivy.properties import ObjectProperty

from mobile_app.core.tracks import Track
from mobile_app.screens import telling
from mobile_app.screens.page import Page
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.map_marks import Mark
from mobile_app.screens.parts.texts import Columns, Panel
from mobile_app.screens.parts.vector_map import VectorMap
from mobile_app.screens.words import Words


class TrackPage(Page):
    """Asked of the server each time: the tablet shows the company's copy, not its own."""

    day = ObjectProperty(date.min)
    track = ObjectProperty(None, allownone=True, rebind=True)

    def on_enter(self) -> None:
        self.ids.map.land = self.frame.land
        self.look_at(self.today)

    @property
    def today(self) -> date:
        day: date = self.view.now.astimezone().date()
        return day

    def look_at(self, day: date) -> None:
        self.day, self.track = day, None
        self.frame.ask(lambda: self.tablet.track(day), self._show)

    def move(self, days: int) -> None:
        day = self.day + timedelta(days=days)
        if day <= self.today:
            self.look_at(day)

    def _show(self, track: Track) -> None:
        self.track = track
        self.ids.map.marks = [Mark("track", line=self._line(track))]
        self.ids.map.show(self._line(track))

    def _line(self, track: Track) -> tuple[tuple[float, float], ...]:
        return tuple((position.lon, position.lat) for position in track.positions)

    def count(self, words: Words, track: Track | None) -> str:
        if track is None:
            return ""
        return words.say("track.positions", n=len(track.positions)) if track.positions else words.say("track.none")

    def looked(self, words: Words, track: Track | None) -> str:
        if track is None:
            return ""
        lines = [
            words.say("track.looked_line", role=words.name("role", one.by_role), time=telling.day_and_clock(one.at))
            for one in track.looked
        ]
        return "\n".join(lines) or words.say("track.nobody")

    def kept(self, words: Words, track: Track | None) -> str:
        return "" if track is None else words.say("track.kept", n=track.kept_days)


load_looks(__file__, Columns, Panel, VectorMap)
