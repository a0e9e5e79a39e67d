"""Whatever the rules can say to a person has its Chinese.

English alone is enough for what only the IT room reads: logs, docstrings, complaints about a policy file, the
description of the API, and the command line but for the map layers.
"""

import re
from pathlib import Path

import pytest

from dispatch_server.protocol.chinese import calls, crews, layers, outages, plans, requests, tablet, travel
from dispatch_server.protocol.chinese.words import HOLDS, LISTS, SAID, WORDS
from dispatch_server.protocol.sentences import SENTENCES, blanks_of, in_chinese, matching
from tests.house.sentences import said_by_the_rules, said_in

NOUNS = (calls, crews, layers, outages, plans, requests, tablet, travel)
LEFT_OUT = "unsaid"
# What a blank holds in a sentence that is really said; any other text where nothing is named here.
SAMPLES = {
    "where": "lon",
    "distance": "1.2 km",
    "outage": "F260501-00012",
    "call": "C260501-00007",
    "crew": "河口一班",
    "shape": "text",
    "layer": "net.gpkg (areas)",
    "other_layer": "road_edges.csv",
    "manifest": "manifest.toml",
}


def shape(template: str) -> str:
    return re.sub(r"{\w+}", "{}", template)


def a_value(blank: str) -> str:
    if blank in SAMPLES:
        return SAMPLES[blank]
    if blank in WORDS:
        return next(iter(WORDS[blank]))
    return "7" if re.fullmatch(HOLDS.get(blank, ".+?"), "7") else "x"


def an_example(template: str) -> str:
    return re.sub(r"{(\w+)}", lambda blank: a_value(blank[1]), template)


def test_every_sentence_the_rules_can_say_has_its_chinese() -> None:
    said = said_by_the_rules()
    known = {shape(english) for english in SENTENCES}
    known |= {word for words in WORDS.values() for word in words} | {between for _, between, _ in LISTS.values()}
    assert len(said) > 150
    unknown = [f"{place}: {template}" for template, place in sorted(said.items()) if template not in known]
    assert unknown == [], "add their Chinese in dispatch_server/protocol/chinese"


@pytest.mark.parametrize("template", SENTENCES)
def test_both_languages_have_the_same_blanks(template: str) -> None:
    assert sorted(b for b in blanks_of(template) if b != LEFT_OUT) == sorted(blanks_of(SENTENCES[template]))


@pytest.mark.parametrize("template", SENTENCES)
def test_no_other_sentence_takes_its_place(template: str) -> None:
    assert matching(an_example(template))[0] == template


def test_no_sentence_stands_in_two_nouns() -> None:
    assert sum(len(noun.SENTENCES) for noun in NOUNS) == len(SENTENCES)


def test_every_special_blank_is_used() -> None:
    used = {blank for template in SENTENCES for blank in blanks_of(template)}
    used |= {each for each, _, _ in LISTS.values()}
    assert (WORDS.keys() | HOLDS.keys() | LISTS.keys() | SAID) - used == set()


@pytest.mark.parametrize("template", SENTENCES)
def test_chinese_is_punctuated_in_chinese(template: str) -> None:
    chinese = SENTENCES[template]
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|[（(][^）)]*$", chinese)
    assert in_chinese(an_example(template)) != an_example(template)


A_RULE = '''
"""A docstring is for programmers."""
WAIT = "Wait for it."

def decide(job, ok):
    """So is this one."""
    _log.warning("and a log of it")
    assert job, "or a promise to oneself"
    where = "on site" if ok else "on the way"
    if job.late:
        raise Refused(f"Job {job.id} is {where}" + (f"; {WAIT}" if ok else "."))
    return job.reason or "nobody said why"
'''


def test_sentences_are_read_out_of_the_source_in_every_way_they_may_go(tmp_path: Path) -> None:
    path = tmp_path / "rule.py"
    path.write_text(A_RULE, encoding="utf-8")
    assert said_in(path, whole_sentences_only=False).keys() == {
        "Job {} is on site; Wait for it.",
        "Job {} is on the way; Wait for it.",
        "Job {} is on site.",
        "Job {} is on the way.",
        "nobody said why",
    }
