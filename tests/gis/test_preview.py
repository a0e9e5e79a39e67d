"""What a load would change is said before it is done, and a load by itself changes no call."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_server.domain.people import COMMAND_LINE, Author
from dispatch_server.domain.refusals import Refused
from dispatch_server.gis.folder import folder_at
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.protocol.words import Channel
from dispatch_server.services.intake import Filed, NewCall, take_call
from dispatch_server.services.layer_preview import preview_folder
from dispatch_server.services.layers import (
    keep_layers,
    known_registers,
    load_folder,
    loads_told,
    read_registers,
    territory_from,
)
from dispatch_server.store.layers import Load, layer_files, loads, placed_calls
from dispatch_server.store.store import Store
from tests.clock import FakeClock
from tests.domain.builders import POLICY
from tests.gis.small_map import (
    a_folder,
    area_features,
    box,
    collection,
    gazetteer_rows,
    middle_of,
    table,
    text_files,
    write,
)

CALL_TAKER = Author("anna")
A1_OF_A2 = LonLat(112.0201, 27.71)  # in A2 三角村, rural; a hundred metres west it is A1, urban


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Store:
    assert load_folder(store, write(tmp_path / "map"), lambda _: None) == []
    return store


def file_call(store: Store, at: LonLat) -> Filed:
    ground = store.read(lambda reading: territory_from(reading, POLICY))
    new = NewCall(Channel.HOTLINE, pin=at, crs="EPSG:4326")
    return store.work(CALL_TAKER, lambda work: take_call(work, ground, new))


def previewed(store: Store, directory: Path) -> list[str]:
    said: list[str] = []
    assert preview_folder(store, POLICY, directory, said.append) == []
    return said


def new_map(tmp_path: Path, changes: Mapping[str, str | None]) -> Path:
    return write(tmp_path / "new", changes)


def moved_border() -> Mapping[str, str | None]:
    """A1 grows by 0.002° of A2."""
    features = area_features({"A1": box(0, 0, 1.1, 1), "A2": box(1.1, 0, 2, 1)})
    return {"areas.geojson": collection(features)}


def test_before_the_first_load_all_of_it_is_new(store: Store, tmp_path: Path) -> None:
    said = previewed(store, write(tmp_path / "map"))
    assert said[-1] == f"No map is loaded yet: everything in version {a_folder().version} would be new."
    assert store.read(loads) == []


def test_the_same_folder_would_change_nothing(loaded: Store, tmp_path: Path) -> None:
    file_call(loaded, A1_OF_A2)
    said = previewed(loaded, tmp_path / "map")
    version = a_folder().version
    assert f"In force is version {version}; this folder is version {version}." in said
    assert "Areas: 0 added, 0 removed, 0 reshaped, 0 of another class, 0 renamed." in said
    assert (
        "0 open and past calls would change class, 0 of them open; 0 would lie in another area. "
        "1 calls with a place were looked at."
    ) in said
    assert said[-3:] == [
        f"Of the {register}, 0 are new, 0 changed, 0 not in this folder; these stay."
        for register in ("crews", "transformers", "accounts")
    ]


def test_a_moved_border_is_told_by_area_call_and_target(loaded: Store, tmp_path: Path) -> None:
    filed = [file_call(loaded, at) for at in (A1_OF_A2, middle_of("A2"), middle_of("A3"))]
    said = previewed(loaded, new_map(tmp_path, moved_border()))
    assert "Areas: 0 added, 0 removed, 2 reshaped, 0 of another class, 0 renamed." in said
    # 0.002° of longitude by 0.02° of latitude at 27.71° north: 197.2 m by 2,216.6 m.
    [first, second] = [s for s in said if "would be reshaped" in s]
    assert first.startswith("Area A1 柳林社区 would be reshaped: 437,1") and second.startswith("Area A2 三角村")
    assert (
        "1 open and past calls would change class, 1 of them open; 1 would lie in another area. "
        "3 calls with a place were looked at."
    ) in said
    assert "Calls from rural to urban: 1." in said
    # A pin is good to some metres; at 10 m from the border its circle of doubt touches A1 already by the old map.
    other = 0 if filed[0].place.other_areas else 1
    assert (
        f"{other} of 3 open outages would get another target if their calls were placed anew: "
        f"{other} an earlier one, 0 a later one."
    ) in said


def test_a_target_in_the_middle_of_what_changes_hands_is_counted(loaded: Store, tmp_path: Path) -> None:
    file_call(loaded, LonLat(112.021, 27.71))
    said = previewed(loaded, new_map(tmp_path, moved_border()))
    assert (
        "1 of 1 open outages would get another target if their calls were placed anew: 1 an earlier one, 0 a later one."
    ) in said
    back = write(tmp_path / "back")
    load_folder(loaded, tmp_path / "new", lambda _: None)
    assert (
        "1 of 1 open outages would get another target if their calls were placed anew: 0 an earlier one, 1 a later one."
    ) in previewed(loaded, back)


def test_a_preview_and_a_load_change_no_call(loaded: Store, tmp_path: Path) -> None:
    filed = file_call(loaded, LonLat(112.021, 27.71))
    places = loaded.read(placed_calls)
    directory = new_map(tmp_path, moved_border())
    previewed(loaded, directory)
    assert len(loaded.read(loads)) == 1
    assert load_folder(loaded, directory, lambda _: None) == []
    assert loaded.read(placed_calls) == places
    call = loaded.read(lambda reading: reading.call(filed.call.id))
    assert call == filed.call and call.limit_class == filed.place.limit_class
    assert filed.outage is not None
    outage_id = filed.outage.id
    assert loaded.read(lambda reading: reading.outage(outage_id)) == filed.outage


def test_areas_that_come_go_or_change_are_named_and_registers_counted(loaded: Store, tmp_path: Path) -> None:
    features = area_features()
    features[3]["properties"] |= {"code": "B4"}
    features[4]["properties"] |= {"area_class": "remote", "name": "永宁村"}
    rows = [["B4" if cell == "A4" else cell for cell in row] for row in gazetteer_rows()]
    head = "code name kind township county lon lat radius_m area_code aliases"
    accounts = text_files()["accounts.csv"].replace("1002,M2", "1003,M3").replace("柳林社区1号", "柳林社区10号")
    changes = {"areas.geojson": collection(features), "gazetteer.csv": table(head, rows), "accounts.csv": accounts}
    said = previewed(loaded, new_map(tmp_path, changes))
    assert "Areas: 1 added, 1 removed, 0 reshaped, 1 of another class, 1 renamed." in said
    assert "Area B4 大桥村 would be added: rural, 4.37 km²." in said
    assert "Area A4 大桥村 would be removed: rural, 4.37 km²." in said
    assert "Area A5 永宁村 would be remote instead of rural." in said
    assert "Area A5 would be called 永宁村 instead of 永丰村." in said
    assert said[-1] == "Of the accounts, 1 are new, 1 changed, 1 not in this folder; these stay."
    assert [in_chinese(s) for s in said if in_chinese(s) == s] == []


def test_a_folder_with_a_mistake_is_not_previewed(loaded: Store, tmp_path: Path) -> None:
    said: list[str] = []
    found = preview_folder(loaded, POLICY, new_map(tmp_path, {"depots.csv": None}), said.append)
    assert found[0].startswith("depots.csv is missing")
    assert not any(s.startswith("Areas:") for s in said)


def test_every_load_stands_in_the_history_also_one_that_brings_an_old_version_back(
    loaded: Store, tmp_path: Path, clock: FakeClock
) -> None:
    clock.advance(hours=1)
    load_folder(loaded, new_map(tmp_path, moved_border()), lambda _: None)
    grown = loaded.read(layer_files)
    clock.advance(hours=1)
    load_folder(loaded, tmp_path / "map", lambda _: None)
    versions = [load.version for load in loaded.read(loads)]
    assert versions[0] == versions[2] != versions[1]
    assert loaded.read(layer_files)["areas.geojson"] == text_files()["areas.geojson"].encode() != grown["areas.geojson"]
    told = loaded.read(lambda reading: loads_told(reading, POLICY.zone))
    assert len(told) == 4 and told[-1] == "The last one is in force."
    assert told[0].endswith("loaded by command_line: 6 areas, 1 crews, 2 transformers, 2 accounts.")


def test_of_two_who_load_at_once_the_second_is_told(loaded: Store, tmp_path: Path) -> None:
    folder = folder_at(new_map(tmp_path, moved_border()))
    registers, known = read_registers(folder, 6), loaded.read(known_registers)
    load_folder(loaded, tmp_path / "map", lambda _: None)
    before: list[Load] = loaded.read(loads)
    with pytest.raises(Refused, match="Somebody else loaded layers meanwhile"):
        loaded.work(COMMAND_LINE, lambda work: keep_layers(work, folder, registers, known))
    assert loaded.read(loads) == before


def test_what_cannot_be_written_leaves_the_old_map_whole(loaded: Store, tmp_path: Path) -> None:
    """A row that the database refuses comes after the files were written: they go with it."""
    folder = folder_at(new_map(tmp_path, moved_border()))
    registers = read_registers(folder, 6)
    nameless = {**registers.rows["accounts"][0], "account_no": None}
    broken = replace(registers, rows={**registers.rows, "accounts": [nameless]})
    before = loaded.read(layer_files)
    with pytest.raises(Exception, match=r"(?i)null"):
        loaded.work(COMMAND_LINE, lambda work: keep_layers(work, folder, broken))
    assert loaded.read(layer_files) == before
    assert len(loaded.read(loads)) == 1
