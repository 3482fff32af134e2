"""Keeps an intake: what is new is added, what differs is changed, all of it in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from domain.register.intake import GroupKey, Intake, OnFile, PersonKey, PersonLine, RoomKey, StaffLine
from domain.register.model import Estate
from storage.keeping import ADDED, CHANGED, UNCHANGED, Keeping, Verdicts, chunks
from storage.tables import addresses, estates, groups, occupancies, people, rooms, staff, staff_estates

Progress = Callable[[int, int], None]  # how many records of how many are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What became of one sheet."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def on_file(connection: Connection) -> OnFile:
    """What a workbook may refer to, and the staff who left."""
    of_staff = select(people.c.name, people.c.phone).join_from(staff, people).where(~staff.c.active)
    of_rooms = select(estates.c.name, rooms.c.building, rooms.c.entrance, rooms.c.room).join_from(rooms, estates)
    return OnFile(
        estates=frozenset(connection.scalars(select(estates.c.name))),
        rooms=frozenset(RoomKey(*row) for row in connection.execute(of_rooms)),
        left=frozenset(PersonKey(*row) for row in connection.execute(of_staff)),
    )


def apply(
    connection: Connection, intake: Intake, *, progress: Progress = lambda _done, _total: None
) -> dict[str, Count]:
    """Keep all of *intake*; doing it again changes nothing.

    Whatever the workbook does not mention stays as it is: people are not deleted, staff are not dismissed (and whoever
    was dismissed is not taken on again), nobody loses a room. A language that a person has is not replaced.
    """
    keeping = Keeping(connection, progress, _size(intake))
    counts = {"estates": _estates(keeping, intake), "policies": _policies(keeping, intake)}
    estate_ids = dict(connection.execute(select(estates.c.name, estates.c.id)).all())
    counts["rooms"] = _rooms(keeping, intake, estate_ids)
    kept = _people(keeping, intake)
    ids = _person_ids(connection, kept)
    bound = _bind(keeping, intake, ids)
    moved = _homes(keeping, intake.people, ids, estate_ids) | bound
    counts["people"] = Counter(_verdict(kept[line.key], ids[line.key] in moved) for line in intake.people)
    counts["staff"] = _staff(keeping, intake.staff, ids, estate_ids, bound)
    counts["chats"] = _groups(keeping, intake, estate_ids)
    return {sheet: _as_count(count) for sheet, count in counts.items()}


def _size(intake: Intake) -> int:
    """How many rows will be looked at."""
    stated = sum(line.stated for line in intake.estates) + sum(bool(line.policy) for line in intake.estates)
    people_rows = {line.key for line in intake.people} | {line.key for line in intake.staff}
    homes = sum(len(line.homes) for line in intake.people)
    employed = sum(1 + len(line.estates) for line in intake.staff)
    return stated + len(intake.rooms) + len(people_rows) + homes + employed + len(intake.telegram) + len(intake.groups)


def _stated(**facts: Any) -> dict[str, Any]:
    """Without what the workbook does not say."""
    return {name: value for name, value in facts.items() if value is not None}


def _estates(keeping: Keeping, intake: Intake) -> Counter[str]:
    wanted = {
        (line.name,): _stated(city=line.city, timezone=line.timezone, latitude=line.latitude, longitude=line.longitude)
        for line in intake.estates
        if line.stated
    }
    default = Estate(id=0, name="")
    new = {"city": default.city, "timezone": default.timezone, "latitude": None, "longitude": None}
    return Counter(keeping.keep(estates, ("name",), wanted, new=new).values())


def _policies(keeping: Keeping, intake: Intake) -> Counter[str]:
    """Settings join those that an estate has already."""
    stated = {line.name: line.policy for line in intake.estates if line.policy}
    known = dict(keeping.connection.execute(select(estates.c.name, estates.c.policy)).all())
    wanted = {(name,): {"policy": {**known[name], **policy}} for name, policy in stated.items()}
    keeping.keep(estates, ("name",), wanted, new={"policy": {}})
    return Counter(
        ADDED if setting not in known[name] else UNCHANGED if known[name][setting] == value else CHANGED
        for name, policy in stated.items()
        for setting, value in policy.items()
    )


def _rooms(keeping: Keeping, intake: Intake, estate_ids: Mapping[str, int]) -> Counter[str]:
    wanted = {
        (estate_ids[line.key.estate], *line.key[1:]): _stated(area=line.area, handover_date=line.handover_date)
        for line in intake.rooms
    }
    new = {"area": None, "handover_date": None}
    return Counter(keeping.keep(rooms, ("estate_id", "building", "entrance", "room"), wanted, new=new).values())


def _people(keeping: Keeping, intake: Intake) -> Verdicts[PersonKey]:
    """Staff are people too."""
    wanted: dict[PersonKey, dict[str, Any]] = {line.key: {} for line in intake.staff}
    for line in intake.people:
        flags = None if line.flags is None else sorted(line.flags)
        wanted[line.key] = _stated(language=line.language, flags=flags, channel=line.channel)
    new: dict[str, Any] = {"language": None, "flags": [], "channel": None}
    return keeping.keep(people, ("name", "phone"), wanted, new=new, lasting={"language"})


def _person_ids(connection: Connection, keys: Collection[PersonKey]) -> dict[PersonKey, int]:
    ids: dict[PersonKey, int] = {}
    for phones in chunks({key.phone for key in keys}):
        found = select(people.c.name, people.c.phone, people.c.id).where(people.c.phone.in_(phones))
        ids |= {PersonKey(name, phone): person_id for name, phone, person_id in connection.execute(found)}
    return ids


def _bind(keeping: Keeping, intake: Intake, ids: Mapping[PersonKey, int]) -> set[int]:
    """Telegram ids are addresses; whose address is new or was another's."""
    wanted = {("telegram", user): {"chat": user, "person_id": ids[key]} for user, key in intake.telegram.items()}
    verdicts = keeping.keep(addresses, ("channel", "user"), wanted, new={"chat": "", "person_id": None})
    return {ids[intake.telegram[user]] for (_, user), verdict in verdicts.items() if verdict != UNCHANGED}


def _homes(
    keeping: Keeping, lines: Iterable[PersonLine], ids: Mapping[PersonKey, int], estate_ids: Mapping[str, int]
) -> set[int]:
    """Who came to a room, or to a new relation to it."""
    lines = tuple(lines)
    room_ids = _room_ids(keeping.connection, {home for line in lines for home in line.homes}, estate_ids)
    wanted = {
        (ids[line.key], room_ids[home]): {"relation": relation.value}
        for line in lines
        for home, relation in line.homes.items()
    }
    verdicts = keeping.keep(occupancies, ("person_id", "room_id"), wanted, new={"relation": ""})
    return {person_id for (person_id, _), verdict in verdicts.items() if verdict != UNCHANGED}


def _room_ids(connection: Connection, homes: Collection[RoomKey], estate_ids: Mapping[str, int]) -> dict[RoomKey, int]:
    names = {estate_ids[name]: name for name in {home.estate for home in homes}}
    columns = rooms.c.estate_id, rooms.c.building, rooms.c.entrance, rooms.c.room, rooms.c.id
    found = connection.execute(select(*columns).where(rooms.c.estate_id.in_(names)))
    return {RoomKey(names[estate_id], *place): room_id for estate_id, *place, room_id in found}


def _staff(
    keeping: Keeping,
    lines: tuple[StaffLine, ...],
    ids: Mapping[PersonKey, int],
    estate_ids: Mapping[str, int],
    bound: set[int],
) -> Counter[str]:
    wanted = {
        (ids[line.key],): _stated(roles=sorted(line.roles), skills=None if line.skills is None else sorted(line.skills))
        for line in lines
    }
    verdicts = keeping.keep(staff, ("person_id",), wanted, new={"roles": [], "skills": []})
    served = {(ids[line.key], estate_ids[name]) for line in lines for name in line.estates}
    moved = bound | {person_id for person_id, _ in _serve(keeping, {person_id for (person_id,) in wanted}, served)}
    return Counter(_verdict(verdict, person_id in moved) for (person_id,), verdict in verdicts.items())


def _serve(keeping: Keeping, person_ids: Collection[int], served: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Let these people serve exactly these estates; what had to change."""
    table = staff_estates.c
    left: set[tuple[int, int]] = set()
    for some in chunks(person_ids):
        known = select(table.person_id, table.estate_id).where(table.person_id.in_(some))
        left |= {(person_id, estate_id) for person_id, estate_id in keeping.connection.execute(known)} - served
    for person_id, estate_id in sorted(left):
        keeping.connection.execute(
            delete(staff_estates).where(table.person_id == person_id, table.estate_id == estate_id)
        )
    verdicts = keeping.keep(staff_estates, ("person_id", "estate_id"), {pair: {} for pair in served}, new={})
    return left | {pair for pair, verdict in verdicts.items() if verdict == ADDED}


def _groups(keeping: Keeping, intake: Intake, estate_ids: Mapping[str, int]) -> Counter[str]:
    def key_of(group: GroupKey) -> tuple[Hashable, ...]:
        return group.channel, group.chat, group.thread, estate_ids[group.estate]

    wanted = {key_of(line.key): {"kind": line.kind.value, "category": line.category} for line in intake.groups}
    columns = ("channel", "chat", "thread", "estate_id")
    return Counter(keeping.keep(groups, columns, wanted, new={"kind": "", "category": None}).values())


def _verdict(row: str, parts_changed: bool) -> str:
    """What became of a record that is kept in several tables."""
    return CHANGED if row == UNCHANGED and parts_changed else row


def _as_count(counted: Counter[str]) -> Count:
    return Count(added=counted[ADDED], changed=counted[CHANGED], unchanged=counted[UNCHANGED])
