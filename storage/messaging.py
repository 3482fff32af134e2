"""The rails in tables: deliveries, keyboards, conversations, media."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import delete as remove

from domain.messaging.model import Conversation, Delivery, DeliveryState, Keyboard, Lane, Media, Mode
from storage.tables import conversations, deliveries, keyboards, media
from storage.upsert import Insert, upsert

_DELIVERY = [
    deliveries.c[name]
    for name in (
        "id", "channel", "chat", "thread", "person_id", "lane", "mode", "subject", "key", "body", "state", "tries",
        "due_at", "expires_at", "leaves_at", "careful", "tried", "announcement_id", "reason", "reference", "created_at",
    )
]  # fmt: skip
# Spelled out: SQLite uses a partial index only where it can read its condition in the statement.
UNSENT = deliveries.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
_IS_CARD = deliveries.c.subject.is_not(None)


def _of_card(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return table.c.subject == bindparam("about"), table.c.channel == bindparam("on"), table.c.chat == bindparam("where")


# The statements of the message path are built once: building one anew costs more than running it.
_CONVERSATION_NAMES = ("owner", "intent", "step", "answers", "misses", "updated_at", "nudge_at", "urgent")
_OPEN = deliveries.c.channel.in_(bindparam("channels", expanding=True))
_FIRST = (
    select(func.min(deliveries.c.id))
    .where(UNSENT, _OPEN, deliveries.c.mode != Mode.TOAST)
    .group_by(deliveries.c.channel, deliveries.c.chat)
)
_READY = (
    select(*_DELIVERY)
    .where(
        or_(deliveries.c.id.in_(_FIRST), (deliveries.c.mode == Mode.TOAST) & _OPEN),
        UNSENT,
        deliveries.c.state == DeliveryState.QUEUED,
        or_(deliveries.c.due_at.is_(None), deliveries.c.due_at <= bindparam("now")),
    )
    .order_by(deliveries.c.lane, deliveries.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer
)
_TAKE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("rows", expanding=True)))
    .values(state=DeliveryState.SENDING, lease_until=bindparam("until"))
)
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values(state=DeliveryState.SENT, reference=bindparam("message"), sent_at=bindparam("now"), reason=None)
)
_made = deliveries.alias()
_COPY = select(func.max(_made.c.id)).where(_made.c.mode == Mode.SEND, *_of_card(_made)).scalar_subquery()
_RENEW = (
    update(deliveries)
    .where(deliveries.c.mode == Mode.EDIT, deliveries.c.state == DeliveryState.QUEUED, *_of_card(deliveries))
    .where(deliveries.c.id > func.coalesce(_COPY, 0))
    .values(body=bindparam("said"))
)
_COPIES = (
    select(*_DELIVERY)
    .where(deliveries.c.subject == bindparam("about"), deliveries.c.mode == Mode.SEND)
    .where(deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT]))
    .order_by(deliveries.c.id)
)
_COPIES_THERE = _COPIES.where(*_of_card(deliveries))
_ADD_KEYBOARD = insert(keyboards)
_KEYBOARD = select(keyboards.c.key, keyboards.c.chat, keyboards.c.actions).where(keyboards.c.key == bindparam("wanted"))
_CONVERSATION = select(conversations).where(conversations.c.owner == bindparam("whose"))
_FORGET = remove(conversations).where(conversations.c.owner == bindparam("whose"))


@cache
def _queue(dialect: str) -> Insert:
    return upsert(dialect, deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.key])


@cache
def _remember(dialect: str) -> Insert:
    new = upsert(dialect, conversations)
    changed = {name: new.excluded[name] for name in _CONVERSATION_NAMES[1:]}
    return new.on_conflict_do_update(index_elements=[conversations.c.owner], set_=changed)


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    values.update(lane=Lane(row.lane), mode=Mode(row.mode), state=DeliveryState(row.state))
    return Delivery(**values)


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    names = (
        "channel", "chat", "thread", "person_id", "lane", "mode", "subject", "key", "body", "state",
        "expires_at", "careful", "tried", "announcement_id", "created_at",
    )  # fmt: skip
    due = delivery.due_at or (delivery.created_at if delivery.lane is Lane.BULK else None)
    return {name: getattr(delivery, name) for name in names} | {"due_at": due}


class SqlDeliveries:
    """domain.messaging.ports.Deliveries."""

    def __init__(self, connection: Connection, news: set[str]) -> None:
        self._connection = connection
        self._news = news

    def add(self, new: Iterable[Delivery]) -> None:
        rows = [_delivery_row(one) for one in new if not (one.mode is Mode.EDIT and self._newer(one))]
        if rows:
            self._news.add("deliveries")
            self._connection.execute(_queue(self._connection.dialect.name), rows)

    def _newer(self, edit: Delivery) -> bool:
        """Let an edit that still waits say the newest; True when there was one.

        It keeps its place and its wait. One that waits before a newer copy of the card would not reach that copy.
        """
        values = {"said": edit.body, "about": edit.subject, "on": edit.channel, "where": edit.chat}
        return self._connection.execute(_RENEW, values).rowcount > 0

    def lease(self, *, now: datetime, until: datetime, limit: int, channels: Collection[str]) -> Sequence[Delivery]:
        wanted = {"now": now, "channels": list(channels), "most": limit}
        rows = [_delivery(row) for row in self._connection.execute(_READY, wanted)]
        if rows:
            self._connection.execute(_TAKE, {"rows": [row.id for row in rows], "until": until})
        if len(rows) < limit:
            self._news.discard("deliveries")  # whoever leases has just looked
        return rows

    def release(self, *, now: datetime, everything: bool = False) -> int:
        stuck = UNSENT & (deliveries.c.state == DeliveryState.SENDING)
        if not everything:
            stuck &= deliveries.c.lease_until <= now
        return self._connection.execute(update(deliveries).where(stuck).values(state=DeliveryState.QUEUED)).rowcount

    def sent(self, row: int, *, reference: str | None, now: datetime) -> None:
        self._connection.execute(_SENT, {"row": row, "message": reference, "now": now})

    def again(self, row: int, *, due_at: datetime, reason: str, counted: bool = True) -> None:
        values = {"state": DeliveryState.QUEUED, "due_at": due_at, "reason": reason}
        statement = update(deliveries).where(deliveries.c.id == row)
        self._connection.execute(statement.values(**values, tries=deliveries.c.tries + int(counted)))

    def end(self, row: int, *, state: DeliveryState, reason: str, now: datetime) -> None:
        values = {"state": state, "reason": reason, "sent_at": now, "tries": deliveries.c.tries + 1}
        self._connection.execute(update(deliveries).where(deliveries.c.id == row).values(values))

    def copies(self, subject: str, *, channel: str | None = None, chat: str | None = None) -> Sequence[Delivery]:
        wanted = {"about": subject} if channel is None else {"about": subject, "on": channel, "where": chat}
        rows = self._connection.execute(_COPIES if channel is None else _COPIES_THERE, wanted)
        return [_delivery(row) for row in rows]

    def subject(self, *, channel: str, chat: str, reference: str) -> str | None:
        same = deliveries.c.channel == channel, deliveries.c.chat == chat, deliveries.c.reference == reference
        card = _IS_CARD, deliveries.c.mode == Mode.SEND, *same
        found: str | None = self._connection.execute(select(deliveries.c.subject).where(*card)).scalars().first()
        return found

    def move_chat(self, *, channel: str, old: str, new: str) -> int:
        needed = or_(UNSENT, deliveries.c.subject.is_not(None))
        self._connection.execute(update(keyboards).where(keyboards.c.chat == old).values(chat=new))
        moved = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.chat == old, needed)
        return self._connection.execute(moved.values(chat=new)).rowcount

    def unreachable(self, *, channel: str, chat: str, reason: str, now: datetime) -> int:
        values = {"state": DeliveryState.UNREACHABLE, "reason": reason, "sent_at": now}
        theirs = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.chat == chat, UNSENT)
        return self._connection.execute(theirs.values(values)).rowcount

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(remove(deliveries).where(deliveries.c.sent_at < before)).rowcount


class SqlKeyboards:
    """domain.messaging.ports.Keyboards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, keyboard: Keyboard, *, now: datetime) -> None:
        row = {"key": keyboard.key, "chat": keyboard.chat, "actions": list(keyboard.actions), "created_at": now}
        self._connection.execute(_ADD_KEYBOARD, row)

    def get(self, key: str) -> Keyboard | None:
        row = self._connection.execute(_KEYBOARD, {"wanted": key}).one_or_none()
        return Keyboard(key=row.key, chat=row.chat, actions=tuple(row.actions)) if row else None

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(remove(keyboards).where(keyboards.c.created_at < before)).rowcount


class SqlConversations:
    """domain.messaging.ports.Conversations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, owner: str) -> Conversation | None:
        row = self._connection.execute(_CONVERSATION, {"whose": owner}).one_or_none()
        return Conversation(**row._asdict()) if row else None

    def put(self, conversation: Conversation) -> None:
        values = {name: getattr(conversation, name) for name in _CONVERSATION_NAMES}
        self._connection.execute(_remember(self._connection.dialect.name), values)

    def end(self, owner: str) -> None:
        self._connection.execute(_FORGET, {"whose": owner})

    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        silent = conversations.c.nudge_at.is_not(None), conversations.c.nudge_at <= now
        found = select(conversations.c.owner).where(*silent).order_by(conversations.c.nudge_at).limit(limit)
        return self._connection.execute(found).scalars().all()


class SqlMedia:
    """domain.messaging.ports.MediaShelf."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, photo: Media) -> None:
        names = ("key", "channel", "ref", "content_type", "created_at")
        self._connection.execute(insert(media), {name: getattr(photo, name) for name in names})

    def get(self, key: str) -> Media | None:
        row = self._connection.execute(select(media).where(media.c.key == key)).one_or_none()
        return Media(**row._asdict()) if row else None
