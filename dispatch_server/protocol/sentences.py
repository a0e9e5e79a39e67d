"""Sentences of the rules for a reader of Chinese. Rules and facts know English only; who shows one asks here.

A template has blanks in braces; its fixed parts must match the whole sentence. The longest fixed text is tried first.
A blank called {unsaid} holds what Chinese leaves out.
The console does the same with the same table (`catalogue`), and a test holds the two against each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from dispatch_server.protocol.chinese import calls, crews, layers, outages, plans, requests, tablet, travel
from dispatch_server.protocol.chinese.words import HOLDS, LISTS, SAID, WORDS

SENTENCES: dict[str, str] = {
    english: chinese
    for noun in (calls, crews, layers, outages, plans, requests, tablet, travel)
    for english, chinese in noun.SENTENCES.items()
}

LONGEST = 4_000  # what is longer was written by a person
MOST_PIECES = 12
REMEMBERED = 2_048
_BLANK = re.compile(r"{(\w+)}")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?]) ")


@dataclass(frozen=True, slots=True)
class _Template:
    """`head` is the fixed text before the first blank, `tail` that after the last: cheap to look at first."""

    english: str
    chinese: str
    head: str
    tail: str
    pattern: re.Pattern[str]


@lru_cache(REMEMBERED)
def in_chinese(sentence: str) -> str:
    """The sentence in Chinese, or as it came where it is not known: a person's own words, a newer server's."""
    if not sentence or len(sentence) > LONGEST:
        return sentence
    return _whole(sentence) or _in_pieces(sentence)


def blanks_of(template: str) -> list[str]:
    return _BLANK.findall(template)


@cache
def catalogue() -> dict[str, Any]:
    """The table for other readers, in the order in which it is tried. Patterns mean the same in a browser."""
    return {
        "sentences": [[english, SENTENCES[english]] for english in _in_order()],
        "words": WORDS,
        "holds": HOLDS,
        "said": sorted(SAID),
        "lists": LISTS,
        "longest": LONGEST,
        "most_pieces": MOST_PIECES,
    }


def matching(sentence: str) -> list[str]:
    """Every template that fits, the one that is taken first."""
    if sentence in SENTENCES and not blanks_of(sentence):
        return [sentence]
    by_head, headless = _index()
    tried = (*by_head.get(sentence.partition(" ")[0], ()), *headless)
    return [template.english for template in tried if _match(template, sentence)]


def _in_order() -> list[str]:
    return sorted(SENTENCES, key=lambda english: -len(_BLANK.sub("", english)))


@cache
def _index() -> tuple[dict[str, tuple[_Template, ...]], tuple[_Template, ...]]:
    """Templates by their first word, and those that begin with a blank."""
    by_head: dict[str, list[_Template]] = {}
    headless: list[_Template] = []
    for english in _in_order():
        if blanks_of(english):
            template = _template(english)
            first, space, _ = template.head.partition(" ")
            (by_head.setdefault(first, []) if space else headless).append(template)
    return {first: tuple(templates) for first, templates in by_head.items()}, tuple(headless)


def _template(english: str) -> _Template:
    fixed_and_blanks = _BLANK.split(english)
    pattern = "".join(
        f"({HOLDS.get(part, '.+?')})" if n % 2 else re.escape(part) for n, part in enumerate(fixed_and_blanks)
    )
    return _Template(
        english, SENTENCES[english], fixed_and_blanks[0], fixed_and_blanks[-1], re.compile(pattern, re.DOTALL)
    )


def _match(template: _Template, sentence: str) -> re.Match[str] | None:
    if not sentence.startswith(template.head) or not sentence.endswith(template.tail):
        return None
    return template.pattern.fullmatch(sentence)


def _whole(sentence: str) -> str | None:
    known = SENTENCES.get(sentence)
    if known is not None:
        return known
    by_head, headless = _index()
    for templates in (by_head.get(sentence.partition(" ")[0], ()), headless):
        for template in templates:
            if found := _match(template, sentence):
                return _filled(template, found.groups())
    return None


def _filled(template: _Template, values: Iterable[str]) -> str:
    given = dict(zip(blanks_of(template.english), values, strict=True))
    return _BLANK.sub(lambda blank: _value(blank[1], given[blank[1]]), template.chinese)


def _value(blank: str, value: str) -> str:
    if blank in LISTS:
        each, between, in_chinese_between = LISTS[blank]
        return in_chinese_between.join(_value(each, one) for one in value.split(between))
    if blank in WORDS:
        return WORDS[blank].get(value, value)
    return in_chinese(value) if blank in SAID else value


def _in_pieces(text: str) -> str:
    """Several sentences after one another, or reasons joined by "; "; what is not known among them stays."""
    sentences = _BETWEEN_SENTENCES.split(text)
    if len(sentences) > 1:
        return _joined(sentences, " ", "")
    reasons = text.split("; ")
    return _joined(reasons, "; ", "；") if len(reasons) > 1 else text


def _joined(pieces: list[str], between: str, in_chinese_between: str) -> str:
    """The longest run that is known, then on from there: a sentence may hold a full stop or a semicolon itself."""
    if len(pieces) > MOST_PIECES:
        return between.join(pieces)
    told, is_known, start = "", True, 0
    while start < len(pieces):
        end, known = _longest_known(pieces, start, between)
        gap = "" if start == 0 else in_chinese_between if is_known and known else between
        is_known = known is not None
        told += gap + (known or pieces[start])
        start = end
    return told


def _longest_known(pieces: list[str], start: int, between: str) -> tuple[int, str | None]:
    for end in range(len(pieces), start, -1):
        known = _whole(between.join(pieces[start:end]))
        if known is not None:
            return end, known
    return start + 1, None
