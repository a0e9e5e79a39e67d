"""Jobs: offered, withdrawn, vouched for by a dispatcher."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from dispatch_server.domain.jobs import Job
from dispatch_server.protocol.codec import encode
from dispatch_server.services import arrivals, dispatching
from dispatch_server.store.shown import shown_job
from dispatch_server.store.work import Work
from dispatch_server.web.answers import JobShown, answered, as_json
from dispatch_server.web.deps import API, DISPATCHER, Asked, asked_of, guarded_router, open_to
from dispatch_server.web.shapes import Id, OfferSaid, Reason

router = guarded_router(f"{API}/jobs", "jobs")

_PROBLEMS = (400, 404, 409, 413, 415, 422)


@router.post(
    "",
    status_code=201,
    summary="Offer an outage to a crew",
    **open_to(*DISPATCHER, problems=_PROBLEMS, answers=answered(201, JobShown, "Offered; it lapses at `accept_by`.")),
)
async def post_job(request: Request, said: OfferSaid) -> Response:
    """A crew that is not fit needs a `reason`; one that is off duty cannot be asked. An offer to another crew than the
    first fit one keeps the reason and what was advised (`GET /overrides`). With `instead_of` the
    running offer is withdrawn for that `reason` in the same step."""
    asked = asked_of(request)
    territory = asked.territory
    # Routes are computed outside the Work, which judges again what may have changed since.
    outlook = await asked.read(lambda reading: dispatching.suggest_crews(reading, territory, said.outage_id))
    held = said.instead_of
    if held is not None:
        return await _answer(
            asked,
            lambda work: dispatching.offer_instead(
                work, territory, said.outage_id, said.crew_id, held, outlook, said.reason
            ),
            201,
        )
    return await _answer(
        asked,
        lambda work: dispatching.offer_job(work, territory, said.outage_id, said.crew_id, outlook, said.reason),
        201,
    )


@router.post(
    "/{job_id}/withdraw",
    summary="Take a job back",
    **open_to(*DISPATCHER, problems=_PROBLEMS, answers=answered(200, JobShown, "Withdrawn.")),
)
async def post_withdraw(request: Request, job_id: Id, said: Reason) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    return await _answer(asked, lambda work: dispatching.withdraw_job(work, territory, job_id, said.reason))


@router.post(
    "/{job_id}/confirm-arrival",
    summary="Vouch for an arrival that its evidence does not prove",
    **open_to(*DISPATCHER, problems=_PROBLEMS, answers=answered(200, JobShown, "Confirmed.")),
)
async def post_confirm_arrival(request: Request, job_id: Id, said: Reason) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    return await _answer(asked, lambda work: arrivals.confirm_arrival(work, territory, job_id, said.reason))


async def _answer(asked: Asked, deed: Callable[[Work], Job], status: int = 200) -> Response:
    def shown(work: Work) -> dict[str, Any]:
        job = deed(work)
        return {**shown_job(job), "arrive_by": encode(work.outage(job.outage_id).arrive_by)}

    return as_json(await asked.work(shown), status)
