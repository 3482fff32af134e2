"""The WeChat channel's windows, options and pictures in tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, exists, insert, or_, select, update

from domain.messaging.model import Lane
from domain.messaging.wechat import AFTER_EVENT, AFTER_WORDS, MASS_A_MONTH, Option, Picture
from storage.deliveries import UNSENT
from storage.tables import addresses, deliveries, inbox, people, wechat_chats, wechat_pictures
from storage.upsert import upsert

CHANNEL = "wechat"
_C = wechat_chats.c


class SqlFollowers:
    """Keeps domain.messaging.wechat.Followers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def spoke(self, chat: str, *, event: bool, now: datetime) -> None:
        """They wrote, or did something: the chat is open for a while."""
        span, count = AFTER_EVENT if event else AFTER_WORDS
        which = "event" if event else "said"
        self._put(chat, {f"{which}_until": now + span, f"{which}_left": count})

    def reserve(self, chat: str, *, count: int, now: datetime) -> bool:
        """What ends sooner is used up first. One conditional write: two senders never take the same."""
        event, said = _open("event", count, now), _open("said", count, now)
        taken = {
            _C.event_left: case((event, _C.event_left - count), else_=_C.event_left),
            _C.said_left: case((event, _C.said_left), else_=_C.said_left - count),
        }
        row = update(wechat_chats).where(_C.chat == chat, or_(event, said)).values(taken)
        return self._connection.execute(row).rowcount > 0

    def refund(self, chat: str, *, now: datetime) -> None:
        """Give it back where it was most likely taken: what is open."""
        event = (_C.event_until > now) & (_C.event_left < AFTER_EVENT[1])
        given = {
            _C.event_left: case((event, _C.event_left + 1), else_=_C.event_left),
            _C.said_left: case((event, _C.said_left), else_=_C.said_left + 1),
        }
        mine = update(wechat_chats).where(_C.chat == chat, or_(event, _C.said_left < AFTER_WORDS[1]))
        self._connection.execute(mine.values(given))

    def close(self, chat: str) -> None:
        """Nothing may be said until they speak again."""
        self._connection.execute(update(wechat_chats).where(_C.chat == chat).values(said_left=0, event_left=0))

    def reserve_mass(self, chats: Collection[str], *, month: str) -> Sequence[str]:
        """Count one mass message for each who has one left this month; those."""
        for chat in chats:
            self._put(chat, {})
        left = or_(_C.mass_month.is_(None), _C.mass_month != month, _C.mass_count < MASS_A_MONTH)
        count = case((_C.mass_month == month, _C.mass_count + 1), else_=1)
        row = update(wechat_chats).where(_C.chat.in_(chats), left).values(mass_month=month, mass_count=count)
        return self._connection.execute(row.returning(_C.chat)).scalars().all()

    def offer(self, chat: str, options: Sequence[Option]) -> None:
        """These are what an answer chooses from, from now on."""
        self._put(chat, {"options": [list(one) for one in options]})

    def offered(self, chat: str) -> Sequence[Option]:
        """What they were last offered."""
        found = self._connection.execute(select(_C.options).where(_C.chat == chat)).scalar()
        return [(label, data) for label, data in found or ()]

    def awaits(self, chat: str, *, key: str) -> bool:
        """Is the update still to be handled, or something still to be said in its chat?"""
        new = exists().where(inbox.c.channel == CHANNEL, inbox.c.key == key, inbox.c.state == "new")
        theirs = deliveries.c.channel == CHANNEL, deliveries.c.chat == chat
        unsent = exists().where(UNSENT, *theirs, deliveries.c.lane != Lane.BULK)
        return bool(self._connection.execute(select(or_(new, unsent))).scalar())

    def language(self, chat: str) -> str | None:
        """Of the person, where we know them."""
        theirs = select(people.c.language).join(addresses, addresses.c.person_id == people.c.id)
        found = theirs.where(addresses.c.channel == CHANNEL, addresses.c.chat == chat)
        language: str | None = self._connection.execute(found).scalars().first()
        return language

    def _put(self, chat: str, values: dict[str, Any]) -> None:
        new = upsert(self._connection.dialect.name, wechat_chats).values(chat=chat, **values)
        if values:
            row = new.on_conflict_do_update(index_elements=[_C.chat], set_=values)
        else:
            row = new.on_conflict_do_nothing(index_elements=[_C.chat])
        self._connection.execute(row)


def _open(which: str, count: int, now: datetime) -> ColumnElement[bool]:
    return (_C[f"{which}_until"] > now) & (_C[f"{which}_left"] >= count)


class SqlWeChatPictures:
    """Keeps domain.messaging.wechat.Pictures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expect(self, picture: Picture, *, now: datetime) -> None:
        """Somebody sent it; it is still to be fetched."""
        row = {"ref": picture.ref, "media_id": picture.media_id, "content": picture.content, "created_at": now}
        self._connection.execute(insert(wechat_pictures).values(row))

    def get(self, ref: str) -> Picture | None:
        """A picture by our own name for it."""
        row = self._connection.execute(select(wechat_pictures).where(wechat_pictures.c.ref == ref)).one_or_none()
        return Picture(ref=row.ref, media_id=row.media_id, content=row.content) if row else None

    def keep(self, ref: str, content: bytes) -> None:
        """It was fetched."""
        mine = update(wechat_pictures).where(wechat_pictures.c.ref == ref)
        self._connection.execute(mine.values(content=content))

    def missing(self, *, since: datetime, limit: int) -> Sequence[Picture]:
        """Those that came in since then and were not fetched yet, oldest first."""
        p = wechat_pictures.c
        found = select(p.ref, p.media_id).where(p.content.is_(None), p.created_at >= since)
        rows = self._connection.execute(found.order_by(p.created_at, p.ref).limit(limit))
        return [Picture(ref=row.ref, media_id=row.media_id) for row in rows]
