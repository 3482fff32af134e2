"""Drafts the next step: what differs between the steps so far and storage/tables."""

import sys
from tempfile import TemporaryDirectory

from alembic import command

from storage.engine import open_engine
from storage.schema import prepare
from storage.steps import HEAD, alembic_config

_USAGE = 'usage: python -m storage.migrations "what changes"'


def draft(words: str) -> None:
    """Write the next numbered step; read it, put it right, and raise storage.steps.HEAD."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/steps.db")
        prepare(engine)
        with engine.connect() as connection:
            command.revision(alembic_config(connection), words, autogenerate=True, rev_id=f"{int(HEAD) + 1:04}")
        engine.dispose()


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]) or sys.exit(_USAGE))
