"""What goes wrong, when and where: drawn from a seed before the first minute, the same for every policy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch_server.domain.refusals import BadInput
from dispatch_server.drill.customers import NEIGHBOURS, Trouble
from dispatch_server.store.accounts import Customer

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, who reports it, and who else rings about it how much later. `work` is how long the repair takes,
    where that is known; otherwise chance decides."""

    at: datetime
    customer: Customer
    trouble: Trouble
    neighbours: tuple[tuple[Customer, timedelta], ...] = ()
    work: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Weather:
    """What a scenario does to roads and repairs: drives and repairs take this many times as long."""

    drives: float = 1.0
    repairs: float = 1.0


FAIR = Weather()


@dataclass(frozen=True, slots=True)
class Scenario:
    """`faults_of` draws all faults of `days` days from `starts`. With `all_hands` two crews in three are on duty at any
    hour, each for 16 h before 8 h of rest, instead of the shifts of the register."""

    name: str
    about: str
    starts: date
    days: int
    faults_of: "Callable[[Scenario, Sequence[Customer], ZoneInfo, Random], list[Fault]]"
    weather: Weather = FAIR
    all_hands: bool = False

    def begins_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.starts, time(), tzinfo=zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.starts + timedelta(days=self.days), time(), tzinfo=zone)

    def faults(self, customers: Sequence[Customer], zone: ZoneInfo, seed: int) -> list[Fault]:
        if not customers:
            raise BadInput("There is no customer in the layers, so nobody can report a fault; add accounts.csv.")
        drawn = self.faults_of(self, customers, zone, Random(f"{seed}|{self.name}|faults"))
        return sorted(drawn, key=lambda fault: fault.at)


def on_days(scenario: Scenario, days: int | None) -> Scenario:
    if days is None:
        return scenario
    if not 1 <= days <= 366:
        raise BadInput("A drill takes 1 to 366 days; give another number with --days.")
    return replace(scenario, days=days)


def reported_by(
    customer: Customer, at: datetime, trouble: Trouble, known: Sequence[Customer], rng: Random, least: int = 0
) -> Fault:
    """With the neighbours on the same transformer who ring as well, within minutes."""
    most = max(least, NEIGHBOURS.get(trouble.kind, 0))
    others = [c for c in known if c.account_no != customer.account_no]
    ringing = rng.sample(others, min(len(others), rng.randint(0, most)))
    return Fault(at, customer, trouble, tuple((c, timedelta(minutes=rng.expovariate(1 / 4))) for c in ringing))


def by_transformer(customers: Sequence[Customer]) -> dict[str, list[Customer]]:
    found: dict[str, list[Customer]] = {}
    for customer in customers:
        if customer.transformer is not None:
            found.setdefault(customer.transformer, []).append(customer)
    return found
