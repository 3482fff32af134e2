"""An audience as a query: who they are, and where each of them can be reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from domain.announcements.model import Audience
from storage.columns import Id
from storage.tables import addresses, announcement_mutes, occupancies, people, rooms, staff, staff_estates


def audience_of(audience: Audience) -> Select[Any]:
    """(person_id, room_id) of everybody, each person once, in the order of their numbers."""
    parts = []
    if audience.residents:
        parts.append(_residents(audience))
    if audience.roles:
        parts.append(_staff(audience))
    if audience.people:
        parts.append(select(people.c.id, cast(null(), Id)).where(people.c.id.in_(audience.people)))
    everybody = union_all(*parts).subquery()
    person_id, room_id = everybody.c
    return (
        select(person_id.label("person_id"), func.min(room_id).label("room_id")).group_by(person_id).order_by(person_id)
    )


def rooms_of(audience: Audience) -> ColumnElement[bool]:
    """Whether a room belongs to the places it is for."""
    named = []
    if audience.buildings:
        named.append(rooms.c.building.in_(audience.buildings))
    if audience.entrances:
        named.append(tuple_(rooms.c.building, rooms.c.entrance).in_(audience.entrances))
    if audience.rooms:
        named.append(rooms.c.id.in_(audience.rooms))
    here = rooms.c.estate_id.in_(audience.estates)
    return and_(here, or_(*named)) if named else here


def best_addresses(*where: ColumnElement[bool]) -> Subquery:
    """The private chat of each person: reachable first, then preferred, then last used; narrowed by *where*."""
    preferred = case((addresses.c.channel == people.c.channel, 0), else_=1)
    order = (
        addresses.c.reachable.desc(), preferred, addresses.c.seen_at.is_(None), addresses.c.seen_at.desc(),
        addresses.c.channel, addresses.c.user,
    )  # fmt: skip
    rank = func.row_number().over(partition_by=addresses.c.person_id, order_by=order).label("rank")
    names = (addresses.c[name] for name in ("person_id", "channel", "chat", "reachable"))
    ranked = select(*names, rank).join_from(addresses, people).where(*where).subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery()


def has_muted(person_id: ColumnElement[int], estates: tuple[int, ...], *, ordinary: bool) -> ColumnElement[bool]:
    """Do they want no ordinary announcements of one of these estates? Urgent ones nobody can refuse."""
    if not ordinary:
        return false()
    mine = announcement_mutes.c.person_id == person_id, announcement_mutes.c.estate_id.in_(estates)
    return exists().where(*mine)


def _residents(audience: Audience) -> Select[Any]:
    """Who lives in its rooms. What else is known of people or rooms one day (arrears) narrows it here."""
    found = select(occupancies.c.person_id, occupancies.c.room_id).join(rooms).where(rooms_of(audience))
    if audience.relations:
        found = found.where(occupancies.c.relation.in_(audience.relations))
    if audience.flags:
        found = found.join(people, people.c.id == occupancies.c.person_id).where(_holds(people.c.flags, audience.flags))
    return found


def _staff(audience: Audience) -> Select[Any]:
    serving = staff_estates.join(staff, staff.c.person_id == staff_estates.c.person_id)
    here = staff_estates.c.estate_id.in_(audience.estates), staff.c.active, _holds(staff.c.roles, audience.roles)
    return select(staff.c.person_id, cast(null(), Id)).select_from(serving).where(*here)


def _holds(column: ColumnElement[Any], wanted: frozenset[Any]) -> ColumnElement[bool]:
    """Is one of these words in a list kept as JSON?"""
    words = cast(column, Text)
    return or_(*(words.like(f'%"{one}"%') for one in sorted(wanted)))
