"""Power back, and closing: customers counted, the examiner's hints read, two presses."""

from kivy.properties import NumericProperty

from dispatch_server.protocol.words import CrewAction, JobState
from mobile_app.core.view import JobView
from mobile_app.screens import telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.counter import Counter
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.texts import Panel
from mobile_app.screens.words import Words


class Finish(JobPage):
    """Opens on all customers of the transformer: the usual case is one press."""

    customers = NumericProperty(0)

    def on_pre_enter(self) -> None:
        self.customers = self.all_of(self.job)

    def all_of(self, job: JobView) -> int:
        return job.card.what.customers or 0

    def is_restored(self, job: JobView) -> bool:
        return job.state in (JobState.RESTORED, JobState.CLOSED)

    def is_part(self, job: JobView, customers: float) -> bool:
        return 0 < int(customers) < self.all_of(job)

    def state_line(self, words: Words, job: JobView) -> str:
        if job.state is JobState.CLOSED:
            return words.say("finish.closed")
        if job.card.restored_at is not None:
            return words.say("finish.restored", time=telling.clock(job.card.restored_at))
        return "" if CrewAction.RESTORE in job.may else words.say("finish.not_yet")

    def of_all(self, words: Words, job: JobView) -> str:
        count = self.all_of(job)
        return words.say("finish.of", n=count) if count else ""

    def restore_words(self, words: Words, job: JobView, customers: float) -> str:
        return words.say("finish.do_part" if self.is_part(job, customers) else "finish.do")

    def restore(self) -> None:
        count = int(self.customers)
        is_part = self.is_part(self.job, count)
        self.press(lambda: self.tablet.restore(self.job_id, count, is_part))

    def hints(self, words: Words, job: JobView) -> str:
        lines = [f"•  {hint}" for hint in job.hints]
        return "\n".join(lines) or words.say("finish.no_hints")

    def close(self) -> None:
        self.press(lambda: self.tablet.close(self.job_id))

    def leave(self) -> None:
        job_id = self.job_id
        self.frame.choose(
            self.frame.words.say("job.why_leave"),
            self.frame.choices("leave_reasons"),
            lambda reason: self.press(lambda: self.tablet.leave(job_id, reason)),
        )


load_looks(__file__, Counter, Panel)
