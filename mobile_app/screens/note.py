"""A note for the office, typed where no list can know the answer."""

from kivy.properties import StringProperty

from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.typed import Typed


class Note(JobPage):
    text = StringProperty("")

    def keep(self) -> None:
        text = self.text.strip()
        if self.press(lambda: self.tablet.note(self.job_id, text)):
            self.text = ""
            self.go("job")


load_looks(__file__, Typed)
