"""A desk's work on the real page, by keys: sign in, take a call, see it everywhere, send a crew."""

import re

from playwright.sync_api import Page, expect

from dispatch_server.protocol.words import CrewAction
from tests.console.conftest import Sit
from tests.town import MARKET, MEADOW, RIDGE, Town


def open_outage(page: Page, number: str) -> None:
    """By keys: L to the list, down to the row, Enter."""
    page.keyboard.press("l")
    page.wait_for_selector("[data-list]:focus")
    for _ in range(20):
        if page.locator(f"[role=row].active:has-text('{number}')").count():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text(number)


def test_a_wrong_password_is_said_in_a_sentence(sit: Sit) -> None:
    seat = sit()
    seat.sign_in("dispatcher", "not this one")
    expect(seat.page.get_by_role("alert")).to_contain_text("do not fit")


def test_a_crew_is_told_that_it_belongs_in_the_tablet(sit: Sit) -> None:
    seat = sit()
    seat.sign_in("crew1")
    expect(seat.page.locator(".door-word")).to_contain_text("tablet app")


def test_a_session_stays_over_a_reload_and_ends_by_signing_out(sit: Sit) -> None:
    seat = sit()
    page = seat.open_board()
    page.reload()
    page.wait_for_selector("[data-testid=link].link-live")
    assert page.evaluate("document.cookie") == ""  # no script can read the session
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("input[name=name]")).to_be_focused()


def test_a_call_taken_by_keys_appears_live_on_another_desk(sit: Sit, town: Town) -> None:
    watching = sit().open_board("control_room")
    page = sit().open_board("call_taker")
    page.keyboard.press("n")
    expect(page.locator("textarea[name=address]")).to_be_focused()
    page.keyboard.type("上坪乡 高岭村")
    place = page.get_by_test_id("place")
    expect(place).to_contain_text("高岭村")
    expect(place).to_contain_text("remote")
    page.locator("select[name=hazard]").focus()
    page.keyboard.type("wire")
    page.keyboard.press("Control+Enter")
    filed = page.get_by_test_id("filed")
    expect(filed).to_contain_text("opened outage F260501-00001")
    row = watching.locator("[role=row]", has_text="F260501-00001")
    expect(row).to_contain_text("danger")
    expect(row).to_contain_text("remote")
    expect(watching.get_by_test_id("feed")).to_contain_text("Outage F260501-00001 was opened")
    [outage] = town.get("/outages")["outages"]
    assert outage["hazard"] == "wire_down"


def test_a_pin_is_set_by_the_map_or_by_keys(sit: Sit, town: Town) -> None:
    page = sit().open_board("call_taker")
    page.keyboard.press("n")
    page.get_by_role("button", name="Pin at the map's centre").click()
    page.get_by_role("button", name="File the call").click()
    expect(page.get_by_test_id("filed")).to_contain_text("is filed")
    page.get_by_role("button", name="Next call").click()
    page.locator(".maplibregl-canvas").click(position={"x": 240, "y": 220})
    expect(page.get_by_role("button", name="Remove the pin")).to_be_visible()


def test_a_village_of_two_names_keeps_its_own_doubt(sit: Sit, town: Town) -> None:
    """A candidate taken from the list is filed as that candidate, not as a pin of thirty metres."""
    page = sit().open_board("dispatcher")
    page.keyboard.press("n")
    page.keyboard.type("柳田村或者高岭村")
    place = page.get_by_test_id("place")
    place.get_by_role("button", name=re.compile("高岭村")).click()
    expect(place).to_contain_text("Chosen from the list")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("filed")).to_contain_text("remote")
    outage = town.outage(1)
    [call] = outage["calls"]
    assert call["place"]["radius_m"] > 1000


def test_a_suggestion_to_join_is_merged_by_a_button(sit: Sit, town: Town) -> None:
    town.call(account_no="43130000000001")
    page = sit().open_board()
    page.keyboard.press("n")
    page.locator("input[name=account_no]").fill("43130000000002")
    expect(page.get_by_test_id("place")).to_contain_text("河口社区")
    page.locator("select[name=hazard]").select_option("fire")  # a danger never joins by itself
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Merge into F260501-00001").click()
    expect(page.get_by_test_id("outage")).to_contain_text("F260501-00001")
    expect(page.get_by_test_id("notice")).to_contain_text("Merged")
    assert town.outage(2)["merged_into"] == 1


def test_a_crew_is_offered_by_one_key_and_its_steps_appear(sit: Sit, town: Town) -> None:
    tablet = town.tablet(1)
    number = town.call_at(MARKET, fault_kind="lv")["outage"]["number"]
    page = sit().open_board()
    open_outage(page, number)
    page.wait_for_selector("[data-offer]")
    expect(page.get_by_test_id("candidate").first).to_contain_text("河口一班")
    page.keyboard.press("s")
    expect(page.locator("[data-offer]").first).to_be_focused()
    page.keyboard.press("Enter")
    job = page.get_by_test_id("job")
    expect(job).to_contain_text("河口一班")
    expect(job).to_contain_text("offered")
    tablet.do(CrewAction.SEEN, 1)
    tablet.do(CrewAction.ACCEPT, 1)
    expect(job).to_contain_text("accepted")
    tablet.do(CrewAction.DEPART, 1)
    tablet.check_in(1, MARKET)
    expect(job).to_contain_text("on site")
    expect(page.get_by_test_id("outage")).to_contain_text("A crew arrived at")
    expect(page.locator("[role=row]", has_text=number)).to_contain_text("arrived")


def test_an_unfit_crew_needs_a_reason(sit: Sit, town: Town) -> None:
    town.tablet(2)  # low voltage only
    number = town.call_at(MARKET, fault_kind="hv")["outage"]["number"]
    page = sit().open_board()
    open_outage(page, number)
    page.get_by_role("button", name=re.compile("to 河口二班")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("lacks the skill hv")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Say the reason")
    page.keyboard.type("they hold the line until the others come")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("job")).to_contain_text("they hold the line")
    assert town.outage(1)["jobs"][0]["override_reason"]


def test_a_refusal_is_a_sentence_and_stays_until_dismissed(sit: Sit, town: Town) -> None:
    number = town.call_at(MARKET)["outage"]["number"]
    page = sit().open_board()
    open_outage(page, number)
    page.get_by_role("button", name=re.compile("to 河口一班")).click()
    expect(page.get_by_test_id("notice")).to_contain_text("off duty")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_test_id("notice")).to_have_count(0)


def test_withdraw_merge_and_close(sit: Sit, town: Town) -> None:
    town.tablet(1)
    first = town.call_at(MARKET)["outage"]
    second = town.call_at(MEADOW)["outage"]
    town.offer(first["id"], 1)
    page = sit().open_board()
    open_outage(page, first["number"])
    page.get_by_role("button", name="Withdraw…").click()
    page.keyboard.type("the caller has power again")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("job")).to_contain_text("withdrawn")
    page.get_by_role("button", name="Merge into…").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text(second["number"])
    expect(page.locator("[role=row]", has_text=first["number"])).to_have_count(0)
    page.get_by_role("button", name="Close…").click()
    page.keyboard.type("solved by phone")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text("cancelled")
    assert town.get("/outages")["outages"] == []


def test_a_dispatcher_vouches_for_an_unproved_arrival(sit: Sit, town: Town) -> None:
    tablet = town.tablet(1)
    outage = town.call_at(MARKET)["outage"]
    job = town.offer(outage["id"], 1)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    tablet.do(CrewAction.DEPART, job)
    tablet.check_in(job, RIDGE)  # kilometres away: graded C
    page = sit().open_board()
    open_outage(page, outage["number"])
    expect(page.get_by_test_id("job")).to_contain_text("not proved")
    page.get_by_role("button", name="Confirm arrival…").click()
    page.keyboard.type("heard them on the radio at the gate")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("outage")).to_contain_text("A crew arrived at")
    assert town.outage(outage["id"])["arrived_at"] is not None


def test_a_manager_reads_and_changes_nothing(sit: Sit, town: Town) -> None:
    number = town.call_at(MARKET)["outage"]["number"]
    page = sit().open_board("manager")
    open_outage(page, number)
    expect(page.get_by_test_id("figures")).to_be_visible()
    expect(page.get_by_test_id("outage")).to_contain_text("counted from the earliest call")
    for name in ("New call", "Merge into…", "Close…", "Offer"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_the_language_changes_at_once_and_stays(sit: Sit, town: Town) -> None:
    number = town.call_at(MARKET)["outage"]["number"]
    page = sit().open_board()
    row = page.locator("[role=row]", has_text=number)
    expect(row).to_contain_text("urban")
    page.keyboard.press("g")
    expect(row).to_contain_text("城区")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.reload()
    expect(row).to_contain_text("城区")


def test_what_needs_a_decision_first_comes_first(sit: Sit, town: Town) -> None:
    town.tablet(3)
    missed = town.call_at(MARKET)["outage"]["number"]
    town.let_pass(minutes=46)
    long_left = town.call_at(RIDGE)["outage"]["number"]
    short_left = town.call_at(MEADOW)["outage"]["number"]
    danger = town.call_at(RIDGE, hazard="fire")["outage"]["number"]
    page = sit().open_board()
    expect(page.locator(".outage-row")).to_have_count(4)
    tops = page.locator(".outage-row").evaluate_all(
        "(rows) => rows.map((row) => [row.getBoundingClientRect().top, row.querySelector('.number').textContent])"
    )
    assert [number for _, number in sorted(tops)] == [danger, missed, short_left, long_left]


def test_text_from_callers_stays_text(sit: Sit, town: Town) -> None:
    evil = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
    outage = town.call_at(MARKET, words=evil, caller_name=evil[:150])["outage"]
    tablet = town.tablet(1)
    job = town.offer(outage["id"], 1, reason=evil)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    tablet.do(CrewAction.NOTE, job, note=evil)
    page = sit().open_board()
    open_outage(page, outage["number"])
    tablet.do(CrewAction.STOP_WORK, job, reason=evil)
    expect(page.get_by_test_id("outage").locator(".facts")).to_contain_text("<img src=x")
    expect(page.get_by_test_id("feed")).to_contain_text("stopped work: <img")
    assert page.evaluate("window.owned") is None
    assert page.locator("img[src=x]").count() == 0


def test_every_fact_shows_who_said_it_and_when(sit: Sit, town: Town) -> None:
    outage = town.call_at(MARKET)["outage"]
    tablet = town.tablet(1)
    job = town.offer(outage["id"], 1)["id"]
    tablet.do(CrewAction.ACCEPT, job)
    page = sit().open_board()
    open_outage(page, outage["number"])
    accepted = page.get_by_test_id("outage").locator("li.fact", has_text="accepted")
    expect(accepted).to_contain_text("said by Crew user")
    expect(accepted).to_contain_text(re.compile(r"happened \S+ · measured \S+ · recorded \S+"))


def test_an_unplaced_call_is_placed_by_keys_and_its_target_follows(sit: Sit, town: Town) -> None:
    town.call(words="不知道在哪里")
    page = sit().open_board("dispatcher")
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    panel = page.get_by_test_id("outage")
    expect(panel).to_contain_text("Place it…")
    page.keyboard.press("p")
    page.keyboard.type("柳田村或者高岭村")
    form = page.get_by_test_id("place-form")
    form.get_by_role("button", name="Place the call").click()
    expect(form).to_contain_text("Choose a name from the list, or set a pin.")
    form.get_by_role("button", name=re.compile("高岭村")).press("Enter")
    form.get_by_role("button", name="Place the call").press("Enter")
    expect(panel).to_contain_text("remote")
    expect(panel).to_contain_text("Move the pin…")
    assert town.outage(1)["area_class"] == "remote"


def test_a_pin_is_moved_by_a_click_on_the_map(sit: Sit, town: Town) -> None:
    filed = town.call_at(MARKET)
    page = sit().open_board("call_taker")
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move the pin…").click()
    page.locator(".maplibregl-canvas").click(position={"x": 300, "y": 240})
    page.get_by_role("button", name="Place the call").click()
    expect(page.get_by_test_id("outage")).to_be_visible()
    place = town.outage(filed["outage"]["id"])["calls"][0]["place"]
    assert place["method"] == "pin"
    assert (place["lon"], place["lat"]) != (MARKET.lon, MARKET.lat)


def test_the_next_call_begins_with_the_same_key(sit: Sit, town: Town) -> None:
    page = sit().open_board("call_taker")
    page.keyboard.press("n")
    page.locator("input[name=account_no]").fill("43130000000001")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("filed")).to_contain_text("is filed")
    page.keyboard.press("n")
    expect(page.locator("textarea[name=address]")).to_be_focused()
    page.keyboard.type("the second caller")
    expect(page.locator("textarea[name=address]")).to_have_value("the second caller")
