"""What callers say is understood, or left open: never a wrong place that looks sure.

Likely counts as sure here, as it does at the desk. The corpus and its judge are read in `utterance_answers`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch_server.domain.places import Clues, Premises
from dispatch_server.gis import layers
from dispatch_server.gis.folder import Folder, folder_at
from dispatch_server.gis.layers import AccountRecord, strict
from dispatch_server.services.layers import locator_of
from tests.gis.utterance_answers import Named, Names, Score, Told, Utterance, named_of, read_by_hand
from tests.gis.utterance_rules import by_rules

SAMPLE = Path(__file__).parents[2] / "gis_data" / "loudi"
WORST = 40  # of the failing ones, so many are printed
NEVER = {"sure but wrong", "placed out of nothing", "contradiction not shown", "circle misses the caller"}

Ask = Callable[[Utterance], Told]


@pytest.fixture(scope="module")
def folder() -> Folder:
    return folder_at(SAMPLE)


@pytest.fixture(scope="module")
def names(folder: Folder) -> Names:
    return Names(folder)


@pytest.fixture(scope="module")
def ask(folder: Folder, names: Names) -> Ask:
    locator = locator_of(folder)
    register = Register(folder, names)
    return lambda utterance: names.told(locator.locate(register.clues(utterance)))


class Register:
    """The first customer and the middle of each village."""

    def __init__(self, folder: Folder, names: Names) -> None:
        self._middles = {named_of(p): p.at for p in names.places}
        self._transformers = {t.code: t for t in strict(layers.read_transformers(folder))}
        self._accounts: dict[Named, AccountRecord] = {}
        for account in strict(layers.read_accounts(folder)):
            village = names.of_area(self._transformers[account.transformer or ""].area_code)
            self._accounts.setdefault(village, account)

    def clues(self, utterance: Utterance) -> Clues:
        account = utterance.account_of
        return Clues(
            premises=None if account is None else self._premises(account),
            pin=None if utterance.pin_of is None else self._middles[utterance.pin_of],
            address=utterance.words or None,
            of_number=tuple(self._premises(village) for village in utterance.phones_of),
        )

    def _premises(self, village: Named) -> Premises:
        account = self._accounts[village]
        transformer = self._transformers[account.transformer or ""]
        return Premises(
            account_no=account.account_no,
            meter_no=account.meter_no,
            transformer=transformer.code,
            feeder=transformer.feeder,
            name=account.name,
            address=account.address,
            at=account.at,
        )


def score(utterances: list[Utterance], ask: Ask) -> Score:
    """Printed with everything that failed: pytest shows it when a threshold below is missed."""
    found = Score.of((utterance, ask(utterance)) for utterance in utterances)
    print(
        f"{found.asked} utterances: township {found.township:.1%}, village {found.village:.1%}, "
        f"offered {found.offered:.1%}, unplaced {found.unplaced}, sure but wrong {found.sure_but_wrong}"
    )
    for fault in found.faults[:WORST]:
        print(fault)
    return found


def test_the_corpus_is_large_enough(names: Names) -> None:
    by_hand, made = read_by_hand(names), by_rules(names.places)
    assert len({u.words for u in by_hand}) >= 300 and len({u.words for u in made}) >= 300
    assert by_rules(names.places) == made


def test_what_people_say_by_hand(names: Names, ask: Ask) -> None:
    found = score(read_by_hand(names), ask)
    assert not [fault for fault in found.faults if fault.what in NEVER]
    assert found.township >= 0.99 and found.village >= 0.95 and found.offered >= 0.95


def test_what_people_say_by_rules(names: Names, ask: Ask) -> None:
    found = score(by_rules(names.places), ask)
    assert not [fault for fault in found.faults if fault.what in NEVER]
    assert found.township >= 0.99 and found.village >= 0.95 and found.offered >= 0.95
