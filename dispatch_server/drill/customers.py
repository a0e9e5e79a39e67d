"""What one customer says: about which fault, and how he says where he is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dispatch_server.domain.places import PlaceNames
from dispatch_server.drill import sayings
from dispatch_server.drill.driving import moved
from dispatch_server.protocol.words import Category, Channel, FaultKind, Hazard
from dispatch_server.services.intake import NewCall
from dispatch_server.store.accounts import Customer

HAZARD_SHARE = 0.04
_KINDS: dict[FaultKind | None, float] = {
    FaultKind.LV: 0.5,
    FaultKind.HV: 0.09,
    FaultKind.POWER_QUALITY: 0.06,
    FaultKind.INSIDE_HOME: 0.14,
    FaultKind.NOT_ELECTRIC: 0.03,
    FaultKind.METERING: 0.08,
    None: 0.10,
}
_HAZARDS = {Hazard.WIRE_DOWN: 0.55, Hazard.FIRE: 0.2, Hazard.FLOOD: 0.15, Hazard.INJURY: 0.1}
_OTHERS = {
    Category.ENQUIRY: 0.86,
    Category.COMPLAINT: 0.04,
    Category.OPINION: 0.03,
    Category.SUGGESTION: 0.03,
    Category.PRAISE: 0.02,
    Category.TIP_OFF: 0.02,
}
_CHANNELS = {
    Channel.HOTLINE: 0.86,
    Channel.WEB: 0.06,
    Channel.SMS: 0.02,
    Channel.POWER_110: 0.03,
    Channel.CITY_12345: 0.02,
    Channel.POLICE_110: 0.01,
}
# These hand a call over with the time at which they took it and a number of their own.
_HANDED_OVER = frozenset({Channel.POWER_110, Channel.CITY_12345, Channel.POLICE_110})
# Homes on one transformer that ring as well, at most.
NEIGHBOURS: dict[FaultKind | None, int] = {FaultKind.HV: 6, FaultKind.LV: 2, FaultKind.POWER_QUALITY: 1, None: 1}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, whoever tells it."""

    kind: FaultKind | None
    hazard: Hazard = Hazard.NONE


def any_trouble(rng: Random) -> Trouble:
    kind = rng.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
    if rng.random() >= HAZARD_SHARE:
        return Trouble(kind)
    return Trouble(FaultKind.LV, rng.choices(tuple(_HAZARDS), tuple(_HAZARDS.values()))[0])


def report(customer: Customer, names: PlaceNames, trouble: Trouble, now: datetime, rng: Random) -> NewCall:
    """A fault call. `names` are of the place where the customer lives."""
    channel = rng.choices(tuple(_CHANNELS), tuple(_CHANNELS.values()))[0]
    handed_over = channel in _HANDED_OVER
    account_no, address, has_pin = _where(customer, names, channel, rng)
    words = sayings.FAULTS[trouble.kind] if trouble.hazard is Hazard.NONE else sayings.HAZARDS[trouble.hazard]
    return NewCall(
        channel=channel,
        external_ref=f"{now:%Y%m%d%H%M%S}-{rng.randrange(10_000):04d}" if handed_over else None,
        received_at=now - timedelta(seconds=rng.randrange(15, 90)) if handed_over else None,
        caller_name=customer.name,
        caller_phone=customer.phone,
        account_no=account_no,
        address=address,
        pin=moved(customer.at, rng.uniform(0, 25), rng.random()) if has_pin else None,
        crs="EPSG:4326" if has_pin else None,
        fault_kind=trouble.kind,
        hazard=trouble.hazard,
        words=rng.choice(words),
    )


def _where(customer: Customer, names: PlaceNames, channel: Channel, rng: Random) -> tuple[str | None, str | None, bool]:
    """Account number, words, whether a pin. Phones pin themselves on the web; on the phone people talk."""
    if channel is Channel.WEB:
        return None, customer.address, True
    draw = rng.random()
    if draw < 0.65:  # read from the bill, or found by the number that rings
        return customer.account_no, None, False
    if draw < 0.85:
        return None, customer.address, False
    county, township, village = names.county or "", names.township or "", names.village or ""
    in_words = (f"{county}{township}{village}", f"{township}{village}", f"{village}{customer.name}家")
    return None, rng.choices(in_words, (0.4, 0.4, 0.2))[0] or customer.address, False


def enquiry(customer: Customer, rng: Random) -> NewCall:
    """Anything but a fault."""
    category = rng.choices(tuple(_OTHERS), tuple(_OTHERS.values()))[0]
    return NewCall(
        channel=Channel.HOTLINE,
        category=category,
        caller_name=customer.name,
        caller_phone=customer.phone,
        account_no=customer.account_no if rng.random() < 0.5 else None,
        words=rng.choice(sayings.OTHERS[category]),
    )
