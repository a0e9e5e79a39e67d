"""An offer that cannot be missed: over everything, with sound, until the crew answers or it is taken back."""

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from mobile_app.core.view import JobView, View
from mobile_app.screens import telling
from mobile_app.screens.marks import in_sight
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Columns, Tag
from mobile_app.screens.parts.vector_map import VectorMap
from mobile_app.screens.words import Words

SEEN_AFTER_S = 1.0


class Offer(FloatLayout):
    """Takes every touch: below it nothing is pressed by mistake."""

    view = ObjectProperty(rebind=True)
    job = ObjectProperty(rebind=True)
    is_wide = BooleanProperty(True)

    def __init__(self, frame: Any, **kwargs: Any) -> None:
        self.frame = frame
        super().__init__(**kwargs)
        self.ids.map.land = frame.land
        self._look_at_it()
        self.ids.map.bind(size=self._look_at_it)

    def _look_at_it(self, *_: object) -> None:
        self.ids.map.show(in_sight(self.view, self.job))

    def accept(self) -> None:
        job_id = self.job.card.job_id
        if self.frame.press(lambda: self.frame.tablet.accept(job_id)):
            self.frame.open_job(job_id)

    def decline(self) -> None:
        """With a reason from the list; the offer stays until one is pressed."""
        frame, job_id = self.frame, self.job.card.job_id
        frame.choose(
            frame.words.say("offer.why_decline"),
            frame.choices("decline_reasons"),
            lambda reason: frame.press(lambda: frame.tablet.decline(job_id, reason)),
        )

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True

    def head(self, words: Words, view: View) -> str:
        count = sum(1 for job in view.jobs if telling.is_offer(job))
        return words.say("offer.title") + (telling.SEPARATOR + words.say("offer.more", n=count) if count > 1 else "")

    def said(self, job: JobView) -> str:
        return next((call.words for call in job.card.calls if call.words), "")

    def about(self, words: Words, view: View, job: JobView) -> str:
        parts = (telling.kind(words, job.card), telling.customers(words, job.card), telling.away(words, view.fix, job))
        return telling.SEPARATOR.join(part for part in parts if part)


class OfferWatch:
    """Whether an offer is in sight: rings for each new one, and says that it was seen after a second."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._shown: Offer | None = None
        self._seen: Any = None

    def show(self, view: View) -> None:
        offer = view.offer
        if offer is None:
            self._go_away()
        elif self._shown is None or self._shown.job.card.job_id != offer.card.job_id:
            self._go_away()
            self._come_up(view, offer)
        else:
            self._shown.view, self._shown.job, self._shown.is_wide = view, offer, self._frame.is_wide

    def _come_up(self, view: View, offer: JobView) -> None:
        self._shown = Offer(frame=self._frame, view=view, job=offer, is_wide=self._frame.is_wide)
        self._frame.add_widget(self._shown)
        self._frame.bell.ring()
        job_id, frame = offer.card.job_id, self._frame
        self._seen = Clock.schedule_once(lambda _: frame.press(lambda: frame.tablet.seen(job_id)), SEEN_AFTER_S)

    def _go_away(self) -> None:
        if self._shown is not None:
            self._seen.cancel()
            self._frame.bell.hush()
            self._frame.remove_widget(self._shown)
            self._shown = None


load_looks(__file__, Columns, Tag, VectorMap)
