"""A layer that fits its neighbours only in another datum is named, with the datum in which it would fit."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dispatch_server.gis import datum_checks
from dispatch_server.gis.datum_checks import suspicious_datums
from dispatch_server.gis.datums import all_from_wgs84
from dispatch_server.gis.folder import (
    ACCOUNTS,
    AREAS,
    COUNTIES,
    GAZETTEER,
    TRANSFORMERS,
    Folder,
    folder_at,
)
from dispatch_server.gis.ground import Ground
from tests.gis.small_map import a_folder, table

SAMPLE = Path(__file__).parents[2] / "gis_data" / "loudi"


@pytest.fixture(scope="module")
def loudi() -> Folder:
    return folder_at(SAMPLE)


@pytest.fixture(autouse=True)
def fewer_positions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tenth of them says the same, sooner."""
    monkeypatch.setattr(datum_checks, "LOOKED_AT", 400)
    yield


def told(folder: Folder, **said: str) -> list[str]:
    """Of a folder in which the manifest says other datums, by the layer's name."""
    by_file = {file: replace(layer, crs=said.get(layer.name, layer.crs)) for file, layer in folder.layers.items()}
    return [flaw.sentence for flaw in suspicious_datums(Ground(replace(folder, layers=by_file)))]


def test_the_sample_as_it_is_raises_no_suspicion(loudi: Folder) -> None:
    assert told(loudi) == []


@pytest.mark.parametrize(
    ("file", "crs"),
    [(ACCOUNTS, "gcj02"), (TRANSFORMERS, "bd09"), (GAZETTEER, "gcj02"), (AREAS, "gcj02"), (COUNTIES, "bd09")],
)
def test_the_one_layer_with_the_wrong_datum_is_named(loudi: Folder, file: str, crs: str) -> None:
    [sentence] = told(loudi, **{file.partition(".")[0]: crs})
    assert sentence.startswith(f"{file} fits ")
    assert "only when it is read as EPSG:4326: of " in sentence
    assert sentence.endswith(f"The manifest says {crs}, which is probably wrong.")


def test_two_wrong_layers_are_both_named(loudi: Folder) -> None:
    found = told(loudi, transformers="gcj02", counties="bd09")
    assert sorted(sentence.partition(" ")[0] for sentence in found) == [COUNTIES, TRANSFORMERS]


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_accounts_of_a_chinese_map_that_are_said_to_be_wgs84(loudi: Folder, crs: str) -> None:
    """As it happens in life: the file holds shifted positions, the manifest says EPSG:4326."""
    accounts = Ground(loudi).accounts[::50]
    lonlats = all_from_wgs84(np.array([(a.at.lon, a.at.lat) for a in accounts]), crs)
    head = "account_no meter_no transformer name phone address lon lat important kind no_night_calls"
    rows = [
        [a.account_no, "", a.transformer, "", "", "", lon, lat, 0, "household", 0]
        for a, (lon, lat) in zip(accounts, lonlats.tolist(), strict=True)
    ]
    shifted = replace(loudi, files={**loudi.files, ACCOUNTS: table(head, rows).encode()})
    [sentence] = told(shifted)
    assert sentence.startswith(f"{ACCOUNTS} fits {AREAS}, {TRANSFORMERS} only when it is read as {crs}: of ")
    assert sentence.endswith("The manifest says EPSG:4326, which is probably wrong.")


def test_customers_drawn_carelessly_in_all_directions_are_no_matter_of_datum(loudi: Folder) -> None:
    accounts = Ground(loudi).accounts[::20]
    dice = np.random.default_rng(20121122)
    lonlats = np.array([(a.at.lon, a.at.lat) for a in accounts]) + dice.normal(0, 0.006, (len(accounts), 2))
    head = "account_no meter_no transformer name phone address lon lat important kind no_night_calls"
    rows = [
        [a.account_no, "", a.transformer, "", "", "", lon, lat, 0, "household", 0]
        for a, (lon, lat) in zip(accounts, lonlats.tolist(), strict=True)
    ]
    assert told(replace(loudi, files={**loudi.files, ACCOUNTS: table(head, rows).encode()})) == []


def test_two_positions_prove_nothing() -> None:
    assert told(a_folder(), transformers="gcj02") == []
