"""One file that either database can be restored from: a zip with a table's rows as JSON lines in each entry.

Written from one snapshot while servers run. The last entry says what the others hold, with their SHA-256 sums.
"""

import base64
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    Boolean,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    func,
    insert,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from dispatch_server.store.opening import alone_in, prepare
from dispatch_server.store.questions import Question
from dispatch_server.store.schema import NEWEST, REVISIONS, upgrade
from dispatch_server.store.store import Store
from dispatch_server.store.work import Reading

FORMAT = 1
CONTENTS = "contents.json"
PAGE = 1_000
CHUNK = 1 << 20

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError)

Values = Mapping[str, Any]


class BackupRefused(Exception):
    """The backup or the restore was not done; the sentence says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class TableHeld:
    name: str
    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    format: int
    schema: str
    made_at: str
    tables: list[TableHeld]


# Backup


def backup(store: Store, file: Path) -> Contents:
    """Writes beside the file first and takes its name at the end: a backup that fails leaves the one before."""
    part = file.with_name(f"{file.name}.part")
    try:
        contents = store.read(lambda reading: _write(reading, part))
        part.replace(file)
        return contents
    except OSError as error:
        raise BackupRefused(f"The backup could not be written to {file}: {error.strerror}.") from error
    finally:
        if part.is_file():
            part.unlink()


def _write(reading: Reading, part: Path) -> Contents:
    # Readable by us alone: it holds callers' names and numbers.
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            held = [_write_table(reading, archive, table) for table in SQLModel.metadata.sorted_tables]
            contents = Contents(FORMAT, NEWEST, reading.now.isoformat(), held)
            archive.writestr(CONTENTS, json.dumps(asdict(contents), indent=1))
        opened.flush()
        os.fsync(opened.fileno())
    return contents


def _write_table(reading: Reading, archive: zipfile.ZipFile, table: Table) -> TableHeld:
    digest, rows = hashlib.sha256(), 0
    encode = _row_encoder(table)
    with archive.open(_entry(table.name), "w", force_zip64=True) as entry:
        for row in _rows(reading, table):
            line = encode(row)
            digest.update(line)
            entry.write(line)
            rows += 1
    return TableHeld(table.name, [c.name for c in table.columns], rows, digest.hexdigest())


def _rows(reading: Reading, table: Table) -> Iterator[Sequence[Any]]:
    """All rows by their keys, a page at a time."""
    order = list(table.primary_key)
    at = [list(table.columns).index(column) for column in order]
    page = 1 if any(isinstance(c.type, LargeBinary) for c in table.columns) else PAGE  # a layer file may be large
    first = select(table).order_by(*order).limit(page)
    after = tuple_(*order) > tuple_(*(bindparam(f"after_{n}", type_=c.type) for n, c in enumerate(order)))
    rows = reading.rows(Question(first))
    further = Question(first.where(after))
    while rows:
        yield from rows
        rows = reading.rows(further, **{f"after_{n}": rows[-1][i] for n, i in enumerate(at)})


def _row_encoder(table: Table) -> Callable[[Sequence[Any]], bytes]:
    encoders = {i: _encoder(column.type) for i, column in enumerate(table.columns)}
    special = {i: encoder for i, encoder in encoders.items() if encoder is not None}

    def encode(row: Sequence[Any]) -> bytes:
        values = list(row)
        for i, encoder in special.items():
            values[i] = None if values[i] is None else encoder(values[i])
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    return encode


def _encoder(of_type: object) -> Callable[[Any], Any] | None:
    if isinstance(of_type, Boolean):
        return bool  # SQLite gives 0 and 1
    if isinstance(of_type, LargeBinary):
        return lambda content: base64.b64encode(content).decode()
    return None


def _entry(table: str) -> str:
    return f"{table}.jsonl"


# Restore


def restore(address: str, file: Path) -> Contents:
    """Into an empty database; one from an older Relight is brought to the newest schema on the way."""
    try:
        with zipfile.ZipFile(file) as archive:
            contents = _checked(archive, file)
            prepare(address)
            _restore(address, archive, contents)
            return contents
    except FileNotFoundError as error:
        raise BackupRefused(f"There is no file {file}.") from error
    except zipfile.BadZipFile as error:
        raise _damaged(file, error) from error


def _checked(archive: zipfile.ZipFile, file: Path) -> Contents:
    """Reads all of it once: nothing is touched before every sum is right."""
    try:
        said = json.loads(archive.read(CONTENTS))
        if said["format"] != FORMAT:
            raise BackupRefused(f"{file} was written by a newer Relight; install that version to restore it.")
        contents = Contents(**{**said, "tables": [TableHeld(**held) for held in said["tables"]]})
        for held in contents.tables:
            with archive.open(_entry(held.name)) as entry:
                if _sum(entry) != held.sha256:
                    raise zipfile.BadZipFile(f"the sum of {held.name} is wrong")
    except _DAMAGE as error:
        raise _damaged(file, error) from error
    if contents.schema not in REVISIONS:
        raise BackupRefused(f"{file} was written by a newer Relight (schema {contents.schema}); install that version.")
    return contents


def _sum(entry: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := entry.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _damaged(file: Path, error: Exception) -> BackupRefused:
    return BackupRefused(f"{file} is not a whole backup of Relight ({error}). Nothing was changed; take another file.")


def _restore(address: str, archive: zipfile.ZipFile, contents: Contents) -> None:
    with alone_in(address) as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(SQLModel.metadata.tables)
            connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        _require_empty(connection)
        if contents.schema != NEWEST:
            _begin_again_at(connection, contents.schema)
        for held in contents.tables:
            try:
                _load(connection, archive, held)
            except DBAPIError as error:
                raise BackupRefused(
                    f"{held.name} cannot be restored here: {error.orig}. Nothing was changed."
                ) from error
        _tell_servers(connection)
        if contents.schema != NEWEST:
            upgrade(connection, NEWEST)


def _require_empty(connection: Connection) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise BackupRefused(
                f"This database is not empty (there are rows in {table.name}). Restore into a new one: name it in "
                "RELIGHT_DATABASE_URL. Nothing was changed."
            )


def _begin_again_at(connection: Connection, revision: str) -> None:
    SQLModel.metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")
    upgrade(connection, revision)


def _load(connection: Connection, archive: zipfile.ZipFile, held: TableHeld) -> None:
    table = Table(held.name, MetaData(), autoload_with=connection)
    with archive.open(_entry(held.name)) as entry:
        rows = map(_row_decoder(table, held), count(1), entry)
        while page := list(islice(rows, PAGE)):
            connection.execute(insert(table), page)
    _number_on(connection, table)


def _row_decoder(table: Table, held: TableHeld) -> Callable[[int, bytes], Values]:
    binary = [name for name in held.columns if isinstance(table.c[name].type, LargeBinary)]

    def decode(n: int, line: bytes) -> Values:
        row = dict(zip(held.columns, json.loads(line), strict=True))
        for name in binary:
            row[name] = base64.b64decode(row[name])
        return row

    return decode


def _number_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's sequences go on after the highest id."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            next_one = connection.scalar(select(func.coalesce(func.max(column), 0) + 1))
            connection.execute(select(func.setval(sequence, next_one, False)))


def _tell_servers(connection: Connection) -> None:
    if inspect(connection).has_table("versions"):
        versions = Table("versions", MetaData(), autoload_with=connection)
        connection.execute(update(versions).values(n=versions.c.n + 1))
