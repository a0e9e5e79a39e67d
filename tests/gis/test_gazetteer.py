"""How a caller's words name a place: the longest name, the wider before the finer, several stay several."""

import pytest

from dispatch_server.gis.gazetteer import id_of
from tests.gis.small_map import a_gazetteer

GAZETTEER = a_gazetteer()


def read(words: str) -> list[str]:
    reading = GAZETTEER.read(words)
    return [f"conflict:{id_of(p)}" if reading.conflict else id_of(p) for p in reading.places]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("东河县柳林镇三角村四组", ["village:A2"]),
        ("西河县青山镇三角村", ["village:A3"]),
        ("青山镇三角村", ["village:A3"]),
        ("青山三角", ["village:A3"]),
        ("西河 三角村", ["village:A3"]),
        ("三角村", ["village:A2", "village:A3"]),
        ("三角", ["village:A2", "village:A3"]),
        ("柳林社区", ["village:A1"]),
        ("柳林镇", ["township:0"]),
        ("东河县", ["county:0"]),
        ("东河县石桥乡永丰村", ["village:A5"]),
        ("", []),
        ("我家没电了", []),
        ("北京市朝阳区", []),
    ],
)
def test_words_name_places(words: str, places: list[str]) -> None:
    assert read(words) == places


def test_a_short_form_shared_by_a_township_and_a_village_means_the_township() -> None:
    assert read("柳林") == ["township:0"]


def test_said_after_its_township_the_short_form_means_the_village() -> None:
    assert read("柳林镇柳林") == ["village:A1"]


def test_the_village_of_the_same_name_is_still_found_when_it_is_named_in_full() -> None:
    assert read("柳林镇柳林社区") == ["village:A1"]


@pytest.mark.parametrize("street", ["永丰路12号", "永丰街3号", "永丰巷", "永丰大道5号"])
def test_a_street_called_after_a_village_does_not_put_the_caller_there(street: str) -> None:
    assert read(street) == []
    assert read(f"柳林镇{street}") == ["township:0"]


def test_a_short_form_that_fits_nothing_else_is_noise() -> None:
    assert read("柳林镇和平饭店") == ["township:0"]


def test_a_name_in_full_that_fits_nothing_else_is_a_conflict_and_nobody_guesses() -> None:
    assert read("东河县青山镇") == ["conflict:township:2"]
    assert sorted(read("柳林镇和平村")) == ["conflict:township:0", "conflict:village:A6"]


def test_two_villages_in_one_sentence_are_a_conflict() -> None:
    assert read("大桥村和永丰村") == ["conflict:village:A4", "conflict:village:A5"]


def test_between_two_villages_is_either_of_them() -> None:
    assert read("大桥村和永丰村之间") == ["village:A4", "village:A5"]


@pytest.mark.parametrize(
    ("words", "weak"), [("和平", True), ("和平村", False), ("青山镇和平", False), ("青山镇和平三组", False)]
)
def test_a_lone_short_form_of_a_village_is_weak_evidence(words: str, weak: bool) -> None:
    [best] = GAZETTEER.read(words).best
    assert best.is_weak is weak


def test_a_shop_called_after_a_village_puts_the_caller_into_the_township_only() -> None:
    assert read("青山镇和平饭店") == ["township:2"]


def test_a_whole_letter_is_read_no_further_than_an_address_goes() -> None:
    assert read("啊" * 600 + "大桥村") == []
