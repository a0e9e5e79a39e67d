"""The tablet's two calls: what the crew did goes up, its job cards come down."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from time import monotonic
from typing import Annotated, Any

from fastapi import Body, Query, Request, Response

from dispatch_server.domain.refusals import BadInput
from dispatch_server.protocol.codec import Malformed, decode
from dispatch_server.protocol.messages import PROTOCOL_VERSION, ActionTaken, Answer, Fix, Push
from dispatch_server.protocol.words import Verdict
from dispatch_server.services import cards, crew_work
from dispatch_server.services.cards import Pull
from dispatch_server.store.work import Work
from dispatch_server.web.answers import Pulled, PushAnswered, answered, as_json
from dispatch_server.web.deps import API, CREW, Asked, asked_of, guarded_router, ignored_in_query, open_to
from dispatch_server.web.language import for_reader

router = guarded_router(f"{API}/tablet", "tablet")

ACTIONS_MOST = 500
POSITIONS_MOST = 5_000
ACTION_ID_MOST = 100
DEVICE_ID_MOST = 200
TEXT_MOST = 10_000
IGNORED_NAMED = 20
NAME_SHOWN = 60

_PUSH, _ACTION, _FIX = (frozenset(f.name for f in fields(shape)) for shape in (Push, ActionTaken, Fix))

_EXAMPLE = {
    "protocol_version": 1,
    "device_id": "tablet-7",
    "boot_id": "b1",
    "sent_at": "2026-05-01T08:40:00+08:00",
    "elapsed_ms": 1_000_000,
    "actions": [
        {
            "action_id": "6f7c6c0e-8a53-4a43-9a0f-0d7a3c1f5c11",
            "seq": 12,
            "job_id": 7,
            "kind": "accept",
            "occurred_at": "2026-05-01T08:39:58+08:00",
            "elapsed_ms": 998_000,
            "boot_id": "b1",
        }
    ],
    "positions": [],
}


@dataclass(frozen=True, slots=True)
class _Upload:
    """What can be read of a push, and where the unreadable actions stood."""

    push: Push
    unreadable: dict[int, Answer]
    positions_refused: int
    ignored: list[str]


@router.post(
    "/push",
    summary="Actions and positions of a crew",
    **open_to(
        *CREW,
        problems=(400, 404, 413, 415, 422),
        answers=answered(200, PushAnswered, "One answer for each action, in order."),
    ),
)
async def post_push(request: Request, said: Annotated[dict[str, Any], Body(examples=[_EXAMPLE])]) -> Response:
    """Every action is applied once, whatever its order and however late; a repeat answers `already`. An action that
    cannot be read is `refused` alone: the others are kept. Fields that this server does not know, as a newer tablet may
    send them, are let through and named in `ignored`."""
    asked = asked_of(request)
    territory, crew_id, upload = asked.territory, asked.crew_id, _read(said)

    def receive(work: Work) -> dict[str, Any]:
        answers = iter(crew_work.receive(work, territory, crew_id, upload.push))
        count = len(upload.push.actions) + len(upload.unreadable)
        return {
            "server_time": work.now,
            "answers": [upload.unreadable.get(n) or next(answers) for n in range(count)],
            "positions_refused": upload.positions_refused,
            "ignored": upload.ignored,
        }

    return for_reader(request, as_json(await asked.work(receive)))


def _read(said: dict[str, Any]) -> _Upload:
    actions, positions = said.get("actions", []), said.get("positions", [])
    if not isinstance(actions, list) or not isinstance(positions, list):
        raise BadInput("actions and positions must be lists.")
    if len(actions) > ACTIONS_MOST or len(positions) > POSITIONS_MOST:
        raise BadInput(f"Send at most {ACTIONS_MOST} actions and {POSITIONS_MOST:,} positions at once.")
    envelope = decode(Push, {**said, "actions": [], "positions": []}, "push")
    if envelope.protocol_version != PROTOCOL_VERSION:
        raise BadInput(f"This server speaks protocol_version {PROTOCOL_VERSION}; update the tablet's app.")
    if max(len(envelope.device_id), len(envelope.boot_id)) > DEVICE_ID_MOST:
        raise BadInput(f"device_id and boot_id have at most {DEVICE_ID_MOST} characters.")
    readable, unreadable = _actions(actions)
    fixes = [fix for fix in map(_fix, positions) if fix is not None]
    push = Push(
        envelope.device_id, envelope.boot_id, envelope.sent_at, envelope.elapsed_ms, tuple(readable), tuple(fixes)
    )
    return _Upload(push, unreadable, len(positions) - len(fixes), _ignored(said))


def _ignored(said: dict[str, Any]) -> list[str]:
    """Each name once, by where it stood."""
    found = {f"{where}{name}"[:NAME_SHOWN] for where, names in _unread(said) for name in names}
    return sorted(found)[:IGNORED_NAMED]


def _unread(said: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    yield "", said.keys() - _PUSH
    for action in said.get("actions", ()):
        if isinstance(action, dict):
            yield "actions.", action.keys() - _ACTION
            if isinstance(action.get("fix"), dict):
                yield "actions.fix.", action["fix"].keys() - _FIX
    for position in said.get("positions", ()):
        if isinstance(position, dict):
            yield "positions.", position.keys() - _FIX


def _actions(said: list[Any]) -> tuple[list[ActionTaken], dict[int, Answer]]:
    readable: list[ActionTaken] = []
    unreadable: dict[int, Answer] = {}
    for n, one in enumerate(said):
        try:
            action = decode(ActionTaken, one, f"actions[{n}]")
            if not 0 < len(action.action_id) <= ACTION_ID_MOST:
                raise Malformed(f"actions[{n}].action_id must be a UUID.")
            if max(len(action.reason or ""), len(action.note or "")) > TEXT_MOST:
                raise Malformed(f"reason and note have at most {TEXT_MOST} characters.")
            readable.append(action)
        except Malformed as error:
            action_id = one.get("action_id") if isinstance(one, dict) else None
            unreadable[n] = Answer(action_id if isinstance(action_id, str) else "", Verdict.REFUSED, str(error))
    return readable, unreadable


def _fix(said: Any) -> Fix | None:
    try:
        return decode(Fix, said)
    except Malformed:
        return None


@router.get(
    "/pull",
    summary="The crew's job cards",
    **open_to(*CREW, problems=(404, 422), answers=answered(200, Pulled, "The cards, or `unchanged`.")),
)
async def get_pull(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=100, description="Of the last pull.")] = None,
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds to hold the line open when nothing is new.")] = 0,
) -> Response:
    """Sending a cursor says that the tablet has those cards: the offers among them count as delivered. Parameters that
    this server does not know, as a newer tablet may send them, are let through and named in `ignored`."""
    asked = asked_of(request)
    until = monotonic() + min(wait, asked.served.rules.hold_open_s)
    with asked.served.live.listening() as after:
        pulled = await _pull(asked, cursor)
        while pulled.unchanged and await asked.served.live.concerns_crew(asked.crew_id, after, until):
            after = asked.served.live.tail
            pulled = await _pull(asked, cursor)
    ignored = [name[:NAME_SHOWN] for name in ignored_in_query(request)[:IGNORED_NAMED]]
    shown = {name: value for name, value in asdict(pulled).items() if name != "undelivered"}
    return for_reader(request, as_json(shown | {"ignored": ignored}))


async def _pull(asked: Asked, cursor: str | None) -> Pull:
    territory, crew_id = asked.territory, asked.crew_id
    pulled = await asked.read(lambda reading: cards.pull(reading, territory, crew_id, cursor))
    if pulled.undelivered:
        await asked.work(lambda work: cards.mark_delivered(work, crew_id, pulled.undelivered))
    return pulled
