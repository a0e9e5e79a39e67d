"""Outages: the board, one of them in full, and what dispatchers decide about them."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query, Request, Response

from dispatch_server.domain.assignment import last_chance
from dispatch_server.domain.calls import Call
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.refusals import BadInput, NotFound
from dispatch_server.domain.rules import Policy
from dispatch_server.domain.stats import due_by_set, enforced_on
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.words import OutageState
from dispatch_server.services import dispatching, enforcement, exemptions, follow_up, grouping
from dispatch_server.services.dispatching import Outlook
from dispatch_server.store.calls import calls_of_outage, last_place_of_call
from dispatch_server.store.feed import end_of_journal, facts_of, shown_fact
from dispatch_server.store.jobs import jobs_of_outage
from dispatch_server.store.journal import Subject
from dispatch_server.store.outages import board, shown_outage_text
from dispatch_server.store.texts import text_of
from dispatch_server.store.work import Reading, Work
from dispatch_server.web.answers import (
    CandidatesShown,
    OutageOpenedUp,
    OutageShown,
    OutagesShown,
    answered,
    as_json,
    json_text,
    last_id,
)
from dispatch_server.web.deps import API, BOARD, DISPATCHER, Asked, asked_of, guarded_router, open_to
from dispatch_server.web.language import for_reader
from dispatch_server.web.shapes import After, CallIds, Decision, ExemptionSaid, Id, Into, NoDanger, Reason

router = guarded_router(f"{API}/outages", "outages")

AT_MOST = 10_000
USUAL = 1_000

_decided: dict[str, Any] = open_to(
    *DISPATCHER,
    problems=(400, 404, 409, 413, 415, 422),
    answers=answered(200, OutageShown, "The outage as it stands now."),
)


@router.get(
    "",
    summary="The board",
    **open_to(*BOARD, problems=(422,), answers=answered(200, OutagesShown, "By id, jobs included.")),
)
async def get_outages(
    request: Request,
    state: OutageState = OutageState.OPEN,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=AT_MOST)] = USUAL,
) -> Response:
    """`cursor` is where `GET /feed` goes on from this snapshot; `next` is the `after` of the next page, or null."""

    def snapshot(reading: Reading) -> str:
        cursor = end_of_journal(reading)
        texts = board(reading, state.value, after, limit)
        following = last_id(texts) if len(texts) == limit else "null"
        return (
            f'{{"outages":[{",".join(texts)}],"next":{following},"cursor":"{cursor}",'
            f'"server_time":"{encode(reading.now)}"}}'
        )

    return json_text(await asked_of(request).read(snapshot))


@router.get(
    "/{outage_id}",
    summary="One outage in full",
    **open_to(
        *BOARD,
        problems=(404, 422),
        answers=answered(200, OutageOpenedUp, "With targets, calls, jobs, and the facts of all of them in order."),
    ),
)
async def get_outage(request: Request, outage_id: Id) -> Response:
    asked = asked_of(request)
    policy = asked.territory.policy
    return json_text(await asked.read(lambda reading: _in_full(reading, outage_id, policy)))


def _in_full(reading: Reading, outage_id: int, policy: Policy) -> str:
    outage, text = reading.outage(outage_id), shown_outage_text(reading, outage_id)
    assert text is not None
    calls = calls_of_outage(reading, outage_id)
    stops = {stop.call_id: stop for stop in outage.stops}
    shown_calls = [_call_of_outage(reading, call, stops[call.id]) for call in calls if call.id in stops]
    shown = {**json.loads(text), "targets": _targets(outage, policy), "calls": shown_calls}
    return f'{text_of(shown)[:-1]},"facts":[{",".join(_facts(reading, outage_id, calls))}]}}'


def _call_of_outage(reading: Reading, call: Call, stop: Any) -> dict[str, Any]:
    return {
        "id": call.id,
        "number": call.number,
        "state": call.state,
        "channel": call.channel,
        "received_at": stop.received_at,
        "area_class": stop.area_class,
        "arrive_by": stop.arrive_by,
        "hazard": call.hazard,
        "chases": call.chases,
        "call_back": call.call_back,
        "place": last_place_of_call(reading, call.id),
    }


def _targets(outage: Outage, policy: Policy) -> list[dict[str, Any]]:
    by_set = due_by_set(outage, policy)
    enforced = enforced_on(outage, policy)
    targets = [{"name": name, "arrive_by": due, "enforced": name == enforced} for name, due in by_set.items()]
    if outage.first_target.arrive_by != outage.arrive_by:
        targets.append({"name": "before_relaxation", "arrive_by": outage.first_target.arrive_by, "enforced": False})
    return targets


def _facts(reading: Reading, outage_id: int, calls: list[Call]) -> list[str]:
    subjects = [
        Subject("outage", outage_id),
        *(Subject("job", job.id) for job in jobs_of_outage(reading, outage_id)),
        *(Subject("call", call.id) for call in calls),
    ]
    facts = sorted((fact for subject in subjects for fact in facts_of(reading, subject)), key=lambda f: f.cursor)
    return [shown_fact(fact) for fact in facts]


@router.get(
    "/{outage_id}/crews",
    summary="Which crew, and why not another",
    **open_to(
        *DISPATCHER,
        problems=(404, 422),
        answers=answered(200, CandidatesShown, "Every crew, best first, with reasons."),
    ),
)
async def get_crews_of_outage(request: Request, outage_id: Id) -> Response:
    asked = asked_of(request)
    territory = asked.territory
    outlook, now = await asked.read(
        lambda reading: (dispatching.suggest_crews(reading, territory, outage_id), reading.now)
    )
    shown = {"crews": _candidates(outlook), "last_chance": _last_chance(outlook, now), "why_not": outlook.why_not}
    return for_reader(request, as_json(shown | {"server_time": now}))


def _candidates(outlook: Outlook) -> list[dict[str, Any]]:
    return [
        {
            "crew_id": candidate.crew_id,
            "name": candidate.name,
            "fit": candidate.fit,
            "in_time": candidate.in_time,
            "minutes_away": candidate.minutes_away,
            "free_in_min": candidate.free_in / timedelta(minutes=1),
            "arrives_at": candidate.arrives_at,
            "leave_by": candidate.leave_by,
            "cover_lost": candidate.cover_lost,
            "turned_round": candidate.turned_round,
            # Written out: of 5,000 small dataclasses orjson makes JSON in three times the time of dictionaries.
            "reasons": [{"ok": reason.ok, "sentence": reason.sentence} for reason in candidate.reasons],
        }
        for candidate in outlook.candidates
    ]


def _last_chance(outlook: Outlook, now: datetime) -> dict[str, Any] | None:
    last = last_chance(outlook.candidates, now)
    return None if last is None else {"crew_id": last.crew_id, "name": last.name, "leave_by": last.leave_by}


@router.post("/{outage_id}/merge", summary="Merge into another outage", **_decided)
async def post_merge(request: Request, outage_id: Id, said: Into) -> Response:
    """Every call goes to `into`; the earliest deadline over all of them holds. Answers the outage that took them."""
    territory = asked_of(request).territory
    return await _decide(asked_of(request), lambda work: grouping.merge_outages(work, territory, outage_id, said.into))


@router.post("/{outage_id}/split", summary="Split calls off", **_decided)
async def post_split(request: Request, outage_id: Id, said: CallIds) -> Response:
    """The calls named leave for an outage of their own, which is the answer."""
    territory = asked_of(request).territory
    call_ids = frozenset(said.call_ids)
    return await _decide(asked_of(request), lambda work: grouping.split_outage(work, territory, outage_id, call_ids))


@router.post("/{outage_id}/close", summary="End an outage", **_decided)
async def post_close(request: Request, outage_id: Id, said: Reason) -> Response:
    territory = asked_of(request).territory
    return await _decide(
        asked_of(request), lambda work: follow_up.close_outage(work, territory, outage_id, said.reason)
    )


@router.post("/{outage_id}/hazard", summary="Rule out a danger that was none", **_decided)
async def post_hazard(request: Request, outage_id: Id, said: NoDanger) -> Response:
    """A false report of danger to life ends without a crew; the reason stays on record."""
    territory = asked_of(request).territory
    return await _decide(
        asked_of(request),
        lambda work: enforcement.rule_out_danger(work, territory, outage_id, said.call_id, said.reason),
    )


@router.post("/{outage_id}/exemption", summary="Propose or decide an exemption from the figures", **_decided)
async def post_exemption(request: Request, outage_id: Id, said: ExemptionSaid) -> Response:
    """One person proposes with `reason` and `evidence`; another decides with `approved`."""
    reason, approved = said.reason, said.approved
    if (reason is None) == (approved is None):
        raise BadInput("Send reason (and evidence) to propose, or approved (true or false) to decide.")
    if approved is not None:
        return await _decide(asked_of(request), lambda work: exemptions.decide(work, outage_id, approved))
    return await _decide(
        asked_of(request), lambda work: exemptions.propose(work, outage_id, reason or "", said.evidence)
    )


@router.post("/{outage_id}/relaxation", summary="Decide a later target", **_decided)
async def post_relaxation(request: Request, outage_id: Id, said: Decision) -> Response:
    """A later target after the first was due, or after an arrival, waits for a second person."""
    territory = asked_of(request).territory
    return await _decide(
        asked_of(request), lambda work: exemptions.decide_relaxation(work, territory, outage_id, said.approved)
    )


async def _decide(asked: Asked, deed: Any) -> Response:
    def decided(work: Work) -> str:
        outage: Outage = deed(work)
        text = shown_outage_text(work, outage.id)
        if text is None:
            raise NotFound(f"There is no outage {outage.id}.")
        return text

    return json_text(await asked.work(decided))
