"""Rooms in which nobody has got an announcement, and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, select

from domain.announcements.model import Announcement, Audience, Unreached
from domain.messaging.model import DeliveryState
from domain.register.model import Room
from storage.audience import rooms_of
from storage.spreading import key_of
from storage.tables import announcement_recipients, deliveries, occupancies, people, rooms

_WHO = announcement_recipients.c
_OURS = frozenset({"no-account", "muted", "unreachable", "stopped"})  # our own reasons; others are the platform's
# Several people, several reasons: the one that is most easily mended is told.
_ORDER = ("waiting", "failed", "unknown", "expired", "stopped", "unreachable", "muted", "no-account", "no-people")


def rooms_without(connection: Connection, announcement: Announcement) -> Sequence[Unreached]:
    """By building, entrance and room; a room without anybody on file too, where it is for everybody in a place."""
    audience = announcement.audience
    if not audience.residents:
        return []
    got = (
        select(occupancies.c.room_id)
        .join(deliveries, deliveries.c.person_id == occupancies.c.person_id)
        .where(deliveries.c.announcement_id == announcement.id, deliveries.c.state == DeliveryState.SENT)
    )
    missed = rooms_of(audience), rooms.c.id.not_in(got)
    people_of = defaultdict(list)
    for row in connection.execute(_who_missed(announcement.id, missed)):
        people_of[row.room_id].append((row.name, *_why(row)))
    names = (rooms.c[field.name] for field in fields(Room))
    order = rooms.c.estate_id, rooms.c.building, rooms.c.entrance, rooms.c.room
    found = [Room(**row._asdict()) for row in connection.execute(select(*names).where(*missed).order_by(*order))]
    return [_told(room, people_of[room.id]) for room in found if people_of[room.id] or _is_for_all(audience)]


def _who_missed(announcement_id: int, missed: tuple[Any, ...]) -> Any:
    """Recipients in these rooms: from each room to its people, or SQLite looks each person up in every room."""
    here = select(rooms.c.id).where(*missed).distinct().subquery()
    theirs = (
        here.join(occupancies, occupancies.c.room_id == here.c.id)
        .join(people, people.c.id == occupancies.c.person_id)
        .join(announcement_recipients, _WHO.person_id == people.c.id)
        .outerjoin(deliveries, deliveries.c.key == key_of(_WHO))
    )
    facts = occupancies.c.room_id, people.c.name, deliveries.c.state, deliveries.c.reason
    return select(*facts).select_from(theirs).where(_WHO.announcement_id == announcement_id)


def _why(row: Row[Any]) -> tuple[str, str]:
    if row.state in (None, DeliveryState.QUEUED, DeliveryState.SENDING):
        return "waiting", ""
    return (row.reason, "") if row.reason in _OURS else (row.state, row.reason or "")


def _told(room: Room, those: list[tuple[str, str, str]]) -> Unreached:
    if not those:
        return Unreached(room=room, why="no-people")
    _name, why, detail = min(those, key=lambda one: _ORDER.index(one[1]))
    return Unreached(room=room, why=why, detail=detail, names=tuple(sorted({name for name, _why, _detail in those})))


def _is_for_all(audience: Audience) -> bool:
    return not (audience.relations or audience.flags or audience.people or audience.ticket_id)
