"""What Alembic runs: the steps, on the connection that storage.schema hands in."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    transactional_ddl=True,  # both databases undo a half-made schema
)
with context.begin_transaction():
    context.run_migrations()
