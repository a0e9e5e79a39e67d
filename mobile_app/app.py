"""The Kivy app: one frame, the words and the look of the moment, and a reading of the view every second."""

from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.text import LabelBase
from kivy.properties import ObjectProperty

from mobile_app.core.ports import Bell, Camera
from mobile_app.core.tablet import Tablet
from mobile_app.screens.frame import Frame
from mobile_app.screens.palette import LOOKS
from mobile_app.screens.words import words_in

FONTS = Path(__file__).parent / "assets" / "fonts"
REFRESH_EVERY_S = 1.0  # countdowns count


class RelightApp(App):
    """`words` and `look` are replaced as a whole: every expression in a .kv file that reads them is told."""

    title = "Relight"
    words = ObjectProperty(rebind=True)
    look = ObjectProperty(rebind=True)
    frame = ObjectProperty(None, allownone=True, rebind=True)

    def __init__(self, tablet: Tablet, bell: Bell, camera: Camera, server_url: str = "", **kwargs: Any) -> None:
        self.tablet, self.bell, self.camera, self.server_url = tablet, bell, camera, server_url
        use_fonts()
        super().__init__(**kwargs)
        self._dress()

    def build(self) -> Frame:
        self.frame = Frame(self.tablet, self.bell, self.camera, self.server_url)
        return self.frame

    def on_start(self) -> None:
        self._soon = Clock.create_trigger(lambda _: self.refresh())
        self.tablet.listen(self._soon)
        Clock.schedule_interval(lambda _: self.refresh(), REFRESH_EVERY_S)
        self.tablet.begin()

    def refresh(self) -> None:
        self.frame.refresh()
        self._dress()

    def on_stop(self) -> None:
        self.bell.hush()
        self.tablet.end()

    def on_pause(self) -> bool:
        self.tablet.go_to_background()
        return True

    def on_resume(self) -> None:
        self.tablet.come_to_front()

    def _dress(self) -> None:
        view = self.tablet.view()
        self.words, self.look = words_in(view.language), LOOKS[view.theme]


def use_fonts() -> None:
    """Under the name that every widget asks for when nobody names another."""
    LabelBase.register("Roboto", str(FONTS / "NotoSansSC-Medium.ttf"), fn_bold=str(FONTS / "NotoSansSC-Bold.ttf"))
