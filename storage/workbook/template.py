"""The empty workbook to fill in: headers with notes, drop-downs, text columns, and a sheet of explanations."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from domain.register.intake import SHEETS, Column
from storage.workbook.words import SheetWording, Wording

LAST_ROW = 1_048_575  # of Excel, counted from 0
FORMATS = {
    "required": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1},
    "optional": {"bold": True, "bg_color": "#DDEBF7", "border": 1},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "heading": {"bold": True, "font_size": 14, "valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "plain": {},
}


def write_template(path: Path, wording: Wording) -> None:
    """Write an empty workbook in one language; filled in, it is what the import reads.

    :raises OSError: there is no writing to *path*
    """
    # In memory and at once: xlsxwriter itself would turn an OSError into its own and leave temporary files.
    with path.open("wb") as file, xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        _Template(book, wording).write()


class _Template:
    def __init__(self, book: xlsxwriter.Workbook, wording: Wording) -> None:
        self._wording = wording
        self._formats: dict[str, Format] = {name: book.add_format(properties) for name, properties in FORMATS.items()}
        self._sheets = {name: book.add_worksheet(wording.sheets[name].title) for name in SHEETS}
        self._notes = book.add_worksheet(wording.labels["notes_sheet"])
        self._lists = book.add_worksheet(wording.labels["lists_sheet"])
        self._offers = {"estates": f"='{wording.sheets['estates'].title}'!$A$2:$A$1000"}

    def write(self) -> None:
        self._write_lists()
        for name, sheet in self._sheets.items():
            self._write_sheet(sheet, SHEETS[name], self._wording.sheets[name])
        self._write_notes()

    def _write_lists(self) -> None:
        """What the drop-downs offer, on a hidden sheet: in the rule itself Excel allows 255 characters only."""
        for index, (name, words) in enumerate(self._wording.choices.items()):
            self._lists.write_column(0, index, words)
            letter = chr(ord("A") + index)
            self._offers[name] = f"='{self._lists.get_name()}'!${letter}$1:${letter}${len(words)}"
        self._lists.hide()

    def _write_sheet(self, sheet: Worksheet, columns: tuple[Column, ...], wording: SheetWording) -> None:
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:Z1048576"})  # on purpose
        for index, column in enumerate(columns):
            words = wording.columns[column.name]
            sheet.set_column(index, index, max(14, 2 * len(words.title) + 2), self._format(column))
            sheet.write_string(0, index, words.title, self._formats["required" if column.required else "optional"])
            sheet.write_comment(
                0, index, f"{words.note}{self._required(column)}", {"x_scale": 2, "y_scale": 1.5, "author": "Guanjia"}
            )
            if column.choices:
                # A list to choose from; typing something else (several words, another language) stays possible.
                offer = {"validate": "list", "source": self._offers[column.choices], "show_error": False}
                sheet.data_validation(1, index, LAST_ROW, index, offer)

    def _format(self, column: Column) -> Format:
        return self._formats["text" if column.verbatim else "date" if column.name == "handover_date" else "plain"]

    def _required(self, column: Column) -> str:
        return f" ({self._wording.labels['required']})" if column.required else ""

    def _write_notes(self) -> None:
        self._notes.set_column(0, 0, 22)
        self._notes.set_column(1, 1, 60)
        self._notes.set_column(2, 12, 18)
        self._notes.set_row(0, 80)
        self._notes.merge_range(0, 0, 0, 1, self._wording.labels["intro"], self._formats["wrapped"])
        row = 2
        for name, columns in SHEETS.items():
            row = self._explain(row, columns, self._wording.sheets[name]) + 1

    def _explain(self, row: int, columns: tuple[Column, ...], sheet: SheetWording) -> int:
        """One sheet explained: its columns below each other, its examples as they would stand; the next free row."""
        labels = self._wording.labels
        self._notes.write_string(row, 0, sheet.title, self._formats["heading"])
        self._notes.write_string(row, 1, sheet.note, self._formats["wrapped"])
        table = [(labels["column"], labels["meaning"])]
        table += [
            (f"{words.title}{self._required(c)}", words.note) for c in columns for words in [sheet.columns[c.name]]
        ]
        for below, cells in enumerate(table, 1):
            self._notes.write_row(row + below, 0, cells, self._formats["optional" if below == 1 else "wrapped"])
        row += len(table) + 1
        self._notes.write_string(row, 0, labels["example"], self._formats["optional"])
        titles = tuple(sheet.columns[column.name].title for column in columns)
        for below, example in enumerate((titles, *sheet.examples)):
            for index, cell in enumerate(example, 1):
                self._notes.write_string(row + below, index, cell, self._formats["text"])
        return row + len(sheet.examples) + 1
