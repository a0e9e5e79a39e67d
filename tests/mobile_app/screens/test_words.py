"""Every word in both languages, and a word for every value that the protocol can bring."""

import re
from pathlib import Path

import pytest

from dispatch_server.domain.outage_facts import Priority
from dispatch_server.protocol.words import AreaClass, CrewAction, FaultKind, Grade, Hazard, JobState, Provider, Role
from mobile_app.screens.parts.icon import CIRCLES, SIGNS
from mobile_app.screens.parts.map_shapes import DIRECTIONS
from mobile_app.screens.words import LANGUAGES, words_in

SCREENS = Path(__file__).parents[3] / "mobile_app" / "screens"
SAID = re.compile(r"""say\(\s*(?:['"])([a-z_.]+)['"]""")
IN_TABLES = re.compile(r"""['"]([a-z_]+\.[a-z_]+)['"]""")
NOUNS = {
    "state": JobState,
    "action": CrewAction,
    "kind": FaultKind,
    "hazard": Hazard,
    "priority": Priority,
    "area": AreaClass,
    "role": Role,
    "provider": Provider,
    "grade": Grade,
}


def sources() -> str:
    files = [*SCREENS.rglob("*.py"), *SCREENS.rglob("*.kv")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = (words_in(language).table for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    assert len(english) > 250


def test_both_languages_have_the_same_blanks() -> None:
    chinese, english = (words_in(language).table for language in LANGUAGES)
    for key, text in english.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", chinese[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", NOUNS)
def test_every_value_of_the_protocol_has_its_word(language: str, noun: str) -> None:
    words = words_in(language)
    assert all(words.name(noun, value) for value in NOUNS[noun])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_direction_has_its_word(language: str) -> None:
    assert all(words_in(language).say(f"direction.{way}") for way in DIRECTIONS)


def test_what_the_screens_say_is_in_the_list_and_the_list_holds_nothing_else() -> None:
    table, text = words_in("en").table, sources()
    said = set(SAID.findall(text)) | set(IN_TABLES.findall(text))
    assert {key for key in SAID.findall(text) if not key.endswith(".")} <= table.keys()
    spoken_by_value = {f"{noun}." for noun in NOUNS} | {"direction.", "rail."}
    dead = {key for key in table if key not in said and not key.startswith(tuple(spoken_by_value))}
    assert dead == set()


def test_chinese_is_punctuated_in_chinese() -> None:
    for key, text in words_in("zh").table.items():
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", text), key


def test_every_sign_that_is_named_can_be_drawn() -> None:
    named = set(re.findall(r"""sign(?:: |=)['"](\w+)['"]""", sources()))
    assert named
    assert named <= SIGNS.keys() | CIRCLES.keys()
