"""The crew's jobs, live ones first. A press opens one."""

from kivy.properties import ObjectProperty

from dispatch_server.protocol.words import JobState
from mobile_app.core.view import JobView
from mobile_app.screens import telling
from mobile_app.screens.page import Page
from mobile_app.screens.palette import Colour, Look
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import Pressable
from mobile_app.screens.parts.rows import Rows
from mobile_app.screens.parts.texts import Tag
from mobile_app.screens.words import Words


class JobRow(Pressable):
    """One job: what, where, how long is left, and what the control room does not know yet."""

    item = ObjectProperty(rebind=True)

    def colour(self, look: Look, job: JobView) -> Colour:
        if not job.may:
            return look.line
        if job.card.what.is_danger or telling.is_late(job):
            return look.bad
        return look.warn if job.state is JobState.OFFERED else look.link

    def second_line(self, words: Words, job: JobView) -> str:
        card = job.card
        parts = (telling.kind(words, card), telling.around(card), card.outage)
        return telling.SEPARATOR.join(part for part in parts if part)

    def third_line(self, words: Words, job: JobView) -> str:
        parts = (
            words.say("jobs.by_radio") if job.told_by_radio else "",
            telling.unsent(words, job.unsent),
        )
        return telling.SEPARATOR.join(part for part in parts if part)


class Jobs(Page):
    """`app.frame` opens what a row stands for."""


load_looks(__file__, Rows, Tag)
