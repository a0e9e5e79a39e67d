"""On and off duty, who is aboard today; and what a crew sets once in a shift."""

from kivy.properties import ListProperty, NumericProperty

from mobile_app.core.view import View
from mobile_app.screens.page import Page
from mobile_app.screens.parts.choices import Choices
from mobile_app.screens.parts.counter import Counter
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Panel
from mobile_app.screens.words import Words

FEWEST = 2


class Duty(Page):
    aboard = NumericProperty(FEWEST)
    known = ListProperty([])
    names = ListProperty([])

    def on_pre_enter(self) -> None:
        self.aboard = self.view.aboard or max(FEWEST, len(self.view.names))
        self.known = sorted({*self.known, *self.view.names})
        self.names = list(self.view.names)

    def people(self, known: list[str]) -> list[tuple[str, str]]:
        return [(name, name) for name in known]

    def add_name(self) -> None:
        """Once for each person: from then on a press is enough, here and at every safety step."""
        words = self.frame.words
        self.frame.choose(words.say("duty.add_name"), [], self._added, typed_name=words.say("duty.name"))

    def _added(self, name: str) -> None:
        self.known = sorted({*self.known, name})
        self.names = [*self.names, name]

    def on_names(self, _: object, names: list[str]) -> None:
        self.aboard = max(self.aboard, len(names))

    def has_changed(self, view: View, aboard: float, names: list[str]) -> bool:
        return not view.on_duty or int(aboard) != view.aboard or set(names) != set(view.names)

    def go_on(self) -> None:
        if self.press(lambda: self.tablet.go_on_duty(int(self.aboard), list(self.names))):
            self.go("jobs")

    def go_off(self) -> None:
        self.press(self.tablet.go_off_duty)

    def main_words(self, words: Words, view: View, aboard: float) -> str:
        if view.on_duty:
            return words.say("duty.change", n=int(aboard))
        return words.say("duty.go_on")

    def open_jobs(self, words: Words, view: View) -> str:
        count = sum(1 for job in view.jobs if job.may)
        return words.say("duty.open_jobs", n=count) if count else ""

    def sign_out(self) -> None:
        words = self.frame.words
        yes = [("yes", words.say("duty.sign_out"))]
        self.frame.choose(words.say("duty.sign_out_sure"), yes, lambda _: self._sign_out())

    def _sign_out(self) -> None:
        if self.press(self.tablet.sign_out):
            self.go("sign_in")


load_looks(__file__, Choices, Counter, Panel)
