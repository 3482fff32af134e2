"""WeCom's cards in tables, and where its groups are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy import delete as remove

from domain.messaging.wecom import Card
from storage.tables import groups
from storage.tables.wecom import wecom_cards
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
