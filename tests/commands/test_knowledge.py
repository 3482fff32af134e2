"""`guanjia knowledge`: the estate's values and answers, set, written and taken again."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from main import cli
from storage.engine import Database
from tests.commands.conftest import Furnish

RUN = CliRunner()
FILE = """
values: {office_phone: 021-5555 0100}
entries:
- {id: filters, title: How often filters are changed, ask: new filter / filter change, answer: Each quarter.}
- {id: gas-smell, title: Not for us, answer: ""}
"""


@pytest.fixture
def database(furnished: Furnish) -> Database:
    return furnished(lambda _connection: None)


def knowledge(*words: str) -> tuple[int, str]:
    result = RUN.invoke(cli, ["knowledge", *words])
    return result.exit_code, result.output


def test_a_value_is_set_and_listed(database: Database):
    assert knowledge("set", "Garden", "office_phone", "021-5555 0100")[0] == 0
    code, shown = knowledge("list", "Garden", "--language", "en")
    assert code == 0
    assert "021-5555 0100" in shown
    assert "133" in shown


def test_what_is_taken_from_a_file_is_written_the_same(database: Database, tmp_path: Path):
    given, written, again = (tmp_path / name for name in ("given.yaml", "written.yaml", "again.yaml"))
    given.write_text(FILE, encoding="utf-8")
    assert knowledge("import", str(given), "Garden", "--language", "en")[0] == 0
    assert knowledge("export", str(written), "Garden", "--language", "en")[0] == 0
    assert knowledge("import", str(written), "Garden", "--language", "en")[0] == 0
    assert knowledge("export", str(again), "Garden", "--language", "en")[0] == 0
    assert again.read_text(encoding="utf-8") == written.read_text(encoding="utf-8")
    with database.reading() as work:
        titles = {one.title: one.status for one in work.knowledge.entries(1, "en")}
    assert titles == {"How often filters are changed": "approved", "Not for us": "dropped"}


@pytest.mark.parametrize("bad", ("entries: [{id: filters}]", "entries: {", "values: {fax: 1}"))
def test_a_file_with_a_fault_changes_nothing(database: Database, tmp_path: Path, bad: str):
    path = tmp_path / "bad.yaml"
    path.write_text(bad, encoding="utf-8")
    assert knowledge("import", str(path), "Garden")[0] == 1
    with database.reading() as work:
        assert list(work.knowledge.entries(1, "zh_CN")) == []
        assert work.knowledge.values(1, "zh_CN") == {}


@pytest.mark.parametrize("words", (("set", "Nowhere", "office_phone", "1"), ("set", "Garden", "fax", "1")))
def test_an_unknown_estate_or_value_is_refused_by_name(database: Database, words: tuple[str, ...]):
    code, said = knowledge(*words)
    assert code == 1
    assert "Garden" in said or "office_phone" in said
