"""From the sheets of a workbook to an intake, or to all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from domain.errors import Refusal
from domain.register.intake.lines import Faults, Line, read_lines
from domain.register.intake.merging import Facts, key, merge
from domain.register.intake.model import (
    NOTHING_ON_FILE,
    BadCell,
    BadWorkbook,
    EstateLine,
    GroupKey,
    GroupLine,
    Intake,
    OnFile,
    PersonKey,
    PersonLine,
    RoomKey,
    RoomLine,
    Sheet,
    StaffLine,
    Words,
)
from domain.register.intake.places import Places
from domain.register.model import Flag, GroupKind, Relation, Role, Skill

Settings = Mapping[str, Callable[[str], Any]]  # what an estate may set, and how its text is read
_Lines = Mapping[str, Sequence[Line]]
_TELEGRAM_GROUP = re.compile(r"(-\d{1,18})(?:[/:](\d{1,18}))?", re.ASCII)
_room_of = key("estate", "building", "entrance", "room")
_person_of = key("name", "phone")


def validate(sheets: Sequence[Sheet], *, words: Words, settings: Settings, on_file: OnFile = NOTHING_ON_FILE) -> Intake:
    """Judge a whole workbook.

    :raises BadWorkbook: something is wrong in it; every bad cell is named
    :raises Refusal: it says nothing at all
    """
    faults = Faults()
    lines = read_lines(sheets, words, faults)
    if not any(lines.values()) and not faults.cells:
        raise Refusal("intake-empty")
    if faults.structural:  # with a whole sheet or column unread, every reference to it would look wrong too
        raise BadWorkbook(_in_reading_order(faults, sheets))
    places = _places(lines, on_file, faults)
    intake = Intake(
        estates=_estates(lines, places, settings, faults),
        rooms=_rooms(lines["rooms"], places, faults),
        people=_people(lines["people"], places, faults),
        staff=_staff(lines["staff"], places, on_file, faults),
        groups=_groups(lines["chats"], places, faults),
        telegram=_telegram([*lines["people"], *lines["staff"]], faults),
    )
    if faults.cells:
        raise BadWorkbook(_in_reading_order(faults, sheets))
    return intake


def _in_reading_order(faults: Faults, sheets: Iterable[Sheet]) -> list[BadCell]:
    order = {sheet.name: index for index, sheet in enumerate(sheets)}
    return sorted(faults.cells, key=lambda cell: (order[cell.sheet], cell.row))


def _places(lines: _Lines, on_file: OnFile, faults: Faults) -> Places:
    estates = {line["name"] for line in lines["estates"]} - {None}
    rooms = {RoomKey(*found) for line in lines["rooms"] if (found := _room_of(line))}
    return Places(estates | on_file.estates, rooms | on_file.rooms, faults)


def _estates(lines: _Lines, places: Places, settings: Settings, faults: Faults) -> tuple[EstateLine, ...]:
    columns = ("city", "timezone", "latitude", "longitude")
    stated = merge(lines["estates"], key("name"), columns, faults)
    policies = _policies(lines["policies"], places, settings, faults)
    return tuple(
        EstateLine(name=name, stated=(name,) in stated, policy=policies.get(name, {}), **stated.get((name,), {}))
        for name in dict.fromkeys([*(name for (name,) in stated), *policies])
    )


def _policies(lines: Iterable[Line], places: Places, settings: Settings, faults: Faults) -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = {}
    good = [line for line in lines if _check_policy(line, places, settings, faults)]
    for (estate, setting), facts in merge(good, key("estate", "setting"), ["value"], faults).items():
        policies.setdefault(estate, {})[setting] = settings[setting](facts["value"])
    return policies


def _check_policy(line: Line, places: Places, settings: Settings, faults: Faults) -> bool:
    if line.bad or not places.check_estates(line, [line["estate"]]):
        return False
    if (name := line["setting"]) not in settings:
        faults.add(line, "setting", "intake-unknown-setting", value=name)
        return False
    try:
        settings[name](line["value"])
    except (ValueError, ArithmeticError) as problem:
        faults.add(line, "value", "intake-bad-setting", value=line["value"], setting=name, why=str(problem))
        return False
    return True


def _rooms(lines: Iterable[Line], places: Places, faults: Faults) -> tuple[RoomLine, ...]:
    good = [line for line in lines if not line["estate"] or places.check_estates(line, [line["estate"]])]
    merged = merge(good, _room_of, ("area", "handover_date"), faults)
    return tuple(RoomLine(key=RoomKey(*found), **facts) for found, facts in merged.items())


def _people(lines: Sequence[Line], places: Places, faults: Faults) -> tuple[PersonLine, ...]:
    merged = merge(lines, _person_of, ("language", "flags", "channel"), faults)
    homes: dict[tuple[Any, ...], dict[RoomKey, Relation]] = {}
    at_home = [line for line in lines if _check_home(line, places, faults)]
    for found, facts in merge(at_home, _home_of, ["relation"], faults).items():
        homes.setdefault(found[:2], {})[RoomKey(*found[2:])] = Relation(facts.get("relation", Relation.OWNER))
    return tuple(_person(found, facts, homes.get(found, {})) for found, facts in merged.items())


_home_of = key("name", "phone", "estate", "building", "entrance", "room")


def _check_home(line: Line, places: Places, faults: Faults) -> bool:
    """Does the line name a room that exists? A person without any room is nothing wrong."""
    place = ("estate", "building", "room")
    if line.bad.intersection((*place, "entrance")) or not any(line[column] for column in (*place, "entrance")):
        return False
    missing = [column for column in place if not line[column]]
    for column in missing:
        faults.add(line, column, "intake-missing")
    if missing or not places.check_estates(line, [line["estate"]]):
        return False
    return places.check_room(line, RoomKey(line["estate"], line["building"], line["entrance"] or "", line["room"]))


def _person(found: tuple[Any, ...], facts: Facts, homes: Mapping[RoomKey, Relation]) -> PersonLine:
    flags = frozenset(map(Flag, facts["flags"])) if "flags" in facts else None
    told = {name: facts.get(name) for name in ("language", "channel")}
    return PersonLine(key=PersonKey(*found), **told, flags=flags, homes=homes)


def _staff(lines: Sequence[Line], places: Places, on_file: OnFile, faults: Faults) -> tuple[StaffLine, ...]:
    good = [line for line in lines if _check_staff(line, places, on_file, faults)]
    merged = merge(good, _person_of, ("roles", "skills", "estates"), faults)
    return tuple(
        StaffLine(
            key=PersonKey(*found),
            roles=frozenset(map(Role, facts["roles"])),
            estates=facts["estates"],
            skills=frozenset(map(Skill, facts["skills"])) if "skills" in facts else None,
        )
        for found, facts in merged.items()
    )


def _check_staff(line: Line, places: Places, on_file: OnFile, faults: Faults) -> bool:
    known = places.check_estates(line, line["estates"] or (), "estates")
    if line.bad:
        return False
    if PersonKey(line["name"], line["phone"]) in on_file.left:
        faults.add(line, "name", "intake-left", value=line["name"])
        return False
    return known


def _groups(lines: Iterable[Line], places: Places, faults: Faults) -> tuple[GroupLine, ...]:
    good = [line for line in lines if not line["estate"] or places.check_estates(line, [line["estate"]])]
    keys = {id(line): found for line in good if (found := _group_of(line, faults))}
    merged = merge(good, lambda line: keys.get(id(line)), ("kind", "category"), faults)
    return tuple(
        GroupLine(key=found, kind=GroupKind(facts["kind"]), category=facts.get("category"))
        for found, facts in merged.items()
    )


def _group_of(line: Line, faults: Faults) -> GroupKey | None:
    """Telegram's groups are negative numbers, with "/5" or ":5" after them for the topic 5."""
    if line.bad:
        return None
    estate, channel, chat = line["estate"], line["channel"], line["chat_id"]
    if channel != "telegram":
        return GroupKey(estate, channel, chat, "")
    if not (found := _TELEGRAM_GROUP.fullmatch(chat)):
        faults.add(line, "chat_id", "intake-bad-chat-id", value=chat)
        return None
    return GroupKey(estate, channel, found[1], found[2] or "")


def _telegram(lines: Iterable[Line], faults: Faults) -> dict[str, PersonKey]:
    """Whose a numeric id is: one person's, whatever sheets it stands in."""
    owners: dict[str, tuple[PersonKey, Line]] = {}
    for line in lines:
        if (user := line["telegram_id"]) is None or not (found := _person_of(line)):
            continue
        person, first = owners.setdefault(user, (PersonKey(*found), line))
        if person != PersonKey(*found):
            where = {"sheet": first.sheet, "row": first.number}
            faults.add(line, "telegram_id", "intake-telegram-id-twice", value=user, name=person.name, **where)
    return {user: person for user, (person, _) in owners.items()}
