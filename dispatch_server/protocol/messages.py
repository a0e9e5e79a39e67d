"""What travels between a tablet and the server. Times are aware datetimes in UTC; `elapsed_ms` counts through sleep."""

from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import CrewAction, Provider, Verdict

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Fix:
    """A GPS reading. `accuracy_m` is the 68 % radius, as Android reports it."""

    lon: float
    lat: float
    accuracy_m: float
    fixed_at: datetime
    provider: Provider
    is_mock: bool = False
    elapsed_ms: int | None = None
    speed_mps: float | None = None

    def __post_init__(self) -> None:
        LonLat(self.lon, self.lat)  # raises where it is no position
        if not (isfinite(self.accuracy_m) and self.accuracy_m >= 0):
            raise ValueError(f"accuracy_m {self.accuracy_m} is not a radius in metres, zero or more.")

    @property
    def at(self) -> LonLat:
        return LonLat(self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """One press on the tablet. `seq` counts per device; gaps are legal."""

    action_id: str
    seq: int
    kind: CrewAction
    occurred_at: datetime
    elapsed_ms: int
    boot_id: str
    job_id: int | None = None
    fix: Fix | None = None
    reason: str | None = None
    note: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """One upload: the device's clocks as read at this attempt, then what it has to say."""

    device_id: str
    boot_id: str
    sent_at: datetime
    elapsed_ms: int
    actions: tuple[ActionTaken, ...] = ()
    positions: tuple[Fix, ...] = ()
    protocol_version: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class Answer:
    action_id: str
    verdict: Verdict
    sentence: str
