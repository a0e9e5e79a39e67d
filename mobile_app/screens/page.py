"""What every screen has: the view it shows, the tablet it forwards presses to, the frame it stands in."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.screenmanager import Screen

from mobile_app.core.tablet import Tablet


class Page(Screen):
    """Told the newest view while it is the one in sight; a page that is hidden costs nothing."""

    view = ObjectProperty(rebind=True)
    is_wide = BooleanProperty(True)

    def __init__(self, frame: Any, **kwargs: Any) -> None:
        self.frame = frame
        self.tablet: Tablet = frame.tablet
        super().__init__(**kwargs)
        frame.fbind("is_wide", self._note_shape)
        self._note_shape()

    def _note_shape(self, *_: object) -> None:
        self.is_wide = self.frame.is_wide

    def press(self, deed: Callable[[], object]) -> bool:
        return bool(self.frame.press(deed))

    def go(self, name: str) -> None:
        self.frame.go(name)


class JobPage(Page):
    """`job` is never None: the frame leaves the page before a job is gone."""

    job = ObjectProperty(rebind=True)

    @property
    def job_id(self) -> int:
        return int(self.job.card.job_id)


def soon(deed: Callable[[], object]) -> None:
    """On the screen's own thread, whatever thread asks."""
    Clock.schedule_once(lambda _: deed(), 0)
