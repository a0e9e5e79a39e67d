"""What can be read, on which screen, and what happens where no map can be drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dispatch_server.protocol.words import CrewAction
from tests.console.conftest import Sit
from tests.town import MARKET, MARKET_END, MEADOW, RIDGE, Town

TOO_FAINT = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
STORM = (Path(__file__).parent / "storm.js").read_text(encoding="utf-8")


def a_busy_town(town: Town) -> None:
    """One outage of every urgency, crews in most states."""
    town.call_at(MARKET)
    town.let_pass(minutes=50)
    town.call_at(RIDGE, hazard="fire")
    taken = town.call_at(MEADOW)["outage"]["id"]
    offered = town.call_at(MARKET_END, hazard="flood")["outage"]["id"]
    town.call(address="nowhere at all")
    first = town.tablet(1)
    town.tablet(2)
    first.do(CrewAction.ACCEPT, town.offer(taken, 1)["id"])
    town.offer(offered, 2)


def open_everything(page: Page) -> None:
    page.locator("[role=row].outage-row").first.click()
    page.wait_for_selector("[data-offer]")
    page.wait_for_selector("li.fact")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_text_stands_out_from_its_ground(sit: Sit, town: Town, theme: str, language: str) -> None:
    a_busy_town(town)
    page = sit(theme=theme, language=language).open_board()
    open_everything(page)
    texts, faint = page.evaluate(TOO_FAINT)
    assert texts > 100
    assert faint == []
    page.keyboard.press("n")
    page.keyboard.type("上坪乡")
    page.wait_for_selector(".place-name")
    assert page.evaluate(TOO_FAINT)[1] == []


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (3840, 2160)])
def test_nothing_runs_over_the_edge(sit: Sit, town: Town, size: tuple[int, int]) -> None:
    a_busy_town(town)
    page = sit().open_board()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_everything(page)
    over = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )
    assert max(over) <= 0
    for name in ("Sign out", "New call"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()


@pytest.fixture
def browser_without_webgl(launch: Callable[..., Browser]) -> Iterator[Browser]:
    browser = launch("--disable-gpu", "--disable-webgl", "--disable-webgl2", "--disable-3d-apis")
    yield browser
    browser.close()


def test_without_webgl_the_page_says_so_and_works_by_the_list(
    browser_without_webgl: Browser, sit: Sit, town: Town
) -> None:
    page = sit(on=browser_without_webgl).open_board()
    expect(page.get_by_text("WebGL is missing")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("Longitude").fill(str(RIDGE.lon))
    page.get_by_label("Latitude").fill(str(RIDGE.lat))
    page.get_by_label("Latitude").press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("filed")).to_contain_text("remote")
    expect(page.locator(".outage-row")).to_have_count(1)


def test_the_map_draws_areas_outages_and_crews(sit: Sit, town: Town) -> None:
    """By what the map itself holds under the pointer, not by its pixels."""
    number = town.call_at(MARKET)["outage"]["number"]
    page = sit().open_board()
    canvas = page.locator(".maplibregl-canvas")
    box = canvas.bounding_box()
    assert box is not None
    page.wait_for_timeout(1500)

    def tip_at(x: float, y: float) -> str:
        page.mouse.move(box["x"] + x, box["y"] + y)
        return " ".join(page.locator(".map-tip").all_inner_texts())

    tips = {tip_at(x, box["height"] / 2) for x in range(20, int(box["width"]) - 10, 4)}
    assert any(number in tip for tip in tips)


ROWS = 1200


def test_a_thousand_outages_scroll_and_change_fluently(sit: Sit, town: Town) -> None:
    """Only what is seen is drawn, and a change is drawn within a fifth of a second."""
    page = sit().open_board()
    changed: Any = page.evaluate(STORM, ROWS)
    median_ms, drawn, counted = changed
    assert counted == str(ROWS + 1)
    assert drawn < 60
    assert median_ms < 200
    page.keyboard.press("l")
    page.keyboard.press("End")
    expect(page.locator(f"[aria-rowindex='{ROWS + 1}']")).to_be_visible()
