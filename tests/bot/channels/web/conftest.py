"""The estate of house.py, fresh for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from storage import tables
from storage.engine import Database, open_engine
from tests.bot.channels.web.house import House, seed


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    engine = open_engine(f"sqlite:///{tmp_path / 'web.db'}")
    tables.metadata.create_all(engine)
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def demo(database: Database) -> House:
    """Nobody has to prove who they are."""
    seed(database)
    return House(database)


@pytest.fixture
def real(database: Database) -> House:
    """People come by a link and have a cookie; nobody is bound yet."""
    seed(database, user="bound-{id}")
    return House(database, demo=False)


@pytest.fixture
async def browser(demo: House) -> AsyncIterator[httpx.AsyncClient]:
    """At the demo's page."""
    async with _client(demo) as client:
        yield client


@pytest.fixture
async def visitor(real: House) -> AsyncIterator[httpx.AsyncClient]:
    """At the real page, without a cookie."""
    async with _client(real) as client:
        yield client


def _client(house: House) -> httpx.AsyncClient:
    headers = {"Accept-Language": "en", "Origin": "http://127.0.0.1"}
    transport = httpx.ASGITransport(app=house.app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)
