"""A backup is restored while a desk is open: it loads its board anew by itself."""

from playwright.sync_api import expect

from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.store.questions import Question
from tests.console.conftest import Sit
from tests.town import MARKET, MEADOW, Town


def test_a_desk_goes_on_after_an_older_backup_was_restored(sit: Sit, town: Town) -> None:
    kept = town.call_at(MARKET)["outage"]["number"]
    backed_up = int(town.get("/outages")["cursor"])
    seat = sit()
    feed = seat.open_board().get_by_test_id("feed")
    lost = town.call_at(MEADOW)["outage"]["number"]
    expect(feed).to_contain_text(f"Outage {lost} was opened")
    restore = Question("DELETE FROM facts WHERE seq > :seq")
    town.store.work(COMMAND_LINE, lambda work: work.do(restore, seq=backed_up))
    expect(feed).not_to_contain_text(f"Outage {lost} was opened", timeout=20_000)
    expect(feed).to_contain_text(f"Outage {kept} was opened")
    town.call(category="praise", words="又好了")
    expect(feed.locator("li").first).to_contain_text("praise")
    seat.errors = [error for error in seat.errors if "409" not in error]
