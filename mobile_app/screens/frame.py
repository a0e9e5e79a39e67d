"""The frame round every screen: rail, head, notices; which screen is in sight; the offer above all of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from kivy.app import App
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.screenmanager import NoTransition

from dispatch_server.protocol.words import FaultKind
from mobile_app.core.ports import Bell, Camera
from mobile_app.core.server import Trouble
from mobile_app.core.tablet import Tablet
from mobile_app.core.view import JobView, View
from mobile_app.screens import telling
from mobile_app.screens.choose import Choose
from mobile_app.screens.head import HomeHead, JobHead
from mobile_app.screens.offer import OfferWatch
from mobile_app.screens.page import JobPage, Page, soon
from mobile_app.screens.pages import JOB_PAGES, PAGES
from mobile_app.screens.parts.looks import load_looks
from mobile_app.screens.parts.push_button import PushButton
from mobile_app.screens.parts.vector_map import Land, read_land
from mobile_app.screens.rail import HOME, IN_JOB, Rail
from mobile_app.screens.words import Words

NOT_TO_LOSE = (Trouble, OSError, ValueError)


class Bar(PushButton):
    """A sentence that must be read, over the width of the screen; a press takes it away or goes where it says."""


class Frame(FloatLayout):
    """`job_id` is the job whose screens are in sight; None among the screens of the crew."""

    view = ObjectProperty(rebind=True)
    job_id = NumericProperty(None, allownone=True)
    page_name = StringProperty("")
    notice = StringProperty("")
    is_busy = BooleanProperty(False)
    is_wide = BooleanProperty(True)
    sections = ListProperty([])

    def __init__(self, tablet: Tablet, bell: Bell, camera: Camera, server_url: str, **kwargs: Any) -> None:
        self.tablet, self.bell, self.camera, self.server_url = tablet, bell, camera, server_url
        self._pages: dict[str, Page] = {}
        self._land: tuple[str, Land] | None = None
        self._job_head: JobHead | None = None
        self.no_transition = NoTransition()
        super().__init__(view=tablet.view(), **kwargs)
        self._home_head = HomeHead(frame=self, view=self.view)
        self.offers = OfferWatch(self)
        self.go("jobs" if self.view.is_signed_in or self.view.crew_id is not None else "sign_in")
        self.refresh()

    # What is in sight

    @property
    def page(self) -> Page:
        return self._pages[self.page_name]

    @property
    def job(self) -> JobView | None:
        """Of an offer as well: its page may be read before it is answered."""
        view: View = self.view
        return next((job for job in view.jobs if job.card.job_id == self.job_id), None)

    def refresh(self) -> None:
        """Everything that is shown, as it is now."""
        self.view = self.tablet.view()
        if self.page_name in JOB_PAGES and self.job is None:
            self._leave_the_job()
        self._tell(self.page)
        self._tell_head()
        self.offers.show(self.view)

    def _leave_the_job(self) -> None:
        self.go("jobs")
        self.say("job.gone")

    def _tell(self, page: Page) -> None:
        if isinstance(page, JobPage):
            page.job = self.job
        page.view = self.view

    def go(self, name: str) -> None:
        """To a screen of the crew or of the job in hand."""
        if name not in JOB_PAGES:
            self.job_id = None
        if name not in self._pages:
            job = {"job": self.job} if name in JOB_PAGES else {}
            self._pages[name] = PAGES[name](frame=self, name=name, view=self.view, **job)
            self.ids.pages.add_widget(self._pages[name])
        else:
            self._tell(self._pages[name])
        self.sections = IN_JOB if name in JOB_PAGES else HOME
        self.page_name = name
        self.ids.pages.current = name
        self._tell_head()

    def _tell_head(self) -> None:
        """The job's own head carries stop work; a job may be gone before its screen is left."""
        if self.page_name in JOB_PAGES and self.job is not None:
            wanted = self._job_head = self._job_head or JobHead(frame=self, view=self.view, job=self.job)
            wanted.job = self.job
        else:
            wanted = self._home_head
        wanted.view, wanted.is_wide = self.view, self.is_wide
        if wanted.parent is None:
            self.ids.head.clear_widgets()
            self.ids.head.add_widget(wanted)

    def open_job(self, job_id: int, name: str = "job") -> None:
        self.job_id = job_id
        self.go(name)

    # What is done

    def press(self, deed: Callable[[], object]) -> bool:
        """A press is kept before this returns; what went wrong is said in the core's own sentence."""
        try:
            deed()
        except NOT_TO_LOSE as error:
            self.notice = telling.sentence(self.words, str(error))
            return False
        self.refresh()
        return True

    def ask(self, question: Callable[[], object], answered: Callable[[Any], object]) -> None:
        """What needs the server: the screen stays alive meanwhile, and one question is asked at a time."""
        if self.is_busy:
            return
        self.is_busy, self.notice = True, ""

        def wait() -> None:
            try:
                answer = question()
            except NOT_TO_LOSE as error:
                sentence = telling.sentence(self.words, str(error))
                soon(lambda: self._stop_waiting(lambda: setattr(self, "notice", sentence)))
            else:
                soon(lambda: self._stop_waiting(lambda: answered(answer)))

        Thread(target=wait, name="tablet asks", daemon=True).start()

    def _stop_waiting(self, then: Callable[[], object]) -> None:
        self.is_busy = False
        then()
        self.refresh()

    def say(self, key: str) -> None:
        self.notice = self.words.say(key)

    @property
    def land(self) -> Land | None:
        """The map as it is drawn; read once for each version of the pack."""
        pack = self.tablet.map_data()
        if pack is None or not pack.version:
            return None
        if self._land is None or self._land[0] != pack.version:
            self._land = pack.version, read_land(pack.areas, pack.roads)
        return self._land[1]

    @property
    def words(self) -> Words:
        words: Words = App.get_running_app().words
        return words

    def choices(self, name: str, kind: FaultKind | None = None) -> list[tuple[str, str]]:
        """A list to pick from, the utility's own where the tablet has it: key and words."""
        given, language = self.tablet.choices(name), self.words.language
        return [(one.key, one.words(language)) for one in given if one.goes_with(kind)]

    def choose(
        self,
        title: str,
        choices: Sequence[tuple[str, str]],
        chosen: Callable[[str], object],
        typed_name: str = "",
    ) -> None:
        """A list over everything; nothing happens until one is pressed, and cancelling is always possible."""
        self.add_widget(
            Choose(
                title=title, choices=list(choices), when_chosen=chosen, typed_name=typed_name, can_type=bool(typed_name)
            )
        )

    def take_photo(self, job_id: int, step: str | None = None) -> None:
        """The camera may come back while another screen is in sight: the photo belongs to the job it was taken on."""
        self.camera.take(lambda path: soon(lambda: self._photo_taken(job_id, path, step)))

    def _photo_taken(self, job_id: int, path: Path | None, step: str | None) -> None:
        if path is not None:
            self.press(lambda: self.tablet.add_photo(job_id, path, step))


load_looks(__file__, Rail)
