"""Deliveries put straight into an installation's records, and what became of them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from domain.messaging.model import Delivery, Lane
from storage.tables import deliveries
from tests.faults.house import House

Chat = int


def queue(house: House, *to: Chat, text: str = "通知", lane: Lane = Lane.NOTICE, **more: Any) -> None:
    """One row for each chat, in one transaction; the running program finds them at its next look."""
    now = datetime.now(UTC)
    rows = [
        Delivery(
            channel="telegram", chat=str(chat), lane=lane, body={"text": f"{text} {number}"}, created_at=now, **more
        )
        for number, chat in enumerate(to)
    ]
    with house.database.writing() as work:
        work.deliveries.add(rows)


def ends(house: House, *names: str) -> Counter[tuple[Any, ...]]:
    """How many rows stand where, by the columns asked for."""
    wanted = select(*(deliveries.c[name] for name in names))
    with house.database.reading() as work:
        return Counter(tuple(row) for row in work.connection.execute(wanted))
