"""How a caller's words name a place: the longest name, the wider before the finer, several stay several."""

import pytest

from dispatch_server.gis.gazetteer import gazetteer_of
from dispatch_server.gis.naming import How
from dispatch_server.gis.numbers import clean, number_in, simplified
from dispatch_server.gis.readings import are_read_alike, readings, sound_of
from tests.gis.small_map import a_gazetteer, a_rich_folder

GAZETTEER = a_gazetteer()


def read(words: str) -> list[str]:
    reading = GAZETTEER.read(words)
    ids = [h.entry.id for h in reading.best if not h.entry.is_spot]
    return [f"conflict:{id_}" if reading.conflict else id_ for id_ in ids]


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


RICH = gazetteer_of(a_rich_folder())


def best(words: str) -> list[str]:
    reading = RICH.read(words)
    return [h.entry.id for h in reading.best]


def how(words: str) -> How:
    [only] = RICH.read(words).best
    return only.how


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("石桥乡红旗村", ["village:A5"]),  # what it was called before
        ("柳家铺乡三角村", ["village:A2"]),
        ("青山镇三角社区", ["village:A3"]),  # 社区 for 村
        ("青山乡三角村", ["village:A3"]),  # 乡 for 镇
        ("石桥乡 ７里冲 3组", ["village:A7"]),  # digits in any width stand for their words
        ("柳林镇卫生院", ["landmark:L1"]),
        ("柳林镇那个卫生院", ["landmark:L1"]),
        ("卫生院", []),  # of which of them nobody says
        ("永丰路12号", ["street:S1"]),
        ("人民路12号", ["street:S2", "street:S3"]),
        ("西河县人民路12号", ["street:S3"]),
        ("西河饭店", ["landmark:L3"]),  # the name of a county in the name of a house
        ("我家在东河县柳林镇，麻烦快点，三角村这边", ["village:A2"]),
        ("大桥，大桥村", ["village:A4"]),
        ("三角村，青山的那个", ["village:A3"]),
        ("大桥村还是永丰村", ["village:A4", "village:A5"]),
        ("邻县坪上镇三角", ["village:A2", "village:A3"]),
        ("北京市大桥区", []),
    ],
)
def test_people_name_places_in_many_ways(words: str, places: list[str]) -> None:
    assert best(words) == places


@pytest.mark.parametrize(
    ("words", "place", "heard"),
    [
        ("青衫镇三角村", "village:A3", How.FULL),  # the township is misheard, the village tells which
        ("柳林镇三脚村", "village:A2", How.SOUND),
        ("青山镇双农社区", "village:A8", How.MIXED),
        ("青山镇双农3组", "village:A8", How.MIXED),
        ("石桥乡七里聪村", "village:A7", How.MIXED),
        ("石桥乡七星冲村", "village:A7", How.SLIP),
        ("青山镇上渡村", "village:A11", How.SLIP),
        ("青山镇下渡口村", "township:2", How.FULL),  # 上 and 下 are no slip: it is another village
        ("石桥乡红星村", "village:A9", How.MIXED),  # 红星村 lies elsewhere; 洪新村 sounds like it
    ],
)
def test_what_is_misheard_is_found_in_what_holds_it(words: str, place: str, heard: How) -> None:
    assert (best(words), how(words)) == ([place], heard)


@pytest.mark.parametrize("words", ["我们村停电了", "全村都没电", "没电了，师傅快来", "这个村那个村", "家里电线冒火花"])
def test_what_everybody_says_sounds_like_no_village(words: str) -> None:
    assert best(words) == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("不是大桥村，是永丰村", "village:A5"),
        ("是永丰村，不是大桥村", "village:A5"),
        ("石桥乡大桥村，不对，永丰村", "village:A5"),
        ("柳林镇，说错了，是石桥乡", "township:1"),
        ("我家不是大桥村的吗", "village:A4"),
        ("是不是大桥村停电了", "village:A4"),
        ("永丰村往大桥村方向", "village:A5"),
        ("去大桥村的路上，在永丰村", "village:A5"),
        ("永丰村，隔壁是大桥村", "village:A5"),
        ("往前走就是大桥村", "village:A4"),
        ("石桥乡大桥村，不对，是小溪村", "township:1"),  # the new one is on no map, and the old one was taken back
    ],
)
def test_what_is_denied_corrected_or_only_on_the_way_is_not_the_place(words: str, place: str) -> None:
    assert best(words) == [place]


@pytest.mark.parametrize(
    ("words", "metres"),
    [("大桥村旁边", 0), ("大桥村过去三公里", 3000), ("离大桥村2里路", 1000), ("大桥村往前走三百米", 300)],
)
def test_beside_is_not_in_and_the_distance_is_heard(words: str, metres: float) -> None:
    [only] = RICH.read(words).best
    assert (only.entry.id, only.is_beside, only.away_m) == ("village:A4", True, metres)


@pytest.mark.parametrize("words", ["大桥村", "大桥村这边", "大桥村那里", "在大桥村"])
def test_in_it_is_not_beside(words: str) -> None:
    [only] = RICH.read(words).best
    assert not only.is_beside


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("10kV柳林线23#杆", ["pole:P1"]),
        ("柳林线二十三号杆", ["pole:P1"]),
        ("柳林线第23号电线杆倒了", ["pole:P1"]),
        ("刘林线23号杆", ["pole:P1"]),
        ("G354旁 12号杆", ["pole:P2"]),
        ("354国道12号杆", ["pole:P2"]),
        ("国道354，12#杆", ["pole:P2"]),
        ("柳林线99号杆", []),
        ("三角村1号公变", ["transformer:T2", "transformer:T3"]),
        ("青山镇三角村1号公变", ["transformer:T3"]),
        ("柳林1号台区", ["transformer:T1"]),
        ("柳林社区一号变压器", ["transformer:T1"]),
        ("柳林镇变压器冒烟", ["township:0"]),
    ],
)
def test_poles_and_transformers_as_people_say_them(words: str, places: list[str]) -> None:
    assert best(words) == places


def test_a_village_on_no_map_is_told_from_its_township_with_what_it_may_be() -> None:
    reading = RICH.read("石桥乡三桥村四组")
    assert [h.entry.id for h in reading.best] == ["township:1"]
    assert reading.unknown == "三桥村"
    assert [entry.id for entry, _ in reading.nearly] == ["village:A4"]


def test_a_village_inside_a_longer_unknown_name_is_not_meant() -> None:
    reading = RICH.read("柳林镇双大桥村")
    assert [h.entry.id for h in reading.best] == ["township:0"]


@pytest.mark.parametrize(
    ("said", "number"), [("12", 12), ("十二", 12), ("二十", 20), ("一百零五", 105), ("两百", 200), ("二三", 23)]
)
def test_numbers_are_said_in_two_ways(said: str, number: int) -> None:
    assert number_in(said) == number


def test_words_are_compared_in_one_width_and_without_blanks() -> None:
    assert clean(" １０ｋＶ 柳林线 ") == "10KV柳林线"


@pytest.mark.parametrize(
    ("one", "other"), [("双农", "双龙"), ("湖", "扶"), ("风井", "红井"), ("真", "增"), ("山", "三"), ("新", "星")]
)
def test_what_hunan_does_not_tell_apart_sounds_alike(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)
    assert not are_read_alike(one, other)


def test_what_is_told_apart_does_not() -> None:
    assert sound_of("大桥") != sound_of("大坪")
    assert are_read_alike("羊溪", "洋溪")


def test_the_table_of_readings_is_what_its_script_writes() -> None:
    from gis_data import make_readings

    assert make_readings.TABLE.read_text(encoding="utf-8") == make_readings.table()
    assert len(readings()) > 20_000


def test_the_table_of_places_elsewhere_is_what_its_script_writes() -> None:
    from gis_data import make_elsewhere

    assert make_elsewhere.TABLE.read_text(encoding="utf-8") == make_elsewhere.table()


def test_the_table_of_traditional_characters_is_what_its_script_writes() -> None:
    from gis_data import make_traditional

    assert make_traditional.TABLE.read_text(encoding="utf-8") == make_traditional.table()
    assert simplified("新化縣洋溪鎮") == "新化县洋溪镇" and len(make_traditional.table()) > 9_000
