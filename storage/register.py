"""Places, people and their addresses in tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, func, insert, or_, select, update

from domain.calendar import Calendar
from domain.register.model import (
    Address,
    Estate,
    Flag,
    Group,
    GroupKind,
    Person,
    Role,
    Room,
    Skill,
    Speaker,
    Staff,
)
from storage.tables import (
    addresses,
    calendar_days,
    estates,
    groups,
    occupancies,
    people,
    rooms,
    staff,
    staff_estates,
)
from storage.upsert import upsert

_PERSON = people.c.id, people.c.name, people.c.phone, people.c.language, people.c.flags
_STAFF = (*_PERSON, staff.c.roles, staff.c.skills, staff.c.on_duty, staff.c.cap)

# The statements of the message path are built once: building one anew costs more than running it.
_SPEAKER = (
    select(
        addresses,
        *(column.label(f"their_{column.name}") for column in (*_PERSON[1:], *_STAFF[len(_PERSON) :])),
        staff.c.active,
    )
    .select_from(addresses.join(people).outerjoin(staff, staff.c.person_id == people.c.id))
    .where(addresses.c.channel == bindparam("on"), addresses.c.user == bindparam("who"))
)
_ROOMS_OF = select(rooms).join(occupancies).where(occupancies.c.person_id == bindparam("whose")).order_by(rooms.c.id)
_ESTATES_OF = select(staff_estates.c.estate_id).where(staff_estates.c.person_id == bindparam("whose"))
_ESTATE = select(estates).where(estates.c.id == bindparam("wanted"))
_DAYS = select(calendar_days)
_ROOM = select(rooms).where(rooms.c.id == bindparam("wanted"))
_NAMED = select(*_PERSON).where(people.c.id == bindparam("wanted"))
_SERVING = (
    select(*_STAFF)
    .select_from(people.join(staff).join(staff_estates, staff_estates.c.person_id == staff.c.person_id))
    .where(staff_estates.c.estate_id == bindparam("at"), staff.c.active)
    .order_by(people.c.id)
)
_EMPLOYED = select(*_STAFF).join(staff).where(people.c.id == bindparam("wanted"), staff.c.active)
_SERVED = select(staff_estates.c.person_id, staff_estates.c.estate_id).where(
    staff_estates.c.person_id.in_(bindparam("those", expanding=True))
)
_SEEN = (
    update(addresses)
    .where(addresses.c.channel == bindparam("on"), addresses.c.user == bindparam("who"))
    .values(seen_at=bindparam("now"), reachable=True)
)
_PREFERRED = case((addresses.c.channel == people.c.channel, 0), else_=1)
_ADDRESSES_OF = (
    select(addresses)
    .join(people)
    .where(addresses.c.person_id.in_(bindparam("those", expanding=True)))
    .order_by(_PREFERRED, addresses.c.seen_at.is_(None), addresses.c.seen_at.desc(), addresses.c.channel)
)
_GROUP = (
    select(groups)
    .where(groups.c.channel == bindparam("on"), groups.c.chat == bindparam("where"))
    .order_by(groups.c.id)
    .limit(1)
)
_GROUPS = (
    select(groups)
    .where(groups.c.estate_id == bindparam("at"), groups.c.kind == bindparam("used_for"))
    .order_by(groups.c.id)
)


def _person(row: Any) -> Person:
    return Person(
        id=row.id, name=row.name, phone=row.phone, language=row.language, flags=frozenset(map(Flag, row.flags))
    )


def _address(row: Row[Any]) -> Address:
    return Address(**row._asdict())


def _group(row: Row[Any]) -> Group:
    values = row._asdict()
    del values["id"]
    return Group(**values | {"kind": GroupKind(row.kind), "thread": row.thread or None})


class SqlRegister:
    """domain.register.ports.Register.

    It lives as long as its transaction, and so does what it remembers: estates, their calendars, rooms and staff, for
    which a single message asks again and again.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._estates: dict[int, Estate] = {}
        self._calendars: dict[int, Calendar] = {}
        self._rooms: dict[int, Room] = {}
        self._serving: dict[int, Sequence[Staff]] = {}  # by estate

    def forget(self) -> None:
        """What is remembered is not so any more."""
        for known in (self._estates, self._calendars, self._rooms, self._serving):
            known.clear()

    def estate(self, estate_id: int) -> Estate:
        if estate_id not in self._estates:
            row = self._connection.execute(_ESTATE, {"wanted": estate_id}).one()
            self._estates[estate_id] = Estate(**row._asdict())
        return self._estates[estate_id]

    def estates(self) -> Sequence[Estate]:
        return [Estate(**row._asdict()) for row in self._connection.execute(select(estates).order_by(estates.c.id))]

    def calendar(self, estate_id: int) -> Calendar:
        if estate_id not in self._calendars:
            days = {row.day: row.working for row in self._connection.execute(_DAYS)}
            self._calendars[estate_id] = Calendar(timezone=self.estate(estate_id).timezone, days=days)
        return self._calendars[estate_id]

    def room(self, room_id: int) -> Room | None:
        if room_id not in self._rooms:
            row = self._connection.execute(_ROOM, {"wanted": room_id}).one_or_none()
            if row is None:
                return None
            self._rooms[room_id] = Room(**row._asdict())
        return self._rooms[room_id]

    def rooms_of(self, person_id: int) -> Sequence[Room]:
        found = [Room(**row._asdict()) for row in self._connection.execute(_ROOMS_OF, {"whose": person_id})]
        self._rooms.update((room.id, room) for room in found)
        return found

    def rooms_in(self, estate_id: int) -> Sequence[Room]:
        return [
            Room(**row._asdict())
            for row in self._connection.execute(select(rooms).where(rooms.c.estate_id == estate_id))
        ]

    def room_stamp(self, estate_ids: Collection[int]) -> object:
        newest = select(func.count(), func.max(rooms.c.id)).where(rooms.c.estate_id.in_(estate_ids))
        return tuple(self._connection.execute(newest).one())

    def person(self, person_id: int) -> Person | None:
        row = self._connection.execute(_NAMED, {"wanted": person_id}).one_or_none()
        return _person(row) if row else None

    def people_by_phone(self, phone: str) -> Sequence[Person]:
        found = select(*_PERSON).where(people.c.phone == phone).order_by(people.c.id)
        return [_person(row) for row in self._connection.execute(found)]

    def search(self, said: str) -> Sequence[Person]:
        """Whom an operator means by an id, a phone number or a name."""
        number = int(said) if said.isdecimal() and len(said) <= 18 else -1  # what a database takes for a whole number
        means = people.c.name == said, people.c.phone == said, people.c.id == number
        return [_person(row) for row in self._connection.execute(select(*_PERSON).where(or_(*means)))]

    def staff(self, person_id: int) -> Staff | None:
        found = self._staff(_EMPLOYED, wanted=person_id)
        return found[0] if found else None

    def staff_of(self, estate_id: int, *roles: Role) -> Sequence[Staff]:
        if estate_id not in self._serving:
            self._serving[estate_id] = self._staff(_SERVING, at=estate_id)
        return [one for one in self._serving[estate_id] if not roles or one.roles & set(roles)]

    def _staff(self, statement: Select[Any], **values: int) -> list[Staff]:
        rows = self._connection.execute(statement, values).all()
        if not rows:
            return []
        serves: dict[int, set[int]] = {row.id: set() for row in rows}
        for person_id, estate_id in self._connection.execute(_SERVED, {"those": list(serves)}):
            serves[person_id].add(estate_id)
        return [
            Staff(
                person=_person(row), roles=frozenset(map(Role, row.roles)), skills=frozenset(map(Skill, row.skills)),
                estates=frozenset(serves[row.id]), on_duty=row.on_duty, cap=row.cap,
            )
            for row in rows
        ]  # fmt: skip

    def set_language(self, person_id: int, language: str) -> None:
        self._connection.execute(update(people).where(people.c.id == person_id).values(language=language))
        self._serving.clear()

    def set_duty(self, person_id: int, on_duty: bool) -> None:
        self._connection.execute(update(staff).where(staff.c.person_id == person_id).values(on_duty=on_duty))
        self._serving.clear()

    def keep_days(self, days: Mapping[date, bool]) -> int:
        known = set(self._connection.execute(select(calendar_days.c.day)).scalars())
        rows = [{"day": day, "working": working} for day, working in sorted(days.items()) if day not in known]
        if rows:
            self._connection.execute(insert(calendar_days), rows)
            self._calendars.clear()
        return len(rows)

    def dismiss(self, person_id: int) -> None:
        self._connection.execute(update(staff).where(staff.c.person_id == person_id).values(active=False))
        self._serving.clear()

    def rehire(self, person_id: int) -> bool:
        back = update(staff).where(staff.c.person_id == person_id).values(active=True)
        self._serving.clear()
        return self._connection.execute(back).rowcount == 1


class SqlAddresses:
    """domain.register.ports.Addresses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, channel: str, user: str) -> Address | None:
        same = (addresses.c.channel == channel) & (addresses.c.user == user)
        row = self._connection.execute(select(addresses).where(same)).one_or_none()
        return _address(row) if row else None

    def speaker(self, channel: str, user: str) -> Speaker | None:
        row = self._connection.execute(_SPEAKER, {"on": channel, "who": user}).one_or_none()
        if row is None:
            return None
        names = ("channel", "user", "chat", "person_id", "seen_at", "reachable")
        address = Address(**{name: getattr(row, name) for name in names})
        flags = frozenset(map(Flag, row.their_flags))
        person = Person(
            id=row.person_id, name=row.their_name, phone=row.their_phone, language=row.their_language, flags=flags
        )
        if not row.active:
            return Speaker(address=address, person=person)
        estates = self._connection.execute(_ESTATES_OF, {"whose": person.id}).scalars()
        employed = Staff(
            person=person, roles=frozenset(map(Role, row.their_roles)), skills=frozenset(map(Skill, row.their_skills)),
            estates=frozenset(estates), on_duty=row.their_on_duty, cap=row.their_cap,
        )  # fmt: skip
        return Speaker(address=address, person=person, staff=employed)

    def of(self, person_ids: Collection[int]) -> Sequence[Address]:
        if not person_ids:
            return []
        theirs = self._connection.execute(_ADDRESSES_OF, {"those": list(person_ids)})
        return [_address(row) for row in theirs]

    def bind(self, address: Address) -> None:
        values = {
            field: getattr(address, field) for field in ("channel", "user", "chat", "person_id", "seen_at", "reachable")
        }
        key = [addresses.c.channel, addresses.c.user]
        statement = upsert(self._connection.dialect.name, addresses).values(values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))

    def seen(self, channel: str, user: str, *, now: datetime) -> None:
        self._connection.execute(_SEEN, {"on": channel, "who": user, "now": now})

    def set_reachable(self, channel: str, chat: str, reachable: bool) -> None:
        same = (addresses.c.channel == channel) & (addresses.c.chat == chat)
        self._connection.execute(update(addresses).where(same).values(reachable=reachable))

    def group(self, channel: str, chat: str) -> Group | None:
        row = self._connection.execute(_GROUP, {"on": channel, "where": chat}).one_or_none()
        return _group(row) if row else None

    def groups(self, estate_id: int, kind: GroupKind) -> Sequence[Group]:
        ours = self._connection.execute(_GROUPS, {"at": estate_id, "used_for": kind})
        return [_group(row) for row in ours]

    def set_group_language(self, channel: str, chat: str, language: str) -> None:
        same = (groups.c.channel == channel) & (groups.c.chat == chat)
        self._connection.execute(update(groups).where(same).values(language=language))

    def move_group(self, *, channel: str, old: str, new: str) -> None:
        same = (groups.c.channel == channel) & (groups.c.chat == old)
        self._connection.execute(update(groups).where(same).values(chat=new))
