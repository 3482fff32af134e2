"""Only one process works on a database; a second one is told who was first, a restart after a crash is not held up."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage.election import Candidate, turn
from storage.engine import open_engine
from storage.lease import AlreadyRunning, hold, join
from storage.place import Unreachable
from tests.storage.conftest import Fresh
from tests.storage.said import said

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOLDER = """
import sys
from datetime import UTC, datetime
from storage.engine import open_engine
from storage.lease import hold
with hold(open_engine(sys.argv[1]), now=datetime(2026, 11, 20, 6, 30, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(engine: Engine) -> Iterator[subprocess.Popen[str]]:
    """Holds the lease until it is killed."""
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def refusal_of(engine: Engine) -> str:
    with pytest.raises(AlreadyRunning) as refusal, hold(engine, now=NOW):
        pass
    return said(refusal)


def test_a_second_copy_is_told_which_process_where_and_since_when(engine: Engine):
    with another_process(engine) as first:
        told = refusal_of(engine)
    assert f"process {first.pid} on {socket.gethostname()[:20]}" in told
    assert "since 2026-11-20T06:30:00Z" in told


def test_after_kill_9_the_next_one_starts_at_once(engine: Engine):
    with another_process(engine) as first:
        first.kill()
        first.wait()
        with hold(engine, now=NOW):
            assert f"process {os.getpid()} on" in refusal_of(engine)


def test_it_is_free_when_the_block_ends_even_with_an_error(engine: Engine):
    with pytest.raises(ZeroDivisionError), hold(engine, now=NOW):
        _ = 1 / 0
    with hold(engine, now=NOW) as lease:
        lease.renew()


def test_two_databases_are_two_leases(engine: Engine, fresh: Fresh):
    with hold(engine, now=NOW), hold(fresh(engine.dialect.name.removesuffix("ql")), now=NOW):
        pass


def test_another_spelling_of_the_file_is_the_same_file(fresh: Fresh, tmp_path: Path):
    engine = fresh("sqlite")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    other = open_engine(f"sqlite:///{link}/{Path(str(engine.url.database)).name}")
    with hold(engine, now=NOW):
        refusal_of(other)


def test_a_database_in_memory_needs_no_lease():
    engine = open_engine("sqlite://")
    with hold(engine, now=NOW), hold(engine, now=NOW):
        pass


def test_a_lock_that_cannot_be_written_is_named(fresh: Fresh):
    engine = fresh("sqlite")
    Path(f"{engine.url.database}.lock").mkdir()
    with pytest.raises(Unreachable) as refusal, hold(engine, now=NOW):
        pass
    assert "Is a directory" in said(refusal)


@pytest.mark.postgres
class TestMembersOnPostgreSQL:
    def test_any_number_work_side_by_side(self, fresh: Fresh):
        engine = fresh("postgres")
        with join(engine, now=NOW), join(engine, now=NOW) as second:
            second.renew()

    def test_whoever_wants_it_alone_waits_until_all_have_left(self, fresh: Fresh):
        engine = fresh("postgres")
        with join(engine, now=NOW):
            assert f"process {os.getpid()} on" in refusal_of(engine)
        with hold(engine, now=NOW):
            pass

    def test_nobody_joins_while_it_is_held_alone(self, fresh: Fresh):
        engine = fresh("postgres")
        with another_process(engine) as holder, pytest.raises(AlreadyRunning) as refusal, join(engine, now=NOW):
            pass
        assert refusal.value.values["pid"] == str(holder.pid)

    def test_one_is_elected_and_the_next_when_it_is_gone(self, fresh: Fresh):
        engine = fresh("postgres")
        first, second = Candidate(engine), Candidate(engine)
        with ExitStack() as leaving:
            leaving.callback(first.resign)
            leaving.callback(second.resign)
            assert [first.ask(), second.ask(), first.ask()] == [True, False, True]
            drop(engine)
            assert is_soon_elected(second)
            assert [second.ask(), first.ask(), first.ask()] == [True, False, False]
            second.resign()
            assert is_soon_elected(first)


def is_soon_elected(candidate: Candidate) -> bool:
    """The server lets go of a lock once it has noticed that its holder hung up."""
    until = time.monotonic() + 10
    while not candidate.ask():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.postgres
def test_what_one_process_does_no_other_does_beside_it(fresh: Fresh):
    engine = fresh("postgres")
    with turn(engine, "spread") as first:
        with turn(engine, "spread") as second, turn(engine, "purge") as other:
            assert (first, second, other) == (True, False, True)
        with turn(engine, "spread") as third:
            assert not third
    with turn(engine, "spread") as fourth:
        assert fourth


def test_on_sqlite_a_second_member_is_one_too_many(fresh: Fresh):
    engine = fresh("sqlite")
    with join(engine, now=NOW):
        refusal_of(engine)


def drop(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )


@pytest.mark.postgres
class TestWhenPostgreSQLDropsTheConnection:
    def test_the_holder_takes_it_again(self, fresh: Fresh):
        engine = fresh("postgres")
        with hold(engine, now=NOW) as lease:
            drop(engine)
            lease.renew()
            refusal_of(engine)

    def test_the_holder_hears_that_somebody_was_faster(self, fresh: Fresh):
        engine = fresh("postgres")
        with hold(engine, now=NOW) as lease:
            drop(engine)
            with another_process(engine) as second, pytest.raises(AlreadyRunning) as refusal:
                lease.renew()
        assert refusal.value.values["pid"] == str(second.pid)
