"""Whom an announcement is for, read from words: "3栋和5栋2单元的老人", "blocks 3 and 5, tenants", "R1123-001"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TypeVar

from bot.turn import DeskWork
from bot.understanding.details import read_ticket
from bot.understanding.model import Room as Door
from bot.understanding.normalise import Text, normalise
from bot.understanding.numerals import NUMERAL
from bot.understanding.phrases import LOCALES, languages, load
from bot.understanding.rooms import RoomIndex, key, read_rooms
from domain.announcements.model import Audience
from domain.register.model import Flag, Relation, Role, Room

E = TypeVar("E", bound=StrEnum)
_n = rf"(?:\d{{1,3}}|[{NUMERAL}]{{1,3}}|[a-z]\d?(?![a-z]))"
_and = r"\s*(?:,|、|和|及|与|跟|以及|\band\b|&|\bor\b)+\s*"
_to = r"\s*(?:-|~|到|至|\bto\b)\s*"
_some = rf"{_n}(?:(?:{_and}|{_to}){_n})*"  # "1、3", "5-8"
_house = r"\s*(?:栋|幢|号楼|座|#楼|#)"
_block = r"\b(?:blocks?|blk|buildings?|bldg|towers?)\s*(?:no\.?\s*)?#?"
_ENTRANCES = (
    re.compile(rf"(?P<building>{_n}){_house}\s*的?\s*(?P<entrances>{_some})\s*(?:单元|门洞|梯)"),
    re.compile(rf"{_block}(?P<building>{_n})[\s,]*(?:units?|entrances?|stairs?)\s*(?P<entrances>{_some})"),
)
_BUILDINGS = (re.compile(rf"(?P<buildings>{_some}){_house}"), re.compile(rf"{_block}(?P<buildings>{_some})"))
_EVERYBODY = re.compile(
    r"全小区|整个小区|全体|全部|所有|每户|家家户户|大家|各位|\b(?:everyone|everybody|all|whole estate|entire estate)\b"
)
_ONLY_OWNERS = re.compile(
    r"(?:只|仅|光)(?:发|给|限|对)?(?:给)?业主|产权人|房主|不含租户|\bowners? only\b|\bonly (?:the )?owners?\b"
)
_STAFF = re.compile(r"员工|同事|\bstaff\b|\bcolleagues\b")
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom words mean: an audience, or what of it there is not."""

    audience: Audience | None
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """Words being read: what has been understood is blanked out, so that nothing is read twice."""

    plain: str
    audience: Audience
    rooms: Sequence[Room]
    found: bool = False
    unknown: list[str] = field(default_factory=list)

    def take(self, match: re.Match[str]) -> None:
        self.blank(*match.span())

    def blank(self, start: int, end: int) -> None:
        self.plain = self.plain[:start] + " " * (end - start) + self.plain[end:]
        self.found = True

    def add(self, **more: object) -> None:
        self.audience = replace(self.audience, **more)  # type: ignore[arg-type]


def read_audience(work: DeskWork, said: str, estates: Sequence[int]) -> Meant:
    """Whom the words mean among these estates; nobody where they mean nobody, or leave a number over."""
    text = normalise(said)
    rooms = [room for estate in estates for room in work.register.rooms_in(estate)]
    reading = _Reading(text.plain, Audience(estates=tuple(estates)), rooms)
    _read_ticket(work, text, reading)
    _read_entrances(reading)
    _read_rooms(reading)
    _read_buildings(reading)
    _read_people(reading)
    if match := _EVERYBODY.search(reading.plain):
        reading.take(match)
    left_over = bool(_FIGURE.search(reading.plain))
    understood = reading.found and not reading.unknown and not left_over
    return Meant(reading.audience if understood else None, tuple(reading.unknown))


def _read_ticket(work: DeskWork, text: Text, reading: _Reading) -> None:
    number = read_ticket(text)
    if number is None:
        return
    ticket = next((one for one in work.tickets.live_in(reading.audience.estates) if one.number == number), None)
    if ticket is None:
        reading.unknown.append(number)
        return
    start = reading.plain.index(number.lower())
    reading.blank(start, start + len(number))
    reading.add(ticket_id=ticket.id)


def _read_entrances(reading: _Reading) -> None:
    """Not where a room follows: "5栋2单元1201"."""
    for grammar in _ENTRANCES:
        for match in grammar.finditer(reading.plain):
            if re.match(r"\s*的?\s*\d{3,4}", reading.plain[match.end() :]):
                continue
            building = _named(reading, match["building"])
            known = {key(one.entrance): one.entrance for one in reading.rooms if one.building == building}
            named = [known.get(number) for number in _numbers(match["entrances"])]
            if building is None or None in named:
                reading.unknown.append(match[0].strip())
                continue
            pairs = tuple((building, entrance) for entrance in named if entrance is not None)
            reading.add(entrances=(*reading.audience.entrances, *pairs))
            reading.take(match)


def _read_rooms(reading: _Reading) -> None:
    named = list(read_rooms(reading.plain))
    index = RoomIndex([Door(one.id, one.building, one.entrance, one.room) for one in reading.rooms if named])
    for said in named:
        found = index.find(said)
        if not said.building and len(found) != 1:
            continue  # "1201" of which building?
        words = reading.plain[said.start : said.end].strip()
        if not found:
            reading.unknown.append(words)
            continue
        reading.add(rooms=(*reading.audience.rooms, *(one.id for one in found)))
        reading.blank(said.start, said.end)


def _read_buildings(reading: _Reading) -> None:
    for grammar in _BUILDINGS:
        for match in grammar.finditer(reading.plain):
            named = {number: _named(reading, number) for number in _numbers(match["buildings"])}
            missing = [number for number, building in named.items() if building is None]
            if missing:
                reading.unknown.append(match[0].strip())
                continue
            found = [one for one in named.values() if one and one not in reading.audience.buildings]
            reading.add(buildings=(*reading.audience.buildings, *found))
            reading.take(match)


def _read_people(reading: _Reading) -> None:
    """Flags, relations and roles by the words that the workbook knows them by."""
    if match := _ONLY_OWNERS.search(reading.plain):
        reading.take(match)
        reading.add(relations=reading.audience.relations | {Relation.OWNER, Relation.CO_OWNER})
    reading.add(flags=frozenset(_named_in(reading, "flag", Flag)))
    others = set(_named_in(reading, "relation", Relation)) - {Relation.OWNER}  # "业主" is everybody who lives there
    reading.add(relations=reading.audience.relations | others)
    if match := _STAFF.search(reading.plain):
        reading.take(match)
        reading.add(roles=frozenset(Role))
    reading.add(roles=reading.audience.roles | set(_named_in(reading, "role", Role)))


def _named_in(reading: _Reading, kind: str, members: type[E]) -> Iterator[E]:
    for word, member in _words(kind):
        pattern = rf"\b{re.escape(word)}s?\b" if word.isascii() else re.escape(word)
        if match := re.search(pattern, reading.plain):
            reading.take(match)
            yield members(member)


@cache
def _words(kind: str) -> tuple[tuple[str, str], ...]:
    """(word, name) in every language, the longest first."""
    choices = [load(LOCALES / language / "workbook.yaml")["choices"][kind] for language in languages()]
    named = {(normalise(word).plain, name) for one in choices for name, words in one.items() for word in words}
    return tuple(sorted((one for one in named if len(one[0]) > 1), key=lambda one: (-len(one[0]), one)))


def _named(reading: _Reading, number: str) -> str | None:
    """The building as the register writes it."""
    return next((one.building for one in reading.rooms if key(one.building) == key(number)), None)


def _numbers(said: str) -> list[str]:
    """ "1、3和5-7" → 1, 3, 5, 6, 7; a range that is none is two numbers."""
    found: list[str] = []
    for part in re.split(_and, said):
        first, *rest = (key(one) for one in re.split(_to, part))
        last = rest[-1] if rest else first
        if first.isdigit() and last.isdigit() and int(first) < int(last) <= int(first) + 50:
            found += map(str, range(int(first), int(last) + 1))
        else:
            found += dict.fromkeys([first, last])
    return found
