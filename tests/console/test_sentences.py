"""The page puts the server's sentences into Chinese just as the server does."""

import itertools

import pytest

from dispatch_server.protocol.sentences import SENTENCES, in_chinese
from tests.console.conftest import Seat, Sit
from tests.house.test_sentences import an_example
from tests.protocol.test_sentences import TOLD
from tests.town import MARKET, RIDGE, Town

OWN_WORDS = [
    "车坏了，换班",
    "The wire is on the road; send two.",
    "",
    "off duty; sings; suspended",
    "x" * 4_001,
    "{crew}",
]

IN_CHINESE = """
async (list) => {
  const { inChinese, learnSentences } = await import('/console/core/sentences.js');
  await learnSentences();
  return list.map(inChinese);
}
"""


def in_the_browser(seat: Seat, sentences: list[str]) -> list[str]:
    """The sentences as the page tells them in Chinese; needs somebody who has signed in."""
    seat.open_board()
    return list(seat.page.evaluate(IN_CHINESE, sentences))


@pytest.fixture
def seat(sit: Sit) -> Seat:
    return sit(language="zh")


def test_page_and_server_agree_on_the_whole_catalogue(seat: Seat) -> None:
    examples = [an_example(template) for template in SENTENCES]
    pairs = [f"{one} {other}" for one, other in itertools.pairwise(examples)]
    lists = [f"{one}; {other}" for one, other in itertools.pairwise(examples)]
    sentences = [*examples, *pairs, *lists, *TOLD, *OWN_WORDS]
    assert in_the_browser(seat, sentences) == [in_chinese(sentence) for sentence in sentences]


def test_a_desk_reads_alerts_and_reasons_in_chinese(seat: Seat, town: Town) -> None:
    number = town.call_at(RIDGE, fault_kind="hv")["outage"]["number"]
    town.tablet(2)
    page = seat.open_board()
    page.click(seat.row(number))
    reasons = page.locator("[data-testid=candidate] .reasons")
    reasons.first.wait_for()
    assert "不具备高压技能" in " ".join(reasons.all_inner_texts())
    town.let_pass(minutes=130)
    page.locator("[data-testid=feed] li", has_text="尚无班组出发").first.wait_for()


def test_a_crew_that_is_not_fit_is_offered_with_a_reason_in_either_language(sit: Sit, town: Town) -> None:
    for language, asked in (("zh", "写明理由后仍可派单"), ("en", "Send a reason to offer it anyway")):
        number = town.call_at(MARKET if language == "zh" else RIDGE, fault_kind="hv")["outage"]["number"]
        town.tablet(2)
        page = (seat := sit(language=language)).open_board()
        page.click(seat.row(number))
        page.locator("[data-testid=candidate]", has_text="河口二班").locator("[data-offer]").click()
        page.locator("dialog.asking", has_text=asked).wait_for()
        # How far it is away is said by the line itself, not again among the reasons.
        told = " ".join(page.locator("[data-testid=candidate] .against").all_inner_texts())
        assert "min away" not in told
        assert "车程" not in told
