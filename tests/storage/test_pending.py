"""What is added to a transaction is written late, and nobody notices."""

import pytest
from sqlalchemy import func, select

from domain.messaging.model import Keyboard
from storage import tables
from storage.engine import Database
from storage.schema import prepare
from storage.work import SqlWork
from tests.builders import NOW, delivery
from tests.storage.conftest import BOTH, Fresh

pytestmark = pytest.mark.parametrize("kind", BOTH)


@pytest.fixture
def database(fresh: Fresh, kind: str) -> Database:
    engine = fresh(kind)
    prepare(engine)
    return Database(engine)


def add(work: SqlWork, chat: str) -> None:
    work.keyboards.add(Keyboard(key=f"key {chat}", chat=chat, actions=()), now=NOW)
    work.deliveries.add([delivery(chat=chat)])


def chats(work: SqlWork) -> list[str]:
    return list(work.connection.scalars(select(tables.deliveries.c.chat).order_by(tables.deliveries.c.id)))


def test_whoever_looks_in_the_same_transaction_finds_it(database: Database):
    with database.writing() as work:
        add(work, "1")
        assert work.keyboards.get("key 1") is not None
        assert [row.chat for row in work.deliveries.next(channel=delivery().channel, now=NOW, limit=9)] == ["1"]
        add(work, "2")
        assert chats(work) == ["1", "2"]
        assert work.connection.scalar(select(func.count()).select_from(tables.keyboards)) == 2


def test_it_is_kept_though_nobody_looked(database: Database):
    with database.writing() as work:
        add(work, "1")
    with database.reading() as work:
        assert chats(work) == ["1"]
        assert work.keyboards.get("key 1") is not None


def test_what_is_undone_takes_along_what_was_added_in_it_and_nothing_else(database: Database):
    def undone(work: SqlWork) -> None:
        with work.savepoint():
            add(work, "2")
            raise ZeroDivisionError

    with database.writing() as work:
        add(work, "1")
        with pytest.raises(ZeroDivisionError):
            undone(work)
        with work.savepoint():
            add(work, "3")
        add(work, "4")
    with database.reading() as work:
        assert chats(work) == ["1", "3", "4"]


def test_a_transaction_that_fails_keeps_nothing(database: Database):
    def failing() -> None:
        with database.writing() as work:
            add(work, "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with database.reading() as work:
        assert chats(work) == []
