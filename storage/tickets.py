"""Tickets in tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from domain.errors import Stale
from domain.tickets.lifecycle import ENDED, IN_PROGRESS, LIVE, Status
from domain.tickets.model import Category, Hazard, Kind, Ticket, Urgency, WaitFor
from storage.tables import counters, events, ticket_callers, tickets
from storage.upsert import upsert

_COLUMNS = [tickets.c[field.name] for field in fields(Ticket)]
_NAMES = [field.name for field in fields(Ticket) if field.name != "id"]

# The statements of the message path are built once: building one anew costs more than running it.
_ADD = insert(tickets).returning(tickets.c.id)
_GET = select(*_COLUMNS).where(tickets.c.id == bindparam("wanted"))
_SAVE = update(tickets).where(tickets.c.id == bindparam("wanted"), tickets.c.version == bindparam("was"))
_LOAD = (
    select(tickets.c.repairer_id, func.count())
    .where(tickets.c.repairer_id.in_(bindparam("those", expanding=True)), tickets.c.status.in_(IN_PROGRESS))
    .group_by(tickets.c.repairer_id)
)

_ALONE = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("whose"), 0)))
_URGENT_FIRST = case({Urgency.EMERGENCY: 0, Urgency.NORMAL: 1}, value=tickets.c.urgency, else_=2)


def _ticket(row: Row[Any]) -> Ticket:
    values = row._asdict()
    values.update(
        hazard=Hazard(values["hazard"]) if values["hazard"] else None, location=_location(values["location"]),
        kind=Kind(values["kind"]), category=Category(values["category"]), urgency=Urgency(values["urgency"]),
        wait_for=WaitFor(values["wait_for"]) if values["wait_for"] else None,
        photos=tuple(values["photos"]), work_photos=tuple(values["work_photos"]),
    )  # fmt: skip
    return Ticket(**values)


def _location(kept: list[float] | None) -> tuple[float, float] | None:
    return (kept[0], kept[1]) if kept else None


def _row(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in _NAMES}


@cache
def _count(dialect: str) -> ReturningInsert[int]:
    first = upsert(dialect, counters).values(name=bindparam("day"), value=1)
    one_more = first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})
    return one_more.returning(counters.c.value)


class SqlTickets:
    """domain.tickets.ports.Tickets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number(self, letter: str, day: date) -> str:
        return f"{letter}{day:%m%d}-{self._next_of(day):03d}"

    def _next_of(self, day: date) -> int:
        """On PostgreSQL in a transaction of its own: else everybody's next ticket would wait until ours is committed.

        What is undone leaves a gap.
        """
        connection, wanted = self._connection, {"day": day.isoformat()}
        if connection.dialect.name == "sqlite":
            return connection.execute(_count("sqlite"), wanted).scalar_one()
        with connection.engine.begin() as apart:
            apart.execute(text("SET LOCAL synchronous_commit = off"))  # the ticket's own commit brings it to the disk
            return apart.execute(_count(connection.dialect.name), wanted).scalar_one()

    def add(self, ticket: Ticket) -> Ticket:
        key = self._connection.execute(_ADD, _row(ticket)).scalar_one()
        return replace(ticket, id=key)

    def get(self, ticket_id: int) -> Ticket | None:
        row = self._connection.execute(_GET, {"wanted": ticket_id}).one_or_none()
        return _ticket(row) if row else None

    def save(self, ticket: Ticket) -> Ticket:
        after = replace(ticket, version=ticket.version + 1)
        values = {**_row(after), "wanted": ticket.id, "was": ticket.version}
        if self._connection.execute(_SAVE, values).rowcount != 1:
            raise Stale(f"ticket {ticket.id} version {ticket.version}")
        return after

    def reported_by(self, person_id: int, *, since: datetime) -> Sequence[Ticket]:
        recent = or_(tickets.c.status.in_(LIVE), tickets.c.closed_at > since)
        return self._many(recent, tickets.c.reporter_id == person_id, order=[tickets.c.id.desc()])

    def held_by(self, person_id: int) -> Sequence[Ticket]:
        return self._many(tickets.c.repairer_id == person_id, order=[_URGENT_FIRST, tickets.c.id])

    def live_in(self, estate_ids: Collection[int]) -> Sequence[Ticket]:
        live = tickets.c.status.not_in(ENDED), tickets.c.estate_id.in_(estate_ids)
        return self._many(*live, order=[_URGENT_FIRST, tickets.c.id])

    def load(self, person_ids: Collection[int]) -> dict[int, int]:
        if not person_ids:
            return {}
        found = self._connection.execute(_LOAD, {"those": list(person_ids)})
        return {person: count for person, count in found if person is not None}

    def in_hand(self, person_id: int) -> int:
        if self._connection.dialect.name == "postgresql":  # two claims at once would both count the same
            self._connection.execute(_ALONE, {"whose": f"in hand:{person_id}"})
        return self.load([person_id]).get(person_id, 0)

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        statement = select(tickets.c.id).where(tickets.c.due_at <= now).order_by(tickets.c.due_at).limit(limit)
        return self._connection.execute(statement).scalars().all()

    def alarms(self, estate_id: int, hazard: Hazard, *, since: datetime) -> Sequence[Ticket]:
        lately = select(ticket_callers.c.ticket_id).where(ticket_callers.c.at > since)
        running = tickets.c.status.in_((Status.OPEN, *IN_PROGRESS)), tickets.c.hazard == hazard
        return self._many(
            tickets.c.estate_id == estate_id, *running, tickets.c.id.in_(lately), order=[tickets.c.id.desc()]
        )

    def history(self, ticket_id: int) -> Sequence[tuple[datetime, str, int | None, dict[str, Any]]]:
        columns = events.c.at, events.c.name, events.c.by, events.c.data
        statement = select(*columns).where(events.c.ticket_id == ticket_id).order_by(events.c.id)
        return [(at, name, by, data) for at, name, by, data in self._connection.execute(statement)]

    def _many(self, *conditions: Any, order: Sequence[Any]) -> Sequence[Ticket]:
        return [_ticket(row) for row in self._connection.execute(select(*_COLUMNS).where(*conditions).order_by(*order))]
