"""A desk finds what it looks for: the outage without a place, the result of a search, the name on the map."""

from playwright.sync_api import Page, expect

from tests.console.conftest import Sit
from tests.town import MARKET, MEADOW, RIDGE, Town


def numbers_in_order(page: Page) -> list[str]:
    tops = page.locator(".outage-row").evaluate_all(
        "(rows) => rows.map((row) => [row.getBoundingClientRect().top, row.querySelector('.number').textContent])"
    )
    return [number for _, number in sorted(tops)]


def test_an_outage_that_waits_for_a_place_says_so_before_those_that_wait_for_a_crew(sit: Sit, town: Town) -> None:
    pressing = town.call_at(MARKET)["outage"]["number"]
    unplaced = town.call(words="不知道在哪里")["outage"]["number"]
    page = sit().open_board()
    row = page.locator("[role=row]", has_text=unplaced)
    expect(row).to_contain_text("no place yet")
    expect(row).not_to_contain_text("no crew")
    assert numbers_in_order(page) == [unplaced, pressing]
    row.click()
    expect(page.get_by_test_id("outage")).to_contain_text("Waits for a place since")
    page.keyboard.press("g")
    expect(row).to_contain_text("待定位")


def test_a_search_leads_to_its_results_by_keys(sit: Sit, town: Town) -> None:
    first = town.call_at(MEADOW)["outage"]["number"]
    second = town.call_at(RIDGE)["outage"]["number"]
    town.call_at(MARKET)
    page = sit().open_board()
    expect(page.locator(".outage-row")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("上坪乡")  # the township of two
    expect(page.locator(".outage-row")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-list]")).to_be_focused()
    expect(page.locator("[role=row].active")).to_contain_text(first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text(second)
    page.keyboard.press("/")
    page.locator("[data-find]").fill("柳田")
    expect(page.locator(".outage-row")).to_have_count(1)
    page.keyboard.press("Enter")  # the only one is opened at once
    expect(page.get_by_test_id("outage")).to_contain_text(first)


def test_a_row_names_the_village_and_its_township(sit: Sit, town: Town) -> None:
    number = town.call_at(RIDGE)["outage"]["number"]
    page = sit().open_board()
    row = page.locator("[role=row]", has_text=number)
    expect(row.locator(".cell-place .line").nth(0)).to_contain_text("高岭村")
    expect(row.locator(".cell-place .line").nth(1)).to_contain_text("上坪乡")
    assert (town.outage(1)["village"], town.outage(1)["township"]) == ("高岭村", "上坪乡")


LABELS = """
async (property) => {
  const { labelsOf } = await import('/console/core/labels.js');
  const { areas } = await import('/console/core/board.js');
  return labelsOf(areas.value, property);
}
"""


def test_the_map_has_one_name_for_each_township(sit: Sit, town: Town) -> None:
    page = sit().open_board()
    page.wait_for_function("async () => (await import('/console/core/board.js')).areas.value !== null")
    labels = {one["name"]: (one["lon"], one["lat"]) for one in page.evaluate(LABELS, "township")}
    assert set(labels) == {"河口镇", "上坪乡"}
    assert 112.04 < labels["上坪乡"][0] < 112.24
    assert [one["name"] for one in page.evaluate(LABELS, "county")] == ["江北县"]
