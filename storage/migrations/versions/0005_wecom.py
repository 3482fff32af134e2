"""WeCom: the cards that are out, each with the code for its one update."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, BigInteger, Column, PrimaryKeyConstraint, String, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "wecom_cards",
        Column("task", String(64), nullable=False),
        Column("chat", String(64), nullable=False),
        Column("subject", String(48)),
        Column("text", Text, nullable=False),
        Column("labels", JSON, nullable=False),
        Column("code", Text),
        Column("good_until", BigInteger),
        Column("made_at", BigInteger, nullable=False),
        PrimaryKeyConstraint("task", name="pk_wecom_cards"),
    )
    op.create_index("ix_wecom_cards_made_at", "wecom_cards", ["made_at"])


def downgrade() -> None:
    op.drop_table("wecom_cards")
