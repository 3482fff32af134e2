"""Which schema a database has, and the ways to the one that this program needs."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from domain.errors import Refusal, Unavailable
from storage.engine import open_engine
from storage.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"  # the last step in migrations/versions; known here, for Alembic takes a third of a second to import
_STEPS = Path(__file__).parent / "migrations"
_VERSION = "alembic_version"


class WrongSchema(Refusal):
    """The database is older or newer than the program."""


class Damaged(Refusal):
    """This is no database of ours, or not any more: nothing was touched."""


class Unreachable(Refusal):
    """The database does not answer, or does not let us in."""


def prepare(engine: Engine) -> None:
    """Let the database be ready for work: one that does not exist yet is made, any other is only looked at.

    :raises WrongSchema: older (`guanjia migrate` puts it right) or newer than this program
    :raises Damaged: an empty or broken file, or tables of somebody else
    :raises Unreachable: no answer
    """
    if is_absent(engine):
        with building(engine) as connection:
            upgrade(connection)
    else:
        verify(engine)


def migrate(engine: Engine) -> str | None:
    """Bring the database to this program's schema in one transaction; the version it had, None where there was none.

    Hold the lease meanwhile: whoever works on the database must not see it change.

    :raises WrongSchema: newer than this program
    :raises Damaged: nothing that could be brought forward
    """
    if is_absent(engine):
        prepare(engine)
        return None
    before = version(engine)
    _refuse_newer(before, engine)
    if before != HEAD:
        with engine.begin() as connection:
            upgrade(connection)
    return before


def verify(engine: Engine) -> None:
    """Pass in silence where the database has exactly this program's schema.

    :raises WrongSchema: older or newer
    :raises Damaged: absent, empty, broken or somebody else's
    """
    found = version(engine)
    _refuse_newer(found, engine)
    if found < HEAD:
        raise WrongSchema("schema-older", database=name_of(engine), found=found, needed=HEAD)


def _refuse_newer(found: str, engine: Engine) -> None:
    if found > HEAD:  # the numbers have four digits each
        raise WrongSchema("schema-newer", database=name_of(engine), found=found, needed=HEAD)


def version(engine: Engine) -> str:
    """The number of the last step that the database has taken.

    :raises Damaged: it has none
    """
    file = file_of(engine)
    if file and not file.exists():
        raise Damaged("database-missing", database=name_of(engine))
    if file and not file.stat().st_size:
        raise Damaged("database-empty", database=name_of(engine))
    with legible(engine), engine.connect().execution_options(reading=True) as connection:
        known = inspect(connection).has_table(_VERSION)
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    if found is None:
        raise Damaged("database-foreign", database=name_of(engine))
    if file and _is_torn(file):
        raise Damaged("database-damaged", database=name_of(engine), why="its last page is cut off")
    return str(found)


def _is_torn(file: Path) -> bool:
    """SQLite finds whole pages missing at its first look, but takes half a page for a whole one."""
    with file.open("rb") as opened:
        page = int.from_bytes(opened.read(18)[16:], "big")  # 1 stands for 65536
    journal = file.with_name(f"{file.name}-wal")  # after a crash the missing rest may be in it
    return bool(file.stat().st_size % max(page, 512)) and not (journal.exists() and journal.stat().st_size)


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
    except (sqlite3.DatabaseError, DBAPIError) as error:
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


@contextmanager
def building(engine: Engine) -> Iterator[Connection]:
    """One transaction in which the database is made anew: it is seen as a whole, or not at all.

    SQLite is built in a file beside it, which takes its place at the end; on PostgreSQL our tables are dropped first.
    """
    if file := file_of(engine):
        with _replacing(engine, file) as beside, beside.begin() as connection:
            yield connection
    else:
        with engine.begin() as connection:
            _drop_ours(connection)
            yield connection


@contextmanager
def _replacing(engine: Engine, file: Path) -> Iterator[Engine]:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.new")
    _remove(beside)
    beside.touch(mode=0o600)  # personal data; SQLite gives its journals the same mode
    other = open_engine(engine.url.set(database=str(beside)).render_as_string())
    try:
        yield other
        other.dispose()  # the last connection moves the journal into the file and deletes it
        engine.dispose()
        _remove(file, but_not_itself=True)  # a journal of the old file would be taken for the new one's
        beside.replace(file)
        fsync_folder(file.parent)
    finally:
        other.dispose()
        _remove(beside)


def _remove(file: Path, *, but_not_itself: bool = False) -> None:
    for suffix in ("-wal", "-shm", *([] if but_not_itself else [""])):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _drop_ours(connection: Connection) -> None:
    known = MetaData()
    known.reflect(connection, only=lambda name, _: name == _VERSION or name in metadata.tables)
    known.drop_all(connection)


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings; there is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - too slow for every start

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Take every step up to *revision*, in the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - too slow for every start

    command.upgrade(alembic_config(connection), revision)


def fsync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
