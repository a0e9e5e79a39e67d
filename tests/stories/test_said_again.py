"""The same external_ref comes again: nothing is filed twice, and nothing that it says anew is lost."""

from tests.town import Town

ACCOUNT = "43130000000001"


def filed(town: Town, **said: object) -> dict[str, object]:
    body = {"channel": "web", "external_ref": "W-7", "account_no": ACCOUNT, **said}
    answer = town.ask("POST", "/calls", "call_taker", json=body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, object] = answer.json()
    return found


def test_the_same_call_again_is_the_same_call_and_differs_in_nothing(town: Town) -> None:
    first, again = filed(town), filed(town)
    assert again["call"]["id"] == first["call"]["id"]
    assert again["differs"] is None


def test_a_danger_that_only_the_repeat_reports_is_acted_on(town: Town) -> None:
    first = filed(town)
    again = filed(town, hazard="wire_down")
    assert again["call"]["id"] == first["call"]["id"]
    assert again["outage"]["priority"] == "danger"
    assert "hazard" in str(again["differs"])
    town.require_sound_journal()


def test_other_words_are_kept_and_said(town: Town) -> None:
    filed(town, words="no light")
    again = filed(town, words="sparks at the pole")
    assert "words" in str(again["differs"])
