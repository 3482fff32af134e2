"""The rails in tables: keyboards, conversations, media."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy import delete as remove

from domain.messaging.model import Conversation, Keyboard, Media
from storage.pending import Settled
from storage.tables import conversations, keyboards, media
from storage.upsert import Insert, upsert

# The statements of the message path are built once: building one anew costs more than running it.
_CONVERSATION_NAMES = ("owner", "intent", "step", "answers", "misses", "updated_at", "nudge_at", "urgent")
_ADD_KEYBOARD = insert(keyboards)
_KEYBOARD = select(keyboards.c.key, keyboards.c.chat, keyboards.c.actions).where(keyboards.c.key == bindparam("wanted"))
_CONVERSATION = select(conversations).where(conversations.c.owner == bindparam("whose"))
_FORGET = remove(conversations).where(conversations.c.owner == bindparam("whose"))


@cache
def _remember(dialect: str) -> Insert:
    new = upsert(dialect, conversations)
    changed = {name: new.excluded[name] for name in _CONVERSATION_NAMES[1:]}
    return new.on_conflict_do_update(index_elements=[conversations.c.owner], set_=changed)


class SqlKeyboards(Settled):
    """domain.messaging.ports.Keyboards."""

    def add(self, keyboard: Keyboard, *, now: datetime) -> None:
        row = {"key": keyboard.key, "chat": keyboard.chat, "actions": list(keyboard.actions), "created_at": now}
        self._pending.add(_ADD_KEYBOARD, [row])

    def get(self, key: str) -> Keyboard | None:
        row = self._connection.execute(_KEYBOARD, {"wanted": key}).one_or_none()
        return Keyboard(key=row.key, chat=row.chat, actions=tuple(row.actions)) if row else None

    def move(self, keys: Collection[str], *, chat: str) -> None:
        self._connection.execute(update(keyboards).where(keyboards.c.key.in_(keys)).values(chat=chat))

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
