"""What the control room does not know yet, and what it refused: with its sentence, until the crew has read it."""

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from mobile_app.core.view import OutboxView, RefusedView
from mobile_app.screens import telling
from mobile_app.screens.page import Page
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.rows import Rows
from mobile_app.screens.parts.texts import Panel
from mobile_app.screens.words import Words

MB = 1_000_000


class RefusedRow(BoxLayout):
    item = ObjectProperty(rebind=True)

    def head(self, words: Words, refused: RefusedView) -> str:
        what = words.name("action", refused.kind)
        return words.say("outbox.pressed", what=what, time=telling.clock(refused.pressed_at))


class Outbox(Page):
    def waiting(self, words: Words, outbox: OutboxView) -> str:
        if not outbox.waiting:
            return words.say("outbox.all_sent")
        return words.say("outbox.waiting", n=outbox.waiting, oldest=telling.span(words, outbox.oldest_s or 0))

    def photos(self, words: Words, outbox: OutboxView) -> str:
        if not outbox.photos_waiting:
            return ""
        return words.say("outbox.photos", n=outbox.photos_waiting, mb=f"{outbox.photo_bytes_left / MB:.1f}")

    def last(self, words: Words, outbox: OutboxView) -> str:
        if outbox.last_contact_s is None:
            return words.say("outbox.never")
        return words.say("outbox.last", age=telling.span(words, outbox.last_contact_s))


load_looks(__file__, Panel, Rows)
