"""The tables of Procrastinate, which hands work to the processes of an installation, in a schema of their own.

Nothing in them is a record of ours: they may be thrown away at any time, and are when its version changes.
"""

from __future__ import annotations

from importlib import resources
from importlib.metadata import version

from sqlalchemy import URL, Connection, Engine, text

SCHEMA = "procrastinate"
_COMMENT = text("SELECT obj_description(to_regnamespace(:name), 'pg_namespace')")


def rebuild(connection: Connection) -> None:
    """Make its tables, as the installed version wants them, in the caller's transaction."""
    remove(connection)
    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute((resources.files("procrastinate.sql") / "schema.sql").read_text("utf-8"))  # many statements in one text
    connection.execute(text("SET LOCAL search_path TO DEFAULT"))
    connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{version('procrastinate')}'"))


def remove(connection: Connection) -> None:
    """Take its tables away."""
    connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


def fits(engine: Engine) -> bool:
    """Are the tables there, and of the installed version? SQLite has none and needs none."""
    if engine.dialect.name == "sqlite":
        return True
    with engine.connect() as connection:
        found: str | None = connection.scalar(_COMMENT, {"name": SCHEMA})
    return found == version("procrastinate")


def address(url: URL) -> str:
    """How libpq is told where the database is."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
