"""WeChat: tokens, nonces and pictures, which WeCom has too; windows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Text

revision = "0004"
down_revision = "0003"

Moment = BigInteger


def upgrade() -> None:
    op.create_table(
        "access_tokens",
        Column("account", String(100), nullable=False),
        Column("value", Text),
        Column("expires_at", Moment),
        Column("fetching_until", Moment),
        PrimaryKeyConstraint("account", name="pk_access_tokens"),
    )
    op.create_table(
        "nonces",
        Column("account", String(100), nullable=False),
        Column("nonce", String(64), nullable=False),
        Column("key", String(100), nullable=False),
        Column("seen_at", Moment, nullable=False),
        PrimaryKeyConstraint("account", "nonce", name="pk_nonces"),
        Index("ix_nonces_seen_at", "seen_at"),
    )
    op.create_table(
        "wechat_chats",
        Column("chat", String(64), nullable=False),
        Column("said_until", Moment),
        Column("said_left", Integer, nullable=False, server_default="0"),
        Column("event_until", Moment),
        Column("event_left", Integer, nullable=False, server_default="0"),
        Column("options", JSON, nullable=False, server_default="[]"),
        Column("mass_month", String(7)),
        Column("mass_count", Integer, nullable=False, server_default="0"),
        PrimaryKeyConstraint("chat", name="pk_wechat_chats"),
    )
    op.create_table(
        "tencent_pictures",
        Column("ref", String(32), nullable=False),
        Column("channel", String(16), nullable=False),
        Column("media_id", String(300), nullable=False),
        Column("content", LargeBinary),
        Column("created_at", Moment, nullable=False),
        PrimaryKeyConstraint("ref", name="pk_tencent_pictures"),
        Index("ix_tencent_pictures_created_at", "created_at"),
    )


def downgrade() -> None:
    for name in ("tencent_pictures", "wechat_chats", "nonces", "access_tokens"):
        op.drop_table(name)
