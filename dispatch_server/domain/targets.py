"""Promised moments: by when a call must be served, and which call gives an outage its clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch_server.domain.rules import Policy
from dispatch_server.protocol.words import AreaClass


@dataclass(frozen=True, slots=True)
class Stop:
    """One call of an outage with the moment a crew must have arrived for it. `area_class` None: not placed yet.

    `limit_set` names the set of limits that was enforced then; None before that was kept.
    """

    call_id: int
    received_at: datetime
    area_class: AreaClass | None
    limit_min: float
    arrive_by: datetime
    limit_set: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The earliest `arrive_by` over an outage's calls, with the call that gives it."""

    arrive_by: datetime
    area_class: AreaClass | None
    limit_min: float
    call_id: int
    limit_set: str | None = None

    @property
    def stop(self) -> Stop:
        """The call as it was when it gave this clock; its pin may have moved since."""
        received_at = self.arrive_by - timedelta(minutes=self.limit_min)
        return Stop(self.call_id, received_at, self.area_class, self.limit_min, self.arrive_by, self.limit_set)


def stop_for(call_id: int, received_at: datetime, area_class: AreaClass | None, policy: Policy) -> Stop:
    limits = policy.limits_on(received_at)
    limit_min = limits.of(area_class)
    arrive_by = received_at + timedelta(minutes=limit_min)
    return Stop(call_id, received_at, area_class, limit_min, arrive_by, limits.name)


def target_over(stops: Iterable[Stop]) -> Target:
    """The clock of an outage. Equal deadlines go to the earlier call, so that the answer has one value."""
    first = min(stops, key=lambda s: (s.arrive_by, s.received_at, s.call_id))
    return Target(first.arrive_by, first.area_class, first.limit_min, first.call_id, first.limit_set)
