"""Calls: taken, placed, chased, settled by phone, called back."""

from enum import StrEnum
from typing import Annotated

from fastapi import Query, Request, Response

from dispatch_server.domain.calls import Call
from dispatch_server.domain.places import Place
from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import to_wgs84
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import Role
from dispatch_server.services import follow_up, intake
from dispatch_server.services.intake import Filed, NewCall
from dispatch_server.store.calls import (
    calls_to_call_back,
    last_place_of_call,
    particulars_of,
    said_again,
    unplaced_calls,
)
from dispatch_server.store.outages import shown_outage_text
from dispatch_server.store.people import looked_at
from dispatch_server.store.texts import text_of
from dispatch_server.store.work import Reading, Work
from dispatch_server.web.answers import answered, as_json, json_text
from dispatch_server.web.call_answers import CallFiledShown, CallOpenedUp, CallShown, CallsShown
from dispatch_server.web.deps import API, DESK, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader
from dispatch_server.web.shapes import CallBackSaid, CallSaid, Id, PlaceSaid, Reason

router = guarded_router(f"{API}/calls", "calls")

_DIGITS_SHOWN = 4


class Queue(StrEnum):
    UNPLACED = "unplaced"
    CALL_BACK = "call_back"


class Revealed(StrEnum):
    PHONE = "phone"


@router.post(
    "",
    status_code=201,
    summary="Take a call",
    **open_to(
        Role.CALL_TAKER,
        Role.DISPATCHER,
        Role.CONTROL_ROOM,
        problems=(400, 413, 415, 422),
        answers={
            **answered(201, CallFiledShown, "Filed, placed and grouped."),
            **answered(200, CallFiledShown, "This `external_ref` is known: the same call, as it stands now."),
        },
    ),
)
async def post_call(request: Request, said: CallSaid) -> Response:
    """Files the call, puts it on the map, and opens or joins its outage, all at once. `suggestions` are open outages
    nearby that may share the cause: a person decides about those (`POST /outages/{id}/merge`). A repeat (same `channel`
    and `external_ref`) files nothing twice; what it says otherwise is kept with the call and named in `differs`, and a
    danger to life that it reports only now is acted on at once."""
    asked = asked_of(request)
    territory, new = asked.territory, _new_call(said)

    def take(work: Work) -> tuple[str, bool]:
        filed = intake.take_call(work, territory, new)
        return _filed_text(work, filed), filed.is_new

    text, is_new = await asked.work(take)
    return for_reader(request, json_text(text, 201 if is_new else 200))


def _new_call(said: CallSaid) -> NewCall:
    return NewCall(
        channel=said.channel,
        category=said.category,
        external_ref=said.external_ref,
        received_at=said.received_at,
        caller_name=said.caller_name,
        caller_phone=said.caller_phone,
        account_no=said.account_no,
        address=said.address,
        pin=_pin(said.lon, said.lat, said.crs),
        crs=said.crs,
        fault_kind=said.fault_kind,
        hazard=said.hazard,
        words=said.words,
        recording_id=said.recording_id,
    )


def _pin(lon: float | None, lat: float | None, crs: str | None) -> LonLat | None:
    if lon is None and lat is None and crs is None:
        return None
    if lon is None or lat is None or crs is None:
        raise BadInput("Send lon, lat and crs together, or none of them.")
    return LonLat(lon, lat)


def _filed_text(work: Work, filed: Filed) -> str:
    outage = "null" if filed.outage is None else shown_outage_text(work, filed.outage.id)
    return (
        f'{{"call":{text_of(filed.call)},"place":{text_of(filed.place)},"outage":{outage},'
        f'"joined":{"true" if filed.joined else "false"},"suggestions":{text_of(filed.suggestions)},'
        f'"differs":{text_of(filed.differs)}}}'
    )


@router.get(
    "",
    summary="The desk's queues",
    **open_to(*DESK, problems=(422,), answers=answered(200, CallsShown, "Oldest first.")),
)
async def get_calls(request: Request, state: Annotated[Queue, Query()]) -> Response:
    """`unplaced`: fault calls that need a pin. `call_back`: power is back, the customer is not asked yet."""
    asked = asked_of(request)
    question = unplaced_calls if state is Queue.UNPLACED else calls_to_call_back
    queue = await asked.read(lambda reading: [_in_queue(reading, call) for call in question(reading)])
    return for_reader(request, as_json({"calls": queue, "next": None}))


def _in_queue(reading: Reading, call: Call) -> dict[str, Call | Place | None]:
    return {"call": call, "place": last_place_of_call(reading, call.id)}


@router.get(
    "/{call_id}",
    summary="One call",
    **open_to(*DESK, problems=(404, 422), answers=answered(200, CallOpenedUp, "With what the caller said.")),
)
async def get_call(request: Request, call_id: Id, reveal: Revealed | None = None) -> Response:
    """Who looked is kept in the reading log. The phone number is masked unless `reveal=phone` asks for it."""

    def open_up(work: Work) -> str:
        call = work.call(call_id)
        particulars, again = particulars_of(work, call_id), said_again(work, call_id)
        looked_at(work, "call" if reveal is None else "call, phone", call.number)
        if reveal is None:
            for said in (particulars, *(one["said"] for one in again)):
                said |= {"caller_phone": masked(said["caller_phone"])} if "caller_phone" in said else {}
        place, outage = last_place_of_call(work, call_id), _outage_text(work, call)
        return (
            f'{{"call":{text_of(call)},"place":{text_of(place)},"outage":{outage},'
            f'"particulars":{text_of(particulars)},"again":{text_of(again)}}}'
        )

    return for_reader(request, json_text(await asked_of(request).work(open_up)))


def masked(phone: str | None) -> str | None:
    if phone is None:
        return None
    shown = phone[-_DIGITS_SHOWN:] if len(phone) > 2 * _DIGITS_SHOWN else ""
    return "*" * (len(phone) - len(shown)) + shown


def _outage_text(reading: Reading, call: Call) -> str:
    found = None if call.outage_id is None else shown_outage_text(reading, call.outage_id)
    return found or "null"


def _call_text(work: Work, call: Call) -> str:
    return f'{{"call":{text_of(call)},"outage":{_outage_text(work, call)}}}'


@router.post(
    "/{call_id}/place",
    summary="Put a call on the map",
    **open_to(
        *DESK,
        problems=(400, 404, 409, 413, 415, 422),
        answers=answered(200, CallFiledShown, "Area, target and outage follow the new place."),
    ),
)
async def post_place(request: Request, call_id: Id, said: PlaceSaid) -> Response:
    """By a pin (`lon`, `lat`, `crs`) or by one of the candidates (`candidate_id`)."""
    asked = asked_of(request)
    territory, pin = asked.territory, _pin(said.lon, said.lat, said.crs)
    if pin is not None and said.candidate_id is not None:
        raise BadInput("Send a pin or a candidate_id, not both.")
    at = None if pin is None else to_wgs84(pin, said.crs or "")
    text = await asked.work(
        lambda work: _filed_text(work, intake.place_call(work, territory, call_id, at, said.candidate_id))
    )
    return for_reader(request, json_text(text))


@router.post(
    "/{call_id}/chase",
    summary="The customer asks again (催办)",
    **open_to(*DESK, problems=(404, 409, 422), answers=answered(200, CallShown, "Counted.")),
)
async def post_chase(request: Request, call_id: Id) -> Response:
    return json_text(await asked_of(request).work(lambda work: _call_text(work, intake.chase_call(work, call_id))))


@router.post(
    "/{call_id}/close",
    summary="Solved by phone",
    **open_to(*DESK, problems=(400, 404, 409, 413, 415, 422), answers=answered(200, CallShown, "Closed.")),
)
async def post_close(request: Request, call_id: Id, said: Reason) -> Response:
    """An outage all of whose calls were solved by phone is cancelled with the last of them."""
    return json_text(
        await asked_of(request).work(lambda work: _call_text(work, intake.close_call(work, call_id, said.reason)))
    )


@router.post(
    "/{call_id}/call-back",
    summary="What the customer says afterwards (回访)",
    **open_to(*DESK, problems=(400, 404, 409, 413, 415, 422), answers=answered(200, CallShown, "Recorded.")),
)
async def post_call_back(request: Request, call_id: Id, said: CallBackSaid) -> Response:
    """`still_out` files a new call with a clock of its own."""
    asked = asked_of(request)
    territory = asked.territory
    return json_text(
        await asked.work(
            lambda work: _call_text(work, follow_up.record_call_back(work, territory, call_id, said.answer, said.note))
        )
    )
