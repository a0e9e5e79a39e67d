"""What the desk sees while a caller speaks, before anything is filed."""

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Sit
from tests.town import MARKET, MARKET_END, RIDGE, Town


def test_calls_nearby_are_told_before_filing_and_seen_by_one_key(sit: Sit, town: Town) -> None:
    town.call(account_no="43130000000001")
    town.call(account_no="43130000000002")  # joins the first
    town.call_at(RIDGE)
    town.let_pass(minutes=12)
    third = town.call_at(MARKET_END)["outage"]["number"]
    page = sit().open_board("call_taker")
    page.keyboard.press("n")
    page.keyboard.type("43130000000001")
    near = page.get_by_test_id("near")
    expect(near).to_contain_text("3 calls within 200 m in the last 12 min")
    expect(near.get_by_role("listitem")).to_have_count(0)
    page.keyboard.press("F2")
    expect(near.get_by_role("listitem")).to_have_count(2)
    first = near.get_by_role("listitem").first.get_by_role("button")
    expect(first).to_be_focused()
    expect(first).to_contain_text("2 calls")
    page.keyboard.press("ArrowDown")
    expect(near.get_by_role("button", name=third)).to_be_focused()
    page.keyboard.press("Escape")  # back to the caller, with what was typed
    address = page.locator("textarea[name=address]")
    expect(address).to_be_focused()
    expect(address).to_have_value("43130000000001")
    assert len(town.get("/outages")["outages"]) == 3  # nothing was filed


def test_a_pin_tells_of_calls_nearby_too_and_a_far_place_of_none(sit: Sit, town: Town) -> None:
    town.call_at(MARKET)
    page = sit().open_board("control_room")
    page.keyboard.press("n")
    page.evaluate(
        f"async () => (await import('/console/parts/panels.js')).pin.value = {{lon: {MARKET.lon}, lat: {MARKET.lat}}}"
    )
    expect(page.get_by_test_id("near")).to_contain_text("Already one call within 100 m")
    page.evaluate(
        f"async () => (await import('/console/parts/panels.js')).pin.value = {{lon: {RIDGE.lon}, lat: {RIDGE.lat}}}"
    )
    expect(page.get_by_test_id("near")).to_have_count(0)


def type_an_address(page: Page, text: str) -> None:
    page.keyboard.press("n")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize(
    "typed", ["43130000000005", "4313 0000 0000 05", "户号４３１３０００００００００５", "10000000005"]
)
def test_a_number_typed_where_the_address_goes_finds_the_customer(sit: Sit, town: Town, typed: str) -> None:
    page = sit().open_board("call_taker")
    type_an_address(page, typed)
    place = page.get_by_test_id("place")
    expect(place).to_contain_text("高岭村")
    expect(place).to_contain_text("from the account")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("filed")).to_contain_text("remote")
    assert town.outage(1)["calls"][0]["place"]["method"] == "account"
    assert town.outage(1)["transformer"] == "T-M1"


def test_a_number_filed_before_it_was_looked_up_counts_all_the_same(sit: Sit, town: Town) -> None:
    page = sit().open_board("control_room")  # may not look customers up
    type_an_address(page, "户号 43130000000005")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("filed")).to_contain_text("remote")
    assert town.outage(1)["transformer"] == "T-M1"


def test_a_customers_number_places_a_call_that_is_filed_already(sit: Sit, town: Town) -> None:
    town.call(words="不知道在哪里")
    page = sit().open_board()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text("Place it…")
    page.keyboard.press("p")
    page.keyboard.type("43130000000005")
    expect(page.get_by_role("button", name="Remove the pin")).to_be_visible()
    page.get_by_role("button", name="Place the call").press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text("remote")


def test_the_map_shows_where_the_words_lead_and_how_sure_that_is(sit: Sit, town: Town) -> None:
    page = sit().open_board("call_taker")
    drawn = "async () => (await import('/console/parts/panels.js')).doubt.value"
    assert page.evaluate(drawn) is None
    type_an_address(page, "43130000000001")
    expect(page.get_by_test_id("place")).to_contain_text("within 30 m")
    doubt = page.evaluate(drawn)
    assert (round(doubt["lon"], 3), round(doubt["lat"], 3)) == (round(MARKET.lon, 3), round(MARKET.lat, 3))
    assert doubt["radius_m"] == 30
    page.keyboard.press("Escape")
    page.wait_for_function("async () => (await import('/console/parts/panels.js')).doubt.value === null")
