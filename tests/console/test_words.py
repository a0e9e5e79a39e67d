"""Chinese and English say the same things, and have a word for everything that the server can say."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from dispatch_server.domain.calls import CallBackAnswer
from dispatch_server.domain.outage_facts import Approval, Joined, Priority
from dispatch_server.domain.rules import Remedy, Trigger
from dispatch_server.protocol.words import (
    AreaClass,
    Category,
    Channel,
    CrewAction,
    FaultKind,
    Grade,
    Hazard,
    JobState,
    OutageState,
    PlaceMethod,
    Role,
    Sure,
)
from dispatch_server.store.journal import FOLDS
from tests.console.conftest import Seat, Sit
from tests.console.test_sentences import in_the_browser
from tests.town import MARKET, MEADOW, RIDGE, Town

CONSOLE = Path(__file__).parents[2] / "dispatch_server" / "web" / "console"
FAMILIES: dict[str, type[StrEnum]] = {
    "class": AreaClass,
    "priority": Priority,
    "outage_state": OutageState,
    "job_state": JobState,
    "channel": Channel,
    "category": Category,
    "kind": FaultKind,
    "hazard": Hazard,
    "sure": Sure,
    "method": PlaceMethod,
    "grade": Grade,
    "how": Joined,
    "approval": Approval,
    "trigger": Trigger,
    "remedy": Remedy,
    "answer": CallBackAnswer,
    "role": Role,
}
CREW_STATES = {"free", "offered", "accepted", "en_route", "on_site", "off_duty"}


@pytest.fixture
def seat(sit: Sit) -> Seat:
    seat = sit()
    seat.page.goto(f"{seat.url}/")
    return seat


def words(seat: Seat, language: str) -> dict[str, str]:
    got = seat.page.evaluate(f"async () => (await import('/console/words/{language}.js')).words")
    return dict(got)


def test_both_languages_have_the_same_keys_with_the_same_blanks(seat: Seat) -> None:
    chinese, english = words(seat, "zh"), words(seat, "en")
    assert chinese.keys() == english.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key
        assert chinese[key].strip() and text.strip(), key


def test_every_word_of_the_protocol_has_its_word_in_both(seat: Seat) -> None:
    for language in ("zh", "en"):
        known = words(seat, language)
        wanted = {f"{family}.{value.value}" for family, values in FAMILIES.items() for value in values}
        wanted |= {f"crew_state.{state}" for state in CREW_STATES}
        assert wanted - known.keys() == set()


def test_every_kind_of_fact_is_a_sentence_in_both(seat: Seat) -> None:
    kinds = {kind for fold in FOLDS.values() for kind in fold.facts}
    for language in ("zh", "en"):
        told = seat.page.evaluate(f"async () => Object.keys((await import('/console/words/{language}.js')).facts)")
        assert set(told) == kinds


def test_every_key_that_the_page_asks_for_exists(seat: Seat) -> None:
    asked = set()
    for path in (CONSOLE / "parts").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\bt\('([\w.]+)'", text))
        asked |= {key for pair in re.findall(r"\? '([\w]+\.[\w.]+)' : '([\w]+\.[\w.]+)'", text) for key in pair}
    assert len(asked) > 80
    assert asked - words(seat, "en").keys() == set()


SENTENCES = """
async ([facts, language]) => {
  const { language: chosen } = await import('/console/core/looks.js');
  const { sentenceOf } = await import('/console/words/index.js');
  chosen.value = language;
  const look = { outage: () => 'F1', crew: () => '一班', call: () => 'C1' };
  return facts.map((fact) => [fact.kind, sentenceOf(fact, look)]);
}
"""


def a_day(town: Town) -> list[dict[str, Any]]:
    """The facts of a day on which much goes right and wrong."""
    calls = [town.call_at(MARKET, hazard="wire_down"), town.call_at(MEADOW), town.call(address="nowhere at all")]
    ids = [call["outage"]["id"] for call in calls]
    first, second = town.tablet(1), town.tablet(2)
    job = town.offer(ids[0], 1)["id"]
    first.do(CrewAction.SEEN, job)
    first.do(CrewAction.ACCEPT, job)
    first.do(CrewAction.DEPART, job)
    town.let_pass(minutes=5)
    first.check_in(job, MARKET)
    first.do(CrewAction.SURVEY, job, data={"cause": "断线"})
    first.do(CrewAction.RESTORE, job, data={"customers_restored": 12})
    declined = town.offer(ids[1], 2)["id"]
    second.do(CrewAction.DECLINE, declined, reason="车坏了")
    town.offer(ids[1], 2)
    town.let_pass(minutes=100)
    town.post(f"/outages/{ids[2]}/merge", {"into": ids[1]})
    town.post(f"/outages/{ids[1]}/close", {"reason": "客户自行修好"})
    return [fact for outage_id in ids for fact in town.outage(outage_id)["facts"]]


def test_the_facts_of_a_day_read_as_sentences(seat: Seat, town: Town) -> None:
    facts = a_day(town)
    assert len({fact["kind"] for fact in facts}) > 18
    for language in ("zh", "en"):
        for kind, sentence in seat.page.evaluate(SENTENCES, [facts, language]):
            assert not re.search(r"undefined|NaN|null|Invalid|\[object", sentence), (kind, sentence)
            assert sentence != kind
            assert re.search(r"[。.]$|[:：] ?\S.*$", sentence), sentence


def test_reasons_and_refusals_are_read_in_chinese(seat: Seat, town: Town) -> None:
    """No run of English words is left where the server's own sentences are put into Chinese."""
    outage = town.call_at(RIDGE, fault_kind="hv")["outage"]["id"]
    town.tablet(1)
    town.tablet(2)
    crews = town.get(f"/outages/{outage}/crews")["crews"]
    sentences = {reason["sentence"] for crew in crews for reason in crew["reasons"]}
    refusals = [
        town.ask("POST", "/jobs", json={"outage_id": outage, "crew_id": 2}),  # lacks the skill
        town.ask("POST", "/jobs", json={"outage_id": outage, "crew_id": 4}),  # off duty
        town.ask("POST", f"/outages/{outage}/merge", json={"into": outage}),
    ]
    sentences |= {answer.json()["detail"] for answer in refusals}
    assert [answer.status_code for answer in refusals] == [409, 409, 409]
    sentences |= {
        str(town.get("/places", q=q)["place"]["note"]) for q in ("上坪乡", "没有这个地方", "江北县", "河口镇高岭村")
    }
    told = in_the_browser(seat, sorted(sentences))
    left_in_english = [text for text in told if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text)]
    assert left_in_english == []


def test_times_are_told_in_the_utilitys_own_zone(seat: Seat) -> None:
    told = seat.page.evaluate(
        """async () => {
          const { clock, localDay, tellTimesOf } = await import('/console/words/index.js');
          const at = Date.parse('2026-05-01T22:30:00Z');
          return ['Asia/Shanghai', 'Europe/Riga'].map((zone) => {
            tellTimesOf(zone);
            return [clock(at), localDay(at)];
          });
        }"""
    )
    assert told == [["06:30", "2026-05-02"], ["01:30", "2026-05-02"]]
