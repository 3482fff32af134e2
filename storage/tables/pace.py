"""How fast each account may speak, kept where every process of the installation sees it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table, Text, text

from storage.columns import Moment, metadata

_HELD = text("held_until IS NOT NULL")
paces = Table(
    "paces", metadata,
    Column("channel", String(16), primary_key=True),
    Column("chat", String(64), primary_key=True),  # "" is the whole account
    Column("free_at", Moment),  # the account: when the next message may leave
    Column("left", JSON, nullable=False),  # a chat: when its last messages left, in microseconds since 1970
    Column("held_until", Moment),  # the platform told us to wait
    Column("reason", Text),
    Column("stale_at", Moment),  # from then on the row says nothing; an account's never is
    Index("ix_paces_held", "held_until", postgresql_where=_HELD, sqlite_where=_HELD),
)  # fmt: skip
