"""Cause, part and the hour when power will be back: three presses."""

from datetime import timedelta

from kivy.properties import ListProperty, StringProperty

from mobile_app.core.view import JobView, View
from mobile_app.screens import telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.choices import Choices
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Panel
from mobile_app.screens.parts.typed import Typed
from mobile_app.screens.words import Words

MINUTES = (15, 30, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880)


class Survey(JobPage):
    """What was chosen stays until it is sent: a crew may look at the map in between."""

    cause = ListProperty([])
    part = ListProperty([])
    minutes = ListProperty([])
    note = StringProperty("")

    def causes(self, words: Words, job: JobView) -> list[tuple[str, str]]:
        kind = job.card.what.fault_kind
        return self.frame.choices("causes", kind)

    def parts(self, words: Words) -> list[tuple[str, str]]:
        return self.frame.choices("parts")

    def times(self, words: Words) -> list[tuple[str, str]]:
        return [(str(one), telling.span(words, max(one * 60, 120)).replace(" 0 min", "")) for one in MINUTES]

    def etr_line(self, words: Words, view: View, minutes: list[str]) -> str:
        if not minutes:
            return words.say("survey.etr")
        at = telling.clock(view.now + timedelta(minutes=int(minutes[0])))
        return words.say("survey.etr") + telling.SEPARATOR + words.say("survey.etr_at", time=at)

    def due(self, words: Words, job: JobView) -> str:
        by = job.card.limits.survey_by
        return "" if by is None else words.say("survey.by", time=telling.clock(by))

    def send(self) -> None:
        etr_at = self.view.now + timedelta(minutes=int(self.minutes[0]))
        part, note = (self.part[0] if self.part else ""), self.note.strip()
        if self.press(lambda: self.tablet.survey(self.job_id, self.cause[0], part, etr_at, note)):
            self.note = ""
            self.go("job")


load_looks(__file__, Choices, Panel, Typed)
