"""Two places in one sentence, directions, corrections, shops: what is sure then is right.

A turn of speech may be wrong once in the hundred times it is said: 龙塘 and 洞花 are two villages, and also a township
and a village in it.
"""

import pytest

from dispatch_server.domain.places import Clues
from dispatch_server.gis.folder import folder_at
from dispatch_server.services.layers import locator_of
from tests.gis.test_utterances import SAMPLE
from tests.gis.turns_of_speech import turns_of_speech
from tests.gis.utterance_answers import Names, Told, Utterance, is_sure_but_wrong

Answers = dict[str, list[tuple[Utterance, Told]]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    folder = folder_at(SAMPLE)
    names, locator = Names(folder), locator_of(folder)
    return {
        template: [(u, names.told(locator.locate(Clues(address=u.words)))) for u in said]
        for template, said in turns_of_speech(names.places, names.spots)
    }


def test_no_turn_of_speech_makes_a_wrong_place_look_sure(answers: Answers) -> None:
    wrong = {
        turn: [(u.words, str(told.best)) for u, told in said if is_sure_but_wrong(u, told)]
        for turn, said in answers.items()
    }
    often = {turn: found for turn, found in wrong.items() if len(found) > max(1, len(answers[turn]) // 100)}
    print(f"{len(wrong)} turns of speech; wrong in some: {sum(map(bool, wrong.values()))}")
    assert not often
    assert sum(map(len, wrong.values())) <= 0.003 * sum(map(len, answers.values()))


def test_nor_is_everything_left_in_doubt(answers: Answers) -> None:
    said_in_full = [pair for said in answers.values() for pair in said if _is_plainly_told(pair[0])]
    right = [told for utterance, told in said_in_full if told.is_sure and told.best in utterance.truths]
    assert len(right) >= 0.7 * len(said_in_full) > 0


def _is_plainly_told(utterance: Utterance) -> bool:
    return (
        utterance.section.startswith("first ")
        and len(utterance.truths) == 1
        and _names_both(utterance.words, utterance)
    )


def _names_both(words: str, utterance: Utterance) -> bool:
    [truth] = utterance.truths
    return truth.township + truth.village in words
