"""Read a room out of a sentence and find it in the estate's register."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from rapidfuzz import fuzz, process

from bot.understanding.model import Room
from bot.understanding.numerals import NUMERAL, digits

NEAREST = 3

_n = rf"(?:\d{{1,4}}|[{NUMERAL}]{{1,4}})"
_building_zh = rf"(?P<building>{_n}|[a-z]\d?)\s*(?:栋|幢|号楼|座|#楼|#)"
_entrance_zh = r"(?:(?P<entrance>{n}|[a-z])\s*(?:单元|门洞|梯))?".replace("{n}", _n)
_floor_zh = rf"(?:(?P<floor>{_n})\s*(?:楼|层))?"
_room_zh = rf"(?:(?P<room>\d{{3,4}}[a-z]?|[{NUMERAL}]{{3,5}}|(?<=[楼层])\s*(?:\d{{1,2}}[a-z]?|[{NUMERAL}]{{1,2}}|[a-z]))(?![\d元])(?:\s*(?:室|房|号|户))?)"
_sep = r"[\s,的\-]*"
_building_en = r"\b(?:block|blk|building|bldg|tower)\s*(?:no\.?\s*)?#?(?P<building>\d{1,3}|[a-z]\d?)\b"
_room_word_en = r"(?:(?:apt|apartment|flat|room|rm|suite|unit)\b\.?\s*(?:no\.?\s*)?#?|#)\s*"

_GRAMMAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_building_zh}{_sep}{_entrance_zh}{_sep}{_floor_zh}{_sep}{_room_zh}",
        r"(?<![\d\-.:/])(?P<building>\d{1,3}|[a-z]\d?)\s?[-/#]\s?(?P<entrance>\d{1,2})\s?[-/#]\s?(?P<room>\d{3,4}[a-z]?)(?![\d\-:])",
        rf"{_building_en}[\s,\-]*(?:(?:unit|entrance|stair)\s*(?P<entrance>\d)\b)?[\s,\-]*(?:floor\s*\d+)?[\s,\-]*(?:{_room_word_en})?(?P<room>\d{{1,2}}-\d{{2}}|\d{{3,4}}[a-z]?|\d{{1,2}}[a-z])\b(?!\s*(?:am|pm|:))",
        r"(?<![\d\-.:/])(?P<building>\d{1,3}|[a-z]\d?)\s?[-/#]\s?(?P<room>\d{3,4}[a-z]?)(?![\d\-:])",
        rf"{_room_word_en}(?P<room>\d{{3,4}}[a-z]?|\d{{1,2}}-\d{{2}}|\d{{1,2}}[a-z])\b(?:[\s,]*(?:in|of|at)?[\s,]*{_building_en})?",
        rf"(?P<entrance>{_n})\s*单元{_sep}{_floor_zh}{_sep}{_room_zh}",
        r"(?<![\d\-.:/])(?P<room>\d{3,4}[a-z]?)\s*(?:室|房间?)",
        rf"(?P<floor>{_n})\s*(?:楼|层)\s*(?P<room>\d{{1,2}}|[{NUMERAL}]{{1,2}})\s*(?:室|房)",
        rf"(?P<room>[{NUMERAL}]{{3,4}})\s*(?:室|房)",
        r"^(?P<room>\d{3,4}[a-z]?)$",
    )
)


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """A room as somebody said it; empty where they did not."""

    building: str
    entrance: str
    room: str
    start: int
    end: int


class RoomIndex(Sequence[Room]):
    """The register, prepared once per estate, so that no message has to walk through it."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._rooms = tuple(rooms)
        self._exact: dict[tuple[str, str, str], list[Room]] = defaultdict(list)
        self._by_building: dict[str, list[Room]] = defaultdict(list)
        for room in self._rooms:
            building, entrance, number = key(room.building), key(room.entrance), key(room.room)
            for said in {
                (building, entrance, number),
                (building, "", number),
                ("", entrance, number),
                ("", "", number),
            }:
                self._exact[said].append(room)
            self._by_building[building].append(room)

    @overload
    def __getitem__(self, at: int) -> Room: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Room]: ...
    def __getitem__(self, at: int | slice) -> Room | Sequence[Room]:
        return self._rooms[at]

    def __len__(self) -> int:
        return len(self._rooms)

    def find(self, said: RoomSaid) -> tuple[Room, ...]:
        """All rooms that were said; several when the words leave something open."""
        return tuple(self._exact.get((said.building, said.entrance, said.room), ()))

    def nearest(self, said: RoomSaid) -> tuple[Room, ...]:
        """Rooms that may have been meant: the same building first, numbers alike."""
        anywhere = self._exact.get(("", "", said.room), ())
        inside = self._by_building.get(said.building, ())
        alike = process.extract(said.room, [key(room.room) for room in inside], scorer=fuzz.ratio, limit=NEAREST)
        found = [*(inside[at] for _, score, at in alike if score >= 70), *anywhere]
        return tuple(dict.fromkeys(found))[:NEAREST]


def key(part: str) -> str:
    """One form for "03", "3" and "三"."""
    return digits(part.strip().lower()).lstrip("0")


def read_rooms(plain: str) -> Iterator[RoomSaid]:
    """Every room of the text, most complete readings first; places already read are not read again."""
    taken: list[tuple[int, int]] = []
    for grammar in _GRAMMAR:
        for found in grammar.finditer(plain):
            if any(found.start() < end and start < found.end() for start, end in taken):
                continue
            taken.append(found.span())
            yield _said(found)


def _said(found: re.Match[str]) -> RoomSaid:
    parts = {"building": "", "entrance": "", "floor": "", **found.groupdict(default="")}
    room = digits(parts["room"].strip().removeprefix("零")) if parts["floor"] else digits(parts["room"])
    room = room.replace("-", "")
    if parts["floor"] and len(room) <= 2:
        room = digits(parts["floor"]) + (room if room.isalpha() else room.zfill(2))
    return RoomSaid(key(parts["building"]), key(parts["entrance"]), room.lstrip("0"), *found.span())
