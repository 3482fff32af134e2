"""How fast each account may speak, in rows that every process of the installation sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, or_, select, update
from sqlalchemy import delete as remove

from domain.messaging.model import Pace
from storage.tables import paces
from storage.upsert import Insert, upsert

_PACE = [paces.c[name] for name in ("channel", "chat", "free_at", "left", "held_until", "reason", "stale_at")]
_ACCOUNT = (
    select(*_PACE)
    .where(paces.c.channel == bindparam("on"), paces.c.chat == "")
    .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer
)
_OF_CHATS = select(*_PACE).where(
    paces.c.channel == bindparam("on"), paces.c.chat.in_(bindparam("chats", expanding=True))
)
_HELD = select(*_PACE).where(paces.c.held_until.is_not(None), paces.c.held_until > bindparam("now"))
_BOOKED = ("free_at", "left", "stale_at")


@cache
def _open(dialect: str) -> Insert:
    return upsert(dialect, paces).on_conflict_do_nothing(index_elements=[paces.c.channel, paces.c.chat])


@cache
def _put(dialect: str) -> Insert:
    """A hold is left alone: another process may just have set it."""
    new = upsert(dialect, paces)
    changed = {name: new.excluded[name] for name in _BOOKED}
    return new.on_conflict_do_update(index_elements=[paces.c.channel, paces.c.chat], set_=changed)


@cache
def _hold(dialect: str) -> Insert:
    """The longer hold stays; a chat's row is kept as long as it holds."""
    new = upsert(dialect, paces)
    longer = or_(paces.c.held_until.is_(None), paces.c.held_until < new.excluded.held_until)
    lasts = and_(paces.c.chat != "", or_(paces.c.stale_at.is_(None), paces.c.stale_at < new.excluded.held_until))
    changed = {
        "held_until": case((longer, new.excluded.held_until), else_=paces.c.held_until),
        "reason": new.excluded.reason,
        "stale_at": case((lasts, new.excluded.held_until), else_=paces.c.stale_at),
    }
    return new.on_conflict_do_update(index_elements=[paces.c.channel, paces.c.chat], set_=changed)


class SqlPaces:
    """domain.messaging.ports.Paces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, channels: Iterable[str]) -> None:
        rows = [_row(Pace(channel=channel)) for channel in channels]
        self._connection.execute(_open(self._connection.dialect.name), rows)

    def account(self, channel: str) -> Pace | None:
        row = self._connection.execute(_ACCOUNT, {"on": channel}).one_or_none()
        return _pace(row) if row else None

    def of(self, channel: str, chats: Collection[str]) -> Mapping[str, Pace]:
        rows = self._connection.execute(_OF_CHATS, {"on": channel, "chats": list(chats)})
        return {row.chat: _pace(row) for row in rows}

    def put(self, booked: Iterable[Pace]) -> None:
        if rows := [_row(one) for one in booked]:
            self._connection.execute(_put(self._connection.dialect.name), rows)

    def hold(self, channel: str, chat: str = "", *, until: datetime, reason: str) -> None:
        stale = until if chat else None
        held = Pace(channel=channel, chat=chat, held_until=until, reason=reason, stale_at=stale)
        self._connection.execute(_hold(self._connection.dialect.name), _row(held))

    def let_go(self, channel: str, *, reason: str) -> None:
        whole = paces.c.channel == channel, paces.c.chat == "", paces.c.reason == reason
        self._connection.execute(update(paces).where(*whole).values(held_until=None, reason=None))

    def held(self, *, now: datetime) -> Sequence[Pace]:
        return [_pace(row) for row in self._connection.execute(_HELD, {"now": now})]

    def purge(self, *, now: datetime) -> int:
        return self._connection.execute(remove(paces).where(paces.c.stale_at < now)).rowcount


def _pace(row: Row[Any]) -> Pace:
    left = tuple(datetime.fromtimestamp(moment / 1_000_000, UTC) for moment in row.left)
    return Pace(**{**row._asdict(), "left": left})


def _row(pace: Pace) -> dict[str, Any]:
    values: dict[str, Any] = {column.name: getattr(pace, column.name) for column in _PACE}
    return values | {"left": [round(moment.timestamp() * 1_000_000) for moment in pace.left]}
