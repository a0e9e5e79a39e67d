"""What is wrong with one field, in words of our own.

The validator speaks English, and of its own types; a reader is told what to send, and in Chinese where he reads that.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

Context = Mapping[str, Any]

WORTH_COMPARING = 3  # letters: "q" is in too many words to be what was meant
_DATE = "must be a date, such as 2026-05-01"
_QUOTED = re.compile(r"'([^']*)'")

UNFAMILIAR = "does not have the form that is asked for; see /api/v1/openapi.json"

PLAIN: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "has too many digits",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "too_early": "lies before the year 2000; send the time the customer called, or leave it out",
    "moment": "must be a time with its offset, such as 2026-05-01T08:30:00+08:00",
    "repeated_parameter": "is given more than once; send it once",
}
_COUNTED: Mapping[str, Callable[[Context], str]] = {
    "greater_than_equal": lambda said: f"must be {said['ge']:g} or more",
    "less_than_equal": lambda said: f"must be {said['le']:g} or less" if said["le"] < 1e6 else "is too large",
    "string_too_short": lambda said: f"must have a length of {said['min_length']} or more",
    "too_short": lambda said: f"must have a length of {said['min_length']} or more",
    "string_too_long": lambda said: f"must have a length of {said['max_length']} or less",
    "too_long": lambda said: f"must have a length of {said['max_length']} or less",
    "enum": lambda said: f"must be one of: {', '.join(_QUOTED.findall(said['expected']))}",
}


def complaint(error: Mapping[str, Any], known: Sequence[str]) -> str:
    """`error` as pydantic gives it; `known` are the fields that the request may have."""
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        return _unknown(str(error["loc"][-1]), known)
    if kind == "unknown_parameter":
        return _unknown_parameter(str(error["loc"][-1]), error["ctx"]["known"])
    if kind in _COUNTED:
        return _COUNTED[kind](error["ctx"])
    return PLAIN.get(kind, UNFAMILIAR)


def _unknown(name: str, known: Sequence[str]) -> str:
    """A field that nobody reads was meant to say something: a wrong letter must not lose an address."""
    meant = _meant_by(name, known)
    if meant is None:
        return f"is not a field of this request; its fields are: {', '.join(known)}"
    return f"is not a field of this request; {meant} may be meant"


def _unknown_parameter(name: str, known: Sequence[str]) -> str:
    if not known:
        return "is not a parameter of this address; it takes none"
    meant = _meant_by(name, known)
    if meant is None:
        return f"is not a parameter of this address; its parameters are: {', '.join(known)}"
    return f"is not a parameter of this address; {meant} may be meant"


def _meant_by(name: str, known: Sequence[str]) -> str | None:
    if close := get_close_matches(name.lower(), known, 1):
        return close[0]
    within = [k for k in known if min(len(k), len(name)) >= WORTH_COMPARING and (name in k or k in name)]
    return within[0] if within else None
