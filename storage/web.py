"""The web channel's messages and photos."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, func, insert, select, update

from domain.messaging.web import WebFile, WebMessage, WebPerson
from domain.register.model import Group, GroupKind, Role
from storage.tables import addresses, groups, occupancies, people, rooms, staff, web_files, web_messages

_CHANNEL = "web"
_STAYING = ("photos", "document", "pinned")
WHISPERS = "guanjia"  # PostgreSQL's notifications under this name


class SqlWebLog:
    """Keeps domain.messaging.web.WebLog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, chat: str, *, author: int | None, body: Mapping[str, Any], now: datetime) -> int:
        """Add a message; its id."""
        row = insert(web_messages).values(
            chat=chat, seq=self._next(chat), author=author, body=dict(body), sent_at=now
        )  # fmt: skip
        return int(self._connection.execute(row.returning(web_messages.c.id)).scalar_one())

    def edit(self, message: int, *, chat: str, body: Mapping[str, Any], now: datetime) -> bool:
        """Bring a message up to date: words and buttons; photos and file stay, as on every platform.

        One that says the same already stays as it is, and nobody is disturbed.
        """
        mine = (web_messages.c.id == message) & (web_messages.c.chat == chat)
        old = self._connection.execute(select(web_messages.c.body).where(mine)).first()
        if old is None:
            return False
        after = {name: old.body[name] for name in _STAYING if name in old.body} | dict(body)
        if old.body != after:
            change = update(web_messages).where(mine).values(seq=self._next(chat), body=after, edited_at=now)
            self._connection.execute(change)
        return True

    def whisper(self, sign: Mapping[str, Any]) -> None:
        """Tell the open pages of every process something that matters only now; Hub.hear understands it."""
        if self._connection.dialect.name == "postgresql":  # on SQLite there is no other process
            self._connection.execute(select(func.pg_notify(WHISPERS, json.dumps(sign))))

    def since(self, chat: str, *, seq: int, limit: int) -> Sequence[WebMessage]:
        """What was said or edited after *seq*, in that order."""
        query = _messages(chat).where(web_messages.c.seq > seq).order_by(web_messages.c.seq).limit(limit)
        return [_message(row) for row in self._connection.execute(query)]

    def before(self, chat: str, *, message: int | None, limit: int) -> Sequence[WebMessage]:
        """The messages just before one of them (or the newest), oldest first."""
        query = _messages(chat).order_by(web_messages.c.id.desc()).limit(limit)
        if message is not None:
            query = query.where(web_messages.c.id < message)
        return [_message(row) for row in reversed(self._connection.execute(query).all())]

    def shows(self, chats: Collection[str] | None, *, photo: str) -> bool:
        """Does a message of these chats (None: of any) show the photo?"""
        query = select(web_messages.c.id).where(cast(web_messages.c.body, Text).contains(f'"{photo}"', autoescape=True))
        if chats is not None:
            query = query.where(web_messages.c.chat.in_(chats))
        return self._connection.execute(query.limit(1)).first() is not None

    def keep(self, ref: str, *, file: WebFile, now: datetime) -> None:
        """Store a photo under our own random name."""
        row = {"ref": ref, "content": file.content, "thumbnail": file.thumbnail, "created_at": now}
        self._connection.execute(insert(web_files).values(row))

    def file(self, ref: str) -> WebFile | None:
        """A photo by its name."""
        row = self._connection.execute(select(web_files).where(web_files.c.ref == ref)).first()
        return None if row is None else WebFile(content=row.content, thumbnail=row.thumbnail)

    def person(self, user: str) -> WebPerson | None:
        """Who is bound to this user of the web."""
        row = self._connection.execute(_people().where(addresses.c.user == user)).first()
        return None if row is None else _person(row, self._homes(row.id).get(row.id, ()))

    def people(self) -> Sequence[WebPerson]:
        """Everybody with an address on the web."""
        homes = self._homes()
        rows = self._connection.execute(_people().order_by(people.c.id))
        return [_person(row, homes.get(row.id, ())) for row in rows]

    def groups(self) -> Sequence[Group]:
        """The group chats on the web."""
        rows = self._connection.execute(select(groups).where(groups.c.channel == _CHANNEL).order_by(groups.c.id))
        return [_group(row) for row in rows]

    def _next(self, chat: str) -> int:
        """The chat's next seq; where there is more than one writer, the others of this chat wait for our commit."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"web:{chat}"))))
            self.whisper({"chat": chat})
        last = select(func.max(web_messages.c.seq)).where(web_messages.c.chat == chat)
        return (self._connection.execute(last).scalar() or 0) + 1

    def _homes(self, person: int | None = None) -> dict[int, tuple[str, ...]]:
        query = select(occupancies.c.person_id, rooms.c.building, rooms.c.entrance, rooms.c.room).join(rooms)
        query = query.join(addresses, addresses.c.person_id == occupancies.c.person_id)
        query = query.where(addresses.c.channel == _CHANNEL).order_by(rooms.c.id).distinct()
        if person is not None:
            query = query.where(occupancies.c.person_id == person)
        homes: dict[int, tuple[str, ...]] = {}
        for row in self._connection.execute(query.add_columns(rooms.c.id)):
            home = "-".join(filter(None, (row.building, row.entrance, row.room)))
            homes[row.person_id] = (*homes.get(row.person_id, ()), home)
        return homes


def _messages(chat: str) -> Select[Any]:
    query = select(web_messages, people.c.name).outerjoin(people, people.c.id == web_messages.c.author)
    return query.where(web_messages.c.chat == chat)


def _people() -> Select[Any]:
    columns = (people.c.id, people.c.name, people.c.language, addresses.c.user, addresses.c.chat, staff.c.roles)
    employed = (staff.c.person_id == people.c.id) & staff.c.active
    query = select(*columns).select_from(addresses).join(people).outerjoin(staff, employed)
    return query.where(addresses.c.channel == _CHANNEL)


def _message(row: Row[Any]) -> WebMessage:
    values = row._asdict()
    return WebMessage(**{**values, "name": values["name"] or ""})


def _person(row: Row[Any], homes: tuple[str, ...]) -> WebPerson:
    roles = frozenset(map(Role, row.roles or ()))
    return WebPerson(
        id=row.id, name=row.name, user=row.user, chat=row.chat, language=row.language, roles=roles, homes=homes
    )  # fmt: skip


def _group(row: Row[Any]) -> Group:
    return Group(
        channel=row.channel, chat=row.chat, estate_id=row.estate_id, kind=GroupKind(row.kind),
        category=row.category, thread=row.thread or None, language=row.language,
    )  # fmt: skip
