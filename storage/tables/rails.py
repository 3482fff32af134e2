"""The rails on which every message travels."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Moment, metadata

inbox = Table(
    "inbox", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("key", String(100), nullable=False),
    Column("chat", String(64)),
    Column("body", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", String(8), nullable=False, server_default="new"),  # new, done, parked
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("handled_at", Moment),
    UniqueConstraint("channel", "key"),
    Index("ix_inbox_new", "id", postgresql_where=text("state = 'new'"), sqlite_where=text("state = 'new'")),
)  # fmt: skip
_CARD = text("subject IS NOT NULL")
_IN_ORDER = text("state IN ('queued', 'sending') AND lane < 3")
_BULK = text("state IN ('queued', 'sending') AND lane = 3")
_BULK_QUEUED = text("state = 'queued' AND lane = 3")
_SENDING = text("state = 'sending'")
_ANNOUNCED = text("announcement_id IS NOT NULL")
deliveries = Table(
    "deliveries", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("thread", String(64)),
    Column("person_id", Id),
    Column("lane", Integer, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("subject", String(48)),
    Column("key", String(150), unique=True),
    Column("body", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("expires_at", Moment),
    Column("lease_until", Moment),
    Column("leaves_at", Moment),  # the moment at which a leased row may leave this machine
    Column("reason", Text),
    Column("reference", String(64)),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("careful", Boolean, nullable=False, server_default=text("false")),
    Column("tried", String(100)),  # the channels on which the person was not reached with this, by commas
    Column("announcement_id", Id),
    Column("leased_by", Id),  # the member of a cluster that has it in hand
    CheckConstraint("lane < 3 OR due_at IS NOT NULL", name="bulk_is_due"),
    # Three ways to what is unsent: the next of each chat, the next of the bulk, the bulk of one chat.
    Index("ix_deliveries_unsent", "channel", "chat", "id", "lane", "mode", "tries", "state",
          postgresql_where=_IN_ORDER, sqlite_where=_IN_ORDER),
    Index("ix_deliveries_bulk", "channel", "due_at", "id", postgresql_where=_BULK_QUEUED, sqlite_where=_BULK_QUEUED),
    Index("ix_deliveries_bulk_chat", "channel", "chat", postgresql_where=_BULK, sqlite_where=_BULK),
    Index("ix_deliveries_sending", "lease_until", postgresql_where=_SENDING, sqlite_where=_SENDING),
    Index("ix_deliveries_announcement", "announcement_id", "state",
          postgresql_where=_ANNOUNCED, sqlite_where=_ANNOUNCED),
    Index("ix_deliveries_subject", "subject", postgresql_where=_CARD, sqlite_where=_CARD),
    Index("ix_deliveries_reference", "channel", "chat", "reference", postgresql_where=_CARD, sqlite_where=_CARD),
)  # fmt: skip
keyboards = Table(
    "keyboards", metadata,
    Column("key", String(32), primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("actions", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
)  # fmt: skip
_SILENT = text("nudge_at IS NOT NULL")
conversations = Table(
    "conversations", metadata,
    Column("owner", String(100), primary_key=True),
    Column("intent", String(32)),
    Column("step", String(32)),
    Column("answers", JSON, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("updated_at", Moment),
    Column("nudge_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Index("ix_conversations_nudge", "nudge_at", postgresql_where=_SILENT, sqlite_where=_SILENT),
)  # fmt: skip
media = Table(
    "media", metadata,
    Column("key", String(32), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("ref", String(300), nullable=False),
    Column("content_type", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
)  # fmt: skip
web_messages = Table(  # the web channel is its own platform: what its chats show
    "web_messages", metadata,
    Column("id", Id, primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("seq", Id, nullable=False),  # grows with every new message and every edit: what a browser has not seen yet
    Column("author", Id),  # a person, or None for the estate's bot
    Column("body", JSON, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Index("ix_web_messages_chat_seq", "chat", "seq"),
)  # fmt: skip
web_files = Table(  # photos uploaded in the browser, re-encoded and capped
    "web_files", metadata,
    Column("ref", String(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)  # fmt: skip
