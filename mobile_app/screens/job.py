"""The job's own page: everything that is known, and the one press that comes next."""

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from dispatch_server.protocol.words import CrewAction, JobState
from mobile_app.core.view import JobView
from mobile_app.screens import telling
from mobile_app.screens.page import JobPage
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.rows import Rows
from mobile_app.screens.parts.texts import Columns, Pair, Panel
from mobile_app.screens.words import Words

# What comes next, by where the job stands: the words of the button, and what pressing it does.
NEXT = {
    JobState.OFFERED: ("offer.accept", "accept"),
    JobState.ACCEPTED: ("job.depart", "depart"),
    JobState.EN_ROUTE: ("job.here", "check_in"),
    JobState.ON_SITE: ("job.power_back", "finish"),
    JobState.RESTORED: ("job.close", "finish"),
}


class CallRow(BoxLayout):
    """Head, words, caller."""

    item = ObjectProperty(("", "", ""), rebind=True)


class Job(JobPage):
    next = NEXT

    def next_words(self, words: Words, job: JobView) -> str:
        key, _ = NEXT.get(job.state, ("", ""))
        return words.say(key) if key else words.say("job.ended", state=telling.states(words, job.state))

    def do_next(self) -> None:
        _, deed = NEXT[self.job.state]
        if deed == "accept":
            self.press(lambda: self.tablet.accept(self.job_id))
        elif deed == "depart":
            self.press(lambda: self.tablet.depart(self.job_id))
        else:
            self.go(deed)

    def other_words(self, words: Words, job: JobView) -> str:
        """The other way out of a job."""
        if CrewAction.DECLINE in job.may:
            return words.say("job.decline")
        return words.say("job.leave") if CrewAction.LEAVE in job.may else ""

    def do_other(self) -> None:
        frame, job_id = self.frame, self.job_id
        if CrewAction.DECLINE in self.job.may:
            title, reasons, deed = "offer.why_decline", "decline_reasons", self.tablet.decline
        else:
            title, reasons, deed = "job.why_leave", "leave_reasons", self.tablet.leave
        frame.choose(
            frame.words.say(title), frame.choices(reasons), lambda reason: self.press(lambda: deed(job_id, reason))
        )

    def calls(self, words: Words, job: JobView, hides_names: bool) -> list[tuple[str, str, str]]:
        """Head, words, caller of each call."""
        return [
            (telling.call_head(words, call), call.words or "", telling.caller(words, call, hides_names))
            for call in job.card.calls
        ]

    def history(self, words: Words, job: JobView) -> str:
        lines = [telling.earlier(words, one) for one in job.card.history]
        return "\n".join(lines) or words.say("job.no_history")

    def others(self, words: Words, job: JobView) -> str:
        lines = [f"{one.crew}: {telling.states(words, one.state)}" for one in job.card.others]
        return "\n".join(lines) or words.say("job.no_others")

    def told(self, words: Words, job: JobView) -> str:
        return "\n".join(f"{telling.clock(told.told_at)}  {told.sentence}" for told in job.card.told)


load_looks(__file__, Columns, Pair, Panel, Rows)
