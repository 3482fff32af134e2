"""The same suite three times: on the fakes, on SQLite and on PostgreSQL, each furnished with the same place."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from storage.engine import Database, open_engine
from storage.tables import metadata
from tests import postgres
from tests.builders import Place
from tests.fakes import FakeWork
from tests.storage.conftest import BOTH
from tests.storage.promises.furnishing import clear, furnish

Begin = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def furnished_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished SQLite file to copy: quicker than a new one for each test."""
    path = tmp_path_factory.mktemp("furnished") / "guanjia.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        furnish(connection, Place())
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def furnished_server(postgres_server: URL) -> Iterator[Engine]:
    """A PostgreSQL database with the schema, to be emptied and furnished for each test."""
    with postgres.database(postgres_server, "promises") as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            metadata.create_all(connection)
        yield engine
        engine.dispose()


@pytest.fixture
def sqlite(furnished_file: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite as in the embedded form: a file."""
    copy = shutil.copy(furnished_file, tmp_path / "guanjia.db")
    engine = open_engine(f"sqlite:///{copy}")
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def postgresql(furnished_server: Engine) -> Database:
    """PostgreSQL as in the cluster."""
    with furnished_server.begin() as connection:
        clear(connection)
        furnish(connection, Place())
    return Database(furnished_server)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """The one and the other."""
    found: Database = request.getfixturevalue("sqlite" if request.param == "sqlite" else "postgresql")
    return found


@pytest.fixture(params=("fake", *BOTH))
def begin(request: pytest.FixtureRequest) -> Begin:
    """Opens a transaction: begin() as work. What is written in one is read in the next."""
    if request.param == "fake":
        return FakeWork().transaction
    database: Database = request.getfixturevalue("sqlite" if request.param == "sqlite" else "postgresql")
    return database.writing
