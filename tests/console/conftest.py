"""A desk: the town behind a real server, and a real browser in which a person signs in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from dispatch_server.store.opening import open_store
from dispatch_server.web.app import create_app
from dispatch_server.web.served import Served
from tests.clock import MORNING, FakeClock
from tests.town import PASSWORD, Town, a_town

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM_WAIT_MS = 15_000
# The browser logs every refusal as an error: before the first sign-in (who am I?), and where a rule says no.
NOT_AN_ERROR = ("401 (Unauthorized)", "409 (Conflict)")
LISTEN_FOR_VIOLATIONS = (
    "window.violations = []; document.addEventListener('securitypolicyviolation', "
    "(e) => window.violations.push(`${e.violatedDirective}: ${e.blockedURI}`));"
)


class RunningClock(FakeClock):
    """Runs on by itself, so that countdowns count, and jumps when a test says so."""

    @property
    def now(self) -> datetime:
        return self._set_to + timedelta(seconds=monotonic() - self._set_at)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._set_to, self._set_at = moment, monotonic()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = RunningClock(MORNING)
    store = open_store(f"sqlite:///{tmp_path}/relight.db", clock)
    try:
        with a_town(store, clock, tmp_path) as town:
            yield town
    finally:
        store.close()


@contextmanager
def one_more_server(town: Town, port: int = 0) -> Iterator[str]:
    """Another server on the town's store: one that a test may stop, and start again on the same port."""
    served = Served(town.store, lambda: town.territory)
    config = uvicorn.Config(create_app(served), host="127.0.0.1", port=port, log_level="warning")
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    pause = threading.Event()
    for _ in range(1000):
        if server.started:
            break
        pause.wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def launch(chromium: str) -> Iterator[Callable[..., Browser]]:
    """Starts the system's browser, with further flags where a test wants them."""
    with sync_playwright() as playwright:

        def start(*flags: str) -> Browser:
            return playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])

        yield start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    browser = launch()
    yield browser
    browser.close()


@dataclass
class Seat:
    """One desk's browser page, with everything that it must not do written down."""

    page: Page
    url: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.foreign.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in NOT_AN_ERROR):
            self.errors.append(message.text)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """By keys alone: the name has the focus."""
        self.page.goto(f"{self.url}/")
        self.page.wait_for_selector("input[name=name]:focus")
        self.page.keyboard.type(name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")

    def open_board(self, name: str = "dispatcher") -> Page:
        self.sign_in(name)
        self.page.wait_for_selector("[data-testid=link].link-live")
        return self.page

    def row(self, number: str) -> str:
        return f"[role=row]:has-text('{number}')"

    def require_good_conduct(self) -> None:
        assert self.foreign == []
        assert self.errors == []
        assert self.page.evaluate("window.violations") == []


Sit = Callable[..., Seat]


@pytest.fixture
def sit(town: Town, browser: Browser) -> Iterator[Sit]:
    """`sit()` gives a page in a browser of its own cookies; at the end nothing foreign was asked and nothing failed."""
    seats: list[Seat] = []
    contexts: list[BrowserContext] = []

    def take_a_seat(language: str = "en", theme: str = "dark", url: str = "", on: Browser | None = None) -> Seat:
        context = (on or browser).new_context(
            viewport={"width": 1366, "height": 768},
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="light" if theme == "light" else "dark",
        )
        context.set_default_timeout(CHROMIUM_WAIT_MS)
        context.add_init_script(LISTEN_FOR_VIOLATIONS)
        contexts.append(context)
        seat = Seat(context.new_page(), url or str(town.http.base_url).rstrip("/"))
        seat.watch()
        seats.append(seat)
        return seat

    yield take_a_seat
    try:
        for seat in seats:
            seat.require_good_conduct()
    finally:
        for context in contexts:
            context.close()
