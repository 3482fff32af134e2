"""An estate on file, and the environment of whoever types a command in English."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from storage import schema, tables
from storage.engine import Database, open_engine

Furnish = Callable[[Callable[[Connection], None]], Database]


@pytest.fixture
def furnished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Furnish:
    """The database that the commands will open, with the estate Garden and whatever else is put there."""

    def make(more: Callable[[Connection], None]) -> Database:
        url = f"sqlite:///{tmp_path}/guanjia.db"
        monkeypatch.setenv("GUANJIA_DATABASE_URL", url)
        monkeypatch.setenv("LC_ALL", "en")
        engine = open_engine(url)
        schema.prepare(engine)
        with engine.begin() as connection:
            connection.execute(insert(tables.estates).values(id=1, name="Garden", timezone="Asia/Shanghai"))
            more(connection)
        engine.dispose()
        return Database(open_engine(url))

    return make
