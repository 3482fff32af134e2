"""The doors in tables: room codes by their hash, misses, knocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from domain.register.model import Flag, Knock, KnockState, Person, Relation
from storage.tables import knocks, misses, occupancies, people, room_codes
from storage.upsert import upsert

_PERSON = people.c.id, people.c.name, people.c.phone, people.c.language, people.c.flags


def _knock(row: Row[Any]) -> Knock:
    return Knock(**row._asdict() | {"state": KnockState(row.state)})


class SqlDoors:
    """domain.register.ports.Doors."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def editions(self, room_ids: Collection[int]) -> Mapping[int, int]:
        newest = select(room_codes.c.room_id, func.max(room_codes.c.edition)).group_by(room_codes.c.room_id)
        found = self._connection.execute(newest)  # all of them: more ids than a statement takes may be wanted
        wanted = set(room_ids)
        return {room_id: number for room_id, number in found if room_id in wanted}

    def open_by(self, digest: str, *, room_id: int, edition: int, now: datetime) -> None:
        new = {"digest": digest, "room_id": room_id, "edition": edition, "made_at": now}
        statement = upsert(self._connection.dialect.name, room_codes).values(new)
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=[room_codes.c.digest]))

    def close(self, newest: Mapping[int, int], *, now: datetime) -> None:
        for room_id, edition in newest.items():
            earlier = room_codes.c.room_id == room_id, room_codes.c.edition < edition, room_codes.c.closed_at.is_(None)
            self._connection.execute(update(room_codes).where(*earlier).values(closed_at=now))

    def named_by(self, digest: str) -> int | None:
        good = room_codes.c.digest == digest, room_codes.c.closed_at.is_(None)
        return self._connection.execute(select(room_codes.c.room_id).where(*good)).scalar_one_or_none()

    def occupants(self, room_id: int) -> Sequence[Person]:
        living = select(*_PERSON).join(occupancies).where(occupancies.c.room_id == room_id).order_by(people.c.id)
        return [
            Person(**row._asdict() | {"flags": frozenset(map(Flag, row.flags))})
            for row in self._connection.execute(living)
        ]

    def move_in(self, person_id: int | None, *, name: str, phone: str, room_id: int, relation: Relation) -> int:
        who = self._on_file(name, phone) if person_id is None else person_id
        row = {"person_id": who, "room_id": room_id, "relation": relation}
        statement = upsert(self._connection.dialect.name, occupancies).values(row)
        key = [occupancies.c.person_id, occupancies.c.room_id]
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=key))
        return who

    def _on_file(self, name: str, phone: str) -> int:
        """Somebody of that name and number; they are on file from now on."""
        same = people.c.name == name, people.c.phone == phone
        known: int | None = self._connection.execute(select(people.c.id).where(*same)).scalar_one_or_none()
        if known is not None:
            return known
        new = insert(people).values(name=name, phone=phone, flags=[]).returning(people.c.id)
        made: int = self._connection.execute(new).scalar_one()
        return made

    def missed(self, channel: str, user: str, *, now: datetime) -> None:
        self._connection.execute(insert(misses).values(channel=channel, user=user, at=now))

    def misses(self, channel: str, user: str, *, since: datetime) -> int:
        lately = misses.c.channel == channel, misses.c.user == user, misses.c.at > since
        return self._connection.execute(select(func.count()).where(*lately)).scalar_one()

    def knock(self, knock: Knock) -> Knock:
        values = asdict(knock)
        del values["id"]
        row = self._connection.execute(insert(knocks).values(values).returning(knocks.c.id)).scalar_one()
        return replace(knock, id=row)

    def knocked(self, knock_id: int) -> Knock | None:
        row = self._connection.execute(select(knocks).where(knocks.c.id == knock_id)).one_or_none()
        return _knock(row) if row else None

    def knocks_of(self, channel: str, user: str, *, since: datetime) -> Sequence[Knock]:
        theirs = knocks.c.channel == channel, knocks.c.user == user, knocks.c.asked_at > since
        return [
            _knock(row) for row in self._connection.execute(select(knocks).where(*theirs).order_by(knocks.c.id.desc()))
        ]

    def answer(self, knock: Knock) -> bool:
        values = {name: getattr(knock, name) for name in ("state", "person_id", "answered_by", "answered_at")}
        waiting = knocks.c.id == knock.id, knocks.c.state == KnockState.WAITING
        ended = update(knocks).where(*waiting).values(values | {"remind_at": None})
        return self._connection.execute(ended).rowcount == 1

    def unanswered(self, *, now: datetime, limit: int) -> Sequence[int]:
        due = select(knocks.c.id).where(knocks.c.remind_at.is_not(None), knocks.c.remind_at <= now)
        return self._connection.execute(due.order_by(knocks.c.remind_at).limit(limit)).scalars().all()

    def reminded(self, knock_id: int) -> bool:
        due = knocks.c.id == knock_id, knocks.c.remind_at.is_not(None)
        return self._connection.execute(update(knocks).where(*due).values(remind_at=None)).rowcount == 1

    def purge(self, *, before: datetime) -> int:
        old = delete(misses).where(misses.c.at < before), delete(knocks).where(knocks.c.asked_at < before)
        return sum(self._connection.execute(statement).rowcount for statement in old)
