"""The statements of the message path look at what is open, not at everything that ever was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from storage.schema import prepare
from storage.work import SqlWork
from tests.storage.conftest import Fresh

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
LOOKS: dict[str, Callable[[SqlWork], Any]] = {
    "the updates that wait": lambda work: work.inbox.waiting(limit=32),
    "what can be sent": lambda work: work.deliveries.lease(now=NOW, until=NOW, limit=64, channels=["telegram"]),
    "what was being sent": lambda work: work.deliveries.release(now=NOW),
    "the copies of a card": lambda work: work.deliveries.copies("ticket:1", channel="telegram", chat="1"),
    "the card that a message shows": lambda work: work.deliveries.subject(channel="telegram", chat="1", reference="m"),
    "what somebody wrote before": lambda work: work.inbox.before(7, channel="telegram", chat="1", since=NOW, limit=5),
    "what a chat has still to hear": lambda work: work.deliveries.queued(channel="telegram", chat="1"),
    "the tickets that are due": lambda work: work.tickets.due(now=NOW, limit=100),
}


@contextmanager
def statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", see)
    yield seen
    event.remove(connection, "before_cursor_execute", see)


@pytest.fixture
def sqlite(fresh: Fresh) -> Engine:
    engine = fresh("sqlite")
    prepare(engine)
    return engine


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_no_look_at_what_is_open_reads_a_whole_table(sqlite: Engine, look: Callable[[SqlWork], Any]) -> None:
    with sqlite.begin() as connection:
        with statements(connection) as seen:
            look(SqlWork(connection, lambda *_: None))
        plans = [
            str(step[3])
            for statement, parameters in seen
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert [step for step in plans if step.startswith("SCAN") and "INDEX" not in step] == []
