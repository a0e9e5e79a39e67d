"""The head: who and on duty, what has not reached the control room, how good the position is. In a job: stop work."""

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.core.view import JobView, OutboxView, View
from mobile_app.screens import telling
from mobile_app.screens.parts.icon import Icon
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.words import Words

SILENT_AFTER_S = 120


class Head(BoxLayout):
    frame = ObjectProperty(rebind=True)
    view = ObjectProperty(rebind=True)
    is_wide = BooleanProperty(True)

    def unsent(self, words: Words, outbox: OutboxView) -> str:
        if outbox.refused:
            return words.say("net.refused", n=len(outbox.refused))
        if outbox.waiting:
            return words.say("net.waiting", n=outbox.waiting)
        if outbox.photos_waiting:
            return words.say("net.photos", n=outbox.photos_waiting)
        return words.say("net.all_sent")

    def heard(self, words: Words, outbox: OutboxView) -> str:
        if outbox.waiting and outbox.oldest_s is not None:
            return words.say("net.oldest", age=telling.span(words, outbox.oldest_s))
        if outbox.last_contact_s is None:
            return words.say("net.never_heard")
        return words.say("net.heard", age=telling.span(words, outbox.last_contact_s))

    def unsent_kind(self, outbox: OutboxView) -> str:
        if outbox.refused:
            return "stop"
        is_silent = outbox.last_contact_s is None or outbox.last_contact_s > SILENT_AFTER_S
        return "warn" if outbox.waiting or is_silent else "plain"


class HomeHead(Head):
    """Over the crew's own screens."""

    def who(self, words: Words, view: View) -> str:
        return view.crew or words.say("app.name")

    def duty(self, words: Words, view: View) -> str:
        if not view.on_duty:
            return words.say("duty.off")
        return words.say("duty.on") + telling.SEPARATOR + words.say("duty.aboard_now", n=view.aboard)

    def clock(self, view: View) -> str:
        return telling.clock(view.now)

    def fix(self, words: Words, view: View) -> str:
        return telling.fix_line(words, view.fix, view.now)

    def switch_language(self, language: str) -> None:
        self.frame.press(lambda: self.frame.tablet.set_language("en" if language == "zh" else "zh"))

    def switch_theme(self, theme: str) -> None:
        self.frame.press(lambda: self.frame.tablet.set_theme("day" if theme == "night" else "night"))


class JobHead(Head):
    """Over every screen of a job."""

    job = ObjectProperty(rebind=True)

    def where(self, words: Words, job: JobView) -> str:
        return telling.where(words, job.card)

    def state_line(self, words: Words, job: JobView) -> str:
        parts = (telling.kind(words, job.card), telling.states(words, job.state), job.card.outage)
        return telling.SEPARATOR.join(part for part in parts if part)

    def target(self, words: Words, job: JobView) -> str:
        return telling.left(words, job.arrive_left_s)

    def is_late(self, job: JobView) -> bool:
        return telling.is_late(job)

    def stop_work(self) -> None:
        """On every screen of a job. The reason comes from a list; the press is kept at once."""
        job_id, frame = self.frame.job_id, self.frame
        frame.choose(
            frame.words.say("stop.title"), frame.choices("stop_reasons"), lambda reason: self._stop(job_id, reason)
        )

    def _stop(self, job_id: int, reason: str) -> None:
        if self.frame.press(lambda: self.frame.tablet.stop_work(job_id, reason)):
            self.frame.say("stop.done")


load_looks(__file__, Icon)
