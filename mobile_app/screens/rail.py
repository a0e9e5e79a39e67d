"""The big keys at the edge: the crew's four screens, or those of the job in hand."""

from collections.abc import Sequence

from kivy.properties import ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import PushButton

HOME = ["jobs", "map", "outbox", "crew"]
IN_JOB = ["back", "job", "job_map", "check_in", "safety", "survey", "photos", "finish"]
# Which key stays lit on a screen that has none of its own.
UNDER = {
    **dict.fromkeys(("track", "hand_over", "sign_in"), "crew"),
    **dict.fromkeys(("spoken", "wrong_place"), "check_in"),
    "note": "job",
}


class RailKey(PushButton):
    section = StringProperty("")
    word_key = StringProperty("")


class Rail(BoxLayout):
    frame = ObjectProperty(rebind=True)
    sections = ListProperty([])
    current = StringProperty("")

    def on_sections(self, _: object, sections: Sequence[str]) -> None:
        self.clear_widgets()
        for section in sections:
            key = RailKey(section=section, word_key=_word_of(section), sign=section.removeprefix("job_"))
            key.bind(on_release=lambda pressed: self.press(pressed.section))
            self.add_widget(key)
        self.on_current()

    def on_current(self, *_: object) -> None:
        for key in self.children:
            key.kind = "chosen" if key.section == UNDER.get(self.current, self.current) else "quiet"

    def press(self, section: str) -> None:
        self.frame.go("jobs" if section == "back" else section)


def _word_of(section: str) -> str:
    return "app.back" if section == "back" else f"rail.{section.removeprefix('job_')}"


load_looks(__file__)
