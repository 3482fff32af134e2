"""INSERT … ON CONFLICT, which both databases have but SQLAlchemy spells per dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects.sqlite.dml import Insert


def upsert(connection: Connection, table: Table) -> Insert:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update; both dialects' have the same methods."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)  # type: ignore[return-value]
