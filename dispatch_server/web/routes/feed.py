"""The journal as it grows, as server-sent events."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any

from fastapi import Query, Request, Response

from dispatch_server.domain.refusals import Refused
from dispatch_server.protocol.codec import encode
from dispatch_server.protocol.words import Role
from dispatch_server.store.feed import Cursor, end_of_journal, holds, read_cursor
from dispatch_server.store.work import Reading
from dispatch_server.web.deps import API, BOARD, Asked, asked_of, guarded_router, open_to
from dispatch_server.web.stream import EventStream

router = guarded_router(f"{API}/feed", "feed")

LOOK_AROUND_S = 1.0  # how soon a session that has ended, or a heartbeat that is due, is noticed

_ANSWERS: dict[int | str, Any] = {
    200: {
        "description": "`id:` is the cursor, `data:` one fact; a comment every ten seconds.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "",
    summary="Facts as they happen",
    **open_to(*BOARD, Role.CREW, problems=(409, 422), answers=_ANSWERS),
)
async def get_feed(request: Request, cursor: Annotated[str | None, Query(max_length=50)] = None) -> Response:
    """Goes on after `cursor` (or the header `Last-Event-ID`), else begins with the present and says its cursor first.
    A crew hears what concerns its own jobs. A reader that cannot keep up is cut off and resumes by its cursor.
    A cursor beyond the journal, from before a restored backup, is answered 409: ask `GET /outages` anew and go on from
    the cursor it gives. A feed that is open during a restore ends, so that its reader comes back and is told."""
    asked = asked_of(request)
    if asked.user.role is Role.CREW:
        asked.crew_id  # noqa: B018 - refuses a user without a crew before the stream begins
    said = request.headers.get("last-event-id") or cursor
    return EventStream(_frames(asked, await asked.read(lambda reading: _start(reading, said))))


def _start(reading: Reading, said: str | None) -> Cursor:
    if not said:
        return end_of_journal(reading)
    cursor = read_cursor(said)
    if not holds(reading, cursor):
        raise Refused("This cursor is not in the journal any more; load the board anew and go on from its cursor.")
    return cursor


async def _frames(asked: Asked, cursor: Cursor) -> AsyncIterator[bytes]:
    served, metrics = asked.served, asked.served.metrics
    live, beat_s, restores = served.live, served.rules.heartbeat_s, served.live.restores
    metrics.streams.inc()
    try:
        with live.listening():
            yield _heartbeat(served.store.clock(), cursor)
            said_at = monotonic()
            while (
                not live.is_closing and live.restores == restores and await served.sessions.of(asked.token) is not None
            ):
                frames, cursor = await live.next_frames(asked.user, cursor, min(LOOK_AROUND_S, beat_s))
                if frames:
                    yield frames
                elif monotonic() - said_at >= beat_s:
                    yield _heartbeat(served.store.clock(), cursor)
                else:
                    continue
                said_at = monotonic()
    finally:
        metrics.streams.dec()


def _heartbeat(now: Any, cursor: Cursor) -> bytes:
    """A comment with the server's time, and an id without data: the reader resumes from here, nothing is fired."""
    return f": {encode(now)}\nid: {cursor}\n\n".encode()
