"""Databases for the tests of storage: new for each test, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from storage.engine import open_engine
from tests import postgres

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
Fresh = Callable[[str], Engine]
_NUMBERS = count(1)


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes engines on databases that have nothing in them yet: fresh("sqlite"), fresh("postgres")."""
    with ExitStack() as leaving:

        def make(kind: str) -> Engine:
            name = f"test_{next(_NUMBERS)}"
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path / name}.db"
            else:
                url = leaving.enter_context(postgres.database(request.getfixturevalue("postgres_server"), name))
            engine = open_engine(url)
            leaving.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    with postgres.database(postgres_server, f"test_{next(_NUMBERS)}") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where no SQLite file is yet."""
    return f"sqlite:///{tmp_path / 'guanjia.db'}"


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, fresh: Fresh) -> Engine:
    """A database that has nothing in it yet, on the one and on the other."""
    return fresh(request.param)
