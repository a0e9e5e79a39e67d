"""Where no signal reaches: ten digits that prove an arrival over the radio."""

from kivy.properties import StringProperty

from mobile_app.screens import telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.words import Words


class Spoken(JobPage):
    code = StringProperty("")
    made_at = StringProperty("")

    def on_pre_enter(self) -> None:
        self.code = ""
        if self.view.is_enrolled and self.press(self._make):
            self.made_at = telling.clock(self.view.now)

    def _make(self) -> None:
        self.code = self.tablet.spoken_check_in(self.job_id)

    def hint(self, words: Words, code: str) -> str:
        return words.say("spoken.hint" if code else "spoken.no_key")

    def at(self, words: Words, made_at: str) -> str:
        return words.say("spoken.at", time=made_at) if made_at else ""


load_looks(__file__)
