"""The estate workbook as a file: however it is written it is read the same, and the template can be read too."""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import xlsxwriter

from bot.words import Words
from domain.announcements.policy import SETTINGS as ANNOUNCING
from domain.errors import Refusal
from domain.register.intake import SHEETS, Sheet, validate
from domain.register.model import Flag, GroupKind, Relation, Role, Skill
from domain.tickets.model import Category
from domain.tickets.policy import SETTINGS
from storage.workbook import load_wording, load_words, read, write_template

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"
LANGUAGES = tuple(sorted(path.parent.name for path in LOCALES.glob("*/workbook.yaml")))
TEXT = "小区,楼栋,单元,房号\n阳光花园,3,2,0806\n\n阳光花园,A,,1201\n"
ROWS = [
    (1, ["小区", "楼栋", "单元", "房号"]),
    (2, ["阳光花园", "3", "2", "0806"]),
    (3, []),
    (4, ["阳光花园", "A", "", "1201"]),
]
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def filled_in(language: str) -> list[Sheet]:
    """The template with its own examples filled in."""
    sheets = load_wording(LOCALES, language).sheets.values()
    rows = [[[column.title for column in sheet.columns.values()], *sheet.examples] for sheet in sheets]
    return [Sheet(name=sheet.title, rows=list(enumerate(cells, 1))) for sheet, cells in zip(sheets, rows, strict=True)]


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as caught:
        read(path)
    return caught.value.key


# --- reading ---


@pytest.mark.parametrize("encoding", ("utf-8", "utf-8-sig", "gb18030", "utf-16"))
@pytest.mark.parametrize("separator", (",", ";", "\t"), ids=("comma", "semicolon", "tab"))
def test_a_csv_file_is_read_in_whatever_way_excel_saved_it(tmp_path: Path, encoding: str, separator: str):
    file = tmp_path / "房间.csv"
    file.write_bytes(TEXT.replace(",", separator).replace("\n", "\r\n").encode(encoding))
    assert read(file) == (Sheet(name="房间", rows=ROWS),)


def test_a_folder_of_csv_files_is_a_workbook(tmp_path: Path):
    (tmp_path / "rooms.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "estates.CSV").write_text("name\n阳光花园\n", encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text("x\n", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    sheets = read(tmp_path)
    assert [sheet.name for sheet in sheets] == ["estates", "rooms"]
    assert len(validate(sheets, words=load_words(LOCALES), settings=SETTINGS).rooms) == 2


def test_a_line_break_within_a_csv_cell_is_no_new_row(tmp_path: Path):
    file = tmp_path / "staff.csv"
    file.write_text('name,roles\nWang,"engineer\nmanager"\nLi,engineer\n', encoding="utf-8")
    assert [number for number, _ in read(file)[0].rows] == [1, 2, 3]


def test_rows_of_an_excel_sheet_have_the_numbers_that_excel_shows(tmp_path: Path):
    file = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("rooms")
        sheet.write_row(3, 1, ["estate", "room"])
        sheet.write_row(6, 1, ["Sunny Garden", 1201])
    (found,) = read(file)
    assert [(number, row) for number, row in found.rows if any(row)] == [
        (4, ["", "estate", "room"]),
        (7, ["", "Sunny Garden", 1201.0]),
    ]


def test_an_open_document_spreadsheet_is_read(tmp_path: Path):
    file = tmp_path / "book.ods"
    write_ods(file, "estates", [("name",), ("阳光花园",)])
    assert read(file) == (Sheet(name="estates", rows=[(1, ["name"]), (2, ["阳光花园"])]),)


def write_ods(file: Path, name: str, rows: Iterable[Iterable[str]]) -> None:
    """The least that is an .ods; nothing among our dependencies writes one."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}:manifest:1.0"/>')
        archive.writestr("content.xml", content)


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    for name, content in {
        "book.pdf": b"%PDF-1.7",
        "book.xlsx": b"this is no zip archive",
        "rooms.csv": b'name\n"never closed',
        "people.csv": b"name\n\xff\xff\xff",
    }.items():
        (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / "nowhere.xlsx") == "intake-no-such-file"
    assert refusal(tmp_path / "empty") == "intake-no-files"
    assert refusal(tmp_path / "book.pdf") == "intake-unknown-format"
    assert refusal(tmp_path / "book.xlsx") == "intake-unreadable"
    assert refusal(tmp_path / "rooms.csv") == "intake-bad-csv"
    assert refusal(tmp_path / "people.csv") == "intake-encoding"


# --- the template ---


@in_every_language
def test_the_empty_template_is_read_without_a_fault(tmp_path: Path, language: str):
    file = tmp_path / "template.xlsx"
    write_template(file, load_wording(LOCALES, language))
    with pytest.raises(Refusal) as caught:
        validate(read(file), words=load_words(LOCALES), settings=SETTINGS)
    assert caught.value.key == "intake-empty"


@in_every_language
def test_the_templates_examples_are_a_good_workbook(language: str):
    intake = validate(filled_in(language), words=load_words(LOCALES), settings=SETTINGS)
    found = [len(part) for part in (intake.estates, intake.rooms, intake.people, intake.staff, intake.groups)]
    assert found == [1, 2, 2, 2, 2]
    assert set(intake.estates[0].policy) == {"respond.emergency", "cap"}


@in_every_language
def test_the_template_has_drop_downs_notes_and_columns_that_keep_what_is_typed(tmp_path: Path, language: str):
    file = tmp_path / "template.xlsx"
    write_template(file, load_wording(LOCALES, language))
    with zipfile.ZipFile(file) as archive:
        for number, columns in enumerate(SHEETS.values(), 1):
            sheet = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert 'state="frozen"' in sheet
            assert len(re.findall("<dataValidation ", sheet)) == sum(bool(column.choices) for column in columns)
            notes = archive.read(f"xl/comments{number}.xml").decode()
            assert len(re.findall("<comment ", notes)) == len(columns)
        assert 'formatCode="@"' in archive.read("xl/styles.xml").decode()  # text


def test_a_template_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        write_template(tmp_path / "nowhere" / "template.xlsx", load_wording(LOCALES, "en"))
    assert list(tmp_path.iterdir()) == []


# --- the words ---


def test_every_word_of_an_enumeration_can_be_written_and_nothing_else():
    words = load_words(LOCALES)
    meant = {name: set(lexicon.meanings.values()) for name, lexicon in words.choices.items()}
    assert meant == {
        "language": set(LANGUAGES),
        "relation": set(Relation),
        "flag": set(Flag),
        "role": set(Role),
        "skill": set(Skill),
        "channel": {"telegram", "wecom", "web"},
        "preferred_channel": {"telegram", "wechat", "wecom", "web"},
        "kind": set(GroupKind),
        "category": set(Category),
        "setting": {*SETTINGS, *ANNOUNCING},
    }


@in_every_language
def test_every_language_has_words_for_every_sheet_column_and_choice(language: str):
    wording = load_wording(LOCALES, language)
    assert {name: tuple(sheet.columns) for name, sheet in wording.sheets.items()} == {
        name: tuple(column.name for column in columns) for name, columns in SHEETS.items()
    }
    assert {name: len(words) for name, words in wording.choices.items()} == {
        name: len(set(lexicon.meanings.values())) for name, lexicon in load_words(LOCALES).choices.items()
    }


@in_every_language
def test_every_reason_has_a_sentence_in_every_language(language: str):
    sources = [*(ROOT / "domain/register/intake").glob("*.py"), *(ROOT / "storage/workbook").glob("*.py")]
    written = {key for path in sources for key in re.findall(r'"(intake-[a-z-]+)"', path.read_text(encoding="utf-8"))}
    composed = {f"intake-unknown-{what}-near" for what in ("estate", "building", "room")}
    assert written | composed | {"intake-at-cell", "intake-at-sheet", "intake-kept"} == {
        key for key in Words(LOCALES).keys(language) if key.startswith("intake-")
    }
