"""The safety steps of the job's voltage class. The tablet records who did what and when; it never allows switching."""

from dataclasses import dataclass

from kivy.properties import ObjectProperty

from mobile_app.core.view import JobView, StepView
from mobile_app.screens import telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import Pressable
from mobile_app.screens.parts.rows import Rows
from mobile_app.screens.parts.texts import Columns, Panel
from mobile_app.screens.words import Words


@dataclass(frozen=True, slots=True)
class Row:
    """One step as it stands on the screen."""

    step: StepView
    under: str
    is_next: bool


class StepRow(Pressable):
    item = ObjectProperty(rebind=True)


class Safety(JobPage):
    def rows(self, words: Words, job: JobView) -> list[Row]:
        following = next((step for step in job.steps if not step.taken), None)
        return [Row(step, self._under(words, job, step), step is following) for step in job.steps]

    def _under(self, words: Words, job: JobView, step: StepView) -> str:
        if step.waits:
            return step.waits
        if step.taken:
            return self._done(words, step)
        if step.call_id is not None:
            return telling.danger_line(words, job.card)
        wanted = (("safety.two", step.two_people), ("safety.photo", step.photo))
        return telling.SEPARATOR.join(words.say(key) for key, is_wanted in wanted if is_wanted)

    def _done(self, words: Words, step: StepView) -> str:
        last = step.taken[-1]
        parts = [words.say("safety.done_by", time=telling.clock(last.at), names=telling.listed(words, last.by))]
        if len(step.taken) > 1:
            parts.append(f"× {len(step.taken)}")
        if step.photo and not step.has_photo:
            parts.append(words.say("safety.photo_missing"))
        return telling.SEPARATOR.join(parts)

    # A press: who, who checked it, kept, the photo

    def press_row(self, row: Row) -> None:
        self._ask_who("safety.who_first", row, [])

    def _ask_who(self, title: str, row: Row, by: list[str]) -> None:
        words = self.frame.words
        names = [(name, name) for name in self.view.names if name not in by]
        self.frame.choose(
            f"{row.step.words}{telling.SEPARATOR}{words.say(title)}",
            names,
            lambda name: self._said_who(row, [*by, name]),
            typed_name=words.say("safety.write_name"),
        )

    def _said_who(self, row: Row, by: list[str]) -> None:
        if row.step.two_people and len(by) < 2:
            self._ask_who("safety.who_second", row, by)
            return
        job_id, step = self.job_id, row.step
        if self.press(lambda: self.tablet.safety_step(job_id, step.step, by, call_id=step.call_id)) and step.photo:
            self.frame.take_photo(job_id, step.step)

    def state(self, words: Words, job: JobView) -> str:
        if job.earths > 0:
            return words.say("safety.earths_open", n=job.earths)
        if not job.steps:
            return words.say("safety.not_here")
        return words.say("safety.all_done") if all(step.taken for step in job.steps) else ""


load_looks(__file__, Columns, Panel, Rows)
