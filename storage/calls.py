"""Who called about which emergency, in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from domain.tickets.lifecycle import LIVE
from domain.tickets.model import Caller
from storage.tables import ticket_callers as callers
from storage.tables import tickets
from storage.upsert import upsert

_NAMES = [field.name for field in fields(Caller)]
_COLUMNS = [callers.c[name] for name in _NAMES]
_KEY = ("ticket_id", "channel", "user")


def _caller(row: Row[Any]) -> Caller:
    values = row._asdict()
    location = values.pop("location")
    return Caller(**values, location=(location[0], location[1]) if location else None)


class SqlCalls:
    """domain.tickets.ports.Calls."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def about(self, ticket_id: int) -> Sequence[Caller]:
        statement = select(*_COLUMNS).where(callers.c.ticket_id == ticket_id).order_by(callers.c.id)
        return [_caller(row) for row in self._connection.execute(statement)]

    def of(self, channel: str, user: str) -> Sequence[Caller]:
        live = callers.join(tickets, (tickets.c.id == callers.c.ticket_id) & tickets.c.status.in_(LIVE))
        theirs = (callers.c.channel == channel) & (callers.c.user == user)
        statement = select(*_COLUMNS).select_from(live).where(theirs).order_by(callers.c.id.desc())
        return [_caller(row) for row in self._connection.execute(statement)]

    def put(self, caller: Caller) -> None:
        values = {name: getattr(caller, name) for name in _NAMES}
        new = upsert(self._connection.dialect.name, callers).values(values)
        said = {name: new.excluded[name] for name in _NAMES if name not in _KEY}
        self._connection.execute(new.on_conflict_do_update(index_elements=[callers.c[one] for one in _KEY], set_=said))

    def drop(self, caller: Caller) -> None:
        theirs = [callers.c[name] == getattr(caller, name) for name in _KEY]
        self._connection.execute(delete(callers).where(*theirs))
