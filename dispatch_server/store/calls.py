"""Questions about calls, the people who made them and the places they were put."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dispatch_server.domain.calls import Call, CallTaken
from dispatch_server.domain.places import Place, Premises
from dispatch_server.domain.repeats import Said
from dispatch_server.protocol.codec import decode
from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.texts import text_of
from dispatch_server.store.work import Reading, Work

_BY_REF = Question("SELECT id FROM calls WHERE channel = :channel AND external_ref = :ref")
_ADD_PARTICULARS = Question(
    "INSERT INTO call_particulars (call_id, caller_name, caller_phone, account_no, address, words, recording_id, pin) "
    "VALUES (:call_id, :caller_name, :caller_phone, :account_no, :address, :words, :recording_id, :pin)"
)
_PARTICULARS = Question(
    "SELECT caller_name, caller_phone, account_no, address, words, recording_id FROM call_particulars "
    "WHERE call_id = :call_id"
)
_PIN_AND_AGAIN = Question("SELECT pin, again FROM call_particulars WHERE call_id = :call_id")
_SET_AGAIN = Question("UPDATE call_particulars SET again = :again WHERE call_id = :call_id")
_AS_TAKEN = Question("SELECT body FROM facts WHERE subject_kind = 'call' AND subject_id = :call_id AND n = 1")
_ADD_PLACE = Question(
    "INSERT INTO places (id, call_id, lon, lat, radius_m, body, made_at_us, said_by) "
    "VALUES (:id, :call_id, :lon, :lat, :radius_m, :body, :made_at_us, :said_by)"
)
_PLACE = Question("SELECT body FROM places WHERE id = :id")
_LATEST_PLACE = Question("SELECT body FROM places WHERE call_id = :call_id ORDER BY id DESC LIMIT 1")
_PREMISES = (
    "SELECT a.account_no, a.meter_no, a.transformer, t.feeder, a.name, a.address, a.lon, a.lat, a.important, a.kind, "
    "a.no_night_calls, t.customers FROM accounts a LEFT JOIN transformers t ON t.code = a.transformer "
)
_BY_ACCOUNT = Question(_PREMISES + "WHERE a.account_no = :account_no")
_BY_METER = Question(_PREMISES + "WHERE a.meter_no = :meter_no ORDER BY a.account_no LIMIT 1")
_BY_PHONE = Question(_PREMISES + "WHERE a.phone = :phone ORDER BY a.account_no LIMIT 20")
_OUTAGE_OF = Question("SELECT outage_id FROM calls WHERE id = :call_id")
_OF_OUTAGE = Question("SELECT body FROM calls WHERE outage_id = :outage_id ORDER BY received_at_us, id")
_UNPLACED = Question(
    "SELECT body FROM calls WHERE category = 'fault' AND state = 'open' AND place_id IS NULL "
    "ORDER BY received_at_us LIMIT 200"
)
_TO_CALL_BACK = Question(
    "SELECT c.body FROM calls c JOIN outages o ON o.id = c.outage_id "
    "WHERE o.state = 'restored' AND c.state = 'open' ORDER BY o.restored_at_us, c.id LIMIT 500"
)
PARTICULARS = ("caller_name", "caller_phone", "account_no", "address", "words", "recording_id")


def call_with_ref(reading: Reading, channel: str, ref: str) -> int | None:
    found = reading.row(_BY_REF, channel=channel, ref=ref)
    return None if found is None else int(found[0])


def keep_particulars(work: Work, call_id: int, said: Mapping[str, str | None]) -> None:
    work.later(_ADD_PARTICULARS, call_id=call_id, **{name: said.get(name) for name in (*PARTICULARS, "pin")})


def particulars_of(reading: Reading, call_id: int) -> dict[str, str | None]:
    found = reading.row(_PARTICULARS, call_id=call_id)
    return dict(zip(PARTICULARS, found or (None,) * len(PARTICULARS), strict=True))


def said_at_first(reading: Reading, call_id: int) -> tuple[CallTaken, Said | None]:
    """The call as it was taken, and what the caller said of himself; None when that was deleted by age."""
    taken, own = reading.row(_AS_TAKEN, call_id=call_id), reading.row(_PIN_AND_AGAIN, call_id=call_id)
    assert taken is not None
    said = None if own is None else {**particulars_of(reading, call_id), "pin": own[0]}
    return decode(CallTaken, json.loads(taken[0])), said


def said_again(reading: Reading, call_id: int) -> list[dict[str, Any]]:
    """What repeats of the call said that was new: `heard_at`, `said_by`, and `said` by the name of the field."""
    found = reading.row(_PIN_AND_AGAIN, call_id=call_id)
    again: list[dict[str, Any]] = json.loads(found[1]) if found is not None and found[1] is not None else []
    return again


def keep_said_again(work: Work, call_id: int, said: Said) -> None:
    """Beside what the caller said at first, and deleted with that."""
    one = {"heard_at": work.now, "said_by": work.author.name, "said": said}
    work.do(_SET_AGAIN, call_id=call_id, again=text_of([*said_again(work, call_id), one]))


def keep_place(work: Work, place_id: int, call_id: int, place: Place) -> None:
    work.later(
        _ADD_PLACE,
        id=place_id,
        call_id=call_id,
        lon=place.lon,
        lat=place.lat,
        radius_m=place.radius_m,
        body=text_of(place),
        made_at_us=to_us(work.now),
        said_by=work.author.name,
    )


def place_of(reading: Reading, place_id: int | None) -> Place | None:
    """None when there is none, or when it was deleted by age."""
    if place_id is None:
        return None
    found = reading.row(_PLACE, id=place_id)
    return None if found is None else decode(Place, json.loads(found[0]))


def last_place_of_call(reading: Reading, call_id: int) -> Place | None:
    """The last attempt to place this call, found or not."""
    found = reading.row(_LATEST_PLACE, call_id=call_id)
    return None if found is None else decode(Place, json.loads(found[0]))


def premises_of_account(reading: Reading, account_no: str) -> Premises | None:
    found = reading.row(_BY_ACCOUNT, account_no=account_no)
    return None if found is None else _premises(found)


def premises_of_meter(reading: Reading, meter_no: str) -> Premises | None:
    found = reading.row(_BY_METER, meter_no=meter_no)
    return None if found is None else _premises(found)


def premises_of_candidate(reading: Reading, candidate_id: str) -> Premises | None:
    """Of a candidate that stands for a customer's premises."""
    kind, _, account_no = candidate_id.partition(":")
    return premises_of_account(reading, account_no) if kind == "account" else None


def premises_of_call(reading: Reading, call_id: int) -> Premises | None:
    """By the account or meter number that was given with the call, when it is in the register."""
    account_no = particulars_of(reading, call_id)["account_no"]
    if not account_no:
        return None
    return premises_of_account(reading, account_no) or premises_of_meter(reading, account_no)


def premises_of_phone(reading: Reading, phone: str) -> list[Premises]:
    return [_premises(row) for row in reading.rows(_BY_PHONE, phone=phone)]


def outage_id_of_call(reading: Reading, call_id: int) -> int | None:
    """Asked without a lock, so that the outage can be locked before its call."""
    found = reading.row(_OUTAGE_OF, call_id=call_id)
    return None if found is None else found[0]


def calls_of_outage(reading: Reading, outage_id: int) -> list[Call]:
    return _calls(reading.rows(_OF_OUTAGE, outage_id=outage_id))


def unplaced_calls(reading: Reading) -> list[Call]:
    """Open fault calls that are in no area, oldest first."""
    return _calls(reading.rows(_UNPLACED))


def calls_to_call_back(reading: Reading) -> list[Call]:
    """Calls whose power is back and whose customer has not been asked, longest waiting first."""
    return [c for c in _calls(reading.rows(_TO_CALL_BACK)) if c.call_back is None or c.call_back == "no_answer"]


def _calls(rows: Sequence[tuple[Any, ...]]) -> list[Call]:
    return [decode(Call, json.loads(row[0])) for row in rows]


def _premises(row: tuple[Any, ...]) -> Premises:
    return Premises(
        account_no=row[0],
        meter_no=row[1],
        transformer=row[2],
        feeder=row[3],
        name=row[4],
        address=row[5],
        at=LonLat(row[6], row[7]),
        important=bool(row[8]),
        kind=row[9],
        no_night_calls=bool(row[10]),
        customers_on_transformer=row[11] or 0,
    )
