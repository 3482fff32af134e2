"""More than one machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import queue

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("leased_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    if op.get_bind().dialect.name == "postgresql":
        queue.rebuild(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        queue.remove(op.get_bind())
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("leased_by")
    op.drop_table("installation")
