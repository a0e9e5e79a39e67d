"""Where a call is put: the account before the pin before the words, and never a silent guess."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.places import Clues, Place, Premises
from dispatch_server.gis.gazetteer import gazetteer_of
from dispatch_server.gis.locator import MapLocator
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure
from tests.gis.small_map import ALIASES, AREAS, TOWNSHIPS, a_folder, a_locator, a_rich_folder, middle_of, zones

LOCATOR = a_locator()
OUTSIDE = LonLat(112.07, 27.73)


def premises_at(at: LonLat) -> Premises:
    return Premises("1001", "M1", "T1", "F1", "某甲", "柳林社区1号", at)


def locate(words: str | None = None, *, pin: LonLat | None = None, account_at: LonLat | None = None) -> Place:
    premises = None if account_at is None else premises_at(account_at)
    return LOCATOR.locate(Clues(premises=premises, pin=pin, address=words))


def code(place: Place) -> str | None:
    return None if place.area is None else place.area.code


def offered(place: Place) -> list[str]:
    return [c.candidate_id for c in place.candidates]


def test_an_account_is_certain_and_brings_its_wires() -> None:
    place = locate("三角村", account_at=middle_of("A2"))
    assert (place.method, place.sure, code(place)) == (PlaceMethod.ACCOUNT, Sure.CERTAIN, "A2")
    assert (place.transformer, place.feeder) == ("T1", "F1")
    assert place.names is not None and place.names.township == "柳林镇"
    assert (place.note, place.other_areas, place.candidates) == ("", (), ())


def test_an_account_comes_before_a_pin() -> None:
    place = locate(account_at=middle_of("A2"), pin=LonLat(112.031, 27.71))
    assert (place.method, place.at, place.note) == (PlaceMethod.ACCOUNT, middle_of("A2"), "")


def test_a_pin_far_from_the_premises_lowers_the_certainty_and_stays_a_candidate() -> None:
    place = locate(account_at=middle_of("A2"), pin=middle_of("A6"))
    assert (place.method, place.sure, code(place)) == (PlaceMethod.ACCOUNT, Sure.DOUBTFUL, "A2")
    assert "km from the account's premises" in place.note
    chosen = LOCATOR.candidate(offered(place)[0])
    assert chosen is not None and (chosen.at, code(chosen), chosen.sure) == (middle_of("A6"), "A6", Sure.CERTAIN)


def test_a_pin_outside_doubts_an_account_but_is_no_candidate() -> None:
    place = locate(account_at=middle_of("A2"), pin=OUTSIDE)
    assert (code(place), place.sure, place.candidates) == ("A2", Sure.DOUBTFUL, ())
    assert "The pin lies outside the service territory" in place.note


def test_an_account_in_one_county_and_words_naming_another_are_a_contradiction_that_shows() -> None:
    place = locate("西河县青山镇三角村", account_at=middle_of("A2"))
    assert (place.method, place.sure, code(place)) == (PlaceMethod.ACCOUNT, Sure.DOUBTFUL, "A2")
    assert place.note == (
        "The account lies in 东河县柳林镇三角村, but the words name 西河县青山镇三角村; "
        "ask the caller where the fault is."
    )
    assert offered(place) == ["village:A3"]


def test_words_that_only_name_another_county_contradict_too() -> None:
    place = locate("西河县", account_at=middle_of("A2"))
    assert place.sure is Sure.DOUBTFUL and "the words name 西河县" in place.note


def test_words_that_name_nothing_known_do_not_lower_an_account() -> None:
    assert locate("门口有棵大树", account_at=middle_of("A2")).sure is Sure.CERTAIN
    assert locate("和平饭店旁边", account_at=middle_of("A2")).sure is Sure.CERTAIN


def test_a_pin_is_likely_and_comes_before_the_words() -> None:
    place = locate("柳林镇", pin=middle_of("A1"))
    assert (place.method, place.sure, code(place), place.note) == (PlaceMethod.PIN, Sure.LIKELY, "A1", "")
    assert place.transformer is None


def test_a_pin_near_a_border_names_the_other_area_and_the_stricter_class_holds() -> None:
    place = locate(pin=LonLat(112.0203, 27.71))  # 30 m inside the rural A2
    assert code(place) == "A2"
    assert [a.code for a in place.other_areas] == ["A1"]
    assert place.limit_class is AreaClass.URBAN


def test_a_pin_outside_the_territory_names_the_nearest_area_and_how_far() -> None:
    place = locate(pin=OUTSIDE)
    assert (place.method, place.at, place.area, place.sure) == (PlaceMethod.PIN, OUTSIDE, None, Sure.DOUBTFUL)
    assert "986 m from the nearest area, 和平村" in place.note
    assert place.limit_class is None


def test_a_pin_outside_gives_way_to_words_that_are_known() -> None:
    place = locate("青山镇和平村", pin=OUTSIDE)
    assert (place.method, code(place)) == (PlaceMethod.VILLAGE, "A6")
    assert "The pin lies outside the service territory" in place.note


def test_an_account_outside_gives_way_to_words_and_keeps_its_transformer() -> None:
    place = locate("青山镇和平村", account_at=OUTSIDE)
    assert (place.method, code(place), place.transformer) == (PlaceMethod.VILLAGE, "A6", "T1")
    assert "The premises in the register lie outside the service territory" in place.note


def test_one_village_is_likely_within_its_radius() -> None:
    place = locate("东河县石桥乡大桥村二组")
    assert (place.method, place.sure, code(place), place.radius_m) == (PlaceMethod.VILLAGE, Sure.LIKELY, "A4", 900)
    assert place.names is not None and place.names.village == "大桥村"
    assert place.note == ""


def test_a_township_alone_is_placed_with_its_radius_and_asks_for_the_village() -> None:
    place = locate("石桥乡")
    assert (place.method, place.radius_m) == (PlaceMethod.TOWNSHIP, 2000)
    assert {a.code for a in (place.area, *place.other_areas) if a} >= {"A4", "A5"}
    assert place.note == "Only the township is known, 2.0 km around; ask for the village."


def test_a_village_name_that_stands_twice_is_not_guessed() -> None:
    place = locate("三角村")
    assert (place.method, place.at, place.sure) == (PlaceMethod.NONE, None, Sure.DOUBTFUL)
    assert offered(place) == ["village:A2", "village:A3"]
    assert [c.reason for c in place.candidates] == [
        "the words name 三角村; this one lies in 东河县柳林镇",
        "the words name 三角村; this one lies in 西河县青山镇",
    ]
    assert place.note == "2 places are called so; ask in which county and township it is."


def test_words_that_contradict_themselves_are_not_guessed_either() -> None:
    place = locate("柳林镇和平村")
    assert place.method is PlaceMethod.NONE
    assert sorted(offered(place)) == ["township:0", "village:A6"]
    assert "柳林镇、和平村" in place.note


def test_a_lone_short_form_is_placed_in_doubt_and_says_what_to_ask() -> None:
    place = locate("和平")
    assert (place.method, code(place), place.sure) == (PlaceMethod.VILLAGE, "A6", Sure.DOUBTFUL)
    assert "ask whether 西河县青山镇和平村 is meant" in place.note


def test_a_shop_that_may_be_called_after_the_village_offers_the_village() -> None:
    place = locate("青山镇和平饭店")
    assert (place.method, place.sure, offered(place)) == (PlaceMethod.TOWNSHIP, Sure.LIKELY, ["village:A6"])


PARTS = [
    *(name for name, *_ in AREAS.values()),
    *ALIASES.values(),
    *(t for t, *_ in TOWNSHIPS),
    "东河县",
    "西河",
    "路",
    "3组",
]


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=6).map("".join))
def test_whatever_is_said_the_answer_keeps_its_promises(words: str) -> None:
    place = locate(words)
    assert (place.at is None) == (place.method is PlaceMethod.NONE) == (place.area is None)
    assert place.note or place.sure is Sure.LIKELY
    assert place.area not in place.other_areas
    for candidate_id in offered(place):
        chosen = LOCATOR.candidate(candidate_id)
        assert chosen is not None and chosen.area is not None


def test_a_county_alone_is_no_place() -> None:
    place = locate("西河县")
    assert place.method is PlaceMethod.NONE
    assert place.note == "Only 西河县 is known; ask for the township and the village."


def test_words_that_name_nothing_say_what_to_ask() -> None:
    place = locate("我家没电了")
    assert (place.method, place.at) == (PlaceMethod.NONE, None)
    assert "ask for the account number, or for the township and the village" in place.note


def test_no_clue_at_all_says_so() -> None:
    assert locate().note.startswith("Nothing says where it is")


def test_a_chosen_candidate_is_certain_and_has_the_same_id_on_another_server() -> None:
    chosen = a_locator().candidate("village:A3")
    assert chosen is not None and (chosen.sure, code(chosen), chosen.at) == (Sure.CERTAIN, "A3", middle_of("A3"))


def test_a_candidate_that_is_not_on_the_map_is_none() -> None:
    for unknown in ("village:A9", "county:0", "pin:", "pin:1,2,3", "pin:200,0", "pin:113.0,27.7", "", "place:1,2"):
        assert LOCATOR.candidate(unknown) is None


def test_every_place_says_by_which_map() -> None:
    assert locate("三角村").layers_version == locate(pin=OUTSIDE).layers_version == LOCATOR.version


def test_another_map_has_another_version() -> None:
    assert a_folder().version == LOCATOR.version
    assert a_folder({"crew_people.csv": "crew,name,role\r\n"}).version != LOCATOR.version


def test_names_at_a_position() -> None:
    names = LOCATOR.names_at(middle_of("A3"))
    assert (names.county, names.township, names.village) == ("西河县", "青山镇", "三角村")
    assert LOCATOR.names_at(OUTSIDE).county is None
    assert LOCATOR.in_territory(middle_of("A3")) and not LOCATOR.in_territory(OUTSIDE)


RICH = MapLocator(zones(), gazetteer_of(a_rich_folder()), a_rich_folder().version)


def find(words: str) -> Place:
    return RICH.locate(Clues(address=words))


def found(place: Place) -> tuple[PlaceMethod, Sure, str | None]:
    return place.method, place.sure, code(place)


def test_a_misheard_name_inside_a_named_township_is_likely_and_read_back() -> None:
    place = find("青山镇双农社区")
    assert found(place) == (PlaceMethod.VILLAGE, Sure.LIKELY, "A6")
    assert place.note == "“双农社区” was taken for 西河县青山镇双龙社区; read it back to the caller."


def test_a_misheard_name_alone_is_doubtful_and_offered() -> None:
    place = find("七里聪村")
    assert found(place) == (PlaceMethod.VILLAGE, Sure.DOUBTFUL, "A5")
    assert [c.reason for c in place.candidates] == [
        "“七里聪村” sounds like 七里冲村 to a speaker of Hunan; this one lies in 东河县石桥乡"
    ]


def test_a_word_that_is_a_village_only_by_chance_is_offered_and_places_nothing() -> None:
    place = find("我家大桥上配电箱冒烟")
    assert (place.method, offered(place)) == (PlaceMethod.NONE, ["village:A4"])


def test_a_short_name_with_a_character_missing_is_placed_in_doubt() -> None:
    assert found(find("青山镇上渡村")) == (PlaceMethod.VILLAGE, Sure.DOUBTFUL, "A3")


@pytest.mark.parametrize("words", ["邵阳市新邵县", "湘乡市青山镇", "湘乡市青山镇三角村"])
def test_what_lies_outside_the_territory_is_never_sure(words: str) -> None:
    assert find(words).sure is Sure.DOUBTFUL


def test_a_city_outside_contradicts_a_pin_and_says_so() -> None:
    place = RICH.locate(Clues(pin=middle_of("A2"), address="长沙市岳麓区"))
    assert found(place) == (PlaceMethod.PIN, Sure.DOUBTFUL, "A2")
    assert "the words name 长沙市岳麓区" in place.note
    assert "outside the service territory" in find("长沙市岳麓区").note


def test_where_the_caller_is_himself_does_not_move_the_fault() -> None:
    assert found(find("我在长沙市打工，家里是青山镇三角村")) == (PlaceMethod.VILLAGE, Sure.LIKELY, "A3")


def test_a_name_that_lies_elsewhere_but_sounds_like_one_here_is_doubtful() -> None:
    place = find("石桥乡红星村")
    assert found(place) == (PlaceMethod.VILLAGE, Sure.DOUBTFUL, "A4")
    assert offered(place) == ["village:A9", "village:A10"]


def test_a_contradicted_county_is_shown_and_never_sure() -> None:
    place = find("东河县青山镇三角村")
    assert found(place) == (PlaceMethod.VILLAGE, Sure.DOUBTFUL, "A3")
    assert place.note.startswith("The words also name 东河县, which does not fit 西河县青山镇三角村;")
    assert "village:A2" in offered(place)


def test_a_former_name_is_likely_and_as_a_candidate_says_so() -> None:
    assert found(find("石桥乡红旗村")) == (PlaceMethod.VILLAGE, Sure.LIKELY, "A5")
    reasons = [c.reason for c in find("柳家铺乡永丰村").candidates]
    assert "“柳家铺乡” is a former name of 柳林镇; this one lies in 东河县" in reasons


def test_a_village_on_no_map_leaves_the_township_and_asks() -> None:
    place = find("石桥乡三桥村四组")
    assert (place.method, place.sure, offered(place)) == (PlaceMethod.TOWNSHIP, Sure.LIKELY, ["village:A4"])
    assert place.note.startswith("“三桥村” is on no map of 东河县石桥乡;")
    assert place.candidates[0].reason == "“三桥村” is one character away from 大桥村; this one lies in 东河县石桥乡"


def test_a_house_number_lies_at_its_share_of_the_street_and_is_finer_than_the_street() -> None:
    house, street = find("永丰路51号"), find("永丰路")
    assert house.at is not None and house.at.lon == pytest.approx(112.01) and house.method is PlaceMethod.ADDRESS
    assert house.radius_m < street.radius_m == pytest.approx(985, abs=2)
    assert "ask for the house number" in street.note


@pytest.mark.parametrize("number", ["0", "999"])
def test_a_house_number_that_the_street_does_not_have_leaves_the_street(number: str) -> None:
    assert find(f"永丰路{number}号") == find("永丰路")


def test_a_street_of_two_townships_is_not_guessed() -> None:
    place = find("人民路12号")
    assert (place.method, offered(place)) == (PlaceMethod.NONE, ["house:S2:12", "house:S3:12"])


def test_beside_a_school_is_a_wider_circle_and_beside_a_village_is_in_doubt() -> None:
    at, beside = find("柳林镇卫生院"), find("柳林镇卫生院对面")
    assert (at.radius_m, beside.radius_m, beside.sure) == (60, 210, Sure.LIKELY)
    village = find("大桥村旁边")
    assert (village.sure, village.radius_m) == (Sure.DOUBTFUL, 1700)
    assert find("大桥村过去三公里").radius_m == pytest.approx(900 + 3600)


def test_what_lies_beyond_a_pole_is_as_far_from_it_as_the_caller_says() -> None:
    locator = MapLocator(zones(), gazetteer_of(a_rich_folder()), "1")
    at_it = locator.locate(Clues(address="柳林线23号杆"))
    beyond = locator.locate(Clues(address="柳林线23号杆那边过去两公里"))
    assert beyond.radius_m > 2000 > at_it.radius_m


@pytest.mark.parametrize("hidden", ["\u200b", "\u200f", "\u202e", "\ufeff"])
def test_characters_that_nobody_sees_change_nothing(hidden: str) -> None:
    locator = MapLocator(zones(), gazetteer_of(a_rich_folder()), "1")
    assert locator.locate(Clues(address=hidden.join("石桥乡大桥村"))) == locator.locate(Clues(address="石桥乡大桥村"))


def test_a_pole_tells_the_feeder_and_a_transformer_both() -> None:
    pole, transformer = find("10kV柳林线23#杆"), find("柳林社区1号公变")
    assert (pole.method, pole.radius_m, pole.transformer, pole.feeder) == (PlaceMethod.ADDRESS, 50, None, "F1")
    assert (transformer.transformer, transformer.feeder, code(transformer)) == ("T1", "F1", "A1")


def test_in_doubt_about_the_transformer_nothing_joins_by_it() -> None:
    place = find("三角村1号公变")
    assert (place.method, place.transformer, offered(place)) == (
        PlaceMethod.NONE,
        None,
        ["transformer:T2", "transformer:T3"],
    )


def test_a_pole_of_a_branch_is_counted_anew() -> None:
    assert find("柳林线大桥支线23号杆").sure is Sure.DOUBTFUL


def test_only_the_feeder_asks_for_the_pole() -> None:
    place = find("柳林线99号杆")
    assert place.method is PlaceMethod.NONE
    assert place.note.startswith("Only the feeder 10KV柳林线 is known; ask for the number on a pole")


def test_a_plate_is_certain() -> None:
    place = RICH.locate(Clues(plate="T3"))
    assert (*found(place), place.transformer) == (PlaceMethod.ADDRESS, Sure.CERTAIN, "A3", "T3")
    assert RICH.knows_plate("P1") and not RICH.knows_plate("P9")


@pytest.mark.parametrize(
    "words", ["人民路12号", "三角村1号公变", "石桥乡红星村", "三角村", "石桥乡三桥村", "七里聪村", "柳家铺乡永丰村"]
)
def test_every_candidate_can_be_chosen(words: str) -> None:
    place = find(words)
    assert place.candidates
    for candidate in place.candidates:
        chosen = RICH.candidate(candidate.candidate_id)
        assert chosen is not None and chosen.sure is Sure.CERTAIN and chosen.area == candidate.area


@pytest.mark.parametrize(
    "words",
    [
        "人民路12号",
        "石桥乡红星村",
        "三角村",
        "石桥乡三桥村",
        "七里聪村",
        "柳家铺乡永丰村",
        "石桥乡七星冲村",
        "柳林镇和平村",
    ],
)
def test_every_reason_and_note_is_told_in_chinese(words: str) -> None:
    place = find(words)
    for sentence in (place.note, *(c.reason for c in place.candidates)):
        assert not re.search("[a-z]{2}", in_chinese(sentence))


def home(account_no: str, at: LonLat) -> Premises:
    return Premises(account_no, None, f"T{account_no}", "F1", "某甲", f"地址{account_no}", at)


AT_A2, AT_A6 = home("2", middle_of("A2")), home("6", middle_of("A6"))


def by_number(*premises: Premises, words: str | None = None, pin: LonLat | None = None) -> Place:
    return LOCATOR.locate(Clues(address=words, pin=pin, of_number=premises))


def test_the_callers_only_premises_are_likely_where_nothing_else_is_said() -> None:
    place = by_number(AT_A2)
    assert (*found(place), place.transformer) == (PlaceMethod.ACCOUNT, Sure.LIKELY, "A2", "T2")
    assert by_number(AT_A2, words="没电了") == place


def test_several_premises_are_offered_and_none_is_guessed() -> None:
    place = by_number(AT_A2, AT_A6)
    assert (place.method, place.at, offered(place)) == (PlaceMethod.NONE, None, ["account:2", "account:6"])
    assert place.note == "The caller's number has 2 premises; ask at which of them it is dark."


def test_two_meters_in_one_house_are_one_place() -> None:
    assert found(by_number(AT_A2, home("3", middle_of("A2")))) == (PlaceMethod.ACCOUNT, Sure.LIKELY, "A2")


@pytest.mark.parametrize("words", ["三角村", "柳林镇", "柳林镇三角村", "东河县"])
def test_of_several_premises_the_one_that_fits_the_words_is_meant(words: str) -> None:
    assert found(by_number(AT_A2, AT_A6, words=words)) == (PlaceMethod.ACCOUNT, Sure.LIKELY, "A2")


def test_words_far_from_the_callers_premises_are_taken_in_doubt_and_both_are_shown() -> None:
    place = by_number(AT_A2, words="青山镇和平村")
    assert found(place) == (PlaceMethod.VILLAGE, Sure.DOUBTFUL, "A6")
    assert offered(place) == ["account:2"]
    assert "The caller's number belongs to 地址2" in place.note


def test_a_pin_at_home_is_home_and_a_pin_elsewhere_contradicts() -> None:
    assert found(by_number(AT_A2, pin=middle_of("A2"))) == (PlaceMethod.ACCOUNT, Sure.LIKELY, "A2")
    assert found(by_number(AT_A2, pin=middle_of("A6"))) == (PlaceMethod.PIN, Sure.DOUBTFUL, "A6")


def test_a_pin_in_no_area_offers_the_nearest_points_of_the_nearest_areas() -> None:
    place = locate(pin=OUTSIDE)
    assert [c.area.code for c in place.candidates if c.area] == ["A6", "A3"]
    for candidate in place.candidates:
        chosen = LOCATOR.candidate(candidate.candidate_id)
        assert chosen is not None and chosen.area == candidate.area


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    *PARTS,
                    "10kV柳林线",
                    "23号杆",
                    "公变",
                    "永丰路",
                    "不是",
                    "，是",
                    "，不对，",
                    "往",
                    "旁边",
                    "和",
                    "之间",
                    "双农",
                    "红星",
                    "七里聪村",
                    "上渡",
                    "青衫镇",
                    "三脚",
                    "湘乡市",
                    "卫生院",
                    "12号",
                    "石桥",
                    "人民路",
                ]
            ),
            st.text(max_size=3),
        ),
        max_size=7,
    ).map("".join)
)
def test_with_all_layers_too_the_answer_keeps_its_promises(words: str) -> None:
    place = find(words)
    assert (place.at is None) == (place.method is PlaceMethod.NONE) == (place.area is None)
    assert place.sure is not Sure.CERTAIN
    for candidate_id in offered(place):
        assert RICH.candidate(candidate_id) is not None
