"""Arriving: what the GPS has, which grade that will probably get and why. The crew may go on at any moment."""

from typing import Any

from kivy.clock import Clock
from kivy.properties import NumericProperty, ObjectProperty, StringProperty

from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import CrewAction, Grade
from mobile_app.core.fixes import WAIT_S
from mobile_app.core.view import View
from mobile_app.screens import marks, telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.palette import Colour, Look
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Columns, Panel
from mobile_app.screens.parts.typed import Typed
from mobile_app.screens.parts.vector_map import VectorMap
from mobile_app.screens.words import Words

LOOK_EVERY_S = 0.5


class CheckIn(JobPage):
    best = ObjectProperty(None, allownone=True, rebind=True)
    waited_s = NumericProperty(0)
    graded = ObjectProperty(None, allownone=True, rebind=True)

    def on_pre_enter(self) -> None:
        self._watch = self.tablet.fixes()
        self._looking = Clock.schedule_interval(self.look_again, LOOK_EVERY_S)
        self.look_again()

    def on_enter(self) -> None:
        self.ids.map.land = self.frame.land
        self.ids.map.show(marks.in_sight(self.view, self.job))

    def on_leave(self) -> None:
        self._looking.cancel()

    def look_again(self, *_: object) -> None:
        self.best, self.waited_s = self._watch.best, self._watch.waited_s
        self.graded = self._watch.probable(self.job_id)

    def check_in(self) -> None:
        if self.press(lambda: self.tablet.check_in(self.job_id, self._watch.best)):
            self.go("safety")

    # What it says

    def waiting(self, words: Words, view: View, best: Fix | None, waited_s: float) -> str:
        if best is None and view.gps_trouble:
            return view.gps_trouble
        if waited_s < WAIT_S:
            return words.say("check_in.waiting", s=int(waited_s), of=int(WAIT_S))
        return words.say("check_in.none" if best is None else "check_in.ready")

    def reading(self, words: Words, best: Fix | None) -> str:
        if best is None:
            return ""
        age = telling.span(words, telling.age_s(best.fixed_at, self.view.now))
        return words.say(
            "check_in.best", m=round(best.accuracy_m), provider=words.name("provider", best.provider), age=age
        )

    def grade(self, words: Words, graded: Any) -> str:
        return "" if graded is None else words.name("grade", graded.grade)

    def why(self, words: Words, graded: Any) -> str:
        return "" if graded is None else telling.sentence(words, graded.hint)

    def colour(self, look: Look, graded: Any) -> Colour:
        if graded is None:
            return look.line
        return {Grade.A: look.good, Grade.B: look.good, Grade.C: look.warn, Grade.DECLARED: look.warn}[graded.grade]

    def do_words(self, words: Words, job: Any, graded: Any) -> str:
        if CrewAction.CHECK_IN in job.may and job.card.arrived_at is not None:
            return words.say("check_in.again")
        is_proved = graded is not None and graded.grade in (Grade.A, Grade.B)
        return words.say("check_in.do" if is_proved else "check_in.do_anyway")

    def done(self, words: Words, job: Any) -> str:
        at = job.card.arrived_at
        return "" if at is None else words.say("check_in.done", time=telling.clock(at))


class WrongPlace(JobPage):
    """The crew stands at the fault, and the map says elsewhere: a proposal that the office confirms."""

    note = StringProperty("")

    def send(self) -> None:
        fix, note = self.view.fix, self.note.strip()
        if self.press(lambda: self.tablet.correct_pin(self.job_id, fix, note)):
            self.note = ""
            self.go("check_in")
            self.frame.say("check_in.wrong_sent")

    def reading(self, words: Words, view: Any) -> str:
        return words.say("check_in.wrong_no_fix") if view.fix is None else telling.fix_line(words, view.fix, view.now)


load_looks(__file__, Columns, Panel, Typed, VectorMap)
