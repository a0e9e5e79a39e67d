"""What a desk decides, by keys: merge, split, chase, give to another crew, exempt, relax, call back."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from dispatch_server.protocol.words import CrewAction
from tests.console.conftest import Sit
from tests.console.test_desk import open_outage
from tests.town import MARKET, MARKET_END, MEADOW, RIDGE, Town


def press_until_dialog(page: Page, key: str) -> Any:
    page.keyboard.press(key)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_the_outage_to_merge_into_is_searched_nearest_first_and_chosen_by_hand(sit: Sit, town: Town) -> None:
    far = town.call_at(RIDGE)["outage"]["number"]
    near = town.call_at(MEADOW)["outage"]["number"]
    this = town.call_at(MARKET)["outage"]
    page = sit().open_board()
    open_outage(page, this["number"])
    dialog = press_until_dialog(page, "j")
    options = dialog.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_contain_text(near)
    expect(options.nth(0)).to_contain_text(re.compile(r"6\.\d km.*柳田村"))
    expect(dialog.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Enter")  # nothing is chosen beforehand
    expect(dialog.get_by_role("alert")).to_contain_text("Choose the outage")
    assert town.outage(this["id"])["state"] == "open"
    page.keyboard.type("高岭")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(dialog.locator("[aria-selected=true]")).to_contain_text(far)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text(far)
    assert town.outage(this["id"])["merged_into"] == 1


def test_a_running_offer_is_given_to_another_crew_with_a_reason(sit: Sit, town: Town) -> None:
    town.tablet(1), town.tablet(2)
    outage = town.call_at(MARKET, fault_kind="lv")["outage"]
    town.offer(outage["id"], 1)
    page = sit().open_board()
    open_outage(page, outage["number"])
    wanted = page.get_by_role("button", name="to 河口二班 instead")
    expect(wanted).to_be_visible()
    page.keyboard.press("s")
    while "河口二班" not in str(page.locator("[data-offer]:focus").get_attribute("aria-label")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The offer to 河口一班 is withdrawn in the same step")
    page.keyboard.type("they stand at the door")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("job").filter(has_text="河口二班")).to_contain_text("offered")
    expect(page.get_by_test_id("job").filter(has_text="河口一班")).to_contain_text("they stand at the door")
    assert [job["state"] for job in town.outage(outage["id"])["jobs"]] == ["withdrawn", "offered"]


def test_calls_are_split_off_by_keys(sit: Sit, town: Town) -> None:
    outage = town.call(account_no="43130000000001")["outage"]
    other = town.call(account_no="43130000000002")["call"]
    page = sit().open_board()
    open_outage(page, outage["number"])
    dialog = press_until_dialog(page, "x")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.get_by_role("checkbox", name=re.compile(other["number"]))).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("an outage of their own")
    expect(page.locator(".outage-row")).to_have_count(2)
    assert [call["id"] for call in town.outage(2)["calls"]] == [other["id"]]


def test_a_customer_asks_again_and_it_is_counted(sit: Sit, town: Town) -> None:
    outage = town.call_at(MARKET)["outage"]
    page = sit().open_board("call_taker")
    open_outage(page, outage["number"])
    page.keyboard.press("h")
    expect(page.get_by_test_id("outage")).to_contain_text("asked again 1×")
    assert town.outage(outage["id"])["calls"][0]["chases"] == 1


def test_an_exemption_is_proposed_by_one_and_approved_by_another(sit: Sit, town: Town) -> None:
    outage = town.call_at(MARKET)["outage"]
    page = sit().open_board("dispatcher")
    open_outage(page, outage["number"])
    press_until_dialog(page, "e")
    page.keyboard.type("the bridge is closed by the flood")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text("waits for a second person")
    press_until_dialog(page, "e")
    page.keyboard.press("Space")  # approve, by the one who proposed
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("Another person must decide")
    second = sit().open_board("dispatcher2")
    open_outage(second, outage["number"])
    dialog = press_until_dialog(second, "e")
    expect(dialog).to_contain_text("the bridge is closed")
    second.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Choose one")
    second.keyboard.press("Space")
    second.keyboard.press("Enter")
    expect(second.get_by_test_id("outage")).to_contain_text("Exemption: approved")
    assert town.outage(outage["id"])["exemption"] == "approved"


def test_a_later_target_is_decided_by_a_second_person(sit: Sit, town: Town) -> None:
    filed = town.call_at(MARKET_END)
    town.let_pass(minutes=46)  # missed; a pin in the hills would give the target another hour
    town.post(f"/calls/{filed['call']['id']}/place", {"lon": RIDGE.lon, "lat": RIDGE.lat, "crs": "EPSG:4326"})
    number = filed["outage"]["number"]
    assert town.outage(1)["relaxation"]["state"] == "proposed"
    page = sit().open_board("dispatcher2")
    open_outage(page, number)
    expect(page.get_by_test_id("outage")).to_contain_text("waits for a second person")
    dialog = press_until_dialog(page, "r")
    page.keyboard.press("ArrowDown")  # from approve to reject
    expect(dialog.get_by_role("radio", name="Reject")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("Rejected")
    assert town.outage(1)["relaxation"]["state"] == "rejected"


def test_letters_for_deeds_do_nothing_where_there_is_nothing_to_do(sit: Sit, town: Town) -> None:
    outage = town.call_at(MARKET)["outage"]
    page = sit().open_board("manager")
    open_outage(page, outage["number"])
    for key in "hjxerq":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)


def a_restored_outage(town: Town) -> dict[str, Any]:
    tablet = town.tablet(4)
    filed = town.call(account_no="43130000000005", caller_phone="10000000005", caller_name="某用户", words="全村没电")
    job = town.offer(filed["outage"]["id"], 4)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    tablet.do(CrewAction.DEPART, job)
    tablet.check_in(job, RIDGE)
    tablet.do(CrewAction.RESTORE, job, data={"customers_restored": 20})
    return filed


def test_a_customer_is_called_back_by_keys(sit: Sit, town: Town) -> None:
    page = sit().open_board("call_taker")
    expect(page.get_by_role("tab", name="Call-backs")).to_contain_text("0")
    filed = a_restored_outage(town)
    expect(page.get_by_role("tab", name="Call-backs")).to_contain_text("1")  # by itself
    page.keyboard.press("b")
    page.wait_for_selector("[data-list]:focus")
    expect(page.locator("[role=row].active")).to_contain_text(filed["call"]["number"])
    page.keyboard.press("Enter")
    form = page.get_by_test_id("call-back-form")
    expect(form).to_contain_text("*******0005")
    page.keyboard.press("Enter")  # nothing is chosen beforehand
    expect(form.get_by_role("alert")).to_contain_text("Choose the customer's answer")
    page.keyboard.press("o")  # the number, which goes on record
    expect(form).to_contain_text("10000000005")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("is on record")
    expect(page.locator(".call-back-row")).to_have_count(0)
    assert town.outage(filed["outage"]["id"])["state"] == "closed"


def test_a_customer_without_power_is_filed_anew(sit: Sit, town: Town) -> None:
    a_restored_outage(town)
    page = sit().open_board()
    page.keyboard.press("b")
    page.wait_for_selector(".call-back-row.active")  # chosen also when the list came after the key
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="still out").check()
    page.locator("input[name=note]").fill("只有他家没电")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("a new call was filed")
    expect(page.get_by_role("tab", name="Outages")).to_contain_text("1 open")
    assert town.outage(2)["state"] == "open"


def test_a_false_report_of_danger_is_ruled_out_with_a_reason(sit: Sit, town: Town) -> None:
    outage = town.call_at(MARKET, hazard="wire_down")["outage"]
    page = sit().open_board()
    open_outage(page, outage["number"])
    press_until_dialog(page, "z")
    page.keyboard.type("it is a telephone wire")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("ruled out")
    expect(page.locator("[role=row]", has_text=outage["number"])).not_to_contain_text("danger")
