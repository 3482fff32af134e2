"""What several rooms of the tests need: a PostgreSQL, started when the first test asks for it."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import URL

from tests import postgres

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One server for all tests of this process."""
    with postgres.server() as url:
        yield url


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
