"""A job that the dispatcher gives by radio: ten digits, typed as they are heard."""

from kivy.properties import StringProperty

from mobile_app.screens.page import Page
from mobile_app.screens.parts.digit_pad import DigitPad
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Columns

DIGITS = 10


class HandOver(Page):
    digits = StringProperty("")

    def take_over(self) -> None:
        if len(self.digits) < DIGITS:
            self.frame.say("hand_over.short")
            return
        taken: list[int] = []
        if self.press(lambda: taken.append(self.tablet.take_over(self.digits))):
            self.digits = ""
            self.frame.open_job(taken[0])


load_looks(__file__, Columns, DigitPad)
