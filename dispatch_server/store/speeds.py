"""Questions about speeds: the tracks of an hour, and the stretches that were driven, which name no crew."""

from collections.abc import Sequence
from datetime import datetime

from dispatch_server.domain.rules import RoadClass, Weather
from dispatch_server.domain.speeds import Slot, Stretch
from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading, Work

GOOD_M = 50.0  # what is less exact lies beside no road in particular

_FIRST = Question("SELECT min(fixed_at_us) FROM positions")
_LAST_HOUR = Question("SELECT max(hour_us) FROM hours_learned")
_TRACK = Question(
    "SELECT fixed_at_us, lon, lat FROM positions WHERE crew_id = :crew_id AND fixed_at_us >= :since "
    "AND fixed_at_us < :until AND accuracy_m <= :good_m AND provider <> 'network' AND NOT is_mock "
    "ORDER BY fixed_at_us, id"
)
_HOUR_LEARNED = Question(
    "INSERT INTO hours_learned (hour_us, stretches) VALUES (:hour_us, :stretches) ON CONFLICT (hour_us) DO NOTHING"
)
_ADD = Question(
    "INSERT INTO stretches_driven (hour_us, road_class, hours, weather, metres, seconds) "
    "VALUES (:hour_us, :road_class, :hours, :weather, :metres, :seconds)"
)
_STRETCHES = Question(
    "SELECT road_class, hours, weather, metres, seconds FROM stretches_driven WHERE hour_us >= :since"
)
_FORGET = Question("DELETE FROM stretches_driven WHERE hour_us < :before")
_FORGET_HOURS = Question("DELETE FROM hours_learned WHERE hour_us < :before")


def first_position(reading: Reading) -> datetime | None:
    """Looks at every position: asked once, before anything was learned."""
    found = reading.row(_FIRST)
    return None if found is None else from_us(found[0])


def last_hour_learned(reading: Reading) -> datetime | None:
    found = reading.row(_LAST_HOUR)
    return None if found is None else from_us(found[0])


def track_of(reading: Reading, crew_id: int, since: datetime, until: datetime) -> list[tuple[datetime, LonLat]]:
    """What its GPS said, in the order of time; what is forged or too vague is left out."""
    rows = reading.rows(_TRACK, crew_id=crew_id, since=to_us(since), until=to_us(until), good_m=GOOD_M)
    return [(from_us(us), LonLat(lon, lat)) for us, lon, lat in rows]


def keep_hour(work: Work, hour: datetime, stretches: Sequence[Stretch]) -> bool:
    """False when somebody else has kept this hour: nothing is counted twice."""
    if not work.do(_HOUR_LEARNED, hour_us=to_us(hour), stretches=len(stretches)):
        return False
    work.do_many(
        _ADD,
        [
            {
                "hour_us": to_us(hour),
                "road_class": one.slot.road_class.value,
                "hours": one.slot.hours,
                "weather": one.slot.weather.value,
                "metres": one.metres,
                "seconds": one.seconds,
            }
            for one in stretches
        ],
    )
    return True


def stretches_since(reading: Reading, since: datetime) -> list[Stretch]:
    return [
        Stretch(Slot(RoadClass(road_class), hours, Weather(weather)), metres, seconds)
        for road_class, hours, weather, metres, seconds in reading.rows(_STRETCHES, since=to_us(since))
    ]


def forget_stretches(work: Work, before: datetime) -> int:
    work.do(_FORGET_HOURS, before=to_us(before))
    return work.do(_FORGET, before=to_us(before))
