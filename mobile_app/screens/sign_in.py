"""Sign in: a code from the office once for each tablet, or name and password."""

from kivy.properties import BooleanProperty, StringProperty

from mobile_app.screens.page import Page
from mobile_app.screens.parts.digit_pad import DigitPad
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.typed import Typed

CODE_DIGITS = 9


class SignIn(Page):
    by_code = BooleanProperty(True)
    server = StringProperty("")
    digits = StringProperty("")
    name_typed = StringProperty("")
    password = StringProperty("")

    def on_pre_enter(self) -> None:
        self.server = self.server or self.view.server_url or self.frame.server_url

    def sign_in(self) -> None:
        if missing := self._missing():
            self.frame.say(missing)
        elif self.by_code:
            self.frame.ask(lambda: self.tablet.enrol(self.server.strip(), self.digits), self._done)
        else:
            name, password = self.name_typed.strip(), self.password
            self.frame.ask(lambda: self.tablet.sign_in(self.server.strip(), name, password), self._done)

    def _missing(self) -> str:
        if not self.server.strip():
            return "sign_in.server_missing"
        if self.by_code:
            return "" if len(self.digits) == CODE_DIGITS else "sign_in.code_short"
        return "" if self.name_typed.strip() and self.password else "sign_in.name_missing"

    def _done(self, _: object) -> None:
        self.digits = self.password = ""
        self.frame.notice = ""
        self.go("crew")


load_looks(__file__, DigitPad, Typed)
