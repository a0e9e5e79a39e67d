"""The policy: every number of the trade, with its source and the day it became valid. Never a constant in code."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

from dispatch_server.protocol.words import AreaClass, FaultKind

E = TypeVar("E", bound=StrEnum)
MOST = 1e8  # seconds, minutes, metres: three years, two hundred years, beyond the globe


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
    CREW_SILENT = "crew_silent"
    CREW_OFF_DUTY = "crew_off_duty"
    DANGER_STANDS = "danger_stands"
    NO_CALL_BACK = "no_call_back"


class Remedy(StrEnum):
    OFFER_WIDER = "offer_wider"
    TELL_DISPATCHER = "tell_dispatcher"
    TELL_DUTY_MANAGER = "tell_duty_manager"
    TELL_CONTROL_ROOM = "tell_control_room"


class RoadClass(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    UNCLASSIFIED = "unclassified"
    RESIDENTIAL = "residential"


class Weather(StrEnum):
    """Said by the utility in its policy; speeds are learned for each apart."""

    NONE = "none"
    RAIN = "rain"
    ICE = "ice"
    SNOW = "snow"


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

    @property
    def key(self) -> int:
        """The same in every run and at every place of the ladder: rows wait under it across restarts."""
        return crc32(f"{self.after} {self.wait.total_seconds()} {self.do}".encode()) & 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class Learning:
    """How far crews' own tracks may move a speed: between `least` and `most` times the policy's, once `stretches_min`
    were driven, the policy counting as much as `policy_counts_as` of them."""

    least: float = 0.5
    most: float = 1.5
    stretches_min: int = 20
    policy_counts_as: int = 20


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a crew must have beside its skill (the voltage it may work on, its gear), how long it may work without a
    full rest, how long a job keeps it where nobody has said, and below which share a class is thinly covered."""

    permits_kv: Mapping[FaultKind, float] = field(default_factory=dict)
    gear: Mapping[FaultKind, frozenset[str]] = field(default_factory=dict)
    duty_max: timedelta = timedelta(hours=24)
    rest_min: timedelta = timedelta(hours=8)
    job_takes: timedelta = timedelta(hours=3)
    leave_site_takes: timedelta = timedelta(minutes=10)
    cover_thin_below: float = 0.8


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    limit_sets: tuple[Limits, ...]
    mode: Mode
    issue_within: timedelta
    accept_within: timedelta
    depart_within: timedelta
    survey_within: timedelta
    silent_within: timedelta
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
    road_kmh: Mapping[RoadClass, float] = field(default_factory=dict)
    road_spread: Mapping[RoadClass, float] = field(default_factory=dict)
    straight_spread: Mapping[AreaClass, float] = field(default_factory=dict)
    service_spread: float = 1.3
    track_kmh: float = 15.0
    snap_within_m: float = 80.0
    weather: Weather = Weather.NONE
    learning: Learning = Learning()
    ranking: Ranking = Ranking()

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
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise BadPolicy(f"There is no time zone {timezone!r}; say one such as Asia/Shanghai.") from None
    version = hashlib.sha256(f"{text}\0{defaults}\0{timezone}".encode()).hexdigest()[:12]
    top = _Table(_overlay(base, said), "")
    policy = _policy_of(top, version, zone)
    top.require_all_read()
    return policy


def _overlay(base: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    both = {**base, **said}
    for key, value in said.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            both[key] = _overlay(base[key], value)
    return both


class _Table:
    """A TOML table that names the key in every complaint and knows which keys nobody read."""

    def __init__(self, values: Any, where: str) -> None:
        if not isinstance(values, dict):
            raise BadPolicy(f"{where} must be a table.")
        self._values = values
        self._where = where
        self._read: set[str] = set()
        self._inside: list[_Table] = []

    def name(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def has(self, key: str) -> bool:
        return key in self._values

    def any(self, key: str) -> Any:
        if key not in self._values:
            raise BadPolicy(f"The policy lacks {self.name(key)}.")
        self._read.add(key)
        return self._values[key]

    def table(self, key: str) -> "_Table":
        return self._enter(_Table(self.any(key), self.name(key)))

    def tables(self, key: str) -> "list[_Table]":
        rows = self.any(key)
        if not isinstance(rows, list):
            raise BadPolicy(f"{self.name(key)} must be written as [[{key}]].")
        return [self._enter(_Table(row, f"{self.name(key)}[{n}]")) for n, row in enumerate(rows, 1)]

    def _enter(self, inner: "_Table") -> "_Table":
        self._inside.append(inner)
        return inner

    def text(self, key: str) -> str:
        value = self.any(key)
        if not isinstance(value, str) or not value:
            raise BadPolicy(f"{self.name(key)} must be a text, not {value!r}.")
        return value

    def number(self, key: str, least: float, most: float) -> float:
        value = self.any(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise BadPolicy(f"{self.name(key)} must be a number from {least:g} to {most:g}, not {value!r}.")
        return float(value)

    def above_zero(self, key: str) -> float:
        value = self.number(key, 0, MOST)
        if value == 0:
            raise BadPolicy(f"{self.name(key)} must be more than zero.")
        return value

    def seconds(self, key: str) -> timedelta:
        return timedelta(seconds=self.above_zero(key))

    def whole(self, key: str, least: int) -> int:
        value = self.number(key, least, MOST)
        if not value.is_integer():
            raise BadPolicy(f"{self.name(key)} must be a whole number, not {value:g}.")
        return int(value)

    def one_of(self, key: str, choices: type[E]) -> E:
        value = self.any(key)
        try:
            return choices(value)
        except ValueError:
            names = ", ".join(choices)
            raise BadPolicy(f"{self.name(key)} must be one of {names}, not {value!r}.") from None

    def day(self, key: str) -> date:
        value = self.any(key)
        if type(value) is not date:  # a datetime is a date too, but cannot be compared with one
            raise BadPolicy(f"{self.name(key)} must be a date such as 2011-01-01, without quotes, not {value!r}.")
        return value

    def by_class(self, key: str) -> dict[AreaClass, float]:
        return self.by(key, AreaClass)

    def by(self, key: str, choices: type[E], least: float = 0.0) -> dict[E, float]:
        table = self.table(key)
        return {c: table.number(c, least, MOST) if least else table.above_zero(c) for c in choices}

    def require_all_read(self) -> None:
        """A setting that nothing reads is a promise that nothing keeps."""
        for inner in self._inside:
            inner.require_all_read()
        if unread := sorted(self._values.keys() - self._read):
            raise BadPolicy(f"The policy says {self.name(unread[0])}, which nothing reads; check its spelling.")


def _policy_of(top: _Table, version: str, zone: ZoneInfo) -> Policy:
    dispatch, arrival, grouping, travel = (top.table(key) for key in ("dispatch", "arrival", "grouping", "travel"))
    return Policy(
        version=version,
        limit_sets=_limit_sets(top),
        mode=dispatch.one_of("mode", Mode),
        issue_within=dispatch.seconds("issue_within_s"),
        accept_within=dispatch.seconds("accept_within_s"),
        depart_within=dispatch.seconds("depart_within_s"),
        survey_within=dispatch.seconds("survey_within_s"),
        silent_within=dispatch.seconds("silent_within_s"),
        call_back_within=dispatch.seconds("call_back_within_s"),
        jobs_in_hand_max=dispatch.whole("jobs_in_hand_max", 1),
        crew_people_min=dispatch.whole("crew_people_min", 1),
        crews_when_widened=dispatch.whole("crews_when_widened", 1),
        at_risk_share=dispatch.number("at_risk_share", 0, 1),
        watch_every=dispatch.seconds("watch_every_s"),
        within_m=arrival.by_class("within_m"),
        fix_fresh=arrival.seconds("fix_fresh_s"),
        worst_accuracy_m=arrival.above_zero("worst_accuracy_m"),
        join_within_m=grouping.above_zero("join_within_m"),
        join_within=grouping.seconds("join_within_s"),
        suggest_within_m=grouping.above_zero("suggest_within_m"),
        skills=_skills(top.table("skills")),
        ladder=tuple(_rung(row) for row in top.tables("ladder")),
        urgent_customers=dispatch.whole("urgent_customers", 1),
        zone=zone,
        detour=travel.by_class("detour"),
        speed_kmh=travel.by_class("speed_kmh"),
        road_kmh=travel.by("road_kmh", RoadClass),
        road_spread=travel.by("road_spread", RoadClass, 1.0),
        straight_spread=travel.by("straight_spread", AreaClass, 1.0),
        service_spread=travel.number("service_spread", 1.0, MOST),
        track_kmh=travel.above_zero("track_kmh"),
        snap_within_m=travel.above_zero("snap_within_m"),
        weather=travel.one_of("weather", Weather),
        learning=_learning(travel.table("learning")),
        ranking=_ranking(top.table("ranking")),
    )


def _learning(table: _Table) -> Learning:
    least, most = table.number("least", 0.1, 1.0), table.number("most", 1.0, 10.0)
    return Learning(least, most, table.whole("stretches_min", 1), table.whole("policy_counts_as", 1))


def _ranking(table: _Table) -> Ranking:
    permits, gear = table.table("permits_kv"), table.table("gear")
    return Ranking(
        permits_kv={kind: permits.above_zero(kind) for kind in FaultKind if permits.has(kind)},
        gear={kind: frozenset(gear.text(kind).split("|")) for kind in FaultKind if gear.has(kind)},
        duty_max=timedelta(hours=table.above_zero("duty_hours_max")),
        rest_min=timedelta(hours=table.above_zero("rest_hours_min")),
        job_takes=timedelta(minutes=table.above_zero("job_takes_min")),
        leave_site_takes=timedelta(minutes=table.above_zero("leave_site_takes_min")),
        cover_thin_below=table.number("cover_thin_below", 0, 1),
    )


def _skills(table: _Table) -> dict[FaultKind, str]:
    return {kind: table.text(kind) for kind in FaultKind if table.has(kind)}


def _rung(row: _Table) -> Rung:
    wait_s = row.number("wait_s", 0, MOST) if row.has("wait_s") else 0.0
    return Rung(row.one_of("after", Trigger), timedelta(seconds=wait_s), row.one_of("do", Remedy))


def _limit_sets(top: _Table) -> tuple[Limits, ...]:
    sets = tuple(_limits(row) for row in top.tables("limits"))
    if not sets:
        raise BadPolicy("The policy needs at least one [[limits]].")
    starts = [(s.name, s.valid_from) for s in sets]
    for name, valid_from in starts:
        if starts.count((name, valid_from)) > 1:
            raise BadPolicy(f"Two [[limits]] are named {name!r} and valid from {valid_from}; only one can hold.")
    return sets


def _limits(row: _Table) -> Limits:
    return Limits(
        name=row.text("name"),
        source=row.text("source") if row.has("source") else "",
        valid_from=row.day("valid_from"),
        minutes={c: row.above_zero(f"{c}_min") for c in AreaClass},
    )
