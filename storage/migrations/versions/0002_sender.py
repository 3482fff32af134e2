"""The sender: pace, ends, bulk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNSENT = "state IN ('queued', 'sending')"
_INDEXES = (
    (
        "ix_deliveries_unsent",
        ["channel", "chat", "id", "lane", "mode", "tries", "state"],
        f"{_UNSENT} AND lane < 3",
    ),
    ("ix_deliveries_bulk", ["channel", "due_at", "id"], "state = 'queued' AND lane = 3"),
    ("ix_deliveries_bulk_chat", ["channel", "chat"], f"{_UNSENT} AND lane = 3"),
    ("ix_deliveries_sending", ["lease_until"], "state = 'sending'"),
    ("ix_deliveries_announcement", ["announcement_id", "state"], "announcement_id IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("free_at", sa.BigInteger()),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("stale_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("channel", "chat", name=op.f("pk_paces")),
    )
    _index("paces", "ix_paces_held", ["held_until"], "held_until IS NOT NULL")
    op.execute("UPDATE deliveries SET due_at = created_at WHERE lane = 3 AND due_at IS NULL")
    op.drop_index("ix_deliveries_unsent", "deliveries")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("expires_at", sa.BigInteger()))
        deliveries.add_column(sa.Column("leaves_at", sa.BigInteger()))
        deliveries.add_column(sa.Column("careful", sa.Boolean(), nullable=False, server_default=sa.text("false")))
        deliveries.add_column(sa.Column("tried", sa.String(100)))
        deliveries.add_column(sa.Column("announcement_id", _ID))
        deliveries.create_check_constraint(op.f("ck_deliveries_bulk_is_due"), "lane < 3 OR due_at IS NOT NULL")
    for name, columns, where in _INDEXES:
        _index("deliveries", name, columns, where)


def downgrade() -> None:
    for name, _columns, _where in _INDEXES:
        op.drop_index(name, "deliveries")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(op.f("ck_deliveries_bulk_is_due"), type_="check")
        for column in ("announcement_id", "tried", "careful", "leaves_at", "expires_at"):
            deliveries.drop_column(column)
    _index("deliveries", "ix_deliveries_unsent", ["channel", "chat", "id"], _UNSENT)
    op.drop_table("paces")


def _index(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
