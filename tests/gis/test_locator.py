"""Where a call is put: the account before the pin before the words, and never a silent guess."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch_server.domain.places import Clues, Place, Premises
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass, PlaceMethod, Sure
from tests.gis.small_map import ALIASES, AREAS, TOWNSHIPS, a_folder, a_locator, middle_of

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
