"""The catalogue of sentences, for a console or a tablet that puts facts into its reader's language by itself."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response

from dispatch_server.protocol.sentences import catalogue
from dispatch_server.web.answers import JSON, answered
from dispatch_server.web.deps import API, EVERY_ROLE, guarded_router, open_to

router = guarded_router(f"{API}/sentences", "sentences")


@dataclass(frozen=True, slots=True)
class SentencesShown:
    """`sentences` are pairs of English and Chinese with the same blanks in braces. A blank holds what `holds` says (a
    regular expression), else any text; `words`, `said` and `lists` say how what it holds is put into Chinese."""

    sentences: list[list[str]]
    words: dict[str, dict[str, str]]
    holds: dict[str, str]
    said: list[str]
    lists: dict[str, list[str]]
    longest: int
    most_pieces: int


@cache
def _catalogue() -> tuple[bytes, str]:
    text = json.dumps(catalogue(), ensure_ascii=False).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:24]}"'


@router.get(
    "",
    summary="English sentences with their Chinese",
    **open_to(
        *EVERY_ROLE,
        answers={
            **answered(200, SentencesShown, "In the order in which they are tried; the first that fits holds."),
            304: {"description": "Not changed."},
        },
    ),
)
async def get_sentences(request: Request) -> Response:
    """Changes with a new version only: send `If-None-Match`. Requests with `Accept-Language: zh` are answered in
    Chinese; facts stay as they were sealed, in English, and are put into Chinese by this table."""
    text, tag = _catalogue()
    kept = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    return Response(text, headers=kept, media_type=JSON)
