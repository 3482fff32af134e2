"""Answers and values of estates in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update
from sqlalchemy import delete as remove

from domain.errors import Stale
from domain.knowledge.model import Entry, Status
from storage.tables import estate_values, knowledge_entries
from storage.upsert import upsert

_COLUMNS = [knowledge_entries.c[field.name] for field in fields(Entry)]
_NAMES = [field.name for field in fields(Entry) if field.name != "id"]
_WHAT = knowledge_entries.c


def _entry(row: Row[Any]) -> Entry:
    values = row._asdict()
    return Entry(**values | {"variants": tuple(values["variants"]), "status": Status(values["status"])})


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _NAMES} | {"variants": list(entry.variants)}


def _of(estate_id: int | None, language: str) -> tuple[ColumnElement[bool], ...]:
    shared = _WHAT.estate_id.is_(None)
    return _WHAT.language == language, shared if estate_id is None else or_(shared, _WHAT.estate_id == estate_id)


class SqlKnowledge:
    """domain.knowledge.ports.Knowledge."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, estate_id: int | None, language: str) -> Sequence[Entry]:
        found = select(*_COLUMNS).where(*_of(estate_id, language))
        ordered = found.order_by(_WHAT.estate_id.is_not(None), _WHAT.id)
        return [_entry(row) for row in self._connection.execute(ordered)]

    def stamp(self, estate_id: int | None, language: str) -> object:
        told = func.count().filter(_WHAT.status == Status.APPROVED)
        newest = select(func.count(), func.max(_WHAT.updated_at), told).where(*_of(estate_id, language))
        return tuple(self._connection.execute(newest).one())

    def get(self, entry_id: int) -> Entry | None:
        row = self._connection.execute(select(*_COLUMNS).where(_WHAT.id == entry_id)).one_or_none()
        return _entry(row) if row else None

    def of_ticket(self, ticket_id: int) -> Entry | None:
        row = self._connection.execute(select(*_COLUMNS).where(_WHAT.ticket_id == ticket_id)).first()
        return _entry(row) if row else None

    def put(self, entry: Entry) -> Entry:
        where = _WHAT.estate_id.is_(None) if entry.estate_id is None else _WHAT.estate_id == entry.estate_id
        same = (where, _WHAT.language == entry.language, _WHAT.name == entry.name)
        known = self._connection.execute(select(_WHAT.id).where(*same)).scalar()
        if known is None:
            made = insert(knowledge_entries).values(_row(entry)).returning(_WHAT.id)
            known = self._connection.execute(made).scalar_one()
        else:
            self._connection.execute(update(knowledge_entries).where(_WHAT.id == known).values(_row(entry)))
        kept = self.get(known)
        assert kept is not None
        return kept

    def settle(self, entry: Entry, *, was: Status) -> None:
        unchanged = update(knowledge_entries).where(_WHAT.id == entry.id, _WHAT.status == was)
        if not self._connection.execute(unchanged.values(_row(entry))).rowcount:
            raise Stale(entry.name)

    def values(self, estate_id: int, language: str) -> Mapping[str, str]:
        told = estate_values.c.estate_id == estate_id, estate_values.c.language.in_(["", language])
        found = select(estate_values.c.name, estate_values.c.value).where(*told).order_by(estate_values.c.language)
        return {row.name: row.value for row in self._connection.execute(found)}

    def set_value(self, estate_id: int, name: str, value: str, *, language: str = "") -> None:
        key = {"estate_id": estate_id, "name": name, "language": language}
        if not value:
            self._connection.execute(remove(estate_values).filter_by(**key))
            return
        kept = upsert(self._connection.dialect.name, estate_values).values(**key, value=value)
        self._connection.execute(kept.on_conflict_do_update(index_elements=list(key), set_={"value": value}))
