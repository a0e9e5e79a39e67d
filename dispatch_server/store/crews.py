"""Questions about crews: who they are, whether they are on duty, where they were last heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from dispatch_server.domain.crews import Crew, Shift
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.messages import Fix
from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.work import Reading, Work

_CREWS = Question(
    "SELECT id, code, name, squad, county, skills, people, vehicle, depot_lon, depot_lat, suspended, permit_kv, gear "
    "FROM crews ORDER BY id"
)
_SHIFTS = Question("SELECT crew_id, day_of_week, starts_min, ends_min FROM shifts")
_DUTIES = Question("SELECT id, on_duty, aboard, since_us, body FROM duties")
_HEARD = Question("SELECT crew_id, heard_at_us, fixed_at_us, lon, lat, accuracy_m FROM crews_heard")
_HEARD_OF = Question(
    "INSERT INTO crews_heard (crew_id, heard_at_us, fixed_at_us, lon, lat, accuracy_m) "
    "VALUES (:crew_id, :heard_at_us, :fixed_at_us, :lon, :lat, :accuracy_m) "
    "ON CONFLICT (crew_id) DO UPDATE SET heard_at_us = excluded.heard_at_us, "
    "fixed_at_us = excluded.fixed_at_us, lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m "
    "WHERE excluded.fixed_at_us IS NOT NULL "
    "AND (crews_heard.fixed_at_us IS NULL OR excluded.fixed_at_us >= crews_heard.fixed_at_us)"
)
_SIGN_OF_LIFE = Question(
    "INSERT INTO crews_heard (crew_id, heard_at_us) VALUES (:crew_id, :heard_at_us) "
    "ON CONFLICT (crew_id) DO UPDATE SET heard_at_us = excluded.heard_at_us"
)
_ADD_POSITION = Question(
    "INSERT INTO positions (crew_id, fixed_at_us, lon, lat, accuracy_m, provider, is_mock, speed_mps, received_at_us) "
    "VALUES (:crew_id, :fixed_at_us, :lon, :lat, :accuracy_m, :provider, :is_mock, :speed_mps, :received_at_us)"
)

DUTIES_REMEMBERED = 2_000  # crews that go on or off twice a day are looked at at every offer


@dataclass(frozen=True, slots=True)
class CrewRecord:
    crew: Crew
    county: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """When a crew was last heard of, and its last position with the time of that fix."""

    heard_at: datetime
    fixed_at: datetime | None
    at: LonLat | None
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """`words` say when the crew went on and off, oldest first; a crew that is off needs none."""

    on_duty: bool
    aboard: int
    since: datetime
    words: tuple[tuple[datetime, bool], ...] = ()


def crew_records(reading: Reading) -> dict[int, CrewRecord]:
    """Every crew with its shifts; changes only with a layer load."""
    shifts: dict[int, list[Shift]] = {}
    for crew_id, *hours in reading.rows(_SHIFTS):
        shifts.setdefault(crew_id, []).append(Shift(*hours))
    return {row[0]: CrewRecord(_crew(row), row[4], tuple(shifts.get(row[0], ()))) for row in reading.rows(_CREWS)}


def _crew(row: tuple[Any, ...]) -> Crew:
    skills = frozenset(s for s in row[5].split("|") if s)
    gear = frozenset(g for g in (row[12] or "").split("|") if g)
    depot = LonLat(row[8], row[9])
    return Crew(row[0], row[1], row[2], row[3], skills, row[6], row[7], depot, bool(row[10]), row[11], gear)


def duties(reading: Reading) -> dict[int, OnDuty]:
    return {row[0]: _on_duty(row) for row in reading.rows(_DUTIES)}


def _on_duty(row: Row) -> OnDuty:
    """Of the state no more is read than the words: 500 crews are looked at for every outage."""
    return OnDuty(bool(row[1]), row[2], from_us(row[3]), _words(row[4]) if row[1] else ())


@lru_cache(maxsize=DUTIES_REMEMBERED)
def _words(body: str) -> tuple[tuple[datetime, bool], ...]:
    words = orjson.loads(body)["words"]
    return tuple((datetime.fromisoformat(word["at"]), bool(word["on_duty"])) for word in words)


def last_heard(reading: Reading) -> dict[int, Heard]:
    return {
        row[0]: Heard(from_us(row[1]), from_us(row[2]), None if row[3] is None else LonLat(row[3], row[4]), row[5])
        for row in reading.rows(_HEARD)
    }


def keep_positions(work: Work, crew_id: int, fixes: Sequence[Fix]) -> None:
    """Appends to the crew's track and moves its last position on, never back."""
    received_at_us = to_us(work.now)
    rows = [
        {
            "crew_id": crew_id,
            "fixed_at_us": to_us(fix.fixed_at),
            "lon": fix.lon,
            "lat": fix.lat,
            "accuracy_m": fix.accuracy_m,
            "provider": fix.provider.value,
            "is_mock": fix.is_mock,
            "speed_mps": fix.speed_mps,
            "received_at_us": received_at_us,
        }
        for fix in fixes
    ]
    work.do_many(_ADD_POSITION, rows)
    # What lies in the future by our clock says nothing about where the crew is now.
    newest = max((fix for fix in fixes if fix.fixed_at <= work.now), key=lambda fix: fix.fixed_at, default=None)
    if newest is not None:
        work.later(
            _HEARD_OF,
            crew_id=crew_id,
            heard_at_us=received_at_us,
            fixed_at_us=to_us(newest.fixed_at),
            lon=newest.lon,
            lat=newest.lat,
            accuracy_m=newest.accuracy_m,
        )


def sign_of_life(work: Work, crew_id: int) -> None:
    work.later(_SIGN_OF_LIFE, crew_id=crew_id, heard_at_us=to_us(work.now))
