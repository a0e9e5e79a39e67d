"""The policy: every number of the trade, with its source and the day it became valid. Never a constant in code."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dispatch_server.protocol.words import AreaClass, FaultKind


class Mode(StrEnum):
    SUGGEST = "suggest"
    AUTO = "auto"


class Trigger(StrEnum):
    """What sets a rung of the escalation ladder going."""

    NOT_ISSUED = "not_issued"
    NO_CREW = "no_crew"
    NOT_DEPARTED = "not_departed"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_SURVEY = "no_survey"


class Remedy(StrEnum):
    OFFER_WIDER = "offer_wider"
    TELL_DISPATCHER = "tell_dispatcher"
    TELL_DUTY_MANAGER = "tell_duty_manager"
    TELL_CONTROL_ROOM = "tell_control_room"


class BadPolicy(ValueError):
    """The policy file says something that cannot be used; the message names the key."""


@dataclass(frozen=True, slots=True)
class Limits:
    """One set of arrival limits, in minutes by area class; fractions are allowed."""

    name: str
    source: str
    valid_from: date
    minutes: Mapping[AreaClass, float]

    def of(self, area_class: AreaClass | None) -> float:
        """Minutes allowed. A call that is not placed yet has the strictest limit, provisionally."""
        return min(self.minutes.values()) if area_class is None else self.minutes[area_class]


@dataclass(frozen=True, slots=True)
class Rung:
    """`after` the trigger has stood for `wait`, do `do`."""

    after: Trigger
    wait: timedelta
    do: Remedy


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    limit_sets: tuple[Limits, ...]
    mode: Mode
    issue_within: timedelta
    accept_within: timedelta
    depart_within: timedelta
    survey_within: timedelta
    call_back_within: timedelta
    jobs_in_hand_max: int
    crew_people_min: int
    crews_when_widened: int
    at_risk_share: float
    watch_every: timedelta
    within_m: Mapping[AreaClass, float]
    fix_fresh: timedelta
    worst_accuracy_m: float
    join_within_m: float
    join_within: timedelta
    suggest_within_m: float
    skills: Mapping[FaultKind, str]
    ladder: tuple[Rung, ...]
    urgent_customers: int
    zone: ZoneInfo
    detour: Mapping[AreaClass, float] = field(default_factory=dict)
    speed_kmh: Mapping[AreaClass, float] = field(default_factory=dict)

    def limits_on(self, moment: datetime, name: str | None = None) -> Limits:
        """The set enforced (the first name), or the named one, as it stood on the local day of `moment`."""
        wanted = name or self.limit_sets[0].name
        sets = sorted((s for s in self.limit_sets if s.name == wanted), key=lambda s: s.valid_from)
        valid = [s for s in sets if s.valid_from <= moment.astimezone(self.zone).date()]
        return (valid or sets)[-1 if valid else 0]

    @property
    def set_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.name for s in self.limit_sets))

    def rungs(self, trigger: Trigger) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.ladder if rung.after is trigger)


def read_policy(text: str, defaults: str = "", timezone: str = "Asia/Shanghai") -> Policy:
    """A policy from TOML. What `text` leaves out is taken from `defaults`, table by table, key by key.

    Raises BadPolicy with a sentence that names the key.
    """
    try:
        said, base = tomllib.loads(text), tomllib.loads(defaults)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"The policy is not valid TOML: {error}.") from None
    merged = _overlay(base, said)
    try:
        version = hashlib.sha256(f"{text}\0{defaults}\0{timezone}".encode()).hexdigest()[:12]
        return _policy_of(merged, version, ZoneInfo(timezone))
    except KeyError as error:
        raise BadPolicy(f"The policy lacks {error.args[0]}.") from None
    except (TypeError, ValueError) as error:
        raise BadPolicy(f"The policy cannot be used: {error}.") from None


def _overlay(base: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    both = {**base, **said}
    for key, value in said.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            both[key] = _overlay(base[key], value)
    return both


def _policy_of(toml: dict[str, Any], version: str, zone: ZoneInfo) -> Policy:
    dispatch, arrival, grouping = toml["dispatch"], toml["arrival"], toml["grouping"]
    return Policy(
        version=version,
        limit_sets=_limit_sets(toml["limits"]),
        mode=Mode(dispatch["mode"]),
        issue_within=_seconds(dispatch, "issue_within_s"),
        accept_within=_seconds(dispatch, "accept_within_s"),
        depart_within=_seconds(dispatch, "depart_within_s"),
        survey_within=_seconds(dispatch, "survey_within_s"),
        call_back_within=_seconds(dispatch, "call_back_within_s"),
        jobs_in_hand_max=int(dispatch["jobs_in_hand_max"]),
        crew_people_min=int(dispatch["crew_people_min"]),
        crews_when_widened=int(dispatch["crews_when_widened"]),
        at_risk_share=_share(dispatch, "at_risk_share"),
        watch_every=_seconds(dispatch, "watch_every_s"),
        within_m=_by_class(arrival["within_m"], "arrival.within_m"),
        fix_fresh=_seconds(arrival, "fix_fresh_s"),
        worst_accuracy_m=_positive(arrival, "worst_accuracy_m"),
        join_within_m=_positive(grouping, "join_within_m"),
        join_within=_seconds(grouping, "join_within_s"),
        suggest_within_m=_positive(grouping, "suggest_within_m"),
        skills={FaultKind(kind): str(skill) for kind, skill in toml["skills"].items()},
        ladder=tuple(
            Rung(Trigger(r["after"]), timedelta(seconds=float(r.get("wait_s", 0))), Remedy(r["do"]))
            for r in toml["ladder"]
        ),
        urgent_customers=int(dispatch["urgent_customers"]),
        zone=zone,
        detour=_by_class(toml["travel"]["detour"], "travel.detour"),
        speed_kmh=_by_class(toml["travel"]["speed_kmh"], "travel.speed_kmh"),
    )


def _limit_sets(rows: list[dict[str, Any]]) -> tuple[Limits, ...]:
    if not rows:
        raise ValueError("at least one [[limits]] is needed")
    return tuple(_limits(row) for row in rows)


def _limits(row: dict[str, Any]) -> Limits:
    if not isinstance(row["valid_from"], date):
        raise ValueError(f"limits {row['name']!r}: valid_from must be a date such as 2011-01-01, without quotes")
    minutes = {c: _positive(row, f"{c}_min") for c in AreaClass}
    return Limits(str(row["name"]), str(row.get("source", "")), row["valid_from"], minutes)


def _positive(table: Mapping[str, Any], key: str) -> float:
    value = float(table[key])
    if not 0 < value < 1e9:
        raise ValueError(f"{key} must be more than zero, not {value:g}")
    return value


def _share(table: Mapping[str, Any], key: str) -> float:
    value = float(table[key])
    if not 0 <= value <= 1:
        raise ValueError(f"{key} must lie between 0 and 1, not {value:g}")
    return value


def _seconds(table: Mapping[str, Any], key: str) -> timedelta:
    return timedelta(seconds=_positive(table, key))


def _by_class(table: Mapping[str, Any], where: str) -> dict[AreaClass, float]:
    if missing := [c for c in AreaClass if c not in table]:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    return {c: _positive(table, c) for c in AreaClass}
