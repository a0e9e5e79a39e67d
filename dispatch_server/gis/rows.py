"""Rows of a CSV layer, read by column with complaints that name the file and the line."""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from dispatch_server.domain.refusals import BadInput
from dispatch_server.gis.datums import to_wgs84
from dispatch_server.gis.folder import HEADERS, WITH_POSITIONS, Folder, at
from dispatch_server.protocol.geo import LonLat

if TYPE_CHECKING:
    from _csv import Reader

T = TypeVar("T")
Read = tuple[list[T], list[str]]  # what could be read, and what was wrong with the rest


NO_TEXT = "\0"  # PostgreSQL keeps no text that holds it
MOST_CHARS = 500  # an address has sixty; an index of PostgreSQL keeps no text of much more
MOST = 1_000_000  # metres, people, customers, house numbers: sums of more overflow what is reckoned with them
ROWS_BETWEEN_WORDS = 100_000  # about a second of reading
_SHOWN = 40  # characters of a wrong value


class Row:
    __slots__ = ("_crs", "_values", "where")

    def __init__(self, where: str, values: dict[str, str], crs: str | None) -> None:
        self.where = where
        self._values = values
        self._crs = crs

    def wrong(self, what: str) -> BadInput:
        return BadInput(at(self.where, what))

    def whole_text(self, column: str) -> str:
        """However long; "" too for an optional column that the file does not have."""
        return self._values.get(column, "").strip()

    def maybe(self, column: str) -> str:
        value = self.whole_text(column)
        if len(value) > MOST_CHARS:
            raise self.wrong(too_long(column, value))
        return value

    def text(self, column: str) -> str:
        value = self.maybe(column)
        if not value:
            raise self.wrong(f"{column} is empty.")
        return value

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(w for word in self.maybe(column).split("|") if (w := word.strip()))

    def number(self, column: str, least: int = 0, most: int = MOST) -> float:
        said = self.whole_text(column)
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:  # true for what is no number
            raise self.wrong(f"{column} must be a number from {least:,} to {most:,}, not {_shown(said)}.")
        return value

    def whole(self, column: str, least: int = 0) -> int:
        value = self.number(column, least)
        if not value.is_integer():
            raise self.wrong(f"{column} must be a whole number, not {_shown(self.whole_text(column))}.")
        return int(value)

    def flag(self, column: str) -> bool:
        value = self.whole_text(column)
        if value not in ("0", "1"):
            raise self.wrong(f"{column} must be 0 or 1, not {_shown(value)}.")
        return value == "1"

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        value = self.whole_text(column)
        if value not in choices:
            raise self.wrong(f"{column} must be one of {', '.join(choices)}, not {_shown(value)}.")
        return value

    def minute_of_day(self, column: str) -> int:
        """24:00 is the end of the day."""
        said = self.maybe(column)
        hour, colon, minute = said.partition(":")
        if colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60:
            minutes = int(hour) * 60 + int(minute)
            if minutes <= 24 * 60:
                return minutes
        raise self.wrong(f"{column} must be a time such as 07:30, not {_shown(said)}.")

    def position(self) -> LonLat:
        """In WGS-84, by the datum that the manifest states for the file."""
        return self._converted(self.number("lon", -180, 180), self.number("lat", -90, 90))

    def line(self, column: str) -> tuple[LonLat, ...]:
        """Two positions or more, written "lon lat;lon lat"."""
        try:
            pairs = [tuple(float(n) for n in pair.split()) for pair in self.whole_text(column).split(";")]
        except ValueError:
            pairs = []
        if len(pairs) < 2 or any(len(pair) != 2 for pair in pairs):
            raise self.wrong(f'{column} must be two positions or more, written "lon lat;lon lat".')
        return tuple(self._converted(*pair) for pair in pairs)

    def _converted(self, lon: float, lat: float) -> LonLat:
        if self._crs is None:
            raise self.wrong("the manifest does not say the crs of this file.")
        try:
            return to_wgs84(LonLat(lon, lat), self._crs)
        except BadInput:
            raise
        except ValueError as error:
            raise self.wrong(str(error)) from None


def rows_of(folder: Folder, file: str) -> Iterator[Row]:
    """The columns that `HEADERS` names must be there; others may be."""
    crs = folder.crs_of(file) if file in WITH_POSITIONS else None
    text = folder.text(file)
    if NO_TEXT in text:
        row = text.count("\n", 0, text.index(NO_TEXT)) + 1
        raise BadInput(at(f"{file} line {row}", "it holds a character that is not text."))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = HEADERS[file].split()
    header = header_of(reader, file, columns)
    if missing := [c for c in columns if c not in header]:
        raise BadInput(f"{file} lacks the column {missing[0]}; its first line must name {', '.join(columns)}.")
    n = 0
    try:
        for values in reader:
            if not values:
                continue
            where = folder.where(file, n, f"line {reader.line_num}")
            if len(values) != len(header):
                raise BadInput(at(where, f"{len(values)} values for {len(header)} columns."))
            yield Row(where, dict(zip(header, values, strict=True)), crs)
            n += 1
            if n % ROWS_BETWEEN_WORDS == 0:
                folder.say(at(folder.label(file), f"{n:,} rows so far."))
    except csv.Error as error:
        raise BadInput(at(folder.where(file, n, f"line {reader.line_num}"), f"{error}.")) from None


def header_of(reader: "Reader", label: str, read: Collection[str]) -> list[str]:
    """`read`: the columns that somebody will look for; others may stand there twice."""
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise BadInput(at(f"{label} line {reader.line_num}", f"{error}.")) from None
    if twice := next((column for column in read if header.count(column) > 1), None):
        raise BadInput(f"{label} names the column {twice} twice in its first line; one of them must go.")
    return header


def too_long(column: str, value: str) -> str:
    return f"{column} has {len(value):,} characters; {MOST_CHARS:,} are the most that is kept."


def _shown(said: str) -> str:
    return repr(said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…")


def read_all(rows: Iterator[Row], make: Callable[[Row], T]) -> Read[T]:
    records: list[T] = []
    complaints: list[str] = []
    try:
        for row in rows:
            try:
                records.append(make(row))
            except BadInput as error:
                complaints.append(str(error))
    except BadInput as error:
        complaints.append(str(error))
    return records, complaints
