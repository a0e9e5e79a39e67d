"""What was learned of speeds, beside the policy's own."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from dispatch_server.domain.rules import Policy, RoadClass, Weather
from dispatch_server.domain.speeds import HOURS_EACH, Learned
from dispatch_server.protocol.words import Role
from dispatch_server.services import learning
from dispatch_server.web.answers import answered, as_json
from dispatch_server.web.deps import API, asked_of, guarded_router, open_to

router = guarded_router(f"{API}/travel", "travel")


@dataclass(frozen=True, slots=True)
class SpeedShown:
    """`hours` such as 06-09, local time. `kmh` and `spread` are in force: the policy's own unless `is_learned`.

    Of five drives four take at most `spread` times the estimate.
    """

    road_class: RoadClass
    hours: str
    weather: Weather
    stretches: int
    observed_kmh: float
    kmh: float
    policy_kmh: float
    spread: float
    policy_spread: float
    is_learned: bool


@dataclass(frozen=True, slots=True)
class LearningShown:
    """A learned speed stays between `least` and `most` times the policy's, and needs `stretches_min` stretches of road
    driven; the policy counts as `policy_counts_as` of them. Older ones than `days_kept` are forgotten."""

    least: float
    most: float
    stretches_min: int
    policy_counts_as: int
    days_kept: int


@dataclass(frozen=True, slots=True)
class SpeedsShown:
    """`weather` is what the policy says it is now; `policy_kmh` holds wherever nothing was learned."""

    speeds: list[SpeedShown]
    weather: Weather
    policy_kmh: dict[str, float]
    learning: LearningShown


@router.get(
    "/speeds",
    summary="Speeds learned from the crews' tracks",
    **open_to(
        *(Role.MANAGER, Role.DISPATCHER, Role.ADMIN),
        answers=answered(200, SpeedsShown, "By class of road, hours and weather. No crew is named."),
    ),
)
async def get_speeds(request: Request) -> Response:
    asked = asked_of(request)
    policy = asked.territory.policy
    learned = await asked.read(lambda reading: learning.learned_speeds(reading, policy))
    return as_json(
        {
            "speeds": [_shown(one) for one in learned],
            "weather": policy.weather,
            "policy_kmh": {road_class.value: kmh for road_class, kmh in policy.road_kmh.items()},
            "learning": _terms(policy),
        }
    )


def _shown(one: Learned) -> dict[str, Any]:
    figures = {name: round(getattr(one, name), 2) for name in ("observed_kmh", "kmh", "policy_kmh")}
    spreads = {name: round(getattr(one, name), 3) for name in ("spread", "policy_spread")}
    return {
        "road_class": one.slot.road_class,
        "hours": f"{one.slot.hours:02}-{one.slot.hours + HOURS_EACH:02}",
        "weather": one.slot.weather,
        "stretches": one.stretches,
        **figures,
        **spreads,
        "is_learned": one.is_learned,
    }


def _terms(policy: Policy) -> dict[str, Any]:
    terms = policy.learning
    return {
        "least": terms.least,
        "most": terms.most,
        "stretches_min": terms.stretches_min,
        "policy_counts_as": terms.policy_counts_as,
        "days_kept": learning.KEPT.days,
    }
