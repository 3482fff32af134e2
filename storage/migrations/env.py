"""What Alembic runs: the steps, on the connection that storage.steps hands in."""

from typing import Any, Literal

from alembic import context

from storage.tables import Moment, metadata


def _as_stored(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A step names the database's own types: it stays what it was when storage/tables moves on."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    render_item=_as_stored,
    transactional_ddl=True,  # both databases undo a half-made schema
)
with context.begin_transaction():
    context.run_migrations()
