"""A browser opens six connections to one host; a desk has more tabs than that. All of them share one stream."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.console.conftest import Seat, Sit
from tests.town import MARKET, MEADOW, Town

TABS = 8
NO_SHARED_WORKERS = "delete window.SharedWorker;"
DEAD_WORKERS = "window.SharedWorker = class { constructor() { this.port = { postMessage() {} }; } };"


def streams(town: Town) -> float:
    found = re.search(r"^relight_feed_streams (\S+)$", town.http.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def open_tabs(seat: Seat, count: int) -> list[Page]:
    first = seat.open_board()
    tabs = [first]
    for _ in range(count - 1):
        tab = first.context.new_page()
        tab.goto(f"{seat.url}/")
        expect(tab.locator("[data-testid=link].link-live")).to_be_visible()
        tabs.append(tab)
    return tabs


def test_eight_tabs_hear_everything_over_one_stream(sit: Sit, town: Town) -> None:
    town.call_at(MEADOW)
    tabs = open_tabs(sit(), TABS)
    assert streams(town) == 1
    number = town.call_at(MARKET)["outage"]["number"]
    for tab in tabs:
        expect(tab.locator("[role=row]", has_text=number)).to_be_visible()
        told = tab.get_by_test_id("feed").locator("li", has_text=f"Outage {number} was opened")
        expect(told).to_have_count(1)
    for tab in tabs[:-1]:  # those that leave take nothing from the one that stays
        tab.close() if tab is not tabs[0] else tab.goto("about:blank")
    later = town.call_at(MEADOW)["outage"]["number"]
    expect(tabs[-1].locator("[role=row]", has_text=later)).to_be_visible()
    assert streams(town) == 1
    tabs[0].evaluate("window.violations = []")


def test_a_tab_that_signs_out_ends_the_stream_and_another_person_hears_again(sit: Sit, town: Town) -> None:
    seat = sit()
    [first, second] = open_tabs(seat, 2)
    first.get_by_role("button", name="Sign out").click()
    expect(second.locator("input[name=name]")).to_be_visible(timeout=10_000)
    first.wait_for_selector("input[name=name]")
    for _ in range(50):
        if streams(town) == 0:
            break
        first.wait_for_timeout(100)
    assert streams(town) == 0
    seat.open_board("call_taker")
    number = town.call_at(MARKET)["outage"]["number"]
    expect(first.locator("[role=row]", has_text=number)).to_be_visible()


def hears(page: Page, town: Town) -> Any:
    number = town.call_at(MARKET)["outage"]["number"]
    expect(page.locator("[role=row]", has_text=number)).to_be_visible(timeout=10_000)


def test_without_shared_workers_a_tab_has_a_stream_of_its_own(sit: Sit, town: Town) -> None:
    for script in (NO_SHARED_WORKERS, DEAD_WORKERS):  # missing, and one that never answers
        seat = sit()
        seat.page.context.add_init_script(script)
        hears(seat.open_board(), town)
    assert streams(town) == 2
