"""Whispers between processes: heard once they are kept, by whoever listens, also after the line was cut."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from storage.engine import Database
from storage.hearing import listen
from tests.storage.conftest import Fresh

pytestmark = pytest.mark.postgres


class Ear:
    """Listens, and remembers."""

    def __init__(self) -> None:
        self.signs: list[str] = []
        self._heard = asyncio.Event()

    def hear(self, sign: str) -> None:
        self.signs.append(sign)
        self._heard.set()

    async def until(self, enough: Callable[[list[str]], Any]) -> None:
        async with asyncio.timeout(20):
            while not enough(self.signs):
                self._heard.clear()
                await self._heard.wait()


@pytest.fixture
def database(fresh: Fresh) -> Database:
    engine = fresh("postgres")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE nothing (id int)"))
    return Database(engine)


async def test_what_is_kept_is_heard_and_what_is_undone_is_not(database: Database):
    ear = Ear()
    listening = asyncio.create_task(listen(database.engine.url, ear.hear))
    await ear.until(len)

    def undone() -> None:
        with database.writing() as work:
            work.web.whisper({"chat": "undone"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    with database.writing() as work:
        work.web.whisper({"chat": "kept"})
    await ear.until(lambda signs: len(signs) > 1)
    listening.cancel()
    assert ear.signs == ["", '{"chat": "kept"}']


async def test_a_line_that_was_cut_is_taken_up_again_with_a_word_that_something_may_be_missing(database: Database):
    ear = Ear()
    listening = asyncio.create_task(listen(database.engine.url, ear.hear))
    await ear.until(len)
    with database.engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN guanjia'")
        )
    await ear.until(lambda signs: len(signs) > 1)
    listening.cancel()
    assert ear.signs == ["", ""]
