"""A backup put back into either database: all of it, or nothing."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Connection, Engine, Integer, Table, exists, func, insert, select

from domain.errors import Refusal
from storage.backup import CHUNK, Manifest, Part, Progress, examine, read_manifest, tables_of
from storage.lease import hold
from storage.place import file_of, is_absent, legible, name_of
from storage.schema import WrongSchema, verify
from storage.sealed import BadBackup, unsealed
from storage.steps import HEAD, building, upgrade

_READ: dict[type, Callable[[Any], Any]] = {
    bytes: b64decode,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}


class NotEmpty(Refusal):
    """There is something in the database that would be lost."""


def restore(
    engine: Engine,
    path: Path,
    *,
    now: datetime,
    force: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Manifest:
    """Make the database what it was when the backup was written, brought forward to this program's schema.

    The whole file is checked before anything is touched. Holds the lease meanwhile.

    :raises BadBackup: one bit of the file is not as it was written
    :raises WrongSchema: the backup is of a newer program
    :raises NotEmpty: the database holds rows, and *force* does not say that they may go
    :raises Damaged: the database is broken; with *force* an SQLite file is replaced
    :raises AlreadyRunning: somebody works on the database
    """
    manifest = examine(path)
    if manifest.schema > HEAD:
        raise WrongSchema("backup-newer", file=str(path), found=manifest.schema, needed=HEAD)
    with hold(engine, now=now):
        _protect(engine, force)
        with unsealed(path) as lines, building(engine) as connection:
            if read_manifest(lines) != manifest:
                raise BadBackup("backup-changed", file=str(path))  # another file by now
            upgrade(connection, manifest.schema)
            _load(connection, manifest, lines, progress)
            upgrade(connection)
    return manifest


def _protect(engine: Engine, force: bool) -> None:
    if is_absent(engine) or (force and file_of(engine)):
        return
    if not file_of(engine):
        verify(engine)  # whose tables they are has to be plain before they are dropped
    if not force and _has_rows(engine):
        raise NotEmpty("restore-not-empty", database=name_of(engine))


def _has_rows(engine: Engine) -> bool:
    with legible(engine), engine.connect().execution_options(reading=True) as connection:
        return any(connection.scalar(select(exists().select_from(table))) for table in tables_of(connection))


def _load(connection: Connection, manifest: Manifest, lines: Iterable[bytes], progress: Progress) -> None:
    tables = {table.name: table for table in tables_of(connection)}
    rest, done = iter(lines), 0
    for part in manifest.parts:
        table = tables[part.name]
        for rows in _chunks(rest, part, _readers(connection, table)):
            connection.execute(insert(table), rows)
            done += len(rows)
            progress(done, manifest.rows)
        _continue_counting(connection, table)
    if done != manifest.rows or next(rest, None) is not None:
        raise AssertionError("a sealed backup has other rows than it says")


def _chunks(
    lines: Iterator[bytes], part: Part, readers: Mapping[str, Callable[[Any], Any]]
) -> Iterator[list[dict[str, Any]]]:
    mine = islice(lines, part.rows)
    while some := list(islice(mine, CHUNK)):
        rows = [dict(zip(part.columns, orjson.loads(line), strict=True)) for line in some]
        for name, read in readers.items():
            for row in rows:
                if row[name] is not None:
                    row[name] = read(row[name])
        yield rows


def _readers(connection: Connection, table: Table) -> dict[str, Callable[[Any], Any]]:
    """How to make each column's values what they were, where JSON does not know their type."""
    readers = {column.name: _READ.get(column.type.python_type) for column in table.columns}
    if connection.dialect.name == "postgresql":
        readers |= {column.name: _without_nul for column in table.columns if column.type.python_type is str}
    for column in table.columns:
        _keep_null(column)
    return {name: read for name, read in readers.items() if read}


def _without_nul(value: str) -> str:
    """SQLite takes a NUL in a text, PostgreSQL does not: the sign for an unreadable character stands in."""
    return value.replace("\0", "\ufffd")


def _keep_null(column: Column[Any]) -> None:
    """Nothing stays nothing in a JSON column, it does not become JSON's own null."""
    if isinstance(column.type, JSON):
        column.type.none_as_null = bool(column.nullable)


def _continue_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows; SQLite looks at the rows."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        if isinstance(column.type, Integer):
            name = connection.dialect.identifier_preparer.format_table(table)
            counter = func.pg_get_serial_sequence(name, column.name)
            connection.execute(select(func.setval(counter, func.max(column))).having(func.max(column).is_not(None)))
