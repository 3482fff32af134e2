"""From sheets to lines: which sheet, which column, and what each cell says by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from domain.register.intake.cells import BadValue, blank, clean
from domain.register.intake.columns import SHEETS, Column
from domain.register.intake.model import BadCell, Sheet, Value, Words

_Place = tuple[int, Column, Callable[[Value], Any]]  # where in its row a column stands, and how its cells are read
_STRUCTURAL = frozenset({"intake-unknown-sheet", "intake-unknown-sheet-near", "intake-missing-column"})


@dataclass(frozen=True, slots=True)
class Line:
    """One row that says something: the values of its good cells, by column."""

    sheet: str
    number: int
    titles: Mapping[str, str]  # how the workbook calls its columns
    values: Mapping[str, Any]
    bad: frozenset[str]  # columns whose cells were refused

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that is wrong, in the order in which it was found."""

    cells: list[BadCell] = field(default_factory=list)

    def add(self, line: Line, column: str, key: str, **values: Any) -> None:
        """The cell of *line* under *column* is wrong."""
        title = line.titles.get(column, column)
        self.cells.append(BadCell(sheet=line.sheet, row=line.number, column=title, key=key, values=values))

    @property
    def structural(self) -> bool:
        """Is a whole sheet or column missing?"""
        return any(cell.key in _STRUCTURAL for cell in self.cells)


def read_lines(sheets: Iterable[Sheet], words: Words, faults: Faults) -> dict[str, list[Line]]:
    """The lines of each known sheet; whatever cannot be read is added to *faults*."""
    found: dict[str, list[Line]] = {name: [] for name in SHEETS}
    for sheet in sheets:
        rows = [(number, row) for number, row in sheet.rows if not all(map(blank, row))]
        if not rows or words.ignored.meaning(sheet.name):
            continue
        if name := words.sheets.meaning(sheet.name):
            found[name] += _lines(sheet.name, name, rows, words, faults)
        else:
            near = words.sheets.near(sheet.name)
            key = "intake-unknown-sheet-near" if near else "intake-unknown-sheet"
            faults.cells.append(BadCell(sheet=sheet.name, row=rows[0][0], column="", key=key, values={"near": near}))
    return found


def _lines(
    title: str, name: str, rows: Sequence[tuple[int, Sequence[Value]]], words: Words, faults: Faults
) -> Iterable[Line]:
    number, header = rows[0]
    titles = {index: clean(cell) for index, cell in enumerate(header) if not blank(cell)}
    head = Line(title, number, {}, {}, frozenset())
    places = _places(titles, name, head, words, faults)
    named = {column.name: titles[index] for index, column, _ in places}
    missing = [column.name for column in SHEETS[name] if column.required and column.name not in named]
    for column in missing:
        faults.add(head, words.titles[name][column], "intake-missing-column")
    if missing:
        return  # every row would be wrong for the same reason
    _refuse_cells_without_header(rows[1:], titles, head, faults)
    for number, row in rows[1:]:
        yield _line(Line(title, number, named, {}, frozenset()), places, row, faults)


def _places(titles: Mapping[int, str], name: str, head: Line, words: Words, faults: Faults) -> list[_Place]:
    """Which columns the header names."""
    columns = {column.name: column for column in SHEETS[name]}
    places: dict[str, _Place] = {}
    for index, title in titles.items():
        meaning = words.columns[name].meaning(title)
        if meaning in places:
            faults.add(head, title, "intake-column-twice")
        elif meaning:
            places[meaning] = (index, columns[meaning], _reader(columns[meaning], words))
        elif words.ignored.meaning(title) is None:
            near = words.columns[name].near(title)
            faults.add(head, title, "intake-unknown-column-near" if near else "intake-unknown-column", near=near)
    return list(places.values())


def _reader(column: Column, words: Words) -> Callable[[Value], Any]:
    """Reads cells of one column, each value once: most cells repeat others."""
    return lru_cache(4096, typed=True)(lambda value: column.read(value, words))


def _refuse_cells_without_header(
    rows: Iterable[tuple[int, Sequence[Value]]], titles: Mapping[int, str], head: Line, faults: Faults
) -> None:
    """A column that has content but no name would be lost without a word: its first cell is named."""
    seen = set(titles)
    for number, row in rows:
        for index, cell in enumerate(row):
            if index not in seen and not blank(cell):
                seen.add(index)
                faults.add(Line(head.sheet, number, {}, {}, frozenset()), _letter(index), "intake-no-header")


def _letter(index: int) -> str:
    """How Excel calls the column: A, B, … Z, AA, …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _line(line: Line, places: Iterable[_Place], row: Sequence[Value], faults: Faults) -> Line:
    values: dict[str, Any] = {}
    bad: set[str] = set()
    for index, column, read in places:
        value = row[index] if index < len(row) else None
        try:
            said = None if blank(value) else read(value)
        except BadValue as problem:
            bad.add(column.name)
            faults.add(line, column.name, problem.key, **problem.values)
            continue
        if column.required and not said:
            bad.add(column.name)
            faults.add(line, column.name, "intake-missing")
        elif said is not None:
            values[column.name] = said
    return Line(line.sheet, line.number, line.titles, values, frozenset(bad))
