"""The WeChat channel's windows and options in tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, literal, or_, select, update

from domain.messaging.model import Lane
from domain.messaging.wechat import AFTER_EVENT, AFTER_WORDS, MASS_A_MONTH, Option
from storage.deliveries import UNSENT
from storage.tables import addresses, deliveries, inbox, people, wechat_chats
from storage.upsert import Insert, upsert

CHANNEL = "wechat"
_C = wechat_chats.c

# The statements of the message path are built once: building one anew costs more than running it.
_THEIRS = addresses.c.channel == literal(CHANNEL), addresses.c.chat == bindparam("whose")
_LANGUAGE = select(people.c.language).join(addresses, addresses.c.person_id == people.c.id).where(*_THEIRS).limit(1)
_OFFERED = select(_C.options).where(_C.chat == bindparam("whose"))
_RECALL = select(_OFFERED.scalar_subquery(), _LANGUAGE.scalar_subquery())
_NEW = select(inbox.c.key).where(
    inbox.c.channel == CHANNEL, inbox.c.key.in_(bindparam("keys", expanding=True)), inbox.c.state == "new"
)
_LEFT = select(deliveries.c.chat).where(
    UNSENT,
    deliveries.c.channel == CHANNEL,
    deliveries.c.chat.in_(bindparam("chats", expanding=True)),
    deliveries.c.lane != Lane.BULK,
)


@cache
def _put(dialect: str, *names: str) -> Insert:
    """What is known of a chat, and these facts; a chat that is new is added."""
    new = upsert(dialect, wechat_chats)
    if not names:
        return new.on_conflict_do_nothing(index_elements=[_C.chat])
    return new.on_conflict_do_update(index_elements=[_C.chat], set_={name: new.excluded[name] for name in names})


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

    def recall(self, chat: str) -> tuple[Sequence[Option], str | None]:
        """What they were last offered, and their language."""
        offered, language = self._connection.execute(_RECALL, {"whose": chat}).one()
        return [(label, data) for label, data in offered or ()], language

    def awaiting(self, chats: Mapping[str, str]) -> Set[str]:
        """Which of these updates are still to be handled, or have something to be said in their chat."""
        new = set(self._connection.execute(_NEW, {"keys": list(chats)}).scalars())
        left = set(self._connection.execute(_LEFT, {"chats": list(set(chats.values()))}).scalars())
        return {key for key, chat in chats.items() if key in new or chat in left}

    def language(self, chat: str) -> str | None:
        """Of the person, where we know them."""
        found: str | None = self._connection.execute(_LANGUAGE, {"whose": chat}).scalar()
        return found

    def _put(self, chat: str, values: dict[str, Any]) -> None:
        self._connection.execute(_put(self._connection.dialect.name, *values), {"chat": chat, **values})


def _open(which: str, count: int, now: datetime) -> ColumnElement[bool]:
    return (_C[f"{which}_until"] > now) & (_C[f"{which}_left"] >= count)
