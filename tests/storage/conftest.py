"""Databases for the tests of storage: new for each test, on SQLite and on PostgreSQL (tests/conftest.py)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.engine import open_engine

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
Fresh = Callable[[str], Engine]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where no SQLite file is yet."""
    return f"sqlite:///{tmp_path / 'guanjia.db'}"


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, fresh: Fresh) -> Engine:
    """A database that has nothing in it yet, on the one and on the other."""
    return fresh(request.param)
