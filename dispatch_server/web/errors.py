"""The one place where a refusal becomes an answer: `application/problem+json` with a sentence a person can act on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from dispatch_server.domain.refusals import BadInput, Forbidden, NotFound, Refused
from dispatch_server.protocol.codec import Malformed
from dispatch_server.protocol.sentences import in_chinese
from dispatch_server.store.store import StoreBusy
from dispatch_server.web.complaints import complaint
from dispatch_server.web.language import reads_chinese

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = "1"

_STATUS: dict[type[Exception], int] = {
    Refused: 409,
    NotFound: 404,
    BadInput: 422,
    Malformed: 422,
    Forbidden: 403,
    StoreBusy: 503,
}
_FIELDS_NAMED = 5
_NAME_SHOWN = 40
_HTTP_SENTENCES = {
    404: "There is nothing at this address; see /api/v1/openapi.json for what there is.",
    405: "This address does not answer to that method; see the Allow header.",
}


def problem(
    scope: Scope,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    fields: Sequence[Mapping[str, str]] = (),
) -> Response:
    """`detail` is English; a reader of Chinese is answered in Chinese."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": in_chinese(detail) if reads_chinese(scope) else detail,
    }
    if fields:
        body["fields"] = list(fields)
    # A sentence may quote what was sent; half a character in it must not break the answer.
    text = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return Response(text, status, headers, media_type=PROBLEM_JSON)


def answer_problems(app: FastAPI) -> None:
    for refusal in _STATUS:
        app.add_exception_handler(refusal, _refusal)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _unexpected)


async def _refusal(request: Request, error: Exception) -> Response:
    status = next(s for kind, s in _STATUS.items() if isinstance(error, kind))
    return problem(request.scope, status, str(error), {"Retry-After": RETRY_AFTER_S} if status == 503 else None)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    has_own_sentence = error.detail != HTTPStatus(error.status_code).phrase
    sentence = error.detail if has_own_sentence else _HTTP_SENTENCES.get(error.status_code, error.detail)
    return problem(request.scope, error.status_code, sentence, error.headers)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    known = _fields_of_body(request.scope)
    fields = [{"field": _field(e["loc"]), "message": complaint(e, known)} for e in error.errors()[:_FIELDS_NAMED]]
    if reads_chinese(request.scope):
        fields = [{**f, "message": in_chinese(f["message"])} for f in fields]
        named = [f"{in_chinese(f['field'])}：{f['message']}" for f in fields]
        return problem(request.scope, 422, f"{'；'.join(named)}。", fields=fields)
    named = [f"{f['field']}: {f['message']}" for f in fields]
    return problem(request.scope, 422, f"{'; '.join(named)}.", fields=fields)


def _fields_of_body(scope: Scope) -> list[str]:
    """By the shape of the route that was asked; none where it takes no body."""
    taken = getattr(scope.get("route"), "body_field", None)
    shape = None if taken is None else taken.field_info.annotation
    return [f.name for f in fields_of(shape)] if is_dataclass(shape) else []


def _field(loc: Sequence[int | str]) -> str:
    """ "body", "query" and "path" say nothing to the caller, unless it is the whole body that is wrong."""
    name = ".".join(str(part) for part in loc[1:]) or str(loc[0])
    return name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}…"


async def _unexpected(request: Request, _: Exception) -> Response:
    return problem(
        request.scope,
        500,
        "Something went wrong on the server; it is in its log. Try again, or tell the administrator.",
    )
