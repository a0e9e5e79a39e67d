"""Where is it? Asked while the caller still speaks."""

from typing import Annotated

from fastapi import Query, Request, Response

from dispatch_server.domain.refusals import BadInput
from dispatch_server.services import intake
from dispatch_server.services.clues import SaidWhere
from dispatch_server.web.answers import PlaceFound, PlaceLookedUp, answered, as_json
from dispatch_server.web.deps import API, DESK, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader
from dispatch_server.web.shapes import Clues

router = guarded_router(f"{API}/places", "places")


@router.get(
    "",
    summary="The place of an address",
    **open_to(*DESK, problems=(422,), answers=answered(200, PlaceFound, "What a call with these words would get.")),
)
async def get_place(request: Request, q: Annotated[str, Query(min_length=1, max_length=500)]) -> Response:
    """Writes nothing; made to be asked at every key."""
    asked = asked_of(request)
    territory = asked.territory
    place = intake.look_up(territory, q)
    return for_reader(request, as_json({"place": place}))


@router.post(
    "/lookup",
    summary="The place of a customer",
    **open_to(*DESK, problems=(400, 413, 415, 422), answers=answered(200, PlaceLookedUp, "With the premises found.")),
)
async def post_lookup(request: Request, said: Clues) -> Response:
    """By account number, phone or words. Who looked at which customer is kept in the reading log."""
    if not (said.account_no or said.phone or said.q):
        raise BadInput("Send account_no, phone or q.")
    asked = asked_of(request)
    territory = asked.territory
    place, premises = await asked.work(
        lambda work: intake.look_up_person(work, territory, SaidWhere(said.account_no, said.phone, said.q))
    )
    return for_reader(request, as_json({"place": place, "premises": premises}))
