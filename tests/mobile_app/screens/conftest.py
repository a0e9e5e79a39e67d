"""A van: the whole app in a window, signed in or not, and the town whose server it speaks to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.opening import open_store
from mobile_app.app import RelightApp
from mobile_app.core.tablet import Tablet
from mobile_app.screens.words import Words
from tests.clock import MORNING
from tests.console.conftest import RunningClock
from tests.mobile_app.screens.given import Device
from tests.mobile_app.screens.hand import Hand
from tests.town import MARKET, PASSWORD, Town, a_town

START = LonLat(112.0146, 27.7204)


@dataclass
class Van:
    """A crew's tablet in a hand."""

    town: Town
    device: Device
    tablet: Tablet
    hand: Hand
    app: RelightApp

    @property
    def words(self) -> Words:
        words: Words = self.app.words
        return words

    @property
    def page(self) -> str:
        return str(self.app.frame.page_name)

    def press(self, key: str, **blanks: object) -> None:
        self.hand.press(self.words.say(key, **blanks))

    def sees(self, key: str, **blanks: object) -> None:
        text = self.words.say(key, **blanks)
        self.hand.until(lambda: self.hand.sees(text), repr(text))

    def sign_in(self, name: str = "crew1") -> None:
        """As the crew does it: name and password on the screen."""
        self.press("sign_in.by_name")
        for label, text in ((self.words.say("sign_in.name"), name), (self.words.say("sign_in.password"), PASSWORD)):
            self.hand.write_into(label, text)
        self.press("sign_in.do")
        self.hand.until(lambda: self.tablet.view().is_signed_in and self.page == "crew", "the sign-in")

    def go_on_duty(self, at: LonLat = START) -> None:
        self.press("duty.go_on")
        self.hand.until(lambda: self.page == "jobs")
        self.device.is_at(at)
        self.until_sent()

    def until_sent(self) -> None:
        self.hand.until(lambda: not self.tablet.view().outbox.waiting, "everything to be sent")

    def is_offered(self, at: LonLat = MARKET, **said: object) -> int:
        """A call comes in and the dispatcher offers it to this crew."""
        outage = self.town.call_at(at, **said)["outage"]["id"]
        job = self.town.offer(outage, 1)["id"]
        self.hand.until(lambda: self.tablet.view().offer is not None, "the offer")
        self.hand.frames(3)
        return int(job)


OpenVan = Callable[..., Van]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    store = open_store(f"sqlite:///{tmp_path}/relight.db", clock := RunningClock(MORNING))
    try:
        with a_town(store, clock, tmp_path) as town:
            yield town
    finally:
        store.close()


@pytest.fixture
def open_van(town: Town, tmp_path: Path) -> Iterator[OpenVan]:
    """`open_van(language="en")` gives the app in its window; one at a time."""
    opened: list[Van] = []

    def take(
        language: str = "en", theme: str = "night", size: tuple[int, int] = (1280, 800), density: float = 1.0
    ) -> Van:
        device = Device(town.clock, tmp_path)
        tablet = Tablet(tmp_path / "tablet", device.clocks, device)
        tablet.set_language(language)
        tablet.set_theme(theme)
        app = RelightApp(tablet, device, device, str(town.http.base_url).rstrip("/"))
        opened.append(Van(town, device, tablet, Hand(app, size, density), app))
        return opened[-1]

    yield take
    for van in opened:
        van.hand.let_go()


@pytest.fixture
def van(open_van: OpenVan) -> Van:
    return open_van()
