"""A folder of layers goes into the store as one piece, and a server stands on what comes out."""

from pathlib import Path

import pytest

from dispatch_server.domain.crews import Shift
from dispatch_server.domain.people import COMMAND_LINE
from dispatch_server.domain.places import Clues
from dispatch_server.domain.refusals import BadInput, NotFound
from dispatch_server.protocol.words import AreaClass, PlaceMethod
from dispatch_server.services.layers import check_folder, load_folder, load_layers, territory_from
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import premises_of_account
from dispatch_server.store.layers import any_layers, layer_files
from dispatch_server.store.people import versions
from dispatch_server.store.store import Store
from tests.domain.builders import POLICY
from tests.gis.small_map import a_folder, area_features, collection, middle_of, text_files, write


def load(store: Store, directory: Path) -> None:
    store.work(COMMAND_LINE, lambda work: load_layers(work, directory))


def territory(store: Store) -> Territory:
    return store.read(lambda reading: territory_from(reading, POLICY))


def test_before_the_first_load_there_is_no_territory(store: Store) -> None:
    with pytest.raises(NotFound, match="relight gis load DIR"):
        territory(store)


def test_what_was_loaded_is_what_a_server_stands_on(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "map"))
    ground = territory(store)
    assert ground.locator.version == a_folder().version
    place = ground.locator.locate(Clues(address="青山镇三角村"))
    assert place.area is not None and place.area.code == "A3"
    [crew] = ground.crews.values()
    assert (crew.crew.name, crew.crew.depot, crew.crew.people) == ("柳林一班", middle_of("A1"), 3)
    assert crew.shifts == (Shift(1, 480, 1200), Shift(1, 1200, 480))
    [estimate] = ground.travel.estimates(middle_of("A1"), [middle_of("A3")], AreaClass.URBAN)
    assert estimate.source == "road graph"


def test_an_account_brings_its_transformer_and_feeder(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "map"))
    premises = store.read(lambda reading: premises_of_account(reading, "1002"))
    assert premises is not None
    assert (premises.transformer, premises.feeder, premises.at) == ("T3", "F2", middle_of("A3"))
    assert (premises.important, premises.kind, premises.no_night_calls) == (True, "hospital", True)
    place = territory(store).locator.locate(Clues(premises=premises))
    assert (place.method, place.transformer) == (PlaceMethod.ACCOUNT, "T3")


def test_customers_stand_in_the_register_alone_and_not_in_the_kept_files(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "map"))
    kept = store.read(layer_files)
    assert "areas.geojson" in kept and "manifest.toml" in kept
    assert not kept.keys() & {"accounts.csv", "crew_people.csv"}


def test_a_second_load_changes_what_changed_and_keeps_the_rest(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "map"))
    [crew_id] = territory(store).crews
    changes = {"crews.csv": text_files()["crews.csv"].replace("柳林一班", "柳林快班")}
    load(store, write(tmp_path / "map", changes))
    crews = territory(store).crews
    assert {i: record.crew.name for i, record in crews.items()} == {crew_id: "柳林快班"}
    assert store.read(versions)["layers"] == 2


def test_what_cannot_be_used_is_refused_whole(store: Store, tmp_path: Path) -> None:
    broken = {"shifts.csv": text_files()["shifts.csv"] + "K9,1,08:00,20:00\r\n"}
    with pytest.raises(BadInput, match="K9"):
        load(store, write(tmp_path / "map", broken))
    assert not store.read(any_layers)
    assert store.read(lambda reading: premises_of_account(reading, "1001")) is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1,2,x,tertiary,0", r"road_edges\.csv line 14: metres must be a number"),
        ("1,99,500,tertiary,0", "a road from 1 to 99; one is not in"),
    ],
)
def test_a_map_on_which_no_server_could_start_is_refused(
    store: Store, tmp_path: Path, line: str, sentence: str
) -> None:
    broken = {"road_edges.csv": text_files()["road_edges.csv"] + line + "\r\n"}
    with pytest.raises(BadInput, match=sentence):
        load(store, write(tmp_path / "map", broken))
    assert not store.read(any_layers)


def test_an_outline_that_crosses_itself_is_refused_at_the_first_start_too(store: Store, tmp_path: Path) -> None:
    west, south = 112.0, 27.7
    crossed = [[west, south], [west + 0.02, south + 0.02], [west + 0.02, south], [west, south + 0.02], [west, south]]
    broken = {"areas.geojson": collection(area_features({"A1": crossed}))}
    with pytest.raises(BadInput, match=r"areas\.geojson: the outline of A1 is not valid at 112\.010000, 27\.710000"):
        load(store, write(tmp_path / "map", broken))
    assert not store.read(any_layers)


def test_the_command_says_what_it_does_and_gives_what_stands_in_the_way(store: Store, tmp_path: Path) -> None:
    said: list[str] = []
    assert load_folder(store, write(tmp_path / "map"), said.append) == []
    assert f"Loaded version {a_folder().version}: 6 areas, 1 crews, 2 transformers, 2 accounts." in said
    broken = write(tmp_path / "broken", {"depots.csv": None})
    assert load_folder(store, broken, said.append)[0].startswith("depots.csv is missing")


def test_the_check_gives_sentences_and_nothing_for_a_good_folder(tmp_path: Path) -> None:
    heard: list[str] = []
    assert check_folder(write(tmp_path / "map"), heard.append) == []
    assert heard
    assert check_folder(tmp_path / "nowhere", heard.append) == [f"{tmp_path / 'nowhere'} is not a folder."]
