"""Databases for the tests of storage: new for each test, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from storage.engine import open_engine
from tests import postgres

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One server for all tests of this process."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    with postgres.database(postgres_server, f"test_{next(_NUMBERS)}") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where no SQLite file is yet."""
    return f"sqlite:///{tmp_path / 'guanjia.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """A database that has nothing in it yet, on the one and on the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on it."""
    engine = open_engine(url)
    yield engine
    engine.dispose()
