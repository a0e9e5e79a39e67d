"""What crews' tracks teach about speeds, by class of road, hours of the day and weather, and how far that may go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from dispatch_server.domain.rules import Learning, Policy, RoadClass, Weather
from dispatch_server.protocol.geo import LonLat

HOURS_EACH = 3
FASTEST_KMH = 120.0  # faster than this no repair van drives; a fix jumped
LATE_SHARE = 0.8  # of five drives, four


@dataclass(frozen=True, slots=True)
class TrackPoint:
    at: LonLat
    moment: datetime


@dataclass(frozen=True, slots=True)
class Driven:
    """One class of road, without a stop."""

    road_class: RoadClass
    metres: float
    seconds: float


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """`hours` is the local hour at which three hours begin: 6 for 06:00 to 09:00."""

    road_class: RoadClass
    hours: int
    weather: Weather = Weather.NONE


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one crew drove on one class of road without a stop, within one hour. The crew is not named."""

    slot: Slot
    metres: float
    seconds: float

    @property
    def kmh(self) -> float:
        return 3.6 * self.metres / self.seconds


@dataclass(frozen=True, slots=True)
class Learned:
    """`kmh` and `spread` are in force; they are the policy's own while too few stretches were driven."""

    slot: Slot
    stretches: int
    observed_kmh: float
    kmh: float
    policy_kmh: float
    spread: float
    policy_spread: float
    is_learned: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast each class of road is driven, in the order of `RoadClass`, and how much longer it may take."""

    kmh: tuple[float, ...]
    spread: tuple[float, ...]
    is_learned: bool = False


def hours_of(moment: datetime, policy: Policy) -> int:
    hour = moment.astimezone(policy.zone).hour
    return hour - hour % HOURS_EACH


def learn(stretches: Iterable[Stretch], policy: Policy) -> list[Learned]:
    driven: dict[Slot, list[Stretch]] = {}
    for stretch in stretches:
        driven.setdefault(stretch.slot, []).append(stretch)
    return [_learned(slot, driven[slot], policy) for slot in sorted(driven)]


def pace_at(moment: datetime | None, learned: Mapping[Slot, Learned], policy: Policy) -> Pace:
    """The policy's own pace where no moment is given or nothing was learned for it."""
    classes = list(RoadClass)
    hours = None if moment is None else hours_of(moment, policy)
    found = [None if hours is None else learned.get(Slot(c, hours, policy.weather)) for c in classes]
    used = [f if f is not None and f.is_learned else None for f in found]
    return Pace(
        tuple(policy.road_kmh[c] if f is None else f.kmh for c, f in zip(classes, used, strict=True)),
        tuple(policy.road_spread[c] if f is None else f.spread for c, f in zip(classes, used, strict=True)),
        any(f is not None for f in used),
    )


def _learned(slot: Slot, driven: Sequence[Stretch], policy: Policy) -> Learned:
    said, said_spread = policy.road_kmh[slot.road_class], policy.road_spread[slot.road_class]
    observed = 3.6 * sum(s.metres for s in driven) / sum(s.seconds for s in driven)
    enough = len(driven) >= policy.learning.stretches_min
    return Learned(
        slot,
        len(driven),
        observed,
        _speed(said, observed, len(driven), policy.learning) if enough else said,
        said,
        _spread(said_spread, observed, driven, policy.learning) if enough else said_spread,
        said_spread,
        enough,
    )


def _speed(said: float, observed: float, n: int, terms: Learning) -> float:
    """Minutes are averaged and not speeds: a van spends longer on the slow stretches."""
    bounded = min(max(observed, terms.least * said), terms.most * said)
    return (n + terms.policy_counts_as) / (n / bounded + terms.policy_counts_as / said)


def _spread(said: float, observed: float, driven: Sequence[Stretch], terms: Learning) -> float:
    """Never wider than the policy's: stretches are short, and what is late on one is made good on the next."""
    longer = sorted(observed / stretch.kmh for stretch in driven)
    late = longer[ceil(LATE_SHARE * len(longer)) - 1]
    n, w = len(driven), terms.policy_counts_as
    return max(1.0, min(said, (n * late + w * said) / (n + w)))
