"""Cells of .xlsx, .xls and .ods workbooks and of CSV files, as they stand there."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from domain.errors import Refusal
from domain.register.intake import Sheet

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
ENCODINGS = (
    "utf-8-sig",
    "gb18030",
)  # what Excel writes as CSV: with a byte order mark, or in the language of a Chinese Windows


def read(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook, of one CSV file (its name is the sheet's), or of a folder of CSV files.

    :raises Refusal: there is no such file, or it cannot be read
    """
    if not path.exists():
        raise Refusal("intake-no-such-file", file=path.name)
    try:
        return tuple(_sheets(path))
    except PasswordError:
        raise Refusal("intake-password", file=path.name) from None
    except (CalamineError, OSError) as problem:
        raise Refusal("intake-unreadable", file=path.name, why=str(problem)) from problem


def _sheets(path: Path) -> Iterator[Sheet]:
    if path.is_dir():
        files = sorted(
            file for file in path.iterdir() if file.suffix.lower() in TEXTS and not file.name.startswith(".")
        )
        if not files:
            raise Refusal("intake-no-files", file=path.name)
        yield from map(_text, files)
    elif path.suffix.lower() in TEXTS:
        yield _text(path)
    elif path.suffix.lower() in WORKBOOKS:
        yield from _workbook(path)
    else:
        raise Refusal("intake-unknown-format", file=path.name)


def _workbook(path: Path) -> Iterator[Sheet]:
    with CalamineWorkbook.from_path(path) as workbook:
        for sheet in workbook.sheets_metadata:
            if sheet.typ is SheetTypeEnum.WorkSheet:
                # From A1 on, so that rows have the numbers that Excel shows.
                rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                yield Sheet(name=sheet.name, rows=list(enumerate(rows, 1)))


def _text(path: Path) -> Sheet:
    lines = _decode(path).splitlines(keepends=True)
    separator = max(",;\t", key=lines[0].count) if lines else ","
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        return Sheet(name=path.stem, rows=list(enumerate(reader, 1)))
    except csv.Error as problem:
        raise Refusal("intake-bad-csv", file=path.name, line=reader.line_num, why=str(problem)) from None


def _decode(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # Excel's "Unicode text"
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue  # the next encoding may fit
    raise Refusal("intake-encoding", file=path.name)
