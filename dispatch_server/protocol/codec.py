"""Dataclasses to JSON and back. Instants are RFC 3339 in UTC, durations are seconds, enums are their values."""

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Json = Any


class Malformed(ValueError):
    """The JSON does not have the shape asked for; the message names the field."""


def encode(value: object) -> Json:
    """JSON-able form of a dataclass, or of anything a dataclass of ours may hold."""
    kind: Any = type(value)
    return _writer(kind)(value)


def canonical(value: object) -> str:
    """The one text of a value: keys sorted, no spaces. Two texts are equal when the values are."""
    return _CANONICAL.encode(encode(value))


def decode(shape: type[T], data: Json, where: str = "body") -> T:
    """The inverse of `encode`; unknown keys are ignored, so that a newer tablet can talk to an older server."""
    reader = _reader(cast(Any, shape))
    return cast(T, reader(data, where))


def plain(data: Json, where: str = "body") -> Json:
    """JSON from outside as it came, refused where a database or another JSON reader could not hold it."""
    if not _is_plain(data):
        _require_plain(data, where)
    return data


def _is_plain(data: Json) -> bool:
    """Every body goes through here: no paths are spelled out for what is well."""
    kind = type(data)
    if kind is dict:
        return all(map(_is_plain, data)) and all(map(_is_plain, data.values()))
    if kind is list:
        return all(map(_is_plain, data))
    if kind is str:
        return "\0" not in data and (data.isascii() or not _has_half_a_character(data))
    if kind is float:
        return isfinite(data)
    return kind is not int or -(2**63) < data < 2**63


def _require_plain(data: Json, where: str) -> None:
    if isinstance(data, str):
        if "\0" in data or _has_half_a_character(data):
            raise Malformed(f"{where} holds a character that is not text.")
    elif isinstance(data, float):
        if not isfinite(data):
            raise Malformed(f"{where} must be a number.")
    elif isinstance(data, int):
        if abs(data) >= 2**63:
            raise Malformed(f"{where} is too large.")
    elif isinstance(data, dict):
        for key, item in data.items():
            _require_plain(key, where)
            _require_plain(item, f"{where}.{key}")
    elif isinstance(data, list):
        for n, item in enumerate(data):
            _require_plain(item, f"{where}[{n}]")


def _has_half_a_character(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PLAIN = frozenset({str, int, float, bool, type(None)})

Writer = Callable[[Any], Json]


@cache
def _names(shape: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(shape))


@cache
def _writer(shape: Any) -> Writer:
    """How values of exactly this type are written, found out once: every fact and every state goes through here."""
    if shape in _PLAIN:
        return lambda value: value
    if is_dataclass(shape):
        return _dataclass_writer(shape)
    for kind, writer in _WRITERS.items():
        if issubclass(shape, kind):
            return writer
    raise TypeError(f"{shape.__name__} has no JSON form")


def _dataclass_writer(shape: Any) -> Writer:
    names = _names(shape)

    def write(value: Any) -> Json:
        written = {}
        for name in names:
            item = getattr(value, name)
            kind: Any = type(item)
            written[name] = item if kind in _PLAIN else _writer(kind)(item)
        return written

    return write


def _write_datetime(value: datetime) -> str:
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()


_WRITERS: dict[type, Writer] = {
    Enum: lambda value: value._value_,
    datetime: _write_datetime,
    timedelta: timedelta.total_seconds,
    dict: lambda value: {key: item if type(item) in _PLAIN else encode(item) for key, item in value.items()},
    list: lambda value: [encode(item) for item in value],
    tuple: lambda value: [encode(item) for item in value],
    frozenset: lambda value: sorted(encode(item) for item in value),
    set: lambda value: sorted(encode(item) for item in value),
}


Reader = Callable[[Json, str], Any]


@cache
def _reader(shape: Any) -> Reader:
    if is_dataclass(shape):
        return _dataclass_reader(cast(type, shape))
    origin = get_origin(shape)
    if origin is Union or origin is types.UnionType:
        return _union_reader(get_args(shape))
    if origin in (tuple, list, frozenset):
        return _many_reader(origin, get_args(shape)[0])
    if origin is dict or shape is dict:
        return _leaf_reader((dict,), "an object")
    if shape is Any:
        return lambda data, _: data
    if isinstance(shape, type) and issubclass(shape, Enum):
        return _enum_reader(shape)
    return _LEAVES[shape]


def _dataclass_reader(shape: type) -> Reader:
    hints = get_type_hints(shape)
    required = {f.name for f in fields(shape) if f.default is MISSING and f.default_factory is MISSING}
    readers: list[tuple[str, Reader]] = []

    def read(data: Json, where: str) -> Any:
        if not readers:
            readers.extend((name, _reader(hints[name])) for name in _names(shape))
        if not isinstance(data, dict):
            raise Malformed(f"{where} must be an object.")
        if missing := required - data.keys():
            raise Malformed(f"{where} lacks {', '.join(sorted(missing))}.")
        try:
            values = {name: reader(data[name], where) for name, reader in readers if name in data}
        except Malformed:  # read again to say where: the paths of what is well would cost as much as the reading
            values = {name: reader(data[name], f"{where}.{name}") for name, reader in readers if name in data}
        try:
            return shape(**values)
        except ValueError as error:
            raise Malformed(f"{where}: {error}") from None

    return read


def _union_reader(choices: tuple[Any, ...]) -> Reader:
    [inner] = [choice for choice in choices if choice is not type(None)]
    reader: Reader | None = None

    def read(data: Json, where: str) -> Any:
        nonlocal reader
        if data is None:
            return None
        reader = reader or _reader(inner)  # not before: a dataclass may name itself
        return reader(data, where)

    return read


def _many_reader(container: Callable[[Any], Any], inner: Any) -> Reader:
    def read(data: Json, where: str) -> Any:
        if not isinstance(data, list):
            raise Malformed(f"{where} must be a list.")
        reader = _reader(inner)
        try:
            return container([reader(item, where) for item in data])
        except Malformed:
            return container([reader(item, f"{where}[{n}]") for n, item in enumerate(data)])

    return read


def _enum_reader(shape: type[Enum]) -> Reader:
    members = {member.value: member for member in shape}

    def read(data: Json, where: str) -> Enum:
        if type(data) is str and data in members:
            return members[data]
        try:
            return shape(data)
        except ValueError:
            choices = ", ".join(str(member.value) for member in shape)
            raise Malformed(f"{where} must be one of: {choices}.") from None

    return read


def _leaf_reader(kinds: tuple[type, ...], name: str) -> Reader:
    def read(data: Json, where: str) -> Any:
        if type(data) is kinds[0]:
            return data
        if not isinstance(data, kinds) or (isinstance(data, bool) and bool not in kinds):
            raise Malformed(f"{where} must be {name}.")
        try:
            return kinds[0](data)
        except OverflowError:
            raise Malformed(f"{where} is too large.") from None

    return read


def _read_datetime(data: Json, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(data)
        if moment.tzinfo is not None:
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise Malformed(f"{where} must be a time with its offset, such as 2026-05-01T08:30:00+08:00.")


def _read_timedelta(data: Json, where: str) -> timedelta:
    try:
        return timedelta(seconds=_leaf_reader((float, int), "seconds")(data, where))
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Malformed) else Malformed(f"{where} must be seconds.") from None


_LEAVES: dict[Any, Reader] = {
    str: _leaf_reader((str,), "text"),
    int: _leaf_reader((int,), "a whole number"),
    float: _leaf_reader((float, int), "a number"),
    bool: _leaf_reader((bool,), "true or false"),
    datetime: _read_datetime,
    timedelta: _read_timedelta,
}
