"""WeCom's cards and pictures in tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy import delete as remove

from domain.messaging.wecom import Card
from storage.tables import groups
from storage.tables.wecom import wecom_cards, wecom_pictures
from storage.upsert import upsert

_NAMES = ("task", "chat", "subject", "text", "code", "good_until", "made_at")


def group_chats(connection: Connection, channel: str) -> Sequence[str]:
    """Where all groups on file are, of every estate."""
    return connection.execute(select(groups.c.chat).where(groups.c.channel == channel)).scalars().all()


class SqlCards:
    """domain.messaging.wecom.Cards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, card: Card) -> bool:
        row = {name: getattr(card, name) for name in _NAMES} | {"labels": list(card.labels)}
        new = upsert(self._connection.dialect.name, wecom_cards).values(row)
        added = new.on_conflict_do_nothing(index_elements=[wecom_cards.c.task]).returning(wecom_cards.c.task)
        return self._connection.execute(added).one_or_none() is not None

    def get(self, task: str) -> Card | None:
        row = self._connection.execute(select(wecom_cards).where(wecom_cards.c.task == task)).one_or_none()
        return Card(**{**row._asdict(), "labels": tuple(row.labels)}) if row else None

    def renew(self, task: str, *, code: str, good_until: datetime) -> None:
        again = update(wecom_cards).where(wecom_cards.c.task == task)
        self._connection.execute(again.values(code=code, good_until=good_until))

    def show(self, task: str, *, text: str, labels: tuple[str, ...]) -> None:
        now = {"text": text, "labels": list(labels), "code": None, "good_until": None}
        self._connection.execute(update(wecom_cards).where(wecom_cards.c.task == task).values(now))

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(remove(wecom_cards).where(wecom_cards.c.made_at < before)).rowcount


class SqlPictures:
    """domain.messaging.wecom.Pictures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expect(self, ref: str, *, media_id: str, now: datetime) -> None:
        row = upsert(self._connection.dialect.name, wecom_pictures)
        new = row.values(ref=ref, media_id=media_id, created_at=now)
        self._connection.execute(new.on_conflict_do_nothing(index_elements=[wecom_pictures.c.ref]))

    def waiting(self, *, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        missing = wecom_pictures.c.content.is_(None), wecom_pictures.c.created_at >= since
        found = select(wecom_pictures.c.ref, wecom_pictures.c.media_id).where(*missing)
        rows = self._connection.execute(found.order_by(wecom_pictures.c.created_at).limit(limit))
        return [(row.ref, row.media_id) for row in rows]

    def keep(self, ref: str, content: bytes) -> None:
        missing = wecom_pictures.c.ref == ref, wecom_pictures.c.content.is_(None)
        self._connection.execute(update(wecom_pictures).where(*missing).values(content=content))

    def get(self, ref: str) -> tuple[str, bytes | None] | None:
        found = select(wecom_pictures.c.media_id, wecom_pictures.c.content).where(wecom_pictures.c.ref == ref)
        row = self._connection.execute(found).one_or_none()
        return (row.media_id, row.content) if row else None

    def purge(self, *, before: datetime) -> int:
        old = remove(wecom_pictures).where(wecom_pictures.c.created_at < before)
        return self._connection.execute(old).rowcount
