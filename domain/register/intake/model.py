"""What a workbook says: its cells before they are judged, what was wrong with them, what remains when nothing is."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from domain.errors import Refusal
from domain.register.model import Flag, GroupKind, Relation, Role, Skill

Value = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet (or CSV file) as it was read: rows with the numbers that Excel shows beside them."""

    name: str
    rows: Sequence[tuple[int, Sequence[Value]]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Spellings of some words in all languages: *meanings* by folded spelling, and each as it is usually written."""

    meanings: Mapping[str, str]
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, spelt: Iterable[tuple[str, str]]) -> Lexicon:
        """From (spelling, meaning).

        :raises ValueError: a spelling has two meanings
        """
        meanings: dict[str, str] = {}
        spellings: dict[str, str] = {}
        for spelling, meaning in spelt:
            if meanings.setdefault(fold(spelling), meaning) != meaning:
                raise ValueError(f"{spelling!r} means both {meanings[fold(spelling)]!r} and {meaning!r}")
            spellings.setdefault(fold(spelling), spelling)
        return cls(meanings, spellings)

    def meaning(self, word: str) -> str | None:
        """What *word* means, however it is cased, spaced or hyphenated."""
        return self.meanings.get(fold(word))

    def near(self, word: str) -> str:
        """The known spelling most like *word*; "" when none is."""
        return next((self.spellings[found] for found in difflib.get_close_matches(fold(word), self.spellings, n=1)), "")


def fold(word: str) -> str:
    """What remains of a word when case, width, spaces, hyphens and underscores make no difference."""
    return re.sub(r"[\s_\-*]+", "", unicodedata.normalize("NFKC", word)).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a workbook in every language that we read."""

    sheets: Lexicon
    columns: Mapping[str, Lexicon]  # by sheet
    titles: Mapping[str, Mapping[str, str]]  # by sheet and column, in all languages: "building / 楼栋"
    choices: Mapping[str, Lexicon]  # by the name of an enumeration: "role", "relation", …
    ignored: Lexicon  # sheets and columns for people's own remarks
    nothing: Lexicon  # "none" in a list: it is known to be empty
    affixes: Mapping[str, re.Pattern[str]]  # what is written around the bare number of a building, an entrance, a room
    dates: tuple[str, ...]  # formats in which dates are written as text


class PersonKey(NamedTuple):
    """By what a person is recognised from one import to the next."""

    name: str
    phone: str


class RoomKey(NamedTuple):
    """By what a room is recognised."""

    estate: str
    building: str
    entrance: str
    room: str


class GroupKey(NamedTuple):
    """By what a group chat (or one topic of it) is recognised."""

    estate: str
    channel: str
    chat: str
    thread: str


# In the lines below None means that the workbook does not say: what is on file stays.


@dataclass(frozen=True, slots=True, kw_only=True)
class EstateLine:
    """What the workbook says of one estate; *stated* is false when only its settings are mentioned."""

    name: str
    stated: bool = True
    city: str | None = None
    timezone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """What the workbook says of one room."""

    key: RoomKey
    area: float | None = None
    handover_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """What the workbook says of one person, in however many lines."""

    key: PersonKey
    language: str | None = None
    flags: frozenset[Flag] | None = None
    channel: str | None = None
    homes: Mapping[RoomKey, Relation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """What the workbook says of one member of staff."""

    key: PersonKey
    roles: frozenset[Role]
    estates: frozenset[str]
    skills: frozenset[Skill] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One group chat on the allow-list; no *category* means all of them."""

    key: GroupKey
    kind: GroupKind
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A whole workbook in which nothing is wrong."""

    estates: tuple[EstateLine, ...] = ()
    rooms: tuple[RoomLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    staff: tuple[StaffLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()
    telegram: Mapping[str, PersonKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What a workbook may refer to without saying it again, and who left."""

    estates: frozenset[str] = frozenset()
    rooms: frozenset[RoomKey] = frozenset()
    left: frozenset[PersonKey] = frozenset()


NOTHING_ON_FILE = OnFile()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """Where a workbook is wrong, as the reader sees it in Excel, and why: *key* names a sentence, *values* fill it."""

    sheet: str
    row: int
    column: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


class BadWorkbook(Refusal):
    """Nothing was imported: *cells* says everything that has to be put right."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        super().__init__("intake-bad-workbook", count=len(cells))
        self.cells = tuple(cells)
