"""What other people's geocoders found for a call, on the desk's screen: with its source, in the desk's language."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dispatch_server.workers.placing import Placing
from tests.console.conftest import Sit
from tests.outside import amap, an_outside, says
from tests.town import MEADOW, RIDGE, Town

WORDS = "王记五金店对面"


def ask_outside(town: Town, *found: object) -> None:
    with an_outside() as outside:
        outside.always(says(amap(*found)))
        placing = Placing(
            town.store, lambda: town.territory, [outside.geocoder("amap", name="高德")], timedelta(days=30)
        )
        while placing.once():
            pass
        assert outside.asked


@pytest.mark.parametrize(
    ("language", "by", "proposal"),
    [
        ("en", "from the address service 高德", "高德 proposes another place"),
        ("zh", "按地址服务 高德", "高德提出了另一个位置"),
    ],
)
def test_a_proposal_stands_where_the_call_is_placed_and_one_key_takes_it(
    sit: Sit, town: Town, language: str, by: str, proposal: str
) -> None:
    filed = town.call(address=WORDS)
    ask_outside(town, MEADOW, RIDGE)  # two answers that cannot be one place
    page = sit(language=language).open_board()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.keyboard.press("p")
    place = page.get_by_test_id("place")
    expect(place).to_contain_text(proposal)
    candidate = place.get_by_role("button", name=re.compile("高岭村"))
    expect(candidate).to_contain_text("高德")
    candidate.press("Enter")
    page.get_by_test_id("place-form").locator("button.main").press("Enter")
    expect(page.get_by_test_id("outage").locator(".facts")).to_contain_text(by)
    assert town.outage(filed["outage"]["id"])["area_class"] == "remote"


def test_the_source_stands_beside_the_place(sit: Sit, town: Town) -> None:
    town.call(address=WORDS)
    ask_outside(town, MEADOW)
    page = sit().open_board()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.keyboard.press("p")
    place = page.get_by_test_id("place")
    expect(place).to_contain_text("from the address service 高德")
    expect(place).to_contain_text("Placed by 高德 from the caller's words; ask whether the fault is there.")
