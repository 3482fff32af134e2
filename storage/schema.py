"""Which schema a database has, and what is done about it at start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from domain.errors import Refusal
from storage import queue
from storage.place import Damaged, file_of, is_absent, legible, name_of
from storage.steps import HEAD, altering, building, upgrade

LOOKED_THROUGH = 50_000_000  # bytes, at start


class WrongSchema(Refusal):
    """The database is older or newer than the program."""


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
        _look_through(engine)


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
        with altering(engine) as connection:
            upgrade(connection)
    if not queue.fits(engine):
        with engine.begin() as connection:
            queue.rebuild(connection)
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
    if not queue.fits(engine):
        raise WrongSchema("schema-older", database=name_of(engine), found=f"{found}-", needed=f"{HEAD} (Procrastinate)")


def _look_through(engine: Engine) -> None:
    """Whether every page of an SQLite file fits the others; a large one waits for `guanjia check`."""
    if (file := file_of(engine)) and file.stat().st_size <= LOOKED_THROUGH:
        with legible(engine), engine.connect().execution_options(reading=True) as connection:
            fault = connection.scalar(text("PRAGMA quick_check(1)"))
        if fault != "ok":
            raise Damaged("database-damaged", database=name_of(engine), why=" ".join(str(fault).split()))


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
        known = inspect(connection).has_table("alembic_version")
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
        page = connection.scalar(text("PRAGMA page_size")) if file else None
    if found is None:
        raise Damaged("database-foreign", database=name_of(engine))
    if file and page and _is_torn(file, page):
        raise Damaged("database-damaged", database=name_of(engine), why="its last page is cut off")
    return str(found)


def _is_torn(file: Path, page: int) -> bool:
    """SQLite finds whole pages missing at its first look, but takes half a page for a whole one.

    The file must not be opened here: closing it again would drop the locks that this process's connections hold on
    it (POSIX), and the next command that ends would take itself for the last one and remove the running service's log.
    """
    journal = file.with_name(f"{file.name}-wal")  # after a crash the missing rest may be in it
    return bool(file.stat().st_size % page) and not (journal.exists() and journal.stat().st_size)
