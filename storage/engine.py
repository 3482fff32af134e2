"""How each database is opened, and what one transaction on it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from domain.errors import Collided, Unavailable
from storage.work import Hear, SqlWork

Wake = Callable[[Set[str]], None]
_COLLIDED = {"40001", "40P01"}  # PostgreSQL: could not serialize, deadlock


def open_engine(url: str) -> Engine:
    """An engine on SQLite (write-ahead log, every commit on disk, one writer) or PostgreSQL (psycopg 3)."""
    options: dict[str, Any] = {
        "hide_parameters": True,  # parameters hold names and phone numbers: they belong in no error and no log
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, **options)
        event.listen(engine, "handle_error", _translate)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate)
    return engine


def _translate(context: ExceptionContext) -> None:
    """The database is away, full or locked: said in the domain's words, so that nobody's message is blamed."""
    state = getattr(context.original_exception, "sqlstate", None) or ""
    if state in _COLLIDED:
        raise Collided(type(context.original_exception).__name__) from context.original_exception
    at_fault = state.startswith("XX")  # the server itself: a file that may not grow, a page that cannot be read
    if context.is_disconnect or at_fault or isinstance(context.sqlalchemy_exception, OperationalError):
        raise Unavailable(type(context.original_exception).__name__) from context.original_exception


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once (DEFERRED fails 93 of 100 concurrent writers); readers never wait."""
    kind = "DEFERRED" if connection.get_execution_options().get("reading") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {kind}")


def hear_nothing(_work: SqlWork, _event: object, _now: object) -> None:
    """For work that nobody has to be told of (imports, tests of storage)."""


def wake_nobody(_news: Set[str]) -> None:
    """For processes that send nothing themselves: whoever does looks every second."""


class Database:
    """Opens transactions.

    *hear* is told of every event inside the transaction that recorded it; *wake* after a commit, on whichever thread,
    which rails have new rows ("inbox", "deliveries").
    """

    def __init__(self, engine: Engine, *, hear: Hear = hear_nothing, wake: Wake = wake_nobody) -> None:
        self.engine = engine
        self._hear = hear
        self._wake = wake
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.Lock() if self._is_sqlite else nullcontext()
        self._quick = self._unheard()

    def heard_by(self, hear: Hear, *, wake: Wake = wake_nobody) -> Database:
        """The same database for somebody who listens."""
        return Database(self.engine, hear=hear, wake=wake)

    @contextmanager
    def writing(self) -> Iterator[SqlWork]:
        """One transaction: everything or nothing. SQLite's writers queue up here instead of polling its lock."""
        with self._turn, self._beginning() as connection:
            work = SqlWork(connection, self._hear)
            yield work
            work.settle()
        if work.news:
            self._wake(work.news)

    @contextmanager
    def reading(self) -> Iterator[SqlWork]:
        """One consistent look that holds up no writer."""
        with self._beginning(reading=True) as connection:
            yield SqlWork(connection, self._hear)

    @contextmanager
    def _beginning(self, **options: Any) -> Iterator[Connection]:
        if self._quick.pool is not self.engine.pool:  # it was disposed of, and began anew
            self._quick = self._unheard()
        with self._quick.connect().execution_options(**options) as connection, connection.begin():
            if self._is_sqlite:
                _begin(connection)
            yield connection

    def _unheard(self) -> Engine:
        """The same connections without a listener for "begin".

        Where an engine has any, all are asked before and after every statement: a fifth of what a short one costs.
        """
        heard = self.engine
        return (
            Engine(heard.pool, heard.dialect, heard.url, hide_parameters=heard.hide_parameters)
            if self._is_sqlite
            else heard
        )
