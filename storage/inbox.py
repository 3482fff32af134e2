"""The inbox in a table: raw updates, unique on channel and key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, tuple_, update
from sqlalchemy import delete as remove
from sqlalchemy.sql.dml import ReturningInsert

from domain.messaging.model import Received
from storage.tables import inbox
from storage.upsert import upsert

_RECEIVED = [inbox.c[name] for name in ("id", "channel", "key", "chat", "body", "received_at", "tries")]
REACH = 5000  # updates of everybody: how far back one looks for what somebody said before
# Spelled out: SQLite uses a partial index only where it can read its condition in the statement.
_NEW = inbox.c.state == literal_column("'new'")

# The statements of the message path are built once: building one anew costs more than running it.
_RECEIVED_NAMES = ("channel", "key", "chat", "body", "received_at")
_WAITING = select(*_RECEIVED).where(_NEW).order_by(inbox.c.id).limit(bindparam("most"))
# Where several workers drain: the first update of a chat is the key to it. Whoever has locked it may handle what
# follows, and nobody sees another first one before that is done. Sought among the oldest: a long queue costs no more.
_OLDEST = select(inbox.c.id, inbox.c.channel, inbox.c.chat, inbox.c.key).where(_NEW).order_by(inbox.c.id).limit(1000)
_oldest = _OLDEST.cte("oldest").prefix_with("MATERIALIZED", dialect="postgresql")
_FIRST = select(func.min(_oldest.c.id)).group_by(_oldest.c.channel, func.coalesce(_oldest.c.chat, _oldest.c.key))
_LOCKED = _WAITING.where(inbox.c.id.in_(_FIRST)).with_for_update(skip_locked=True)
_FOLLOWING = _WAITING.where(tuple_(inbox.c.channel, inbox.c.chat).in_(bindparam("chats", expanding=True)))
_HANDLED = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(state="done", handled_at=bindparam("now"))
)


@cache
def _receive(dialect: str) -> ReturningInsert[tuple[int]]:
    unknown = upsert(dialect, inbox).on_conflict_do_nothing(index_elements=[inbox.c.channel, inbox.c.key])
    return unknown.returning(inbox.c.id)  # PostgreSQL counts no rows here


class SqlInbox:
    """domain.messaging.ports.Inbox."""

    def __init__(self, connection: Connection, news: set[str]) -> None:
        self._connection = connection
        self._news = news

    def add(self, received: Received) -> bool:
        self._news.add("inbox")
        row = {name: getattr(received, name) for name in _RECEIVED_NAMES}
        return self._connection.execute(_receive(self._connection.dialect.name), row).one_or_none() is not None

    def waiting(self, *, limit: int) -> Sequence[Received]:
        alone = self._connection.dialect.name == "sqlite"  # it has one writer at a time
        return self._oldest(_WAITING, most=limit) if alone else self._ours(limit)

    def _ours(self, limit: int) -> Sequence[Received]:
        """The oldest of chats in which nobody else works; what follows in them, too, while there is room."""
        first = self._oldest(_LOCKED, most=limit)
        chats = [(one.channel, one.chat) for one in first if one.chat is not None]
        if len(first) == limit or not chats:
            return first
        following = self._oldest(_FOLLOWING, most=limit, chats=chats)
        return sorted({one.id: one for one in (*first, *following)}.values(), key=lambda one: one.id)[:limit]

    def _oldest(self, statement: Select[Any], **values: Any) -> list[Received]:
        return [Received(**row._asdict()) for row in self._connection.execute(statement, values)]

    def before(self, row: int, *, channel: str, chat: str, since: datetime, limit: int) -> Sequence[Received]:
        lately = inbox.c.id.between(row - REACH, row - 1), inbox.c.received_at >= since, inbox.c.state != "parked"
        theirs = select(*_RECEIVED).where(inbox.c.channel == channel, inbox.c.chat == chat, *lately)
        found = self._connection.execute(theirs.order_by(inbox.c.id.desc()).limit(limit)).all()
        return [Received(**one._asdict()) for one in reversed(found)]

    def done(self, ids: Collection[int], *, now: datetime) -> None:
        self._connection.execute(_HANDLED, {"rows": list(ids), "now": now})

    def failed(self, row: int, *, reason: str) -> None:
        statement = update(inbox).where(inbox.c.id == row).values(tries=inbox.c.tries + 1, reason=reason)
        self._connection.execute(statement)

    def park(self, row: int, *, reason: str, now: datetime) -> None:
        statement = update(inbox).where(inbox.c.id == row).values(state="parked", reason=reason, handled_at=now)
        self._connection.execute(statement)

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(
            remove(inbox).where(inbox.c.state != "new", inbox.c.handled_at < before)
        ).rowcount
