"""What the WeChat and WeCom channels must remember: tokens, nonces, windows, pictures."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, LargeBinary, String, Table, Text

from storage.columns import Moment, metadata

access_tokens = Table(  # one for each account, shared by all processes
    "access_tokens", metadata,
    Column("account", String(100), primary_key=True),
    Column("value", Text),  # none until the first was fetched
    Column("expires_at", Moment),
    Column("fetching_until", Moment),  # somebody is at it until then
)  # fmt: skip
nonces = Table(  # of callbacks: none is taken twice, but for the platform's own repetition
    "nonces", metadata,
    Column("account", String(100), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("key", String(100), nullable=False),  # the update that it came with
    Column("seen_at", Moment, nullable=False, index=True),
)  # fmt: skip
wechat_chats = Table(  # what may be said to a follower of the official account now, and what they were last offered
    "wechat_chats", metadata,
    Column("chat", String(64), primary_key=True),
    Column("said_until", Moment),  # they wrote
    Column("said_left", Integer, nullable=False, server_default="0"),
    Column("event_until", Moment),  # they scanned, followed, pressed in the menu
    Column("event_left", Integer, nullable=False, server_default="0"),
    Column("options", JSON, nullable=False, server_default="[]"),
    Column("mass_month", String(7)),  # "2026-11"
    Column("mass_count", Integer, nullable=False, server_default="0"),
)  # fmt: skip
tencent_pictures = Table(  # fetched at once: the platforms keep them for three days
    "tencent_pictures", metadata,
    Column("ref", String(32), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("media_id", String(300), nullable=False),
    Column("content", LargeBinary),  # none until it was fetched
    Column("created_at", Moment, nullable=False, index=True),
)  # fmt: skip
