"""Which estates and rooms a workbook may refer to, and which of them somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from domain.register.intake.lines import Faults, Line
from domain.register.intake.model import RoomKey

GUESSES = 100  # similar names are searched for that many bad cells; the reader has the pattern by then


class Places:
    """The estates and rooms of the workbook and of the files."""

    def __init__(self, estates: Iterable[str], rooms: Iterable[RoomKey], faults: Faults) -> None:
        self.estates = frozenset(estates)
        self.rooms = frozenset(rooms)
        self._faults = faults
        self._guesses = GUESSES

    @cached_property
    def _buildings(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Room labels by estate and building."""
        found: dict[str, dict[str, list[str]]] = {}
        for room in self.rooms:
            found.setdefault(room.estate, {}).setdefault(room.building, []).append(label(room))
        return found

    def check_estates(self, line: Line, names: Iterable[str], column: str = "estate") -> bool:
        """Do all of them exist? Whatever does not is a fault."""
        unknown = sorted(set(names) - self.estates)
        for name in unknown:
            self._refuse(line, column, "intake-unknown-estate", name, self.estates)
        return not unknown

    def check_room(self, line: Line, room: RoomKey) -> bool:
        """Does it exist?"""
        if room in self.rooms:
            return True
        buildings = self._buildings.get(room.estate, {})
        if room.building in buildings:
            self._refuse(line, "room", "intake-unknown-room", label(room), buildings[room.building])
        else:
            self._refuse(line, "building", "intake-unknown-building", room.building, buildings)
        return False

    def _refuse(self, line: Line, column: str, key: str, value: str, candidates: Iterable[str]) -> None:
        near = "".join(self._near(value, candidates))
        self._faults.add(line, column, f"{key}-near" if near else key, value=value, near=near)

    def _near(self, value: str, candidates: Iterable[str]) -> Iterator[str]:
        if self._guesses > 0:
            self._guesses -= 1
            yield from difflib.get_close_matches(value, sorted(candidates), n=1)


def label(room: RoomKey) -> str:
    """A room as people write it: 3-2-1201, or 3-1201 in a building without entrances."""
    return "-".join(part for part in room[1:] if part)
