"""Who may work on a database: one process, or on PostgreSQL the members of one installation; others are told."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import orjson
from sqlalchemy import Connection, Engine, TextClause, text

from domain.errors import Refusal, Unavailable
from storage.place import file_of, legible, name_of

_KEY = 0x67756A69  # "guji": our number among a PostgreSQL database's advisory locks
_EXCLUSIVE, _SHARED = text("SELECT pg_advisory_lock(:key)"), text("SELECT pg_advisory_lock_shared(:key)")
_HOLDER = text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
    " WHERE locktype = 'advisory' AND classid = 0 AND objid = :key AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_LOCK_NOT_AVAILABLE = "55P03"
_NUMBER = text("SELECT CAST(1 + floor(random() * 2147483646) AS integer)")
_MEMBER = text("SELECT pg_advisory_lock(:key, :number)")
# True for a member whose process has ended. After a restart of the server everybody needs a moment to come back.
IS_GONE = (
    "{member} IS NOT NULL AND pg_postmaster_start_time() < now() - interval '15 seconds'"
    " AND {member} NOT IN (SELECT CAST(objid AS bigint) FROM pg_locks"
    " WHERE locktype = 'advisory' AND classid = 1735748201 AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
MEMBERS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735748201 AND objsubid = 2 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
PATIENCE = timedelta(seconds=1)  # the server may take a moment to notice that the last holder was killed
_SESSION = {
    "tcp_keepalives_idle": "30",  # and about a minute to notice that its whole machine is gone
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


class AlreadyRunning(Refusal):
    """Another process works on this database; *values* name it: pid, host, since."""


class Lease(Protocol):
    """What the holder has in hand. *member* is its number among those who share the database."""

    member: int | None

    def renew(self) -> None:
        """Make sure that it is still ours; to be called every few seconds.

        :raises AlreadyRunning: it was lost (the database had restarted) and another process was faster
        :raises Unavailable: the database does not answer
        """
        ...


@contextmanager
def hold(engine: Engine, *, now: datetime, patience: timedelta = PATIENCE) -> Iterator[Lease]:
    """Be the only one, until the block ends or the process dies in whatever way.

    On PostgreSQL somebody else is waited for as long as *patience*.

    :raises AlreadyRunning: somebody else is
    """
    if engine.dialect.name != "sqlite":
        with _hold_session(_Session(engine, now, _EXCLUSIVE, patience)) as lease:
            yield lease
    elif file := file_of(engine):
        with _hold_file(engine, file, now):
            yield _Kept()
    else:
        yield _Kept()  # a database in memory is its process's own


@contextmanager
def join(engine: Engine, *, now: datetime) -> Iterator[Lease]:
    """Be one of those who work on it: on PostgreSQL any number, on SQLite the only one.

    :raises AlreadyRunning: somebody holds it alone
    """
    if engine.dialect.name == "sqlite":
        with hold(engine, now=now) as lease:
            yield lease
    else:
        with _hold_session(_Session(engine, now, _SHARED, PATIENCE, counted=True)) as lease:
            yield lease


class _Kept:
    """The kernel keeps a file's lock as long as the process lives."""

    member: int | None = None

    def renew(self) -> None:
        """Nothing can take it away."""


@contextmanager
def _hold_file(engine: Engine, database: Path, now: datetime) -> Iterator[None]:
    """A lock on a file beside the database, which stays behind: removing it would let two processes hold one each."""
    database = database.resolve()  # one lock, however the database is spelled
    with legible(engine):
        database.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _refusal(str(database), file.read()) from None
        file.truncate(0)
        file.write(orjson.dumps({"pid": os.getpid(), "since": _stamp(now), "host": socket.gethostname()}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _refusal(database: str, note: bytes) -> AlreadyRunning:
    """The holder writes its note just after taking the lock; a moment earlier nothing is known of it."""
    holder = orjson.loads(note) if note else {}
    known = {name: holder.get(name, "?") for name in ("pid", "host", "since")}
    return AlreadyRunning("already-running", database=database, **known)


class _Session:
    """A connection that does nothing but hold an advisory lock."""

    def __init__(
        self, engine: Engine, now: datetime, lock: TextClause, patience: timedelta, *, counted: bool = False
    ) -> None:
        self.member: int | None = None
        self._counted = counted
        self._engine = engine
        self._statement = lock
        self._settings = {**_SESSION, "lock_timeout": f"{patience.total_seconds()}s"}
        # PostgreSQL cuts it after 63 bytes
        self._note = "/".join(("guanjia", str(os.getpid()), _stamp(now), socket.gethostname()))[:63]
        with legible(engine):
            self._connection = self._take()

    def renew(self) -> None:
        """See Lease."""
        if not self._connection.closed:  # it is while the server has been away for longer than one look
            try:
                self._connection.execute(text("SELECT 1"))
            except Unavailable:
                self.release()
            else:
                return
        self._connection = self._take()

    def release(self) -> None:
        """Let somebody else have it."""
        _hang_up(self._connection)

    def _take(self) -> Connection:
        connection = self._engine.connect()
        try:
            self._lock(connection.execution_options(isolation_level="AUTOCOMMIT"))
        except BaseException:
            _hang_up(connection)
            raise
        return connection

    def _lock(self, connection: Connection) -> None:
        for name, value in {"application_name": self._note, **self._settings}.items():
            connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        try:
            connection.execute(self._statement, {"key": _KEY})
            if self._counted:
                self.member = self.member or connection.scalar(_NUMBER)
                connection.execute(_MEMBER, {"key": _KEY, "number": self.member})
        except Unavailable as error:
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            holder = connection.scalars(_HOLDER, {"key": _KEY}).first()
            raise _refusal_of_session(name_of(self._engine), holder) from None


def _hang_up(connection: Connection) -> None:
    """Close the connection for good, and with it the lock; a pool would keep both."""
    if not connection.closed:
        connection.invalidate()
        connection.close()


def _refusal_of_session(database: str, note: str | None) -> AlreadyRunning:
    parts = (note or "").split("/", 3)
    _, pid, since, host = parts if len(parts) == 4 else ("", "?", "?", "?")
    return AlreadyRunning("already-running", database=database, pid=pid, since=since, host=host)


@contextmanager
def _hold_session(session: _Session) -> Iterator[Lease]:
    try:
        yield session
    finally:
        session.release()


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
