"""What several rooms of the tests need: a PostgreSQL, started when the first test asks for it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from tests import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One server for all tests of this process."""
    with postgres.server() as url:
        yield url
