"""What a call says about where it is, with what the registers know of it: premises, plates, the caller's own number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatch_server.domain.places import Clues, Place, Premises
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import PlaceMethod
from dispatch_server.services.ports import Territory
from dispatch_server.store.calls import premises_of_account, premises_of_meter, premises_of_phone
from dispatch_server.store.work import Reading

# An account, meter or plate number inside other words; a telephone number is none of them.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,3}-?[0-9]{5,20}(?![0-9A-Za-z])")
_TELEPHONE = re.compile(r"1[0-9]{10}")
_MOST_NUMBERS = 4  # looked up of one call


@dataclass(frozen=True, slots=True)
class SaidWhere:
    """`number` is what was given as an account number: it may be the meter's, or on the plate of a transformer or pole.

    `address` is where it is, `words` whatever else was said. `pin` is already WGS-84.
    """

    number: str | None = None
    phone: str | None = None
    address: str | None = None
    words: str | None = None
    pin: LonLat | None = None


def clues_of(reading: Reading, territory: Territory, said: SaidWhere) -> Clues:
    """Numbers are looked up in the registers, most trusted first; the caller's own only where there is none of them."""
    clues = Clues(pin=said.pin, address=said.address, words=said.words)
    numbers = [said.number] if said.number else list(_numbers_in(said))
    for number in numbers:
        premises = premises_of_account(reading, number) or premises_of_meter(reading, number)
        if premises is not None:
            return replace(clues, premises=premises)
        if (plate := _plate(territory, number)) is not None:
            return replace(clues, plate=plate)
    return replace(clues, of_number=tuple(premises_of_phone(reading, said.phone))) if said.phone else clues


def place_of(territory: Territory, said: SaidWhere, clues: Clues) -> Place:
    """Where that is, with what the desk must know about a number that is in no register."""
    place = territory.locator.locate(clues)
    if said.number and clues.premises is None and clues.plate is None:
        note = f"Account {said.number} is not in the register; ask the caller to read it again."
        return replace(place, note=f"{note} {place.note}".strip())
    return place


def premises_at(place: Place, clues: Clues) -> Premises | None:
    """The customer's connection that gave the place, by the account or by the caller's number."""
    if clues.premises is not None or place.method is not PlaceMethod.ACCOUNT:
        return clues.premises
    return next((p for p in clues.of_number if p.at == place.at), None)


def _numbers_in(said: SaidWhere) -> Iterator[str]:
    text = f"{said.address or ''} {said.words or ''}"
    for found in [m[0] for m in _NUMBER.finditer(text)][:_MOST_NUMBERS]:
        if found != said.phone and not _TELEPHONE.fullmatch(found):
            yield found


def _plate(territory: Territory, number: str) -> str | None:
    return next((code for code in (number, number.upper()) if territory.locator.knows_plate(code)), None)
