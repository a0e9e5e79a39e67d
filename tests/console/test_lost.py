"""A desk that only looks fresh is worse than a dark one: it says so within five seconds, and finds back by itself."""

from contextlib import ExitStack, suppress
from time import monotonic

from playwright.sync_api import Error, Page, Route, expect

from tests.console.conftest import Sit, one_more_server
from tests.town import MARKET, MEADOW, Town

WITHIN_S = 5.0
NETWORK_WORDS = ("ERR_CONNECTION_", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE")


def wait_for_banner(page: Page, since: float) -> None:
    expect(page.get_by_test_id("lost")).to_contain_text("stale since", timeout=WITHIN_S * 1000)
    assert monotonic() - since <= WITHIN_S


def test_a_lost_server_is_said_and_what_was_missed_is_caught_up(sit: Sit, town: Town) -> None:
    before = town.call_at(MARKET)["outage"]["number"]
    with ExitStack() as up:
        url = up.enter_context(one_more_server(town))
        port = int(url.rsplit(":", 1)[1])
        seat = sit(url=url)
        page = seat.open_board()
        expect(page.locator("[role=row]", has_text=before)).to_be_visible()
        expect(page.get_by_test_id("lost")).to_have_count(0)
        up.close()
        wait_for_banner(page, monotonic())
    missed = town.call_at(MEADOW)["outage"]["number"]  # on the other server, while this desk hears nothing
    with one_more_server(town, port):
        expect(page.get_by_test_id("lost")).to_have_count(0)
        expect(page.locator("[role=row]", has_text=missed)).to_be_visible()
        expect(page.get_by_test_id("feed")).to_contain_text(f"Outage {missed} was opened")
        told = page.get_by_test_id("feed").locator("li", has_text=f"Outage {missed} was opened")
        expect(told).to_have_count(1)
        page.goto("about:blank")
        page.evaluate("window.violations = []")
    seat.errors = [error for error in seat.errors if not any(word in error for word in NETWORK_WORDS)]


def test_a_server_that_hangs_is_noticed_too(sit: Sit, town: Town) -> None:
    """Nothing breaks, nothing answers: the stream stays open and silent."""
    page = sit().open_board()
    held: list[Route] = []
    page.route("**/api/v1/sessions/current", lambda route: held.append(route))
    wait_for_banner(page, monotonic())
    page.unroute("**/api/v1/sessions/current")
    expect(page.get_by_test_id("lost")).to_have_count(0)
    for route in held:
        with suppress(Error):  # the page has given it up by now
            route.continue_()


def test_an_ended_session_asks_for_the_password_again(sit: Sit, town: Town) -> None:
    page = sit().open_board()
    town.clock.advance(hours=13)
    expect(page.locator("input[name=name]")).to_be_visible(timeout=10_000)
