"""How a schema is made and changed: Alembic's steps, in one transaction that shows itself as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, text

from storage.engine import open_engine
from storage.place import Damaged, file_of, fsync_folder
from storage.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"  # the last step in migrations/versions; known here, for Alembic takes a third of a second to import
_STEPS = Path(__file__).parent / "migrations"


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


@contextmanager
def building(engine: Engine) -> Iterator[Connection]:
    """One transaction in which the database is made anew: it is seen as a whole, or not at all.

    SQLite is built in a file beside it, which takes its place at the end; on PostgreSQL our tables are dropped first.
    """
    if file := file_of(engine):
        with _replacing(engine, file) as beside, altering(beside) as connection:
            yield connection
    else:
        with engine.begin() as connection:
            _drop_ours(connection)
            yield connection


@contextmanager
def altering(engine: Engine) -> Iterator[Connection]:
    """A transaction in which a table may be made anew though others refer to it.

    SQLite would delete the rows that refer to it; so it looks at the references at the end instead.

    :raises Damaged: a reference leads nowhere
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")  # not heeded once a transaction has begun
        try:
            with connection.begin():
                yield connection
                for table, _row, parent, _key in connection.execute(text("PRAGMA foreign_key_check")):
                    raise Damaged("check-references-broken", table=table, parent=parent, count=1)
        finally:
            connection.invalidate()  # nobody else shall get a connection that checks nothing


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
    known.reflect(connection, only=lambda name, _: name == "alembic_version" or name in metadata.tables)
    known.drop_all(connection)
