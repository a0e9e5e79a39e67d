"""Arrival figures as a manager reads them: by class, county, crew and month, with what was left out."""

from playwright.sync_api import expect

from dispatch_server.protocol.words import CrewAction
from tests.console.conftest import Sit
from tests.town import MARKET, MEADOW, RIDGE, Town


def a_day_of_figures(town: Town) -> None:
    """One arrival in time after nine minutes, one call solved by phone, one outage late with nobody there."""
    tablet = town.tablet(1)
    outage = town.call_at(MARKET)["outage"]["id"]
    solved = town.call_at(MEADOW)["call"]["id"]
    town.post(f"/calls/{solved}/close", {"reason": "his own fuse"}, "call_taker")
    job = town.offer(outage, 1)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    tablet.do(CrewAction.DEPART, job)
    town.let_pass(minutes=9)
    tablet.check_in(job, MARKET)
    town.call_at(RIDGE)
    town.let_pass(minutes=121)


def test_a_manager_reads_the_figures_by_county_crew_and_month(sit: Sit, town: Town) -> None:
    a_day_of_figures(town)
    page = sit().open_board("manager")
    page.keyboard.press("f")
    table = page.get_by_test_id("figures-table")
    expect(table.locator("select[name=by]")).to_be_focused()
    county = table.get_by_role("row", name="江北县")
    expect(county).to_contain_text("9.0 min")
    expect(county).to_contain_text("50.0%")
    expect(county).to_contain_text("1 solved by phone")
    expect(table).to_contain_text("promise: urban 45 / rural 90 / remote 120")
    page.keyboard.press("ArrowDown")
    expect(table.get_by_role("row", name="河口一班")).to_contain_text("100%")
    page.keyboard.press("ArrowDown")
    expect(table.get_by_role("row", name="2026-05")).to_contain_text("9.0 min")
    table.locator("select[name=by]").select_option("area_class")
    expect(table.get_by_role("row", name="remote")).to_contain_text("0.0%")
    page.keyboard.press("Escape")
    expect(table).to_have_count(0)


def test_the_figures_of_other_days_and_of_proved_arrivals_alone(sit: Sit, town: Town) -> None:
    a_day_of_figures(town)
    page = sit(language="zh").open_board("manager")
    page.keyboard.press("f")
    table = page.get_by_test_id("figures-table")
    expect(table.get_by_role("row", name="江北县")).to_contain_text("电话解决 1")
    table.get_by_role("button", name="上月").press("Enter")
    expect(table.get_by_role("row", name="江北县")).to_have_count(0)
    expect(table.get_by_role("row", name="全部")).to_contain_text("0")
    table.locator("input[name=to]").fill("2026-05-01")  # the last day counts
    expect(table.get_by_role("row", name="江北县")).to_contain_text("9.0 分")
    table.locator("input[name=from]").fill("2026-05-02")
    expect(table.get_by_role("alert")).to_contain_text("起始日不能晚于截止日")
    expect(table.get_by_role("row")).to_have_count(0)


def test_a_call_taker_has_no_figures(sit: Sit, town: Town) -> None:
    page = sit().open_board("call_taker")
    page.keyboard.press("f")
    expect(page.get_by_test_id("figures-table")).to_have_count(0)
