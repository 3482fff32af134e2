"""Everything in a database as one portable, checked file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Engine, MetaData, Table, func, select

from storage.place import legible
from storage.schema import version
from storage.sealed import sealing, unsealed

Progress = Callable[[int, int], None]  # how many rows of how many
CHUNK = 1000
_SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {"reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of a backup."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first line of a backup, what is in it; then follow the rows, table after table, one a line."""

    schema: str
    made_at: datetime
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many in all."""
        return sum(part.rows for part in self.parts)


def backup(engine: Engine, path: Path, *, now: datetime, progress: Progress = lambda _done, _total: None) -> Manifest:
    """Write all rows as they are at one moment, while others go on working; a file of that name is replaced.

    An older schema is written as it is: one makes a backup before one migrates.

    :raises Damaged: there is nothing to read
    :raises BadBackup: the file could not be written
    """
    schema = version(engine)
    options = _SNAPSHOT[engine.dialect.name]
    with sealing(path) as file, legible(engine), engine.connect().execution_options(**options) as connection:
        tables = tables_of(connection)
        parts = tuple(_part(connection, table) for table in tables)
        manifest = Manifest(schema=schema, made_at=now, parts=parts)
        file.write(orjson.dumps(manifest) + b"\n")
        done = 0
        for table in tables:
            chosen = select(table).order_by(*table.primary_key)
            for rows in connection.execution_options(yield_per=CHUNK).execute(chosen).partitions():
                file.write(b"".join(orjson.dumps(tuple(row), default=_plain) + b"\n" for row in rows))
                done += len(rows)
                progress(done, manifest.rows)
    return manifest


def examine(path: Path) -> Manifest:
    """What is in a backup of which every byte is as it was written.

    :raises BadBackup: it is not
    """
    with unsealed(path) as file:
        return read_manifest(file)


def read_manifest(lines: Iterable[bytes]) -> Manifest:
    """The first of the lines."""
    stated = orjson.loads(next(iter(lines)))
    return Manifest(
        schema=stated["schema"],
        made_at=datetime.fromisoformat(stated["made_at"]),
        parts=tuple(Part(**{**part, "columns": tuple(part["columns"])}) for part in stated["parts"]),
    )


def tables_of(connection: Connection) -> list[Table]:
    """The tables as this database has them, whatever its schema; who is referred to comes first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _part(connection: Connection, table: Table) -> Part:
    rows = connection.scalar(select(func.count()).select_from(table))
    return Part(name=table.name, columns=tuple(table.columns.keys()), rows=cast("int", rows))


def _plain(value: object) -> str:
    """What JSON does not know; the column's type says how to read it again."""
    match value:
        case bytes():
            return b64encode(value).decode()
        case Decimal():
            return str(value)
        case _:
            raise TypeError(f"a backup cannot hold a {type(value).__name__} yet")
