"""What only one of several processes does, and another one as soon as it is gone (PostgreSQL)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, Engine, text

from domain.errors import Unavailable

log = structlog.get_logger(__name__)
_KEY = 0x67756A6A  # "gujj": our second number among a PostgreSQL database's advisory locks
_TRY, _STILL = text(f"SELECT pg_try_advisory_lock({_KEY})"), text("SELECT true")
ELECTED = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1735748202 AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_TAKE_TURN = text(f"SELECT pg_try_advisory_lock({_KEY}, hashtext(:name))")
_END_TURN = text(f"SELECT pg_advisory_unlock({_KEY}, hashtext(:name))")
_SET = text("SELECT set_config('application_name', :note, false), set_config('idle_session_timeout', '10s', false)")


class Candidate:
    """Asks for the office, and then keeps it as long as it asks again every second or so.

    Who holds it is known to the server by its connection, which ends with the process; where a whole machine is gone
    or a process stands still, the server ends it after ten seconds of silence.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._note = f"guanjia-clock/{os.getpid()}/{socket.gethostname()}"[:63]
        self._connection: Connection | None = None
        self.elected = False

    def ask(self) -> bool:
        """Is it ours now? False as well while the database does not answer."""
        try:
            connection = self._connection or self._connect()
            self.elected = bool(connection.scalar(_STILL if self.elected else _TRY))
        except Unavailable as error:
            log.warning("records-unavailable", reason=str(error))
            self.resign()
        return self.elected

    def resign(self) -> None:
        """Let another one have it."""
        self.elected = False
        if self._connection is not None:
            self._connection.invalidate()  # a pool would keep the lock
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.execute(_SET, {"note": self._note})
        return self._connection


@contextmanager
def turn(engine: Engine, name: str) -> Iterator[bool]:
    """Is it our turn to do what has this name? False while another process does it.

    :raises Unavailable: nobody can say
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ours = bool(connection.scalar(_TAKE_TURN, {"name": name}))
        try:
            yield ours
        finally:
            if ours:
                connection.execute(_END_TURN, {"name": name})
