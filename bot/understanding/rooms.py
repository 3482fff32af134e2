"""Read a room out of a sentence and find it in the estate's register."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from rapidfuzz import fuzz, process

from bot.understanding.model import Room
from bot.understanding.numerals import digits
from bot.understanding.room_grammar import GRAMMARS

NEAREST = 3


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
