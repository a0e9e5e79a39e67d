"""Questions about the register of customers: how many, the nth, who hangs on one transformer."""

from dataclasses import dataclass
from typing import Any

from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading

_COUNT = Question("SELECT count(*) FROM accounts")
_COLUMNS = "SELECT account_no, transformer, name, phone, address, lon, lat FROM accounts "
_NTH = Question(_COLUMNS + "ORDER BY account_no LIMIT 1 OFFSET :n")
_ALL = Question(_COLUMNS + "ORDER BY account_no")
_ON_TRANSFORMER = Question(_COLUMNS + "WHERE transformer = :transformer ORDER BY account_no LIMIT :at_most")


@dataclass(frozen=True, slots=True)
class Customer:
    account_no: str
    transformer: str | None
    name: str
    phone: str | None
    address: str
    at: LonLat


def how_many_customers(reading: Reading) -> int:
    found = reading.row(_COUNT)
    return 0 if found is None else int(found[0])


def nth_customer(reading: Reading, n: int) -> Customer | None:
    """By account number, from 0."""
    found = reading.row(_NTH, n=n)
    return None if found is None else _customer(found)


def all_customers(reading: Reading) -> list[Customer]:
    """By account number. A utility has a million: for drills, which draw from them again and again."""
    return [_customer(row) for row in reading.rows(_ALL)]


def customers_on(reading: Reading, transformer: str, at_most: int) -> list[Customer]:
    return [_customer(row) for row in reading.rows(_ON_TRANSFORMER, transformer=transformer, at_most=at_most)]


def _customer(row: tuple[Any, ...]) -> Customer:
    return Customer(row[0], row[1], row[2], row[3], row[4], LonLat(row[5], row[6]))
