"""Where a database is, and what keeps it from being read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from domain.errors import Refusal, Unavailable


class Damaged(Refusal):
    """This is no database of ours, or not any more: nothing was touched."""


class Unreachable(Refusal):
    """The database does not answer, or does not let us in."""


@contextmanager
def legible(engine: Engine) -> Iterator[None]:
    """Say in one line what keeps a database from being read.

    :raises Damaged: it is no database, or a broken one
    :raises Unreachable: no answer
    """
    try:
        yield
    except Unavailable as error:
        raise Unreachable("database-unreachable", database=name_of(engine), why=_line(error.__cause__)) from error
    except (sqlite3.OperationalError, OSError) as error:  # raised while connecting, before SQLAlchemy wraps it
        raise Unreachable("database-unreachable", database=name_of(engine), why=_line(error)) from error
    except (sqlite3.DatabaseError, DBAPIError, UnicodeDecodeError) as error:  # SQLite quotes what it cannot read
        why = _line(getattr(error, "orig", error))
        raise Damaged("database-damaged", database=name_of(engine), why=why) from error


def _line(error: object) -> str:
    return " ".join(str(error).split())


def file_of(engine: Engine) -> Path | None:
    """The SQLite file; None for PostgreSQL and for a database in memory."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return None if name in {None, "", ":memory:"} else Path(str(name))


def name_of(engine: Engine) -> str:
    """The database as one speaks of it, without its password."""
    return str(file_of(engine) or engine.url.render_as_string())


def is_absent(engine: Engine) -> bool:
    """No SQLite file, or a PostgreSQL database without a single table, as `createdb` leaves it."""
    if file := file_of(engine):
        return not file.exists()
    with legible(engine), engine.connect().execution_options(reading=True) as connection:
        return not inspect(connection).get_table_names()


def fsync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
