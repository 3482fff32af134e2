"""The words of the workbook, from `locales/<lang>/workbook.yaml`: all languages for reading, one for writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from domain.register.intake import SHEETS, Lexicon, Words

FILE = "workbook.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWording:
    """How one language calls a column, and what it says about it."""

    title: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWording:
    """How one language calls a sheet and its columns; *examples* are rows as one would fill them in."""

    title: str
    note: str
    columns: Mapping[str, ColumnWording]
    examples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a template says in one language."""

    sheets: Mapping[str, SheetWording]
    choices: Mapping[str, tuple[str, ...]]  # what the drop-downs offer
    labels: Mapping[str, str]


def load_words(locales: Path) -> Words:
    """Every spelling of every language, and the program's own names."""
    spoken = [_load(path) for path in sorted(locales.glob(f"*/{FILE}"))]
    return Words(
        sheets=Lexicon.of(_named(SHEETS, [one["sheets"] for one in spoken])),
        columns={
            sheet: Lexicon.of(_named((c.name for c in columns), [one["sheets"][sheet]["columns"] for one in spoken]))
            for sheet, columns in SHEETS.items()
        },
        titles={
            sheet: {c.name: _title(one["sheets"][sheet]["columns"][c.name] for one in spoken) for c in columns}
            for sheet, columns in SHEETS.items()
        },
        choices={name: Lexicon.of(_chosen(one["choices"][name] for one in spoken)) for name in spoken[0]["choices"]},
        ignored=Lexicon.of((word, "ignored") for one in spoken for word in _ignored(one)),
        nothing=Lexicon.of((word, "nothing") for one in spoken for word in one["nothing"]),
        affixes={
            name: _affixes(word for one in spoken for word in one["affixes"][name]) for name in spoken[0]["affixes"]
        },
        dates=tuple(dict.fromkeys(pattern for one in spoken for pattern in one["dates"])),
    )


def load_wording(locales: Path, language: str) -> Wording:
    """One language, for the template."""
    data = _load(locales / language / FILE)
    return Wording(
        sheets={name: _sheet(sheet) for name, sheet in data["sheets"].items()},
        choices={
            name: tuple(spellings[0] if spellings else meaning for meaning, spellings in words.items())
            for name, words in data["choices"].items()
        },
        labels=data["labels"],
    )


def _sheet(sheet: Mapping[str, Any]) -> SheetWording:
    return SheetWording(
        title=sheet["title"],
        note=sheet["note"],
        columns={name: ColumnWording(title=c["title"], note=c["note"]) for name, c in sheet["columns"].items()},
        examples=tuple(tuple(str(cell) for cell in row) for row in sheet["examples"]),
    )


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_bytes())


def _named(names: Iterable[str], languages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(spelling, name): the name itself, the titles, and what else people write."""
    languages = tuple(languages)
    for name in names:
        yield name, name
        for words in languages:
            yield from ((spelling, name) for spelling in (words[name]["title"], *words[name].get("also", ())))


def _title(languages: Iterable[Mapping[str, Any]]) -> str:
    return " / ".join(dict.fromkeys(words["title"] for words in languages))


def _chosen(languages: Iterable[Mapping[str, list[str]]]) -> Iterator[tuple[str, str]]:
    for words in languages:
        for meaning, spellings in words.items():
            yield from ((spelling, meaning) for spelling in (*spellings, meaning))


def _ignored(words: Mapping[str, Any]) -> Iterator[str]:
    yield from (words["labels"]["notes_sheet"], words["labels"]["lists_sheet"], *words["ignored"])


def _affixes(words: Iterable[str]) -> re.Pattern[str]:
    """ "3栋", "Block 3" or "3 Block": Chinese words stand after the bare name, English ones before or after it."""
    words = sorted(map(re.escape, words), key=len, reverse=True)
    english = "|".join(word for word in words if word.isascii())
    chinese = "|".join(word for word in words if not word.isascii())
    return re.compile(rf"^(?:{english})\b\.?\s*|\s*(?:{chinese}|\b(?:{english}))$", re.IGNORECASE)
