"""Questions about outages: which are near, what a board shows, what figures are made of."""

import json
from datetime import datetime
from functools import cache, lru_cache

from dispatch_server.domain.grouping import NearbyOutage
from dispatch_server.domain.outages import Outage
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.instants import from_us, to_us
from dispatch_server.store.questions import Question, Row
from dispatch_server.store.work import Reading, Work

_NEAR_COLUMNS = (
    "SELECT id, number, first_call_at_us, last_call_at_us, transformer, feeder, site_lon, site_lat FROM outages "
)
_ON_TRANSFORMER = Question(
    _NEAR_COLUMNS + "WHERE transformer = :transformer AND state = 'open' AND restored_at_us IS NULL "
    "ORDER BY first_call_at_us LIMIT 5"
)
_NEAR_SITE = Question(
    _NEAR_COLUMNS + "WHERE state = 'open' AND restored_at_us IS NULL "
    "AND site_lat BETWEEN :south AND :north AND site_lon BETWEEN :west AND :east "
    "ORDER BY id DESC LIMIT 200"
)
_BOARD_COLUMNS = (
    "SELECT o.id, o.shown, o.arrive_by_us, o.site_lon, o.site_lat, o.district, p.body "
    "FROM outages o LEFT JOIN places p ON p.id = o.place_id "
)
_BOARD = Question(_BOARD_COLUMNS + "WHERE o.state = :state AND o.id > :after ORDER BY o.id LIMIT :at_most")
_BOARD_ONE = Question(_BOARD_COLUMNS + "WHERE o.id = :id")
_JOBS_BOARD = Question(
    "SELECT j.outage_id, j.shown FROM jobs j JOIN outages o ON o.id = j.outage_id "
    "WHERE o.state = :state AND o.id > :after ORDER BY j.outage_id, j.id"
)
_JOBS_OF = Question("SELECT shown FROM jobs WHERE outage_id = :outage_id ORDER BY id")
_FIRST_CALLED = Question(
    "SELECT body, district FROM outages WHERE first_call_at_us >= :since AND first_call_at_us < :until AND id > :after "
    "ORDER BY id LIMIT :at_most"
)
_CREWS_OF_ARRIVALS = Question(
    "SELECT j.id, j.crew_id FROM jobs j JOIN outages o ON o.id = j.outage_id "
    "WHERE o.first_call_at_us >= :since AND o.first_call_at_us < :until"
)
_BODY = Question("SELECT body FROM outages WHERE id = :id")
_SITE = Question("SELECT site_lon, site_lat, district FROM outages WHERE id = :id")
_WAITING = Question(
    "SELECT o.id FROM outages o WHERE o.state = 'open' AND NOT EXISTS (SELECT 1 FROM jobs j "
    "WHERE j.outage_id = o.id AND j.state IN ('offered', 'accepted', 'en_route', 'on_site')) ORDER BY o.arrive_by_us"
)
_WAITING_SINCE = Question(
    "SELECT count(*) FROM outages o WHERE o.state = 'open' AND o.first_call_at_us <= :before AND NOT EXISTS "
    "(SELECT 1 FROM jobs j WHERE j.outage_id = o.id AND j.state IN ('offered', 'accepted', 'en_route', 'on_site'))"
)
_OPEN_SITES = Question(
    "SELECT id, site_lon, site_lat FROM outages WHERE state = 'open' AND restored_at_us IS NULL ORDER BY id"
)
_WHO_REFUSED = Question(
    "SELECT j.outage_id, j.crew_id FROM jobs j JOIN outages o ON o.id = j.outage_id "
    "WHERE o.state = 'open' AND j.state IN ('declined', 'lapsed')"
)

PLACES_REMEMBERED = 20_000  # a board that is asked for again reads no place anew

METRES_PER_DEGREE = 111_195.0  # of latitude, on the sphere that metres_between uses
METRES_PER_DEGREE_LON_LEAST = (
    80_000.0  # of longitude, up to 44° north or south; a box may be too wide, never too narrow
)


class _MergedMeanwhile(Exception):
    """Undoes a lock that was taken in the wrong order."""


def top_of(reading: Reading, outage_id: int) -> int:
    """The outage that took this one's calls, by however many merges, or itself. Asked without a lock."""
    while (found := reading.row(_BODY, id=outage_id)) is not None:
        into = json.loads(found[0]).get("merged_into")
        if into is None:
            break
        outage_id = into
    return outage_id


def outage_behind(work: Work, outage_id: int) -> Outage:
    """The same, locked. Everybody locks the outage that took others before those: no two wait for each other."""
    while True:
        top_id = top_of(work, outage_id)
        try:
            with work.savepoint():
                top = work.outage(top_id)
                if top.merged_into is None:
                    return top
                raise _MergedMeanwhile
        except _MergedMeanwhile:
            continue


def nearby(reading: Reading, transformer: str | None, at: LonLat | None, within_m: float) -> list[NearbyOutage]:
    """Open outages on the same service transformer, or with a site within a box of `within_m` around `at`."""
    found: dict[int, Row] = {}
    if transformer is not None:
        found.update((row[0], row) for row in reading.rows(_ON_TRANSFORMER, transformer=transformer))
    if at is not None:
        tall, wide = within_m / METRES_PER_DEGREE, within_m / METRES_PER_DEGREE_LON_LEAST
        box = {"south": at.lat - tall, "north": at.lat + tall, "west": at.lon - wide, "east": at.lon + wide}
        found.update((row[0], row) for row in reading.rows(_NEAR_SITE, **box))
    return [_nearby(row) for row in found.values()]


def _nearby(row: Row) -> NearbyOutage:
    at = None if row[6] is None else LonLat(row[6], row[7])
    return NearbyOutage(row[0], row[1], from_us(row[2]), from_us(row[3]), row[4], row[5], at)


def board(reading: Reading, state: str, after: int, at_most: int) -> list[str]:
    """The public JSON text of each outage of a state, jobs included."""
    jobs: dict[int, list[str]] = {}
    for outage_id, shown in reading.rows(_JOBS_BOARD, state=state, after=after):
        jobs.setdefault(outage_id, []).append(shown)
    rows = reading.rows(_BOARD, state=state, after=after, at_most=at_most)
    return [shown_with_jobs(row, jobs.get(row[0], [])) for row in rows]


def shown_outage_text(reading: Reading, outage_id: int) -> str | None:
    found = reading.row(_BOARD_ONE, id=outage_id)
    return None if found is None else shown_with_jobs(found, jobs_shown(reading, outage_id))


def jobs_shown(reading: Reading, outage_id: int) -> list[str]:
    return [row[0] for row in reading.rows(_JOBS_OF, outage_id=outage_id)]


def shown_with_jobs(row: Row, jobs: list[str]) -> str:
    """Joins stored JSON texts: decoding and encoding 10,000 outages again would take over a second."""
    _, shown, arrive_by_us, lon, lat, district, place = row
    where = '"lon":null,"lat":null' if lon is None else f'"lon":{lon!r},"lat":{lat!r}'
    with_target = _with_target(jobs, from_us(arrive_by_us)) if jobs else ""
    return f'{shown[:-1]},{where},"district":{_quoted(district)},{_named(place)},"jobs":[{with_target}]}}'


def _with_target(jobs: list[str], arrive_by: datetime) -> str:
    return ",".join(f'{job[:-1]},"arrive_by":"{arrive_by.isoformat()}"}}' for job in jobs)


@lru_cache(maxsize=PLACES_REMEMBERED)
def _named(place: str | None) -> str:
    """The township and village of the place of an outage, which was deleted by age where an old outage has none."""
    names = (None if place is None else json.loads(place)["names"]) or {}
    return f'"township":{_quoted(names.get("township"))},"village":{_quoted(names.get("village"))}'


@cache
def _quoted(district: str | None) -> str:
    return json.dumps(district, ensure_ascii=False)


def site_of(reading: Reading, outage_id: int) -> LonLat | None:
    found = reading.row(_SITE, id=outage_id)
    return None if found is None or found[0] is None else LonLat(found[0], found[1])


def first_called_between(
    reading: Reading, since: datetime, until: datetime, after: int = 0, at_most: int = 1_000_000
) -> list[tuple[Outage, str | None]]:
    """Outages whose first call came in [since, until), with their district, by id."""
    rows = reading.rows(_FIRST_CALLED, since=to_us(since), until=to_us(until), after=after, at_most=at_most)
    return [(decode(Outage, json.loads(body)), district) for body, district in rows]


def crews_of_jobs(reading: Reading, since: datetime, until: datetime) -> dict[int, int]:
    """Job to crew, over the jobs of the outages first called in [since, until)."""
    return dict(reading.rows(_CREWS_OF_ARRIVALS, since=to_us(since), until=to_us(until)))


def waiting(reading: Reading) -> list[int]:
    """Open outages that no crew has or is offered, the most pressing first."""
    return [row[0] for row in reading.rows(_WAITING)]


def waiting_since(reading: Reading, before: datetime) -> int:
    """How many open outages, called before then, no crew has or is offered."""
    found = reading.row(_WAITING_SINCE, before=to_us(before))
    return 0 if found is None else int(found[0])


def open_sites(reading: Reading) -> dict[int, LonLat | None]:
    """Every open outage whose power is not back, with where it is; None where nobody knows yet."""
    return {row[0]: None if row[1] is None else LonLat(row[1], row[2]) for row in reading.rows(_OPEN_SITES)}


def who_refused(reading: Reading) -> dict[int, frozenset[int]]:
    """The crews that did not take an open outage when they were asked; an outage that nobody refused is not there."""
    found: dict[int, set[int]] = {}
    for outage_id, crew_id in reading.rows(_WHO_REFUSED):
        found.setdefault(outage_id, set()).add(crew_id)
    return {outage_id: frozenset(crews) for outage_id, crews in found.items()}
