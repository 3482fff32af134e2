"""A command that works beside the running service and ends before it, as `guanjia invite` does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from storage import schema
from storage.engine import open_engine

ROOT = Path(__file__).parents[2]
COMMAND = """
import sys
from sqlalchemy import text
from storage import schema
from storage.engine import open_engine

engine = open_engine(sys.argv[1])
schema.prepare(engine)
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
engine.dispose()
"""


def test_a_command_that_ends_leaves_the_log_to_the_service(tmp_path: Path) -> None:
    """SQLite's last user removes the log. Closing any handle on the file would make us look gone (POSIX locks)."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    schema.prepare(maker := open_engine(url))
    maker.dispose()
    service = open_engine(url)
    schema.prepare(service)
    subprocess.run([sys.executable, "-c", COMMAND, url], cwd=ROOT, check=True, timeout=60)
    with service.begin() as connection:
        connection.execute(text("CREATE TABLE ours (id INTEGER)"))
    assert (tmp_path / "shared.db-wal").exists()
    service.dispose()
