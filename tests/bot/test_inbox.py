"""Draining the inbox: once each, in order; what always fails is set aside and harms nobody."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.inbox import BATCH, TRIES, drain
from bot.turn import DeskWork
from domain.errors import Unavailable
from domain.messaging.model import Conversation, Received
from storage import tables
from storage.engine import Database, open_engine
from tests.journeys.stage import Stage

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Desk:
    """Handles updates by writing down whom they are from; fails as it is told to."""

    def __init__(self, failing: Callable[[str], Exception | None] = lambda body: None) -> None:
        self.failing = failing
        self.tried: list[str] = []
        self.apologised: list[str] = []

    def handle(self, work: DeskWork, received: Received, *, now: datetime) -> None:
        self.tried.append(received.body)
        work.conversations.put(Conversation(owner=received.body, updated_at=now))
        if error := self.failing(received.body):
            raise error

    def apologise(self, work: DeskWork, received: Received, now: datetime) -> None:
        self.apologised.append(received.body)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    engine = open_engine(f"sqlite:///{tmp_path}/inbox.db")
    tables.metadata.create_all(engine)
    yield Database(engine)
    engine.dispose()


def receive(database: Database, *bodies: str) -> None:
    with database.writing() as work:
        for body in bodies:
            work.inbox.add(Received(channel="chat", key=body, chat=None, body=body, received_at=NOW))


def handled(database: Database, desk: Desk) -> int:
    with database.writing() as work:
        return drain(work, desk.handle, desk.apologise, now=NOW)


def states(database: Database) -> dict[str, str]:
    with database.engine.connect() as connection:
        return {row.key: row.state for row in connection.execute(select(tables.inbox))}


def effects(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return [row.owner for row in connection.execute(select(tables.conversations))]


def test_updates_are_handled_once_and_in_order(database):
    desk = Desk()
    receive(database, "a", "b", "c", "b")
    assert handled(database, desk) == 3
    assert handled(database, desk) == 0
    assert desk.tried == ["a", "b", "c"]
    assert set(states(database).values()) == {"done"}


def test_a_great_many_are_handled_in_batches(database):
    receive(database, *(str(number) for number in range(BATCH + 1)))
    assert [handled(database, Desk()) for _ in range(3)] == [BATCH, 1, 0]


def test_one_that_always_fails_is_parked_and_the_others_are_handled(database):
    desk = Desk(lambda body: ValueError() if body == "bad" else None)
    receive(database, "a", "bad", "c")
    assert handled(database, desk) == 3
    assert states(database) == {"a": "done", "bad": "parked", "c": "done"}
    assert desk.apologised == ["bad"]
    assert sorted(effects(database)) == ["a", "c"], "nothing of a failed try is kept"
    assert desk.tried.count("bad") == 1 + TRIES


def test_one_that_fails_for_a_moment_is_handled_after_all(database):
    errors: list[Exception] = [ValueError(), ValueError()]
    desk = Desk(lambda _body: errors.pop() if errors else None)
    receive(database, "a")
    handled(database, desk)
    assert states(database) == {"a": "done"}
    assert desk.apologised == []


def test_where_the_records_are_away_nobody_s_message_is_blamed(database):
    desk = Desk(lambda _body: Unavailable("disk full"))
    receive(database, "a")
    with pytest.raises(Unavailable):
        handled(database, desk)
    assert states(database) == {"a": "new"}
    assert desk.apologised == []


def test_an_update_that_nobody_can_parse_is_parked_in_silence(database, tmp_path):
    folder = tmp_path / "stage"
    folder.mkdir()
    stage = Stage(folder)
    with stage.database.writing() as work:
        work.inbox.add(Received(channel="chat", key="x", chat=None, body="no JSON", received_at=NOW))
        drain(work, stage.app.handle, stage.app.apologise, now=NOW)
    assert states(stage.database) == {"x": "parked"}
    assert stage.deliver() == []
    stage.close()
