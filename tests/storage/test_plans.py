"""The statements of the message path look at what is open, not at everything that ever was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from domain.messaging.model import Lane
from storage.engine import Database
from storage.schema import prepare
from storage.work import SqlWork
from tests.builders import delivery
from tests.storage.conftest import BOTH, Fresh

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
LOOKS: dict[str, Callable[[SqlWork], Any]] = {
    "the updates that wait": lambda work: work.inbox.waiting(limit=32),
    "what can be sent": lambda work: work.deliveries.lease(now=NOW, until=NOW, limit=64, channels=["telegram"]),
    "what goes to many": lambda work: work.deliveries.next_bulk(channel="telegram", now=NOW, limit=100),
    "what a chat was told lately": lambda work: work.paces.of("telegram", ["1", "2"]),
    "an account's books": lambda work: work.paces.account("telegram"),
    "who was told to wait": lambda work: work.paces.held(now=NOW),
    "what was being sent": lambda work: work.deliveries.release(now=NOW),
    "the copies of a card": lambda work: work.deliveries.copies("ticket:1", channel="telegram", chat="1"),
    "the card that a message shows": lambda work: work.deliveries.subject(channel="telegram", chat="1", reference="m"),
    "what somebody wrote before": lambda work: work.inbox.before(7, channel="telegram", chat="1", since=NOW, limit=5),
    "what a chat has still to hear": lambda work: work.deliveries.queued(channel="telegram", chat="1"),
    "the announcements that are due": lambda work: work.announcements.due(now=NOW, limit=20),
    "who signed up": lambda work: work.recipients.joined(1),
    "what was voted": lambda work: work.recipients.votes(1),
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


LANES = {
    "ix_deliveries_unsent": lambda work: work.deliveries.next(channel="telegram", now=NOW, limit=64),
    "ix_deliveries_bulk": lambda work: work.deliveries.next_bulk(channel="telegram", now=NOW, limit=64),
}


@pytest.mark.parametrize("index", LANES)
def test_the_next_are_found_without_a_look_at_what_waits_in_the_other_lanes(fresh: Fresh, index: str) -> None:
    engine = fresh("sqlite")
    prepare(engine)
    with engine.begin() as connection:
        with statements(connection) as seen:
            LANES[index](SqlWork(connection, lambda *_: None))
        ((statement, parameters),) = seen
        plan = [str(step[3]) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    used = {step.split(" INDEX ")[1].split()[0] for step in plan if " INDEX ix_deliveries" in step}
    assert used == {index}
    assert index == "ix_deliveries_unsent" or not any("TEMP B-TREE" in step for step in plan), "sorted at each look"


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_two_thousand_to_many_cost_an_answer_nothing(engine: Engine) -> None:
    """The lanes' indexes hold their own rows only."""
    prepare(engine)
    many = [delivery(chat=str(number), lane=Lane.BULK, due_at=NOW) for number in range(2_000)]
    with Database(engine).writing() as work:
        work.deliveries.add([*many, delivery(chat="x")])
        (answer,) = work.deliveries.next(channel="telegram", now=NOW, limit=64)
    assert answer.chat == "x"
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE deliveries"))
            sizes = "SELECT relname, reltuples::int FROM pg_class WHERE relname IN (:one, :other)"
            found = connection.execute(text(sizes), dict(zip(("one", "other"), LANES, strict=True)))
            entries = {row.relname: row.reltuples for row in found}
        assert entries == {"ix_deliveries_unsent": 1, "ix_deliveries_bulk": 2_000}
