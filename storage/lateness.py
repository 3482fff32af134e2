"""What waits longer than it should, looked up for the operator's alarms."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select, union_all

from domain.messaging.lateness import Lateness
from domain.messaging.model import Lane
from domain.tickets.lifecycle import ENDED
from storage.deliveries import BULK, IN_ORDER
from storage.tables import Moment, deliveries, inbox, tickets

_NEW = inbox.c.state == literal_column("'new'")


def measure(connection: Connection, *, now: datetime) -> Lateness:
    """One look; the partial indexes keep it cheap."""
    first_update = connection.scalar(select(inbox.c.received_at).where(_NEW).order_by(inbox.c.id).limit(1))
    due = connection.scalar(select(func.min(tickets.c.due_at)).where(tickets.c.due_at.is_not(None)))
    return Lateness(
        update=_since(first_update, now),
        deliveries={lane.name.lower(): timedelta() for lane in Lane} | _deliveries(connection, now),
        clock=_since(due, now),
        overdue={
            "respond": _broken(connection, tickets.c.responded_at.is_(None), tickets.c.respond_by < now),
            "resolve": _broken(
                connection, tickets.c.done_at.is_(None), tickets.c.paused_at.is_(None), tickets.c.resolve_by < now
            ),
        },
    )


def _deliveries(connection: Connection, now: datetime) -> dict[str, timedelta]:
    since = func.coalesce(deliveries.c.due_at, deliveries.c.created_at, type_=Moment())
    waiting = or_(deliveries.c.due_at.is_(None), deliveries.c.due_at <= now)
    looks = (
        select(deliveries.c.lane, func.min(since, type_=Moment())).where(these, waiting).group_by(deliveries.c.lane)
        for these in (IN_ORDER, BULK)
    )
    return {Lane(lane).name.lower(): _since(oldest, now) for lane, oldest in connection.execute(union_all(*looks))}


def _broken(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    live = tickets.c.status.not_in(ENDED)
    return connection.execute(select(func.count()).where(live, *conditions)).scalar_one()


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment else timedelta()
