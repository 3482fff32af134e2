"""What becomes of a database at start: made, left alone, or refused with a clear line."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, String, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from domain.errors import Refusal
from storage import tables
from storage.engine import open_engine
from storage.place import Damaged, Unreachable, is_absent
from storage.schema import WrongSchema, migrate, prepare, verify
from storage.steps import HEAD, alembic_config, building, upgrade
from tests.storage.conftest import Fresh
from tests.storage.filling import NOW, fill_within
from tests.storage.said import line, said


def say_version(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_a_database_that_does_not_exist_is_made_and_the_second_start_changes_nothing(engine: Engine):
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(tables.counters.insert(), {"name": "tickets", "value": 7})
    prepare(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM counters")) == 7


def test_the_steps_lead_to_exactly_the_schema_of_the_tables(engine: Engine):
    prepare(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_checks_and_defaults_of_the_steps_are_those_of_the_tables(engine: Engine):
    """Alembic does not compare them."""
    prepare(engine)
    names = {
        table.name: {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        for table in tables.metadata.sorted_tables
    }
    found = inspect(engine)
    assert {name: {check["name"] for check in found.get_check_constraints(name)} for name in names} == names
    for table in tables.metadata.sorted_tables:
        defaults = {column["name"]: column["default"] is not None for column in found.get_columns(table.name)}
        for column in table.columns:
            counted = column is table.autoincrement_column and engine.dialect.name == "postgresql"
            assert defaults[column.name] == (column.server_default is not None or counted), column


def test_the_program_knows_the_last_step_without_asking_alembic(sqlite_url: str):
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    engine.dispose()
    assert script.get_heads() == [HEAD]
    assert all(len(step.revision) == 4 and step.revision.isdigit() for step in script.walk_revisions())


def test_a_start_on_a_current_database_imports_no_alembic(sqlite_url: str):
    engine = open_engine(sqlite_url)
    prepare(engine)
    engine.dispose()
    program = (
        "import sys\nfrom storage.engine import open_engine\nfrom storage.schema import prepare\n"
        f"prepare(open_engine({sqlite_url!r}))\nprint('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_older_database_is_refused_with_the_command_that_helps(engine: Engine):
    prepare(engine)
    say_version(engine, "0000")
    with pytest.raises(WrongSchema) as refusal:
        prepare(engine)
    assert "`guanjia migrate`" in said(refusal)
    assert "0000" in said(refusal)


def test_a_database_of_a_newer_program_is_refused_and_not_migrated(engine: Engine):
    prepare(engine)
    say_version(engine, "9999")
    for attempt in (prepare, migrate):
        with pytest.raises(WrongSchema) as refusal:
            attempt(engine)
        assert "newer version of Guanjia" in said(refusal)


def test_migrating_makes_what_is_absent_and_leaves_what_is_current(engine: Engine):
    assert migrate(engine) is None
    assert migrate(engine) == HEAD
    verify(engine)


@pytest.mark.postgres
def test_a_postgresql_with_somebody_elses_tables_is_left_alone(postgres_url: str):
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id integer)"))
    with pytest.raises(Damaged) as refusal:
        prepare(engine)
    assert "not a database of Guanjia" in said(refusal)
    engine.dispose()


def test_a_server_that_does_not_answer_is_named_without_its_password():
    engine = open_engine("postgresql://guanjia:planted-secret@127.0.0.1:1/guanjia")
    with pytest.raises(Unreachable) as refusal:
        prepare(engine)
    assert "cannot be reached" in said(refusal)
    assert "planted-secret" not in said(refusal)


def test_a_step_may_make_a_table_anew_though_others_refer_to_it(engine: Engine):
    """That is how SQLite changes a table; with its foreign keys switched on it would refuse, or delete what refers."""
    with building(engine) as connection:
        upgrade(connection)
        fill_within(connection)
        with Operations(MigrationContext.configure(connection)).batch_alter_table("people", recreate="auto") as people:
            people.alter_column("phone", type_=String(30))
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.occupancies)) == 3
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(tables.invites), {"digest": "x", "person_id": 99, "expires_at": NOW})


def test_what_is_built_has_no_reference_to_nobody(fresh: Fresh):
    """PostgreSQL says so at once."""
    engine = fresh("sqlite")
    with pytest.raises(Damaged) as refusal:
        build_with_a_stray_invite(engine)
    assert "a row of people that does not exist" in said(refusal)
    assert is_absent(engine)


def build_with_a_stray_invite(engine: Engine) -> None:
    with building(engine) as connection:
        upgrade(connection)
        connection.execute(insert(tables.invites), {"digest": "x", "person_id": 99, "expires_at": NOW})


class TestAnSQLiteFile:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "guanjia.db"

    @pytest.fixture
    def full(self, file: Path, sqlite_url: str) -> Path:
        """A database with some 200 rows in it, closed."""
        engine = open_engine(sqlite_url)
        prepare(engine)
        with engine.begin() as connection:
            people = [{"name": f"owner {number}", "phone": f"138{number:08}"} for number in range(200)]
            connection.execute(tables.people.insert(), people)
        engine.dispose()
        return file

    def refused(self, file: Path) -> str:
        """What a start says; the file is as it was."""
        before = file.read_bytes()
        engine = open_engine(f"sqlite:///{file}")
        try:
            with pytest.raises(Damaged) as refusal:
                prepare(engine)
        finally:
            engine.dispose()
        assert file.read_bytes() == before
        return said(refusal)

    def test_that_is_new_is_for_its_owners_eyes_and_has_nothing_beside_it(self, full: Path):
        assert full.stat().st_mode & 0o777 == 0o600
        assert list(full.parent.iterdir()) == [full]

    def test_that_is_empty_is_no_healthy_empty_database(self, file: Path):
        file.touch()
        assert "is empty" in self.refused(file)

    def test_that_is_something_else_is_refused(self, file: Path):
        file.write_text("Dear diary, today the lift was stuck again. " * 100)
        assert "file is not a database" in self.refused(file)

    def test_with_tables_of_somebody_else_is_refused(self, file: Path):
        engine = open_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE theirs (id integer)"))
        engine.dispose()
        assert "not a database of Guanjia" in self.refused(file)

    @pytest.mark.parametrize("share", (0.01, 0.3, 0.99))
    def test_that_was_cut_off_is_refused(self, full: Path, share: float):
        full.write_bytes(full.read_bytes()[: int(full.stat().st_size * share)])
        assert "damaged" in self.refused(full)

    def test_with_a_flipped_bit_in_its_header_is_refused(self, full: Path):
        content = bytearray(full.read_bytes())
        content[3] ^= 1
        full.write_bytes(content)
        assert "damaged" in self.refused(full)

    def test_with_any_flipped_bit_starts_or_is_refused_with_a_line(self, full: Path, sqlite_url: str):
        """SQLite keeps no checksums: a flip in somebody's name is found in a backup only. Nothing ends in a trace."""
        content, lines = full.read_bytes(), []
        for number in range(200):
            bit = number * 104_729 % (len(content) * 8)  # a prime: all over the file
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            full.write_bytes(flipped)
            engine = open_engine(sqlite_url)
            try:
                prepare(engine)
            except Refusal as refusal:
                lines.append(line(refusal.key, refusal.values))
            finally:
                engine.dispose()
        assert lines

    def test_that_was_half_made_when_the_power_went_is_made_anew(self, file: Path, sqlite_url: str):
        """It is made beside its place, so a start that was killed leaves nothing in the way of the next."""
        file.with_name("guanjia.db.new").write_bytes(b"half of it")
        engine = open_engine(sqlite_url)
        prepare(engine)
        engine.dispose()
        assert list(file.parent.iterdir()) == [file]

    def test_that_is_missing_is_made_by_prepare_only(self, file: Path, sqlite_url: str):
        with pytest.raises(Damaged) as refusal:
            verify(open_engine(sqlite_url))
        assert "There is no database" in said(refusal)
        assert not file.exists()
