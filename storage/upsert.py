"""INSERT … ON CONFLICT, which both databases have but SQLAlchemy spells per dialect."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.dml import Insert

__all__ = ["Insert", "upsert"]


def upsert(dialect: str, table: Table) -> Insert:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update; both dialects' have the same methods."""
    insert: Callable[[Table], Insert] = (sqlite if dialect == "sqlite" else postgresql).insert
    return insert(table)
