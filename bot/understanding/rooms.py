"""Read a room out of a sentence and find it in the estate's register."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from rapidfuzz import fuzz, process

from bot.understanding.model import Room
from bot.understanding.normalise import normalise
from bot.understanding.numerals import digits
from bot.understanding.room_grammar import BUILDING_ALONE, GRAMMARS

_denied = re.compile(r"(?:不是|\bnot)\s*$")
NEAREST = 3
ALIKE = 70  # of 100: one digit of four may differ


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
        self._numbered: dict[str, dict[str, list[Room]]] = defaultdict(lambda: defaultdict(list))  # building, number
        for room in self._rooms:
            self._numbered[key(room.building)][key(room.room)].append(room)

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
        found = self._with_number(said.room, said.building)
        return tuple(room for room in found if said.entrance in ("", key(room.entrance)))

    def nearest(self, said: RoomSaid) -> tuple[Room, ...]:
        """Rooms that may have been meant: numbers alike in the same building, then the same number anywhere."""
        inside = self._numbered.get(said.building, {})
        alike = process.extract(said.room, list(inside), scorer=fuzz.ratio, limit=NEAREST, score_cutoff=ALIKE)
        found = [room for number, _, _ in alike for room in inside[number]]
        return tuple(dict.fromkeys([*found, *self._with_number(said.room, "")]))[:NEAREST]

    def _with_number(self, number: str, building: str) -> list[Room]:
        buildings = [building] if building else list(self._numbered)
        inside = [self._numbered[each] for each in buildings if each in self._numbered]
        return [room for numbers in inside if number in numbers for room in numbers[number]]


def key(part: str) -> str:
    """One form for "03", "3" and "三"."""
    return digits(part.strip().lower()).lstrip("0")


def read_building(raw: str) -> str | None:
    """The building, where a message names one and nothing else: "5栋", "in block 5"."""
    found = BUILDING_ALONE.fullmatch(normalise(raw).plain.strip(" .,!。"))
    return key(found["zh"] or found["en"]) if found else None


def read_rooms(plain: str) -> Iterator[RoomSaid]:
    """Every room of the text, most complete readings first, "not 1201" last; what was read is not read again."""
    found = list(_read(plain))
    yield from sorted(found, key=lambda said: _denied.search(plain[: said.start]) is not None)


def _read(plain: str) -> Iterator[RoomSaid]:
    taken: list[tuple[int, int]] = []
    for grammar in GRAMMARS:
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
