"""The sentences of an answer in its reader's language: English as the rules wrote them, or Chinese at the edge."""

import json
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import Scope

from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.store.texts import text_of

# Where an answer holds a sentence of ours. Facts stay as they were sealed; whoever shows one has the catalogue.
SPOKEN = frozenset({"sentence", "note", "reason", "why_not", "definition", "end_reason", "closed_reason"})
AS_SEALED = frozenset({"facts", "particulars", "again"})


def reads_chinese(scope: Scope) -> bool:
    """Browsers name the language they want most first."""
    return Headers(scope=scope).get("accept-language", "")[:2].lower() == "zh"


def for_reader(request: Request, response: Response) -> Response:
    """The answer of a route whose reader may want Chinese; untouched, and at no cost, for everybody else."""
    if not reads_chinese(request.scope):
        return response
    text = text_of(spoken_in_chinese(json.loads(bytes(response.body))))
    return Response(text.encode(), response.status_code, {"Content-Language": "zh"}, response.media_type)


def spoken_in_chinese(value: Any) -> Any:
    if isinstance(value, list):
        return [spoken_in_chinese(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: item if key in AS_SEALED else _spoken(key, item) for key, item in value.items()}


def _spoken(key: str, value: Any) -> Any:
    return in_chinese(value) if key in SPOKEN and isinstance(value, str) else spoken_in_chinese(value)
