"""A backup brings everything back, into either database, or says why not before it touches anything."""

import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from storage import tables
from storage.backup import backup, examine
from storage.lease import AlreadyRunning, hold
from storage.place import Damaged, file_of
from storage.restore import NotEmpty, restore
from storage.schema import WrongSchema, prepare, verify
from storage.sealed import BadBackup
from storage.steps import HEAD
from tests.storage.conftest import BOTH, Fresh
from tests.storage.filling import NOW, content, fill
from tests.storage.said import said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "monday.guanjia"


@pytest.fixture
def kept(fresh: Fresh, file: Path) -> Path:
    """A backup of a filled SQLite."""
    engine = fresh("sqlite")
    prepare(engine)
    fill(engine)
    backup(engine, file, now=NOW)
    return file


@pytest.mark.parametrize("into", BOTH)
@pytest.mark.parametrize("source", BOTH)
def test_everything_comes_back_whichever_database_it_was_and_will_be(fresh: Fresh, file: Path, source: str, into: str):
    first, second = fresh(source), fresh(into)
    prepare(first)
    fill(first)
    written = backup(first, file, now=NOW)
    assert restore(second, file, now=NOW) == written
    assert content(second) == content(first)
    assert all(content(second).values())
    verify(second)


def test_the_manifest_says_what_is_inside(kept: Path):
    manifest = examine(kept)
    assert (manifest.schema, manifest.made_at) == (HEAD, NOW)
    assert {part.name: part.rows for part in manifest.parts} == dict.fromkeys(tables.metadata.tables, 3)


def test_ids_go_on_after_those_that_came_back(engine: Engine, kept: Path):
    restore(engine, kept, now=NOW)
    with engine.begin() as connection:
        added = connection.execute(insert(tables.people).values(name="new", phone="13800000000"))
    assert added.inserted_primary_key == (4,)


def test_what_is_null_in_a_json_column_stays_null(fresh: Fresh, file: Path):
    """`null` within JSON is another thing, and a NOT NULL column takes that one only."""
    first, second = fresh("sqlite"), fresh("sqlite")
    for engine in (first, second):
        prepare(engine)
    with first.begin() as connection:
        connection.execute(text("INSERT INTO events (id, at, name, data) VALUES (1, 1, 'TicketOpened', 'null')"))
    backup(first, file, now=NOW)
    restore(second, file, now=NOW)
    with second.connect() as connection:
        assert connection.scalar(text("SELECT data FROM events")) == "null"


@pytest.mark.postgres
def test_a_nul_that_only_sqlite_takes_does_not_keep_a_backup_out_of_postgresql(fresh: Fresh, file: Path):
    first, second = fresh("sqlite"), fresh("postgres")
    prepare(first)
    with first.begin() as connection:
        connection.execute(insert(tables.people).values(name="Zhang\0San", phone="1"))
    backup(first, file, now=NOW)
    restore(second, file, now=NOW)
    with second.connect() as connection:
        assert connection.scalar(select(tables.people.c.name)) == "Zhang\ufffdSan"


class TestWhileTheServiceRuns:
    def test_a_backup_is_of_one_moment(self, engine: Engine, fresh: Fresh, file: Path):
        """The writer adds a person and counts it in one transaction; a backup never sees the one without the other."""
        prepare(engine)
        with engine.begin() as connection:
            connection.execute(insert(tables.counters).values(name="people", value=0))
        done, committed = Event(), Event()

        def write() -> None:
            for number in count():
                if done.is_set():
                    return
                with engine.begin() as connection:
                    connection.execute(insert(tables.people).values(name=str(number), phone="1"))
                    connection.execute(update(tables.counters).values(value=tables.counters.c.value + 1))
                committed.set()

        def wait_for_a_commit(_done: int, _total: int) -> None:
            committed.clear()
            assert committed.wait(10)

        writer = Thread(target=write)
        writer.start()
        try:
            assert committed.wait(10)
            backup(engine, file, now=NOW, progress=wait_for_a_commit)
        finally:
            done.set()
            writer.join()
        restored = fresh("sqlite")
        restore(restored, file, now=NOW)
        with restored.connect() as connection:
            people = connection.scalar(select(func.count()).select_from(tables.people))
            assert people == connection.scalar(select(tables.counters.c.value))
            assert people

    def test_nothing_is_restored_under_it(self, engine: Engine, kept: Path):
        with hold(engine, now=NOW), pytest.raises(AlreadyRunning):
            restore(engine, kept, now=NOW, force=True)


class TestTheFile:
    def test_is_for_its_owners_eyes_and_has_nothing_beside_it(self, fresh: Fresh, tmp_path: Path):
        engine = fresh("sqlite")
        prepare(engine)
        folder = tmp_path / "backups"
        folder.mkdir()
        for _ in range(2):
            backup(engine, folder / "monday.guanjia", now=NOW)
        assert [path.name for path in folder.iterdir()] == ["monday.guanjia"]
        assert (folder / "monday.guanjia").stat().st_mode & 0o777 == 0o600

    def test_that_cannot_be_written_is_named(self, fresh: Fresh, tmp_path: Path):
        engine = fresh("sqlite")
        prepare(engine)
        with pytest.raises(BadBackup) as refusal:
            backup(engine, tmp_path / "nowhere" / "monday.guanjia", now=NOW)
        assert "could not be written (No such file or directory)" in said(refusal)

    def test_that_was_there_before_stays_when_the_new_one_fails(self, fresh: Fresh, kept: Path):
        before = kept.read_bytes()
        engine = fresh("sqlite")
        prepare(engine)
        fill(engine)
        with pytest.raises(Interrupted):
            backup(engine, kept, now=NOW, progress=interrupt_at(30))
        assert kept.read_bytes() == before

    def test_is_written_and_read_without_holding_it_in_memory(self, fresh: Fresh, file: Path):
        def peak(count: int) -> int:
            first, second = fresh("sqlite"), fresh("sqlite")
            prepare(first)
            with first.begin() as connection:
                rows = [{"name": f"owner {number}", "phone": "1" * 20} for number in range(count)]
                connection.execute(insert(tables.people), rows)
            del rows
            tracemalloc.start()
            backup(first, file, now=NOW)
            restore(second, file, now=NOW)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

        assert peak(20_000) - peak(2_000) < 2_000_000  # the rows alone would be ten


class TestAChangedFileIsFound:
    def refused(self, engine: Engine, file: Path) -> str:
        with pytest.raises(BadBackup) as refusal:
            restore(engine, file, now=NOW)
        database = file_of(engine)
        assert database
        assert not database.exists()
        return said(refusal)

    def test_whichever_of_200_bits_was_flipped(self, fresh: Fresh, kept: Path):
        content, engine = kept.read_bytes(), fresh("sqlite")
        for bit in [number * 7919 % (len(content) * 8) for number in range(200)]:  # a prime: all over the file
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            kept.write_bytes(flipped)
            self.refused(engine, kept)
        kept.write_bytes(content)
        assert restore(engine, kept, now=NOW).rows

    def test_in_every_bit_of_its_head(self, fresh: Fresh, kept: Path):
        content, engine = kept.read_bytes(), fresh("sqlite")
        for bit in range(120 * 8):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            kept.write_bytes(flipped)
            self.refused(engine, kept)

    def test_wherever_it_was_cut_off_or_grew(self, fresh: Fresh, kept: Path):
        content, engine = kept.read_bytes(), fresh("sqlite")
        for length in (0, 1, 17, 50, 88, 89, len(content) // 2, len(content) - 1):
            kept.write_bytes(content[:length])
            self.refused(engine, kept)
        kept.write_bytes(content + b"\0")
        assert "checksum differs" in self.refused(engine, kept)

    def test_when_it_is_something_else_or_not_there(self, fresh: Fresh, file: Path):
        assert "There is no file" in self.refused(fresh("sqlite"), file)
        file.write_text("Dear diary")
        assert "not a backup of Guanjia" in self.refused(fresh("sqlite"), file)
        assert "cannot be read (Is a directory)" in self.refused(fresh("sqlite"), file.parent)


class TestADatabaseThatHoldsSomething:
    @pytest.fixture
    def full(self, engine: Engine) -> Engine:
        prepare(engine)
        fill(engine, rows=5)
        return engine

    def test_is_not_replaced_unasked(self, full: Engine, kept: Path):
        before = content(full)
        with pytest.raises(NotEmpty) as refusal:
            restore(full, kept, now=NOW)
        assert "add --force" in said(refusal)
        assert content(full) == before

    def test_is_replaced_with_force(self, full: Engine, kept: Path):
        restore(full, kept, now=NOW, force=True)
        assert {len(rows) for rows in content(full).values()} == {3}

    def test_stays_as_it_was_when_the_restore_is_broken_off(self, full: Engine, kept: Path):
        before = content(full)
        with pytest.raises(Interrupted):
            restore(full, kept, now=NOW, force=True, progress=interrupt_at(30))
        assert content(full) == before

    def test_may_have_been_made_by_a_start_that_kept_nothing(self, engine: Engine, kept: Path):
        prepare(engine)
        assert restore(engine, kept, now=NOW).rows

    def test_is_replaced_even_if_it_is_damaged(self, fresh: Fresh, kept: Path):
        engine = fresh("sqlite")
        database = file_of(engine)
        assert database
        database.write_bytes(b"what the lightning left" * 500)
        with pytest.raises(Damaged) as refusal:
            restore(engine, kept, now=NOW)
        assert "--force" in said(refusal)
        restore(engine, kept, now=NOW, force=True)
        verify(engine)


def test_a_restore_that_is_broken_off_leaves_no_half_database(engine: Engine, kept: Path, tmp_path: Path):
    with pytest.raises(Interrupted):
        restore(engine, kept, now=NOW, progress=interrupt_at(30))
    assert not list(tmp_path.glob("*.new*"))
    assert restore(engine, kept, now=NOW).rows


def test_a_backup_of_a_newer_program_is_refused(fresh: Fresh, file: Path):
    engine = fresh("sqlite")
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(engine, file, now=NOW)
    with pytest.raises(WrongSchema) as refusal:
        restore(fresh("sqlite"), file, now=NOW)
    assert "newer version of Guanjia (schema 9999" in said(refusal)


def test_an_older_database_is_backed_up_as_it_is_before_it_is_migrated(engine: Engine, file: Path):
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    backup(engine, file, now=NOW)
    assert examine(file).schema == "0000"


def test_there_is_no_backup_of_what_is_not_there(fresh: Fresh, file: Path):
    with pytest.raises(Damaged):
        backup(fresh("sqlite"), file, now=NOW)
    assert not file.exists()


class Interrupted(Exception):
    """Somebody pulled the plug."""


def interrupt_at(row: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done >= row:
            raise Interrupted

    return progress
